import HTTPServer
import Hub
import HubCore
import JSON
import TestServers
import Testing

@testable import HubAPI

/// A secret that was set is nowhere to be read: no answer, no line, no record, no file.
@Suite(.everyDatabase, .namingTheDatabase) struct SecretTests {
    @Test func `a secret goes in and never comes out`() async throws {
        let hub = try await TestHub()
        let admin = try await hub.setUp()
        let leader = try await hub.person("leader", role: .teamAdmin, by: admin)
        let secrets = [
            "hubwide": "planted-hub-5ecret-value", "organisation": "planted-org-5ecret-value", "tested": "planted-test-5ecret-value",
        ]
        try await hub.begin(
            "lab.secret", code: World.probeCode, configuration: World.probeFields, extra: World.probeContributions,
            files: ["ui/page.js": "export default 1"], as: admin)
        let set = try await hub.ask(
            "PUT", "/plugins/lab.secret/configuration", as: admin,
            ["values": ["region": "east"], "secrets": ["token": .string(secrets["hubwide"] ?? "")]])
        #expect(set.status == 200, "\(set)")
        let own = try await hub.ask(
            "PUT", "/plugins/lab.secret/configuration?scope=organisation", as: leader,
            ["secrets": ["token": .string(secrets["organisation"] ?? "")]])
        #expect(own.status == 200, "\(own)")
        let fields = own.json["fields"]?.arrayValue ?? []
        let token = fields.first { $0["key"] == "token" }
        #expect(token?["isSet"] == true && token?["value"] == nil && token?["source"] == "organisation", "\(own)")
        var answers = [set, own]
        answers.append(
            try await hub.ask(
                "POST", "/plugins/lab.secret/configuration/test", as: admin, ["secrets": ["token": .string(secrets["tested"] ?? "")]]))
        #expect(answers.last?.json["ok"] == true, "\(answers)")
        answers.append(
            try await hub.ask(
                "POST", "/plugins/lab.secret/configuration/validate", as: admin,
                ["secrets": ["token": .string(secrets["tested"] ?? ""), "no": "x"]]))
        // The plugin has it, writes it into its log and throws it; also with the organisation's.
        for person in [admin, leader] {
            answers.append(try await hub.ask("POST", "/plugins/lab.secret/call", as: person, ["export": "leak"]))
            answers.append(try await hub.ask("POST", "/plugins/lab.secret/call", as: person, ["export": "mine"]))
        }
        #expect(answers[4].status == 502 && answers[4].code == "plugin.threw", "\(answers[4])")
        _ = try await until("the failure and the lines are there") {
            let lines = try await hub.ask("GET", "/plugins/lab.secret/logs", as: admin).text
            let failures = try await hub.ask("GET", "/plugins/lab.secret/failures", as: admin).json.arrayValue ?? []
            return lines.contains("the token is") && failures.count >= 2 ? true : nil
        }
        for person in [admin, leader] {
            for endpoint in HubAPI.endpoints where endpoint.method == .get && !endpoint.path.hasSuffix("/events") {
                let path = endpoint.path.replacing("{path...}", with: "echo/x").replacing("{slug}", with: "alpha").replacing(
                    "{user}", with: admin.id
                )
                .replacing("{installation}", with: "none").replacing(
                    "{id}", with: endpoint.path.hasPrefix("/users") ? admin.id : "lab.secret")
                answers.append(try await hub.ask("GET", (endpoint.isAtRoot ? "/" : "") + path, as: person))
            }
            for target in [
                "/plugins/lab.secret/configuration?scope=organisation", "/audit?limit=200", "/journal?limit=200",
                "/plugins/lab.secret/logs?q=planted",
                "/search?q=planted", "/plugins/lab.secret/removal",
            ] { answers.append(try await hub.ask("GET", target, as: person)) }
        }
        #expect(answers.count > 70)
        for (name, secret) in secrets {
            for answer in answers { #expect(!answer.text.contains(secret), "\(name) in \(answer)") }
            for answer in answers { #expect(!answer.fields.contains { $0.value.contains(secret) }) }
            #expect(!hub.log.contains { $0.contains(secret) })
        }
        // Everything is on disk before it is searched.
        await hub.registry.stop()
        let dump = hub.folder + "/dump.sql"
        if let name = hub.databaseName {
            try await onThread { try PostgresCluster.shared.get().dump(name, to: dump) }
            #expect(String(decoding: try Folders.read(dump), as: UTF8.self).contains("lab.secret"))
        }
        let files = Folders.files(below: hub.folder)
        #expect(files.contains { $0.hasSuffix("hub.sqlite") || $0 == dump } && files.count > 5)
        for file in files {
            let bytes = try Folders.read(file)
            for (name, secret) in secrets {
                #expect(bytes.firstRange(of: Array(secret.utf8)) == nil, "\(name) in \(file)")
                // PostgreSQL writes bytes as hexadecimal digits.
                let digits = secret.utf8.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
                #expect(bytes.firstRange(of: Array(digits.utf8)) == nil, "\(name) in \(file), as bytes")
            }
            #expect(bytes.firstRange(of: Array((admin.cookie ?? "-").utf8)) == nil, "a session's text in \(file)")
            #expect(bytes.firstRange(of: Array(TestHub.password.utf8)) == nil, "a password in \(file)")
        }
        await hub.stop()
    }

    @Test func `a secret is replaced and taken away by whoever may, and its scope is kept apart`() async throws {
        let world = try await World.shared()
        let hub = world.hub
        try await hub.begin("lab.vault", code: World.probeCode, configuration: World.probeFields, as: world.admin)
        let target = "/plugins/lab.vault/configuration"
        func isSet(_ person: Person, _ scope: String) async throws -> JSONValue? {
            try await hub.ask("GET", "\(target)?scope=\(scope)", as: person).json["fields"]?.arrayValue?.first { $0["key"] == "token" }?[
                "isSet"]
        }
        let leader = world.who(.teamAdmin)
        let hubwide = try await hub.ask("PUT", target, as: leader, ["secrets": ["token": "x"]])
        #expect(hubwide.status == 403, "\(hubwide)")
        #expect(
            try await hub.ask("PUT", "\(target)?scope=organisation", as: world.who(.developer), ["secrets": ["token": "x"]]).status == 403)
        #expect(try await hub.ask("PUT", "\(target)?scope=organisation", as: leader, ["secrets": ["token": "x"]]).status == 200)
        #expect(try await isSet(leader, "organisation") == true)
        #expect(try await isSet(world.stranger, "organisation") == false)
        #expect(try await isSet(world.admin, "hub") == false)
        let before = try await hub.ask("GET", "/settings", as: world.admin).json["vault"]?["keys"]?[0]?["secrets"]?.intValue ?? 0
        #expect(before >= 1)
        let rotated = try await hub.ask("POST", "/settings/vault/rotate", as: world.admin)
        #expect(rotated.status == 200 && rotated.json["done"] == rotated.json["total"], "\(rotated)")
        #expect(try await hub.ask("PUT", "\(target)?scope=organisation", as: leader, ["secrets": ["token": nil]]).status == 200)
        #expect(try await isSet(leader, "organisation") == false)
    }
}
