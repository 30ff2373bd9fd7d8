import Glibc
import HostCalls
import PluginModel
import TestServers
import Testing

/// A file that an operator names by its address, fetched from real servers on this machine.
@Suite(.timeLimit(.minutes(1))) struct Downloading {
    /// Downloads with a loop of its own, which ends with the download.
    private func download(
        _ address: String, bytesMax: Int = 1 << 20, options: HTTPClientOptions = HTTPClientOptions()
    ) async -> Result<[UInt8], Fault> {
        let loop = HostLoop(name: "download-test")
        defer { loop.stop() }
        let download = HTTPDownload(service: HTTPService(loop: loop), bytesMax: bytesMax, options: options)
        do throws(Fault) { return .success(try await download.bytes(at: address)) } catch { return .failure(error) }
    }

    private func fault(_ result: Result<[UInt8], Fault>) -> Fault? {
        if case .failure(let fault) = result { fault } else { nil }
    }

    @Test(arguments: ["localhost", "127.0.0.1", "[::1]"])
    func `the bytes arrive as they are, also from this machine when its name was written`(_ host: String) async throws {
        let bytes = (0..<100_000).map { UInt8(truncatingIfNeeded: $0 &* 31) }
        let server = LoopbackServer { _, connection in connection.respond(bytes) }
        defer { server.stop() }
        #expect(try await download("http://\(host):\(server.port)/package.tgz").get() == bytes)
        #expect(server.requests.map(\.path) == ["/package.tgz"])
    }

    @Test(arguments: [("404 Not Found", "404", Fault.Turn.caller), ("503 Service Unavailable", "503", .downstream)])
    func `an answer that is no file is told with its status`(_ status: String, _ number: String, _ turn: Fault.Turn) async throws {
        let server = LoopbackServer { _, connection in connection.respond("a page, and no package", status: status) }
        defer { server.stop() }
        let address = "http://localhost:\(server.port)/package.tgz"
        let fault = try #require(fault(await download(address)))
        #expect(fault.code == "package.fetch-failed" && fault.turn == turn && fault.place == address)
        #expect(fault.message.contains(number))
        #expect(!"\(fault)".contains("a page"), "what the server wrote is not repeated")
    }

    @Test func `a file larger than the limit is refused, and one of just that size is not`() async throws {
        let server = LoopbackServer { request, connection in
            connection.respond([UInt8](repeating: 7, count: request.path == "/fits" ? 5000 : 5001))
        }
        defer { server.stop() }
        #expect(try await download("http://localhost:\(server.port)/fits", bytesMax: 5000).get().count == 5000)
        let fault = try #require(fault(await download("http://localhost:\(server.port)/large", bytesMax: 5000)))
        #expect(fault.code == "http.response-too-large" && fault.message.contains("5000"))
    }

    @Test func `a redirect within the host that was written is followed`() async throws {
        let server = LoopbackServer { request, connection in
            if request.path == "/old" { connection.redirect(to: "/new") } else { connection.respond("package") }
        }
        defer { server.stop() }
        #expect(try await download("http://localhost:\(server.port)/old").get() == Array("package".utf8))
    }

    @Test func `a redirect to another host of this machine is refused before anything is sent there`() async throws {
        let inner = LoopbackServer()
        let server = LoopbackServer { _, connection in connection.redirect(to: "http://127.0.0.1:\(inner.port)/secret") }
        defer {
            server.stop()
            inner.stop()
        }
        let fault = try #require(fault(await download("http://localhost:\(server.port)/package.tgz")))
        #expect(fault.code == "http.blocked-address")
        #expect(inner.connectionCount == 0)
    }

    @Test func `a name that was not written and leads to a private address is refused`() async throws {
        let server = LoopbackServer { _, connection in connection.redirect(to: "http://inner.example:1/secret") }
        defer { server.stop() }
        let options = HTTPClientOptions(resolve: ["inner.example:1:10.0.0.1"])
        let fault = try #require(fault(await download("http://localhost:\(server.port)/package.tgz", options: options)))
        #expect(fault.code == "http.blocked-address")
    }

    @Test(.enabled(if: TLSServer.isThere, "needs Debian's openssl package"))
    func `a redirect from https to http is refused`() async throws {
        let plain = LoopbackServer()
        defer { plain.stop() }
        let address = "http://tls.example:\(plain.port)/package.tgz"
        let server = try TLSServer(
            response: Array("HTTP/1.1 302 Found\r\nLocation: \(address)\r\nContent-Length: 0\r\nConnection: close\r\n\r\n".utf8))
        let options = HTTPClientOptions(
            authorityFile: server.authorityFile,
            resolve: ["tls.example:\(server.port):127.0.0.1", "tls.example:\(plain.port):127.0.0.1"])
        let fault = try #require(fault(await download("https://tls.example:\(server.port)/answer", options: options)))
        #expect(fault.code == "package.fetch-failed" && fault.message.contains("https to http"), "\(fault)")
        #expect(fault.place == address)
        #expect(plain.connectionCount == 0)
    }

    @Test(arguments: ["ftp://localhost/x", "http://", "http://user:pass@localhost/x"])
    func `an address that is none of the web's is refused unread`(_ address: String) async throws {
        let fault = try #require(fault(await download(address)))
        #expect(fault.code.hasPrefix("http."))
        #expect(!"\(fault)".contains("pass@"))
    }
}
