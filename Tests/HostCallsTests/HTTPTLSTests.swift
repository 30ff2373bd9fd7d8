import Glibc
import HostCalls
import JSON
import PluginModel
import Testing

/// Debian's `openssl s_server` with a certificate of its own for `tls.example`, on a port of its own choice.
final class TLSServer {
    let port: UInt16
    /// The certificate, which signs itself.
    let authorityFile: String
    private let folder: String
    private let process: pid_t

    static var isThere: Bool { access("/usr/bin/openssl", X_OK) == 0 }

    /// `response`: the whole HTTP response to `/answer`, head and body; without one every path answers 200.
    init(response: String? = nil) throws {
        var template = Array("/tmp/patchbay-tls-XXXXXX".utf8CString)
        guard mkdtemp(&template) != nil else { throw TookTooLong(description: "no temporary folder") }
        folder = String(decoding: template.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
        authorityFile = folder + "/cert.pem"
        let made = try Self.spawn([
            "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "2", "-subj", "/CN=tls.example",
            "-addext", "subjectAltName=DNS:tls.example", "-keyout", folder + "/key.pem", "-out", authorityFile,
        ])
        close(made.output)
        waitpid(made.process, nil, 0)
        if let response {
            guard let file = fopen(folder + "/answer", "we") else { throw TookTooLong(description: "no file to answer with") }
            fputs(response, file)
            fclose(file)
        }
        let served = try Self.spawn(
            [
                "s_server", "-accept", "127.0.0.1:0", "-key", folder + "/key.pem", "-cert", authorityFile,
                response == nil ? "-www" : "-HTTP",
            ], in: folder)
        process = served.process
        // It says "ACCEPT 127.0.0.1:PORT" once it listens.
        var said: [UInt8] = []
        var byte: UInt8 = 0
        var found: UInt16?
        while found == nil, said.count < 4096, read(served.output, &byte, 1) == 1 {
            said.append(byte)
            if byte == 0x0a, let line = String(decoding: said, as: UTF8.self).split(separator: "\n").last, line.hasPrefix("ACCEPT") {
                found = line.split(separator: ":").last.flatMap { UInt16($0) }
            }
        }
        close(served.output)
        guard let found else { throw TookTooLong(description: "openssl said no port: \(String(decoding: said, as: UTF8.self))") }
        port = found
    }

    deinit {
        kill(process, SIGKILL)
        waitpid(process, nil, 0)
        for name in ["key.pem", "cert.pem", "answer"] { unlink(folder + "/" + name) }
        rmdir(folder)
    }

    private static func spawn(_ arguments: [String], in folder: String = "/") throws -> (process: pid_t, output: Int32) {
        var ends: [Int32] = [0, 0]
        guard pipe(&ends) == 0 else { throw TookTooLong(description: "no pipe") }
        for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0)
        posix_spawn_file_actions_adddup2(&actions, ends[1], 1)
        posix_spawn_file_actions_addopen(&actions, 2, "/dev/null", O_WRONLY, 0)
        posix_spawn_file_actions_addclose(&actions, ends[0])
        defer { posix_spawn_file_actions_destroy(&actions) }
        var words = (["env", "--chdir", folder, "/usr/bin/openssl"] + arguments).map { strdup($0) } + [nil]
        defer { for word in words { free(word) } }
        var process = pid_t()
        let code = posix_spawn(&process, "/usr/bin/env", &actions, nil, &words, environ)
        close(ends[1])
        guard code == 0 else { throw TookTooLong(description: "openssl did not start: \(code)") }
        return (process, ends[0])
    }
}

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
    @Test(arguments: ["http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY", "https_proxy"])
    func ignoresProxies(_ variable: String) async throws {
        await #expect(processExitsWith: .success) { [variable = variable as String] in
            let (server, proxy) = (LoopbackServer(), LoopbackServer())
            setenv(variable, "http://127.0.0.1:\(proxy.port)", 1)
            let bench = try HTTPBench(reaching: server)
            let response = try await bench.response("http://localhost:\(server.port)/")
            guard response["body"] == "hello", proxy.connectionCount == 0, server.requests.count == 1 else { exit(1) }
            bench.stop()
        }
    }
}
