import HTTPServer
import Hub
import HubCore
import JSON
import Moderation
import PluginModel

/// What happens now, as it happens (Server-Sent Events).
enum EventEndpoints {
    static let topicsMax = 20
    /// How long somebody who was signed out, disabled or lost a role may go on listening.
    static let recheckTime = Duration.seconds(5)
    /// Missed events read at a time.
    static let missedPage = 200

    static let all: [Endpoint] = [
        Endpoint(
            .get, "/events", "A stream of what changes", chapter: OverviewEndpoints.chapter, access: .organisation(.pluginRead),
            query: [
                QueryParameter(
                    "topics", .text,
                    "Divided by commas: plugins, plugin:ID, logs:ID, installations, overview, journal, metrics, rules, decisions, backtests, reviews."
                )
            ], answer: .anything, deadline: nil, handler: events)
    ]

    private static func events(_ call: APICall) async throws -> HTTPResponse {
        var topics: Set<HubTopic> = []
        let names = (call.query("topics") ?? "plugins,overview").split(separator: ",").map(String.init)
        guard names.count <= topicsMax else { throw ProblemDocument.badQuery("topics", "names at most \(topicsMax)") }
        for name in names { topics.insert(try topic(name, call)) }
        let (stream, end) = try await call.hub.registry.follow(topics)
        let wanted = Set(names)
        return .events { events in
            try await events.send(ServerSentEvent(data: "{}", event: "hello", retry: .seconds(2)))
            // Journalled events that were missed while the stream was broken come first.
            try await call.tellMissed(upTo: end, to: events)
            try await withThrowingTaskGroup(of: Void.self) { group in
                group.addTask { await call.untilSignedOut() }
                group.addTask {
                    for await event in stream {
                        if case .journal(let one) = event, one.sequence <= end { continue }
                        if let message = try await call.message(of: event, wanted) { try await events.send(message) }
                    }
                }
                // Whichever is first: whoever may not listen any more is cut off, and has to ask anew.
                defer { group.cancelAll() }
                try await group.next()
            }
        }
    }

    private static func topic(_ name: String, _ call: APICall) throws -> HubTopic {
        let parts = name.split(separator: ":", maxSplits: 1).map(String.init)
        switch (parts.first ?? "", parts.count) {
        case ("plugins", 1): return .plugins
        case ("overview", 1), ("metrics", 1): return .overview
        case ("installations", 1):
            guard call.principal.may(.adminPlugins, in: nil) else { throw ProblemDocument.missing(.adminPlugins) }
            return .installations
        case ("journal", 1):
            guard call.may(.journalRead) else { throw ProblemDocument.missing(.journalRead) }
            return .journal
        case ("rules", 1), ("decisions", 1), ("backtests", 1), ("reviews", 1):
            guard call.may(.ruleRead) else { throw ProblemDocument.missing(.ruleRead) }
            let organisation = try call.needOrganisation().id
            if name == "reviews" { return .reviews(organisation) }
            return name == "rules" ? .rules(organisation) : name == "decisions" ? .decisions(organisation) : .backtests(organisation)
        case ("plugin", 2): return .plugin(try call.hub.registry.id(of: parts[1]))
        case ("logs", 2):
            guard call.may(.organisationManage) else { throw ProblemDocument.missing(.organisationManage) }
            return .logs(try call.hub.registry.id(of: parts[1]))
        default: throw ProblemDocument.badQuery("topics", "has '\(visible(name))', which is no topic")
        }
    }
}

extension ServerSentEvent {
    static func journal(_ event: JournalEvent) -> ServerSentEvent {
        ServerSentEvent(data: event.json.serialized(), event: "journal", id: "\(event.sequence)")
    }
}

extension APICall {
    /// Returns when whoever asked is not signed in any more, or may do other things than when they asked.
    fileprivate func untilSignedOut() async {
        while !Task.isCancelled {
            try? await Task.sleep(for: EventEndpoints.recheckTime)
            do throws(Fault) {
                let now: Authenticated
                if let token = request.token {
                    now = try await hub.accounts.authenticate(bearer: token)
                } else {
                    now = try await hub.accounts.authenticate(session: request.cookie(SessionCookie.name) ?? "")
                }
                if now.principal != authenticated?.principal { return }
            } catch {
                // A database that does not answer for a moment signs nobody out.
                if error.turn == .caller { return }
            }
        }
    }

