import Glibc

/// The OpenID Connect provider of OIDC's fixtures, in a process of its own that ends with this object.
package final class SignInProvider: Sendable {
    package let port: UInt16
    /// Where its clock stands; nil: it goes.
    private let milliseconds: Int64?
    private let process: pid_t
    private let input: Int32

    package init(at milliseconds: Int64? = nil) throws {
        self.milliseconds = milliseconds
        let folder = #filePath.split(separator: "/").dropLast(2).reduce("") { "\($0)/\($1)" }
        var (incoming, outgoing): ([Int32], [Int32]) = ([0, 0], [0, 0])
        guard pipe(&incoming) == 0, pipe(&outgoing) == 0 else { throw TestTrouble(description: "no pipe: errno \(errno)") }
        for end in incoming + outgoing { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        posix_spawn_file_actions_adddup2(&actions, incoming[0], 0)
        posix_spawn_file_actions_adddup2(&actions, outgoing[1], 1)
        let words = ["node", "\(folder)/OIDCTests/Fixtures/provider.mjs"] + (milliseconds.map { ["\($0)"] } ?? [])
        var arguments: [UnsafeMutablePointer<CChar>?] = words.map { strdup($0) } + [nil]
        defer { arguments.forEach { free($0) } }
        var pid = pid_t()
        let code = posix_spawnp(&pid, "node", &actions, nil, &arguments, environ)
        (process, input) = (pid, incoming[1])
        close(incoming[0])
        close(outgoing[1])
        guard code == 0, let file = fdopen(outgoing[0], "r") else { throw TestTrouble(description: "node did not start: \(code)") }
        defer { fclose(file) }
        var line = [CChar](repeating: 0, count: 32)
        guard fgets(&line, Int32(line.count), file) != nil,
            let port = UInt16(String(decoding: line.prefix { $0 != 0 && $0 != 10 }.map { UInt8(bitPattern: $0) }, as: UTF8.self))
        else { throw TestTrouble(description: "the provider does not say its port") }
        self.port = port
    }

    deinit {
        close(input)
        kill(process, SIGTERM)
        var status: Int32 = 0
        waitpid(process, &status, 0)
    }

    package var startedMilliseconds: Int64 { milliseconds ?? 0 }
    package var issuer: String { "http://127.0.0.1:\(port)" }
}
