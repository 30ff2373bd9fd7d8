import Glibc
import Hub
import HubCore
import JSON
import Manifests
import PluginModel
import PluginRuntime
import Synchronization
import TestServers
import Testing

extension LiveHub {
    /// Integrations that ask a provider: what operators grant, whom it reaches, and how a refused try is seen.
    struct CoopNetworkTests {
        static let fields =
            "requiresConfig: false, configurationFields: [{ key: 'apiKey', label: 'Key', required: false, inputType: 'password' }],"

        /// Asks its provider in runs, which say where, and for catalogs.
        static func provider(_ port: UInt16) -> String {
            CoopLab.module(
                "PROVIDER", manifest: fields,
                more: """
                    refreshCatalog: async ({ getCredential }) => {
                      const key = (await getCredential())?.apiKey ?? '';
                      const answer = await fetch('http://127.0.0.1:\(port)/catalog', { headers: { 'x-api-key': key } });
                      return { version: String(answer.status), signals: [{ signalTypeId: 'MADE', ...descriptor('MADE') }] };
                    },
                    createCatalogSignal: (entry) => signal('MADE', async () => scored(9)).signal,
                    """,
                """
                return [signal('ASKED', async (input) => {
                  const key = (await getCredential(input.orgId))?.apiKey ?? '';
                  const answer = await fetch(input.value.value, { headers: { 'x-api-key': key } });
                  return scored(answer.status);
                })];
                """)
        }

        private func refusal(_ body: () async throws(Fault) -> Void) async -> Fault? {
            do throws(Fault) {
                try await body()
                return nil
            } catch { return error }
        }

        @Test func `an integration connects where the operator lets it, in every organisation, until it is taken back`() async throws {
            let server = try EchoServer()
            let host = "http://127.0.0.1:\(server.port)"
            let outbound = "network:outbound:\(host)"
            let lab = try await HubLab()
            let id = try #require(try await CoopLab.install("provider", Self.provider(server.port), in: lab).plugin)
            try await lab.registry.consent(to: id, grants: [], by: HubLab.admin)
            let (red, blue) = (CoopLab.red, CoopLab.blue)
            for organisation in [red, blue] { try await CoopLab.configure(id, organisation, secret: "key-of-\(organisation)", in: lab) }
            func asked(_ organisation: Organisation.ID) async throws -> CoopAnswer {
                try #require(try await CoopLab.ask(id, "ASKED", [host + "/echo"], organisation, in: lab).first)
            }

            // Nothing is granted: the author reads the host and what to do, the operator sees what it tried.
            let first = try #require(try await asked(red).failure)
            #expect(first.contains("may not connect to '\(host)'") && first.contains("--grant \(outbound)"), "\(first)")
            let refused = await refusal { () throws(Fault) in _ = try await lab.registry.refreshCatalog(of: id, for: red) }
            #expect(
                refused?.code == "coop.catalog-refused" && refused?.message.contains(outbound) == true, "\(String(describing: refused))")
            let tried = try #require(try await lab.registry.grants(of: id).first { $0.permission == outbound })
            #expect((tried.isDeclared, tried.isGranted, tried.mayBeGranted) == (false, false, true))
            #expect(tried.refusals >= 2, "the run and the refresh; those that follow saved settings come on top")

            // The host leads to a private address, which takes a yes of its own.
            try await lab.registry.grant(try Permission(parsing: outbound), to: id, by: HubLab.admin)
            let second = try #require(try await asked(red).failure)
            #expect(second.contains("127.0.0.1") && server.requests.isEmpty, "\(second)")
            let other = try #require(try await lab.registry.grants(of: id).first { $0.permission.hasPrefix("network:private:") })
            #expect(other.mayBeGranted && !other.isGranted && other.refusals > 0)
            try await lab.registry.grant(try Permission(parsing: other.permission), to: id, by: HubLab.admin)

            // A worker that runs has it at once, and one that begins later too; each with its own organisation's key.
            #expect(try await asked(red).number == 200)
            #expect(try await asked(blue).number == 200)
            #expect(server.requests.count { $0.hasPrefix("GET /echo") && $0.contains("x-api-key: key-of-red") } == 1)
            #expect(server.requests.count { $0.hasPrefix("GET /echo") && $0.contains("x-api-key: key-of-blue") } == 1)
            #expect(try await lab.registry.refreshCatalog(of: id, for: blue).catalog.version == "200")
            #expect(server.requests.contains { $0.hasPrefix("GET /catalog") && $0.contains("key-of-blue") })

            let engine = await refusal { () throws(Fault) in
                try await lab.registry.grant(try! Permission(parsing: "engine:jit"), to: id, by: HubLab.admin)
            }
            #expect(engine?.code == "grant.not-asked", "hosts alone are left to the operator")

            try await lab.registry.takeBack(outbound, of: id, by: HubLab.admin)
            let before = server.requests.count
            for organisation in [red, blue] { #expect(try await asked(organisation).failure?.contains("may not connect") == true) }
            #expect(server.requests.count == before)
            server.stop()
            await lab.end()
        }

