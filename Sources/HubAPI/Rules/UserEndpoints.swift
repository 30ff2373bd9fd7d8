import HTTPServer
import HubCore
import JSON
import Moderation
import PluginModel

/// Users whom items come from: how they stand, their strikes, and having rules look at one. `/users` is about those with an account here.
enum UserEndpoints {
    static let chapter = "Users of items"
    private static let user = Shape.named("ItemUserDetail")

    static let all: [Endpoint] = [
        Endpoint(
            .get, "/item-users", "Users whose items were decided in the last 90 days, by id", chapter: chapter,
            access: .organisation(.ruleRead),
            query: QueryParameter.page + [
                QueryParameter(
                    "q", .text, "Whose id begins with this, whatever the case of ASCII letters; by their ids in small letters then."),
                QueryParameter("minStrikes", .integer, "With at least so many strikes."),
            ], answer: .list(.named("ItemUser")), handler: list),
        Endpoint(
            .get, "/item-users/{type}/{id}", "How a user stands; somebody nobody knows has no strikes", chapter: chapter,
            access: .organisation(.ruleRead), answer: user, problems: ["item.bad-user"]
        ) { call in
            .json(
                try await call.moderation.people.standing(of: try call.itemUser(), in: try call.needOrganisation().id).json(isWhole: true))
        },
        Endpoint(
            .delete, "/item-users/{type}/{id}/strikes/{strike}", "Forgive a strike: it counts no more", chapter: chapter,
            access: .organisation(.rulePublish), answer: user, problems: ["item.strike-not-found", "item.bad-user"]
        ) { call in try await call.set(isForgiven: true) },
        Endpoint(
            .post, "/item-users/{type}/{id}/strikes/{strike}/restore", "Let a strike count again that was forgiven", chapter: chapter,
            access: .organisation(.rulePublish), answer: user, problems: ["item.strike-not-found", "item.bad-user"]
        ) { call in try await call.set(isForgiven: false) },
        Endpoint(
            .post, "/item-users/{type}/{id}/check", "Have rules on users look at one; the decision comes under this place",
            chapter: chapter, access: .organisation(.itemSubmit),
            answer: .object([.init("sequence", .integer), .init("id", .text), .init("typeId", .text)]), status: .accepted,
            problems: ["item.no-user-rules", "item.queue-full", "item.bad-user"]
        ) { call in
            let look = try await call.moderation.people.check(try call.itemUser(), in: try call.needOrganisation().id)
            return .json(
                ["sequence": .int(look.sequence), "id": .string(look.itemID), "typeId": .string(look.typeID)], status: .accepted)
        },
    ]

    private static func list(_ call: APICall) async throws -> HTTPResponse {
        let organisation = try call.needOrganisation().id
        let page = try call.page()
        var filter = ItemUserFilter()
        filter.prefix = call.query("q").flatMap { $0.isEmpty ? nil : $0 }
        filter.strikesMin = try call.number("minStrikes", in: 0...Int(Int32.max), otherwise: 0)
        let found = try await call.moderation.people.users(filter, in: organisation, after: try behind(page), limit: page.limit)
        return .page(found.map { $0.json(isWhole: false) }, call, page, last: found.last.map { "\($0.user.typeID)\t\($0.user.id)" })
    }

    /// Where the page before ended: a type and an id with a tab between, which no name has.
    private static func behind(_ page: PageRequest) throws -> ItemUser? {
        guard let text = page.after else { return nil }
        let parts = text.split(separator: "\t", omittingEmptySubsequences: false)
        guard parts.count == 2, let user = ItemUser(id: String(parts[1]), typeID: String(parts[0])) else {
            throw ProblemDocument.badQuery("after", "is where the page before ended")
        }
        return user
    }
}

extension APICall {
    fileprivate func itemUser() throws(Fault) -> ItemUser {
        guard let user = ItemUser(id: parameter("id"), typeID: parameter("type")) else { throw PeopleFault.badName() }
        return user
    }

    fileprivate func set(isForgiven: Bool) async throws -> HTTPResponse {
        let (user, organisation) = (try itemUser(), try needOrganisation().id)
        guard let strike = Int64(parameter("strike")) else { throw PeopleFault.noStrike(parameter("strike")) }
        let standing = try await moderation.people.set(strike, of: user, isForgiven: isForgiven, in: organisation, by: requester)
        return .json(standing.json(isWhole: true))
    }
}

extension PeopleBook.Standing {
    fileprivate func json(isWhole: Bool) -> JSONValue {
        var members: JSONObject = [
            "id": .string(user.id), "typeId": .string(user.typeID), "strikes": .int(Int64(strikes)), "score": .int(Int64(tally.score)),
            "items": .int(Int64(tally.items)), "acted": .int(Int64(tally.acted)),
        ]
        if isWhole { members["history"] = .array(history.map(\.json)) }
        return .object(members)
    }
}

extension PeopleBook.Past {
    fileprivate var json: JSONValue {
        var members: JSONObject = [
            "id": .string("\(strike.sequence)"), "policy": ["id": .string(strike.policy), "name": .string(policyName)],
            "strikes": .int(Int64(strike.strikes)), "sequence": .int(strike.decision), "at": .string(strike.at.description),
        ]
        members["forgivenBy"] = strike.forgiven.map { .string($0.byName) }
        members["forgivenAt"] = strike.forgiven.map { .string($0.at.description) }
        return .object(members)
    }
}

// MARK: Looks at users among items and decisions

extension QueryParameter {
    static let subject = QueryParameter("subject", .choice(["item", "user"]), "What was handed in, or looks at users.")
}

extension APICall {
    func isAboutUsers() throws -> Bool? {
        switch query("subject") {
        case nil: nil
        case "item"?: false
        case "user"?: true
        default: throw ProblemDocument.badQuery("subject", "is one of item, user")
        }
    }
}

extension JSONObject {
    /// Whether it is about what somebody handed in, or about a user, and then why.
    mutating func tell(_ look: SubmittedItem.Look?) {
        self["subject"] = look == nil ? "item" : "user"
        self["because"] = look.map { .string($0.rawValue) }
    }
}
