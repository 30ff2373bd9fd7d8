internal import CRing
internal import CSandbox
internal import Glibc

/// One run of a trusted tool of the machine, with nothing inherited, and what it printed.
///
/// Blocks the calling thread for as long as the tool runs, at most `deadlineMilliseconds`; then the tool is killed.
struct ToolRun {
    static let deadlineMilliseconds: Int32 = 5_000
    static let outputBytesMax = 65_536

    /// Exit status, or 128 + the signal that ended it.
    let status: Int32
    /// Standard output and error together, cut at 64 KiB.
    let output: String

    /// Nil when the tool cannot be started. `command` is an absolute path and its arguments.
    init?(_ command: [String]) {
        var ends: [Int32] = [-1, -1]
        guard pb_pipe(&ends) == 0 else { return nil }
        _ = fcntl(ends[1], F_SETFL, 0)  // blocking again: tools take a full pipe for an error
        defer { close(ends[0]) }
        // The shell moves descriptor 3 to where tools print; the command stays a list, so nothing in it is read as shell.
        let arguments = ["sh", "-c", "exec \"$@\" >&3 2>&1 3>&-", "sh"] + command
        var result = pb_spawn_result()
        let error = Self.spawn("/bin/sh", arguments, passing: ends[1], &result)
        close(ends[1])
        guard error == 0 else { return nil }
        defer { if result.pidfd >= 0 { close(result.pidfd) } }
        let bytes = Self.readAll(ends[0])
        if bytes == nil { kill(result.pid, SIGKILL) }
        var end = pb_exit()
        guard pb_wait(result.pid, true, &end) == 0 else { return nil }
        status = end.signal == 0 ? end.status : 128 + end.signal
        output = String(decoding: bytes ?? [], as: UTF8.self)
    }

    private static func spawn(_ path: String, _ arguments: [String], passing descriptor: Int32, _ result: inout pb_spawn_result) -> Int32 {
        var argv: [UnsafeMutablePointer<CChar>?] = arguments.map { strdup($0) } + [nil]
        let environment: [String] = ["PATH=/usr/bin:/bin", "LC_ALL=C.UTF-8"]
        var envp: [UnsafeMutablePointer<CChar>?] = environment.map { strdup($0) } + [nil]
        defer { (argv + envp).forEach { free($0) } }
        return path.withCString { path in
            withUnsafePointer(to: descriptor) { passed in
                argv.withUnsafeMutableBufferPointer { argv in
                    envp.withUnsafeMutableBufferPointer { envp in
                        var options = pb_spawn_options(
                            path: path, arguments: argv.baseAddress!, environment: envp.baseAddress!, fds: passed, fd_count: 1,
                            stderr_fd: -1,
                            wanted: 0)
                        return pb_spawn(&options, &result)
                    }
                }
            }
        }
    }

    /// All bytes until the tool closes its output; nil at the deadline.
    private static func readAll(_ descriptor: Int32) -> [UInt8]? {
        var bytes: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: 4_096)
        let clock = ContinuousClock()
        let deadline = clock.now + .milliseconds(Int(deadlineMilliseconds))
        while true {
            let left = clock.now.duration(to: deadline) / .milliseconds(1)
            guard left > 0 else { return nil }
            var waiting = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
            let ready = poll(&waiting, 1, Int32(left) + 1)
            if ready < 0, errno == EINTR { continue }
            guard ready > 0 else { return nil }
            let got = read(descriptor, &chunk, chunk.count)
            guard got > 0 else { return bytes }
            if bytes.count < outputBytesMax { bytes += chunk[0..<got] }
        }
    }
}
