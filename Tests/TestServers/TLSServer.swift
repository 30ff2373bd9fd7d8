import Glibc
import Synchronization

/// Debian's `openssl s_server` with a certificate of its own for `tls.example`, on a port of its own choice.
package final class TLSServer: Sendable {
    package let port: UInt16
    /// The certificate, which signs itself.
    package let authorityFile: String
    private let folder: String
    private let process: pid_t
    private let isOver = Atomic<Bool>(false)

    package static var isThere: Bool { access("/usr/bin/openssl", X_OK) == 0 }

    /// `response`: the whole HTTP response to `/answer`, head and body; without one every path answers 200.
    package init(response: [UInt8]? = nil) throws {
        var template = Array("/tmp/patchbay-tls-XXXXXX".utf8CString)
        guard mkdtemp(&template) != nil else { throw TestTrouble(description: "no temporary folder") }
        folder = String(decoding: template.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
        authorityFile = folder + "/cert.pem"
        let made = try Self.spawn([
            "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "2", "-subj", "/CN=tls.example",
            "-addext", "subjectAltName=DNS:tls.example", "-keyout", folder + "/key.pem", "-out", authorityFile,
        ])
        close(made.output)
        waitpid(made.process, nil, 0)
        if let response {
            guard let file = fopen(folder + "/answer", "we") else { throw TestTrouble(description: "no file to answer with") }
            defer { fclose(file) }
            guard fwrite(response, 1, response.count, file) == response.count else {
                throw TestTrouble(description: "the answer was not written")
            }
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
        guard let found else { throw TestTrouble(description: "openssl said no port: \(String(decoding: said, as: UTF8.self))") }
        port = found
    }

    deinit { end() }

    /// For one that outlives every reference; doing it again does nothing.
    package func end() {
        guard isOver.exchange(true, ordering: .relaxed) == false else { return }
        kill(process, SIGKILL)
        waitpid(process, nil, 0)
        for name in ["key.pem", "cert.pem", "answer"] { unlink(folder + "/" + name) }
        rmdir(folder)
    }

    private static func spawn(_ arguments: [String], in folder: String = "/") throws -> (process: pid_t, output: Int32) {
        var ends: [Int32] = [0, 0]
        guard pipe(&ends) == 0 else { throw TestTrouble(description: "no pipe") }
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
        guard code == 0 else { throw TestTrouble(description: "openssl did not start: \(code)") }
        return (process, ends[0])
    }
}