    /// Tells events of the journal behind the last one a browser has seen.
    fileprivate func tellMissed(upTo end: Int64, to events: EventStream) async throws {
        guard let id = request.lastEventID, var last = Int64(id), last >= 0 else { return }
        let organisation = principal.may(.journalRead, in: nil) ? nil : organisation?.id
        while last < end {
            let start = last
            let found = try await hub.store.read { (records) throws(Fault) in
                try records.events(after: start, types: [], organisation: organisation, limit: EventEndpoints.missedPage)
            }
            for event in found where event.sequence <= end { try await events.send(.journal(event)) }
            guard let next = found.last?.sequence, found.count == EventEndpoints.missedPage else { return }
            last = next
        }
    }

    /// An event in the words of the API; nil where it is not for whoever listens.
    fileprivate func message(of event: HubEvent, _ topics: Set<String>) async throws -> ServerSentEvent? {
        switch event {
        case .plugin(let id):
            // Read anew for this person: what a plugin's state is may depend on the organisation.
            guard let view = try? await hub.registry.plugin(id, for: organisation?.id) else { return nil }
            if topics == ["overview"] || topics == ["metrics"] { return ServerSentEvent(data: "{}", event: "overview") }
            return ServerSentEvent(data: view.json.serialized(), event: "plugin")
        case .removed(let id):
            return ServerSentEvent(data: JSONValue.object(["id": .string(id.rawValue), "removed": true]).serialized(), event: "plugin")
        case .installation(let installation):
            guard principal.may(.adminPlugins, in: nil) else { return nil }
            return ServerSentEvent(data: installation.json.serialized(), event: "installation")
        case .log(let line): return maySee(line) ? ServerSentEvent(data: line.json.serialized(), event: "log") : nil
        case .metrics(let id, let health):
            return ServerSentEvent(
                data: JSONValue.object(["plugin": .string(id.rawValue), "health": health.json]).serialized(), event: "metrics")
        case .journal(let event):
            guard may(.journalRead) else { return nil }
            let isVisible = principal.may(.journalRead, in: nil) || (organisation != nil && event.organisation == organisation?.id)
            return isVisible ? .journal(event) : nil
        case .rules(let organisation, let subject):
            guard may(.ruleRead) else { return nil }
            return await message(of: subject, in: organisation)
        case .backtest(let organisation, let id):
            guard may(.ruleRead), let backtest = try? await hub.moderation.backtests.backtest(Backtest.ID(id), in: organisation) else {
                return nil
            }
            return ServerSentEvent(data: backtest.summary.serialized(), event: "backtest")
        case .decisions(let organisation):
            guard may(.ruleRead), let state = try? await hub.moderation.desk.queue(of: organisation) else { return nil }
            return ServerSentEvent(data: state.json.serialized(), event: "decisions")
        case .reviews(let organisation):
            guard may(.ruleRead), let queues = try? await hub.moderation.reviews.queues(in: organisation) else { return nil }
            return ServerSentEvent(data: queues.countsJSON.serialized(), event: "reviews")
        case .lost(let count): return ServerSentEvent(data: JSONValue.object(["lost": .int(Int64(count))]).serialized(), event: "lost")
        }
    }

    /// A rule as it is now; of what rules name, what to read again.
    fileprivate func message(of subject: HubEvent.RuleSubject, in organisation: Organisation.ID) async -> ServerSentEvent? {
        switch subject {
        case .rule(let id):
            let view = try? await hub.moderation.rules.view(id, in: organisation)
            let gone: JSONValue = ["id": .string(id.rawValue), "removed": true]
            return ServerSentEvent(data: (view?.json ?? gone).serialized(), event: "rule")
        case .part(let kind, let id):
            let data: JSONValue = ["kind": .string(kind.rawValue), "id": .string(id)]
            return ServerSentEvent(data: data.serialized(), event: "rule-part")
        case .routing: return ServerSentEvent(data: #"{"kind":"routing"}"#, event: "rule-part")
        }
    }
}
