package import HubCore
package import PluginModel

/// What was submitted, for trying rules on it.
package struct ItemShelf: StoredItemSource {
    private let store: any HubStore

    package init(store: any HubStore) { self.store = store }

    package func items(
        of organisation: Organisation.ID, before sequence: Int64?, limit: Int, types: [String]
    ) async throws(Fault) -> [StoredItem] {
        var filter = ItemFilter()
        (filter.typeIDs, filter.isLook) = (types, false)
        let wanted = filter
        return try await store.read { (records) throws(Fault) in
            try records.items(wanted, in: organisation, before: sequence, limit: limit).map(Self.stored)
        }
    }

    package func count(of organisation: Organisation.ID, types: [String], limit: Int) async throws(Fault) -> Int {
        try await store.read { (records) throws(Fault) in try records.itemCount(ofTypes: types, in: organisation, max: limit) }
    }

    package func item(_ id: String, of organisation: Organisation.ID) async throws(Fault) -> StoredItem? {
        var filter = ItemFilter()
        (filter.itemID, filter.isLook) = (id, false)
        let wanted = filter
        return try await store.read { (records) throws(Fault) in
            try records.items(wanted, in: organisation, before: nil, limit: 1).first.map(Self.stored)
        }
    }

    package func item(_ sequence: Int64, of organisation: Organisation.ID) async throws(Fault) -> StoredItem? {
        try await store.read { (records) throws(Fault) in try records.item(sequence, in: organisation).map(Self.stored) }
    }

    private static func stored(_ item: SubmittedItem) -> StoredItem { StoredItem(sequence: item.sequence, submission: item.data) }
}

extension ActionBook: ActionDirectory {}
