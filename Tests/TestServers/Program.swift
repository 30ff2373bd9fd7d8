package import Glibc
import Synchronization

package struct TestTrouble: Error, CustomStringConvertible {
    package let description: String

    package init(description: String) { self.description = description }
}

/// A program that a test starts and ends.
///
/// `@unchecked Sendable`: nothing changes after `init`.
package final class Program: @unchecked Sendable {
    package let pid: pid_t
    /// What it prints, where that was asked for.
    package let output: Int32

    /// One starts at a time, so that none inherits another's pipe.
    private static let starting = Mutex(())

    /// - Parameter log: A file for everything it prints; nil gives its standard output to `output`, and lets errors through.
    package init(_ words: [String], log: String? = nil) throws {
        (pid, output) = try Self.starting.withLock { _ in try Self.start(words, log) }
    }

    private static func start(_ words: [String], _ log: String?) throws -> (pid_t, Int32) {
        var ends: [Int32] = [-1, -1]
        if log == nil {
            guard pipe(&ends) == 0 else { throw TestTrouble(description: "no pipe: errno \(errno)") }
            for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
        }
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0)
        if let log {
            posix_spawn_file_actions_addopen(&actions, 1, log, O_WRONLY | O_CREAT | O_APPEND, 0o600)
            posix_spawn_file_actions_adddup2(&actions, 1, 2)
        } else {
            posix_spawn_file_actions_adddup2(&actions, ends[1], 1)
        }
        let variables = ["PATH=/usr/sbin:/usr/bin:/sbin:/bin", "LC_ALL=C"]
        var arguments: [UnsafeMutablePointer<CChar>?] = words.map { strdup($0) }
        var environment: [UnsafeMutablePointer<CChar>?] = variables.map { strdup($0) }
        arguments.append(nil)
        environment.append(nil)
        defer { for text in arguments + environment { free(text) } }
        var child = pid_t()
        let code = posix_spawnp(&child, words[0], &actions, nil, &arguments, &environment)
        if ends[1] >= 0 { close(ends[1]) }
        guard code == 0 else { throw TestTrouble(description: "\(words[0]) does not start: \(String(cString: strerror(code)))") }
        return (child, ends[0])
    }

    deinit { if output >= 0 { close(output) } }

    /// Everything it prints until it ends or is killed.
    package func readToEnd() -> String {
        var bytes: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 65536)
        while true {
            let count = read(output, &buffer, buffer.count)
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { return String(decoding: bytes, as: UTF8.self) }
            bytes += buffer.prefix(count)
        }
    }

    /// The same, while the test's other tasks go on.
    package func readingToEnd() async -> String {
        await withCheckedContinuation { continuation in
            if !LoneThread.start({ continuation.resume(returning: self.readToEnd()) }) { continuation.resume(returning: "") }
        }
    }

    @discardableResult package func wait() -> Int32 {
        var status: Int32 = 0
        while waitpid(pid, &status, 0) < 0, errno == EINTR {}
        return status
    }

    /// Runs a program to its end; gives what it printed.
    @discardableResult package static func run(_ words: [String]) throws -> String {
        let program = try Program(words)
        let output = program.readToEnd()
        let status = program.wait()
        guard status == 0 else { throw TestTrouble(description: "\(words) ended with \(status): \(output)") }
        return output
    }
}
