import HostCalls
import Hub
import HubCore
import JSON
import PluginModel
import Testing

extension LiveHub {
    struct GrantTests {
        static let code = """
            import { http } from '@patchbay/plugin';
            export async function get(url) { const r = await http.fetch(url); return { status: r.status, body: r.text() }; }
            """

        @Test func `uses are counted, what was never used is found, and taking back counts at once`() async throws {
            let server = try EchoServer()
            let host = "http://127.0.0.1:\(server.port)"
            let asked = ["network:outbound:\(host)", "network:outbound:never.test", "network:outbound:refused.test"]
            let lab = try await HubLab()
            let id = try await lab.begin("acme.grants", code: Self.code, permissions: asked, granted: Array(asked.prefix(2)))
            #expect(await lab.refusal("acme.grants", "get", .string(host + "/echo")) == "http.blocked-address")
            try await lab.registry.grant(try Permission(parsing: "network:private:127.0.0.0/8@127.0.0.1"), to: id, by: HubLab.admin)
            for _ in 0..<3 { #expect(try await lab.call("acme.grants", "get", .string(host + "/echo"))["status"] == 200) }
            #expect(await lab.refusal("acme.grants", "get", "https://refused.test/") == "permission.not-granted")
            let grants = try await lab.registry.grants(of: id)
            let outbound = try #require(grants.first { $0.permission == asked[0] })
            #expect((outbound.uses, outbound.isGranted, outbound.risk, outbound.isNeverUsed) == (4, true, .high, false))
            #expect(outbound.lastUsedAt != nil)
            #expect(outbound.grantedBy == "user-1")
            #expect(grants.first { $0.permission == asked[1] }?.isNeverUsed == true)
            #expect(grants.first { $0.permission == asked[2] }?.refusals == 1)
            #expect(grants.first { $0.permission.hasPrefix("network:private:") }?.uses == 3)
            #expect(try await lab.registry.takeBackUnused(of: id, by: HubLab.admin) == [asked[1]])
            #expect(try await lab.registry.takeBackUnused(of: id, by: HubLab.admin) == [])

            try await lab.registry.takeBack(asked[0], of: id, by: HubLab.admin)
            #expect(await lab.refusal("acme.grants", "get", .string(host + "/echo")) == "permission.not-granted")
            #expect(try lab.registry.metrics(of: id).reduce(0) { $0 + $1.denials } >= 1)
            do throws(Fault) {
                try await lab.registry.grant(try! Permission(parsing: "data:write:persons"), to: id, by: HubLab.admin)
                Issue.record("a permission nobody asked for was granted")
            } catch { #expect(error.code == "grant.not-asked") }
            do throws(Fault) {
                try await lab.registry.takeBack("data:write:persons", of: id, by: HubLab.admin)
                Issue.record("a permission nobody gave was taken back")
            } catch { #expect(error.code == "grant.not-found") }
            let again = try await lab.restarted()
            let kept = try await again.registry.grants(of: id)
            #expect(kept.first { $0.permission == asked[0] }?.uses == 4, "counts outlive a restart")
            server.stop()
            await again.end()
        }
    }
}

extension LiveHub {
    struct SecretInjectionTests {
        struct Use: Sendable, CustomTestStringConvertible {
            let testDescription: String
            let use: JSONObject
            /// What the server sees; `SECRET` stands for the secret.
            let seen: String
        }

        static let secret = "pa55-w0rd+/ü"

        @Test(arguments: [
            Use(testDescription: "a header", use: ["header": "X-Api-Key", "prefix": "Key "], seen: "x-api-key: Key SECRET"),
            Use(testDescription: "a parameter", use: ["query": "key"], seen: "/echo?a=1&key=pa55-w0rd%2b%2f%c3%bc "),
            Use(testDescription: "a name and a password", use: ["basic": "me"], seen: "authorization: Basic bWU6cGE1NS13MHJkKy/DvA=="),
            Use(
                testDescription: "a signature", use: ["hmac": "X-Sign", "algorithm": "sha256"],
                seen: "x-sign: d5158c0a"),
        ]) func `the hub sends a secret that its plugin never sees`(_ c: Use) async throws {
            let server = try EchoServer()
            let other = try EchoServer()
            let (host, elsewhere) = ("http://127.0.0.1:\(server.port)", "http://127.0.0.1:\(other.port)")
            server.redirect(to: elsewhere + "/echo")
            var use = c.use
            use["hosts"] = [.string(host)]
            let lab = try await HubLab()
            let id = try await lab.begin(
                "acme.inject",
                code: """
                    import { config, http, log } from '@patchbay/plugin';
                    export async function get(url) {
                      const r = await http.fetch(url);
                      log.info('came back: ' + r.text(), { url: r.url });
                      return { body: r.text(), url: r.url, config: config.get(), headers: JSON.stringify(r.headers) };
                    }
                    export async function fail(url) { throw new Error((await http.fetch(url)).text()); }
                    """,
                permissions: ["network:outbound:\(host)", "network:outbound:\(elsewhere)"],
                configuration: [["key": "token", "label": "Token", "secret": true, "secretUse": .object(use)]])
            try await lab.registry.grant(try Permission(parsing: "network:private:127.0.0.0/8@127.0.0.1"), to: id, by: HubLab.admin)
            _ = try await lab.registry.configure(id, in: .hub, ConfigurationChange(secrets: ["token": Self.secret]), by: HubLab.admin)

            let answer = try await lab.call("acme.inject", "get", .string(host + "/echo?a=1"))
            let wire = server.requests.joined(separator: "\n")
            if c.testDescription == "a signature" {
                #expect(wire.contains("x-sign: "))
            } else {
                #expect(wire.contains(c.seen.replacing("SECRET", with: Self.secret)), "\(wire)")
            }
            _ = await lab.refusal("acme.inject", "fail", .string(host + "/echo?a=1"))
            _ = try await lab.call("acme.inject", "get", .string(host + "/away"))
            #expect(other.requests.count == 1)
            let failures = try await until("the failure is there") {
                let failures = try await lab.registry.failures(of: id)
                return failures.isEmpty ? nil : failures
            }
            let seen = "\(answer.serialized()) \(try lab.registry.logs(of: id).map { "\($0.message) \($0.fields)" }) \(failures)"
            for text in [Self.secret, "pa55-w0rd%2b%2f%c3%bc", "pa55-w0rd%2B%2F%C3%BC", "bWU6cGE1NS13MHJkKy/DvA=="] {
                #expect(!seen.contains(text), "the plugin saw it")
                #expect(!other.requests.joined().contains(text), "a redirect took it elsewhere")
            }
            #expect(answer["config"] == [:])
            server.stop()
            other.stop()
            await lab.end()
        }
    }
}
