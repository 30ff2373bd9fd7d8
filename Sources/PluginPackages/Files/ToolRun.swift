import Glibc

/// How a tool's process ended.
enum ToolEnd: Sendable, Hashable {
    case exited(Int32)
    case signalled(Int32)
}

struct ToolResult: Sendable {
    let end: ToolEnd
    let errorText: [UInt8]
    /// Whether the tool said more on its standard error than was kept.
    let errorTextCut: Bool
}

enum ToolFailure: Error, Sendable, Hashable {
    case notStarted(tool: String, reason: String)
    case timedOut(Duration)
}

/// One run of an install-time tool: no standard input, no environment, no open file of ours, a bounded standard error, a deadline.
struct ToolRun: Sendable {
    /// The tool's absolute path, then its arguments.
    let arguments: [String]
    let timeLimit: Duration
    /// How much of the standard error is kept; the rest is read and dropped, so that the tool does not stall on a full pipe.
    let errorBytesMax: Int

    /// Runs the tool and waits; blocks the calling thread until the tool ends or its time is up. The tool is gone when this returns.
    func run() throws(ToolFailure) -> ToolResult {
        let deadline = ContinuousClock.now.advanced(by: timeLimit)
        var ends: [Int32] = [-1, -1]
        // A socket pair, because Swift's Glibc does not show `pipe2`, and a plain `pipe` could leak into a process forked meanwhile, which
        // would then keep the tool's output open.
        guard socketpair(AF_UNIX, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0, &ends) == 0 else {
            throw .notStarted(tool: arguments[0], reason: systemErrorText(errno))
        }
        defer { close(ends[0]) }
        let child = spawn(standardError: ends[1])
        close(ends[1])
        guard case .success(let pid) = child else {
            if case .failure(let failure) = child { throw failure }
            fatalError("unreachable: a Result is one of two")
        }
        guard let (text, cut) = collect(from: ends[0], until: deadline), let end = reap(pid, until: deadline) else {
            // The tool's own sandbox dies with it (`--die-with-parent`), and with that whatever runs inside. Before it is up there is only
            // the tool's process group: bubblewrap's child, killed parent or not, would wait for its parent's word for ever.
            kill(-pid, SIGKILL)
            var status: Int32 = 0
            while waitpid(pid, &status, 0) < 0, errno == EINTR {}
            throw .timedOut(timeLimit)
        }
        return ToolResult(end: end, errorText: text, errorTextCut: cut)
    }

    /// `posix_spawn_file_actions_addclosefrom_np` of glibc 2.34; looked up by name, because Swift's Glibc does not show GNU extensions.
    private static let addCloseFrom: (@convention(c) (UnsafeMutablePointer<posix_spawn_file_actions_t>, Int32) -> Int32)? =
        dlsym(nil, "posix_spawn_file_actions_addclosefrom_np").map {
            unsafeBitCast($0, to: (@convention(c) (UnsafeMutablePointer<posix_spawn_file_actions_t>, Int32) -> Int32).self)
        }

    private func spawn(standardError: Int32) -> Result<pid_t, ToolFailure> {
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0)
        posix_spawn_file_actions_addopen(&actions, STDOUT_FILENO, "/dev/null", O_WRONLY, 0)
        posix_spawn_file_actions_adddup2(&actions, standardError, STDERR_FILENO)
        // The hub holds sockets, databases and rings; a descriptor without close-on-exec must not reach the tool.
        guard let addCloseFrom = Self.addCloseFrom, addCloseFrom(&actions, STDERR_FILENO + 1) == 0 else {
            return .failure(
                .notStarted(tool: arguments[0], reason: "this C library cannot close inherited files (glibc 2.34 or later can)"))
        }

        var attributes = posix_spawnattr_t()
        posix_spawnattr_init(&attributes)
        defer { posix_spawnattr_destroy(&attributes) }
        var none = sigset_t()
        var all = sigset_t()
        sigemptyset(&none)
        sigfillset(&all)
        posix_spawnattr_setsigmask(&attributes, &none)
        posix_spawnattr_setsigdefault(&attributes, &all)
        posix_spawnattr_setpgroup(&attributes, 0)
        posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETPGROUP))

        var pid = pid_t()
        var argv: [UnsafeMutablePointer<CChar>?] = arguments.map { strdup($0) }
        argv.append(nil)
        defer { for pointer in argv { free(pointer) } }
        var environment: [UnsafeMutablePointer<CChar>?] = [nil]
        let code = posix_spawn(&pid, arguments[0], &actions, &attributes, &argv, &environment)
        return code == 0 ? .success(pid) : .failure(.notStarted(tool: arguments[0], reason: systemErrorText(code)))
    }

    /// Reads until the last writer has closed; nil when the deadline comes first.
    private func collect(from descriptor: Int32, until deadline: ContinuousClock.Instant) -> ([UInt8], Bool)? {
        var kept: [UInt8] = []
        var cut = false
        var chunk = [UInt8](repeating: 0, count: 16 << 10)
        while true {
            var interest = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
            let left = ContinuousClock.now.duration(to: deadline).milliseconds
            guard left > 0 else { return nil }
            let ready = poll(&interest, 1, Int32(clamping: left))
            if ready < 0, errno == EINTR { continue }
            guard ready > 0 else { return nil }
            let count = read(descriptor, &chunk, chunk.count)
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { return (kept, cut) }
            let room = errorBytesMax - kept.count
            kept.append(contentsOf: chunk[..<min(count, room)])
            cut = cut || count > room
        }
    }

    /// Waits for the process; nil when the deadline comes first. Called when its pipe is closed, so the wait is short.
    private func reap(_ pid: pid_t, until deadline: ContinuousClock.Instant) -> ToolEnd? {
        var status: Int32 = 0
        while true {
            let reaped = waitpid(pid, &status, WNOHANG)
            if reaped == pid {
                let signal = status & 0x7f
                return signal == 0 ? .exited((status >> 8) & 0xff) : .signalled(signal)
            }
            if reaped < 0, errno != EINTR { return .exited(-1) }
            guard ContinuousClock.now < deadline else { return nil }
            usleep(500)
        }
    }
}

extension Duration {
    /// Whole milliseconds, rounded down, at least one for anything above zero.
    var milliseconds: Int64 {
        let (seconds, attoseconds) = components
        let whole = seconds * 1000 + attoseconds / 1_000_000_000_000_000
        return whole == 0 && self > .zero ? 1 : whole
    }
}