        @Test func `many values of one message each get their request`() async throws {
            let server = try EchoServer()
            let host = "http://127.0.0.1:\(server.port)"
            let lab = try await HubLab()
            let id = try #require(try await CoopLab.install("provider", Self.provider(server.port), in: lab).plugin)
            let grants = ["network:outbound:\(host)", "network:private:127.0.0.0/8@127.0.0.1"]
            try await lab.registry.consent(to: id, grants: try grants.map { try Permission(parsing: $0) }, by: HubLab.admin)
            let answers = try await CoopLab.ask(id, "ASKED", (0..<300).map { "\(host)/echo?\($0)" }, CoopLab.red, in: lab)
            #expect(answers.count { $0.number == 200 } == 300, "\(answers.compactMap(\.failure).first ?? "")")
            server.stop()
            await lab.end()
        }

        @Test func `what an author asks for in package.json is put to the operator, and grants beside it outlive an update`() async throws {
            let lab = try await HubLab()
            let permissions =
                #"["network:outbound:api.acme.test",{"permission":"network:outbound:*.cdn.acme.test","reason":"models"},"engine:jit",7]"#
            let installed = try await CoopLab.install("provider", Self.provider(9), permissions: permissions, in: lab)
            let id = try #require(installed.plugin)
            #expect(installed.findings.count { $0.code == "coop.permission" } == 2, "\(installed.findings)")
            let asked = try await lab.registry.consentPreview(of: id).permissions
            #expect(asked.map(\.permission) == ["network:outbound:api.acme.test", "network:outbound:*.cdn.acme.test"])
            #expect(asked.map(\.reason) == [nil, "models"])
            try await lab.registry.consent(to: id, grants: [try Permission(parsing: "network:outbound:api.acme.test")], by: HubLab.admin)
            try await lab.registry.grant(try Permission(parsing: "network:outbound:beside.test"), to: id, by: HubLab.admin)
            let views = try await lab.registry.grants(of: id)
            #expect(views.filter(\.isDeclared).map(\.isGranted) == [true, false])

            _ = try await CoopLab.install("provider", Self.provider(9), version: "1.1.0", in: lab)
            let next = try await lab.registry.consentPreview(of: id).permissions
            let beside = try #require(next.first { $0.permission == "network:outbound:beside.test" })
            #expect(beside.isGranted && beside.status == .asBefore, "who agrees to the update is shown it, and may keep it")
            #expect(try await lab.registry.consentPreview(of: id).findings.allSatisfy { $0.code != "coop.duplicate-id" })

            // The same id from a package of another name takes all of that over: whoever agrees is told, in upstream's words.
            let other = try await CoopLab.install("intruder", Self.provider(9), version: "1.2.0", in: lab)
            let told = try #require(other.findings.first { $0.code == "coop.duplicate-id" })
            #expect(told.sentence.hasPrefix(#"Duplicate integration id "PROVIDER" from package "@acme/intruder"."#), "\(told)")
            #expect(try await lab.registry.consentPreview(of: id).findings.contains(told))
            await lab.end()
        }

        @Test func `a connection that breaks off is tried once more, and a refusal is not`() async throws {
            let seen = Mutex(0)
            let listener = try LoopbackListener("a server that breaks off") { connection in
                let count = seen.withLock { count in
                    count += 1
                    return count
                }
                // The first request, and every one after the second, ends without an answer.
                guard count == 2 else { return }
                var buffer = [UInt8](repeating: 0, count: 4096)
                _ = recv(connection, &buffer, buffer.count, 0)
                let answer = Array("HTTP/1.1 204 No Content\r\nConnection: close\r\n\r\n".utf8)
                _ = answer.withUnsafeBytes { send(connection, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL)) }
            }
            let host = "http://127.0.0.1:\(listener.port)"
            let lab = try await HubLab()
            let id = try #require(try await CoopLab.install("provider", Self.provider(9), in: lab).plugin)
            let grants = ["network:outbound:\(host)", "network:private:127.0.0.0/8@127.0.0.1"]
            try await lab.registry.consent(to: id, grants: try grants.map { try Permission(parsing: $0) }, by: HubLab.admin)
            let answer = try await CoopLab.ask(id, "ASKED", [host], CoopLab.red, in: lab)
            #expect(answer.first?.number == 204 && seen.withLock { $0 } == 2)
            let next = try await CoopLab.ask(id, "ASKED", [host], CoopLab.red, in: lab)
            #expect(next.first?.failure?.hasPrefix("fetch failed:") == true && seen.withLock { $0 } == 4)
            let refused = try await CoopLab.ask(id, "ASKED", ["http://elsewhere.test/"], CoopLab.red, in: lab)
            #expect(refused.first?.failure?.contains("may not connect") == true)
            let view = try await lab.registry.grants(of: id).first { $0.permission == "network:outbound:http://elsewhere.test" }
            #expect(view?.refusals == 1)
            listener.stop()
            await lab.end()
        }
    }
}
