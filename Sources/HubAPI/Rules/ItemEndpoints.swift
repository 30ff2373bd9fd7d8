import HTTPServer
import HubCore
import JSON
import Moderation
import PluginModel
import Rules

/// Items handed in to be decided, and what has become of them.
enum ItemEndpoints {
    static let chapter = "Items"
    /// Of a request with items, in bytes.
    static let bodyMax = 16 << 20
    private static let items = Endpoint.Body.json(limit: bodyMax, shape: .object([.init("items", .list(.named("Submission")))]))

    static let all: [Endpoint] = [
        Endpoint(
            .post, "/items/async", "Hand in items, which are decided soon; the answer says that they are kept", chapter: chapter,
            access: .organisation(.itemSubmit), body: items,
            answer: .object([
                .init("submissionId", .text), .init("accepted", .integer),
                .init("items", .list(.object([.init("id", .text), .init("sequence", .integer)]))),
            ]), status: .accepted, problems: ["item.queue-full", "item.storage-full", "item.unknown-type", "item.wrong-value"]
        ) { call in
            let organisation = try call.needOrganisation()
            return accepted(
                try await submitting {
                    try await call.moderation.desk.submit(try call.items(), in: organisation.id, once: call.once?.note(accepted))
                })
        }.also(at: "/items/async/"),
        Endpoint(
            .post, "/items", "Hand in items and wait for their decisions", chapter: chapter, access: .organisation(.itemSubmit),
            body: items, answer: .object([.init("decisions", .list(.named("Decision")))]),
            problems: ["item.busy", "item.storage-full", "item.unknown-type", "item.wrong-value"]
        ) { call in
            let organisation = try call.needOrganisation()
            return decided(
                try await submitting {
                    try await call.moderation.desk.decide(try call.items(), in: organisation.id, once: call.once?.note(decided))
                })
        },
        Endpoint(
            .get, "/items", "Items, latest first", chapter: chapter, access: .organisation(.ruleRead),
            query: QueryParameter.page + [
                QueryParameter("typeId", .text, "Of this type."), QueryParameter("id", .text, "Of this id, as its submitter has it."),
                QueryParameter("state", .choice(SubmittedItem.State.allCases.map(\.rawValue)), "In this state."),
                QueryParameter("q", .text, "With this text somewhere; looks through the latest 10,000."),
                .subject,
            ], answer: .list(.named("Item")), handler: list),
        Endpoint(
            .get, "/items/queue", "How many items wait, since when, and how fast they are decided", chapter: chapter,
            access: .organisation(.ruleRead),
            answer: .object([
                .init("waiting", .integer), .init("oldestSeconds", .nullable(.integer)), .init("decidedPerMinute", .integer),
                .init("keptBytes", .integer), .init("keptBytesMax", .integer),
            ])
        ) { call in
            .json(try await call.moderation.desk.queue(of: try call.needOrganisation().id).json)
        },
        Endpoint(
            .get, "/items/{sequence}", "One item with its decision", chapter: chapter, access: .organisation(.ruleRead),
            answer: .named("ItemDetail"), problems: ["item.not-found"], handler: item),
        ItemActing.endpoint,
    ]

    @Sendable private static func accepted(_ taken: [SubmittedItem]) -> HTTPResponse {
        .json(
            [
                "submissionId": .string(taken.first?.submission.rawValue ?? ""), "accepted": .int(Int64(taken.count)),
                "items": .array(taken.map { ["id": .string($0.itemID), "sequence": .int($0.sequence)] }),
            ], status: .accepted)
    }

    @Sendable private static func decided(_ reports: [DecisionReport]) -> HTTPResponse {
        .json(["decisions": .array(reports.map { $0.json(withTraces: true) })])
    }

