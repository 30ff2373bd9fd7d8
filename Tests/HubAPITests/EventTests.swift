import HTTPServer
import HubCore
import JSON
import PluginModel
import Testing

@testable import HubAPI

/// What happens, as it happens.
@Suite(.everyDatabase, .namingTheDatabase) struct EventTests {
    /// A stream that is read until a text has come.
    private static func listen(_ world: World, _ topics: String, as person: Person, after id: String? = nil) async throws -> Connection {
        var head =
            "GET /api/v1/events?topics=\(topics) HTTP/1.1\r\nHost: 127.0.0.1:\(world.hub.port)\r\nAccept: text/event-stream\r\nConnection: close\r\n"
        for (name, value) in person.headers(isChange: false) { head += "\(name): \(value)\r\n" }
        if let id { head += "Last-Event-ID: \(id)\r\n" }
        let bytes = Array((head + "\r\n").utf8)
        let port = world.hub.port
        return try await onThread {
            let connection = try Connection(port: port)
            connection.send(bytes)
            try connection.receive(until: "event: hello")
            return connection
        }
    }

    private static func wait(_ connection: Connection, _ text: String) async throws -> String {
        try await onThread {
            try connection.receive(until: text)
            return String(decoding: connection.received, as: UTF8.self)
        }
    }

    @Test func `what changes arrives, in the shapes of the API`() async throws {
        let world = try await World(plain: true)
        let hub = world.hub
        let stream = try await Self.listen(world, "plugins,plugin:lab.probe,logs:lab.probe,installations,journal,overview", as: world.admin)
        let seen = String(decoding: stream.received, as: UTF8.self)
        #expect(seen.contains("200 OK") && seen.lowercased().contains("content-type: text/event-stream"), "\(seen)")
        _ = try await hub.ask("PATCH", "/admin/plugins/lab.probe", as: world.admin, ["enabled": false])
        #expect(try await Self.wait(stream, "\"name\":\"disabled\"").contains("event: plugin"))
        #expect(try await Self.wait(stream, "system.PluginDisabled").contains("event: journal"))
        _ = try await hub.ask("PATCH", "/admin/plugins/lab.probe", as: world.admin, ["enabled": true])
        _ = try await hub.ask("POST", "/plugins/lab.probe/call", as: world.admin, ["export": "mine"])
        #expect(try await Self.wait(stream, "region north").contains("event: log"))
        _ = try await hub.install(try hub.write("lab.event", code: "export const n = 1;"), as: world.admin)
        #expect(try await Self.wait(stream, "\"state\":\"done\"").contains("event: installation"))
        _ = try await hub.ask("DELETE", "/plugins/lab.event?confirm=lab.event", as: world.admin)
        #expect(try await Self.wait(stream, "\"removed\":true").contains("lab.event"))
        await hub.stop()
    }

    @Test func `what was missed of the journal comes first, and once`() async throws {
        let world = try await World.shared()
        let hub = world.hub
        let before = try await hub.ask("GET", "/journal?order=desc&limit=1", as: world.admin).json[0]?["sequence"]?.intValue ?? 0
        try await hub.begin("lab.missed", code: "export const n = 1;", as: world.admin)
        let stream = try await Self.listen(world, "journal", as: world.admin, after: "\(before)")
        _ = try await hub.ask("PATCH", "/admin/plugins/lab.missed", as: world.admin, ["enabled": false])
        // Other tests make events too; these are of this test's plugin.
        let text = try await until("the event of the switch") { () -> String? in
            let text = try await Self.wait(stream, "id: ")
            let isThere = text.contains("system.PluginDisabled") && text.contains("lab.missed")
            if !isThere { _ = try await onThread { stream.receive() } }
            return isThere ? text : nil
        }
        let ids = text.matches(of: #/id: (\d+)/#).compactMap { Int(String($0.1)) }
        #expect(ids.first == before + 1)
        #expect(ids == ids.sorted() && Set(ids).count == ids.count, "\(ids)")
        #expect(text.contains("system.PluginInstalled"))
    }

    @Test(arguments: ["installations", "journal", "logs:lab.probe"]) func `topics are for those who may read them otherwise`(
        _ topic: String
    ) async throws {
        let world = try await World.shared()
        let answer = try await world.hub.ask("GET", "/events?topics=\(topic)", as: world.who(.developer))
        #expect(answer.status == 403, "\(answer)")
        let many = try await world.hub.ask(
            "GET", "/events?topics=\(repeatElement("plugins", count: EventEndpoints.topicsMax + 1).joined(separator: ","))", as: world.admin
        )
        #expect(many.status == 400, "\(many)")
    }

    @Test func `an organisation hears nothing of another one's, and nobody who was signed out hears anything`() async throws {
        let world = try await World(plain: true)
        let hub = world.hub
        let stream = try await Self.listen(world, "journal,logs:lab.probe,plugins", as: world.stranger)
        let leader = world.who(.teamAdmin)
        _ = try await hub.ask(
            "PUT", "/plugins/lab.probe/configuration?scope=organisation", as: leader, ["values": ["region": "alphaonly"]])
        _ = try await hub.ask("POST", "/plugins/lab.probe/call", as: leader, ["export": "mine"])
        _ = try await hub.ask(
            "PUT", "/plugins/lab.probe/configuration?scope=organisation", as: world.stranger, ["values": ["region": "betaonly"]])
        _ = try await hub.ask("POST", "/plugins/lab.probe/call", as: world.stranger, ["export": "mine"])
        let text = try await Self.wait(stream, "region betaonly")
        #expect(!text.contains("alphaonly"), "\(text)")
        let organisations = Set(text.matches(of: #/"organisation":"([^"]+)"/#).map { String($0.1) })
        #expect(organisations.count == 1, "\(organisations)")
        #expect(try await hub.ask("DELETE", "/session", as: world.stranger).status == 204)
        let isOver = try await onThread {
            let deadline = ContinuousClock.now + EventEndpoints.recheckTime + .seconds(20)
            while ContinuousClock.now < deadline { if !stream.receive() { return ContinuousClock.now < deadline } }
            return false
        }
        #expect(isOver)
        await hub.stop()
    }
}
