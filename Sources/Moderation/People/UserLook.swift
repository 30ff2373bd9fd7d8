import HubCore
import JSON
import PluginModel
import Rules

/// Looking at a user whom nobody handed in: as an item of the queue, and as what rules see of it.
enum UserLook {
    /// The user's latest item, if one was handed in, else no more than the name.
    static func item(
        for user: ItemUser, because look: SubmittedItem.Look, in organisation: Organisation.ID, submission: Submission.ID,
        at now: HubCore.Timestamp, _ records: any HubTransaction
    ) throws(Fault) -> SubmittedItem {
        SubmittedItem(
            organisation: organisation, itemID: user.id, typeID: user.typeID, submission: submission,
            data: try profile(of: user, in: organisation, records) ?? user.bare, receivedAt: now, look: look)
    }

    /// What was handed in last of this user.
    static func profile(of user: ItemUser, in organisation: Organisation.ID, _ records: any HubTransaction) throws(Fault) -> JSONValue? {
        var filter = ItemFilter()
        (filter.typeIDs, filter.itemID, filter.isLook) = ([user.typeID], user.id, false)
        return try records.items(filter, in: organisation, before: nil, limit: 1).first?.data
    }
}

extension ItemUser {
    /// An item with nothing in it.
    var bare: JSONValue { ["id": .string(id), "typeId": .string(typeID), "data": [:]] }
}

/// Makes items of users, as rules on users see them.
struct UserReading {
    private let types: [String: ItemType]
    /// One for each type, so that items of one are told cheaply.
    private var made: [String: ItemType] = [:]

    init(_ types: [String: ItemType]) { self.types = types }

    /// A user whose type is not declared, or not as users, has no fields, and neither has one whose data does not fit: rules that count strikes
    /// want no more than the name.
    mutating func item(_ user: ItemUser, _ submission: JSONValue?) -> Item {
        if let type = types[user.typeID], type.kind == .user {
            if let submission, let read = ItemReading([type]).read(submission).value { return read }
            return Item(id: user.id, type: type, fields: Array(repeating: nil, count: type.fields.count))
        }
        let type = made[user.typeID] ?? ItemType(id: user.typeID, kind: .user, fields: [])
        made[user.typeID] = type
        return Item(id: user.id, type: type, fields: [])
    }
}

extension Item {
    /// Whom a rule on users looks at when it is tried on this item: itself, or whoever it comes from.
    var itemUser: ItemUser? { user.flatMap { ItemUser(id: $0.id, typeID: $0.typeID) } }
}