    private static func list(_ call: APICall) async throws -> HTTPResponse {
        let organisation = try call.needOrganisation().id
        let page = try call.page()
        var filter = ItemFilter()
        if let type = call.query("typeId") { filter.typeIDs = [type] }
        (filter.itemID, filter.text) = (call.query("id"), try call.searched())
        filter.isLook = try call.isAboutUsers()
        filter.state = try call.queryWord("state")
        let (wanted, before) = (filter, try call.before(page))
        func look() async throws(Fault) -> [SubmittedItem] {
            try await call.hub.store.read { (records) throws(Fault) in
                try records.items(wanted, in: organisation, before: before, limit: page.limit)
            }
        }
        let found: [SubmittedItem]
        if wanted.text == nil {
            found = try await look()
        } else {
            let (turns, max) = (call.hub.moderation.searches, call.hub.moderation.itemLimits.searchesWaitingMax)
            guard await turns.waiting(organisation) < max else { throw ItemFault.searching(max) }
            found = try await turns.take(organisation, look)
        }
        return .page(found.map { .object($0.json) }, call, page, last: found.last.map { "\($0.sequence)" })
    }

    private static func item(_ call: APICall) async throws -> HTTPResponse {
        let organisation = try call.needOrganisation().id
        let name = call.parameter("sequence")
        guard let sequence = Int64(name) else { throw ItemFault.notFound(name) }
        let (found, report) = try await call.hub.store.read { (records) throws(Fault) in
            let decision = try records.decision(sequence, in: organisation)
            return (try records.item(sequence, in: organisation), try records.reports(on: decision.map { [$0] } ?? []).first)
        }
        guard let found else { throw ItemFault.notFound(name) }
        var members = found.json
        members["decision"] = report?.json(withTraces: true)
        return .json(.object(members))
    }

    /// What is wrong with items, all at once.
    private static func submitting<Value>(_ body: () async throws -> Value) async throws -> Value {
        do { return try await body() } catch let refusal as SubmissionRefusal {
            switch refusal {
            case .fault(let fault): throw fault
            case .invalid(let findings):
                throw ProblemDocument.invalid(findings.map(\.text))
            }
        }
    }
}

extension APICall {
    fileprivate func items() throws -> [JSONValue] {
        guard let items = body["items"]?.arrayValue else { throw wrong("items", "must be a list of items") }
        return items
    }

    /// What is looked for in a list, if anything.
    func searched() throws -> String? {
        guard let text = query("q"), !text.isEmpty else { return nil }
        guard text.utf8.count <= ItemFilter.textBytesMax else {
            throw ProblemDocument.badQuery("q", "has at most \(ItemFilter.textBytesMax) bytes")
        }
        return text
    }

    /// A parameter that is one of the words of an enumeration.
    func queryWord<Word: RawRepresentable<String> & CaseIterable>(_ name: String) throws -> Word? {
        guard let text = query(name) else { return nil }
        guard let word = Word(rawValue: text) else {
            throw ProblemDocument.badQuery(name, "is one of \(Word.allCases.map(\.rawValue).joined(separator: ", "))")
        }
        return word
    }

    /// Where the page before ended, in a list that goes back.
    func before(_ page: PageRequest) throws -> Int64? {
        guard let text = page.after else { return nil }
        guard let sequence = Int64(text), sequence > 0 else { throw ProblemDocument.badQuery("after", "is the number of an item") }
        return sequence
    }
}

extension SubmittedItem {
    var json: JSONObject {
        var members: JSONObject = [
            "sequence": .int(sequence), "id": .string(itemID), "typeId": .string(typeID), "submissionId": .string(submission.rawValue),
            "receivedAt": .string(receivedAt.description), "state": .string(state.rawValue),
        ]
        members["problem"] = problem?.json
        members["data"] = data["data"] ?? .null
        members.tell(look)
        for name in ["creator", "source", "policyIds", "createdAt"] { members[name] = data[name] }
        return members
    }
}

extension QueueState {
    var json: JSONValue {
        [
            "waiting": .int(Int64(waiting)), "oldestSeconds": oldestSeconds.map { .int(Int64($0)) } ?? .null,
            "decidedPerMinute": .int(Int64(decidedPerMinute)), "keptBytes": .int(Int64(keptBytes)),
            "keptBytesMax": .int(Int64(keptBytesMax)),
        ]
    }
}

extension SubmittedItem.Problem {
    var json: JSONValue { ["code": .string(code), "message": .string(message)] }
}
