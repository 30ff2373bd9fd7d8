import Glibc
import HostCalls
import JSON
import PluginModel
import TestServers
import Testing

@Suite(.timeLimit(.minutes(1)), .enabled(if: TLSServer.isThere, "needs Debian's openssl package"))
struct FetchingSecurely {
    private func bench(_ server: TLSServer, host: String, authorityFile: String?) throws -> HTTPBench {
        let outbound = "network:outbound:\(host):\(server.port)"
        return try HTTPBench(
            declared: [outbound], granted: [outbound, "network:private:127.0.0.1/32@\(host)"],
            options: HTTPClientOptions(authorityFile: authorityFile, resolve: ["\(host):\(server.port):127.0.0.1"]))
    }

    @Test func trustsAKnownAuthority() async throws {
        let server = try TLSServer()
        let bench = try bench(server, host: "tls.example", authorityFile: server.authorityFile)
        defer { bench.stop() }
        let response = try await bench.response("https://tls.example:\(server.port)/")
        #expect(response["status"] == 200)
    }

    @Test func refusesAnUnknownAuthority() async throws {
        let server = try TLSServer()
        let bench = try bench(server, host: "tls.example", authorityFile: nil)
        defer { bench.stop() }
        let fault = try #require(await bench.fetch("https://tls.example:\(server.port)/").fault)
        #expect(fault.code == "http.tls")
        #expect(fault.turn == .downstream)
    }

    @Test func refusesACertificateForAnotherHost() async throws {
        let server = try TLSServer()
        let bench = try bench(server, host: "other.example", authorityFile: server.authorityFile)
        defer { bench.stop() }
        #expect(await bench.fetch("https://other.example:\(server.port)/").code == "http.tls")
    }

    @Test func refusesASecureRedirectToPlainHTTP() async throws {
        let plain = LoopbackServer()
        defer { plain.stop() }
        let server = try TLSServer()
        let bench = try bench(server, host: "tls.example", authorityFile: server.authorityFile)
        defer { bench.stop() }
        // The permission covers https alone, so the same host over http is another need.
        #expect(await bench.fetch("http://tls.example:\(server.port)/").code == "permission.not-declared")
        #expect(plain.connectionCount == 0)
    }

    @Test func speaksNoTLSToAPlainServer() async throws {
        let plain = LoopbackServer()
        defer { plain.stop() }
        let outbound = "network:outbound:127.0.0.1:\(plain.port)"
        let bench = try HTTPBench(
            declared: [outbound], granted: [outbound, "network:private:127.0.0.1/32@127.0.0.1"],
            limits: HTTPLimits(connectMilliseconds: 1000))
        defer { bench.stop() }
        let code = await bench.fetch("https://127.0.0.1:\(plain.port)/").code
        #expect(code == "http.tls" || code == "http.timeout")
    }
}

/// The environment has no say in where requests go.
@Suite(.timeLimit(.minutes(1))) struct FetchingWithoutTheEnvironment {
    @Test func ignoresProxies() async throws {
        await #expect(processExitsWith: .success) {
            for variable in ["http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY", "https_proxy"] {
                let (server, proxy) = (LoopbackServer(), LoopbackServer())
                setenv(variable, "http://127.0.0.1:\(proxy.port)", 1)
                let bench = try HTTPBench(reaching: server)
                let response = try await bench.response("http://localhost:\(server.port)/")
                guard response["body"] == "hello", proxy.connectionCount == 0, server.requests.count == 1 else {
                    print("\(variable) had a say")
                    exit(1)
                }
                bench.stop()
                unsetenv(variable)
            }
        }
    }
}
