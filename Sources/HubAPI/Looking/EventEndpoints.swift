import HTTPServer
import Hub
import HubCore
import JSON
import PluginModel

/// What happens now, as it happens (Server-Sent Events).
enum EventEndpoints {
    static let topicsMax = 20
    /// For how long whoever listens is believed to be who they were; then it is looked up before the next event.
    static let trust = Duration.seconds(1)

    static let all: [Endpoint] = [
        Endpoint(
            .get, "/events", "A stream of what changes", chapter: OverviewEndpoints.chapter, access: .organisation(.pluginRead),
            query: [
                QueryParameter(
                    "topics", .text, "Divided by commas: plugins, plugin:ID, logs:ID, installations, overview, journal, metrics.")
            ], answer: .anything, deadline: nil, handler: events)
    ]

    private static func events(_ call: APICall) async throws -> HTTPResponse {
        var topics: Set<HubTopic> = []
        let names = (call.query("topics") ?? "plugins,overview").split(separator: ",").map(String.init)
        guard names.count <= topicsMax else { throw ProblemDocument.badQuery("topics", "names at most \(topicsMax)") }
        for name in names { topics.insert(try topic(name, call)) }
        let stream = try call.hub.registry.events.subscribe(topics)
        let wanted = Set(names)
        // Journalled events that were missed while the stream was broken come first.
        let missed = try await call.missedEvents(topics)
        return .events { events in
            try await events.send(ServerSentEvent(data: "{}", event: "hello", retry: .seconds(2)))
            for event in missed { try await events.send(.journal(event)) }
            let last = missed.last?.sequence ?? 0
            var call = call
            var lookedAt = ContinuousClock.now
            for await event in stream {
                if lookedAt.duration(to: .now) >= trust {
                    guard let now = try await call.asNow() else { return }
                    (call, lookedAt) = (now, .now)
                }
                if case .journal(let one) = event, one.sequence <= last { continue }
                if let message = try await call.message(of: event, wanted) { try await events.send(message) }
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
    /// Events of the journal behind the last one a browser has seen.
    fileprivate func missedEvents(_ topics: Set<HubTopic>) async throws -> [JournalEvent] {
        guard topics.contains(.journal), let id = request.lastEventID, let last = Int64(id) else { return [] }
        let organisation = principal.may(.journalRead, in: nil) ? nil : organisation?.id
        return try await hub.store.read { (records) throws(Fault) in
            try records.events(after: last, types: [], organisation: organisation, limit: 1000)
        }
    }

    /// The same for the person as they are now; nil for whoever was signed out or may no longer listen.
    fileprivate func asNow() async throws -> APICall? {
        guard let authenticated, let principal = try await CredentialSource(authenticated).principal(like: authenticated.principal, hub),
            organisation.map({ principal.belongs(to: $0.id) }) ?? true
        else { return nil }
        var call = self
        call.authenticated?.principal = principal
        return call
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
            let isVisible = event.organisation == nil || event.organisation == organisation?.id || principal.may(.journalRead, in: nil)
            return isVisible ? .journal(event) : nil
        case .lost(let count): return ServerSentEvent(data: JSONValue.object(["lost": .int(Int64(count))]).serialized(), event: "lost")
        }
    }
}
