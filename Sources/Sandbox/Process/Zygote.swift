internal import CRing
internal import CSandbox
internal import Glibc

/// The warm parent of workers: a process that has loaded the engine's library and our prelude, and forks on request.
///
/// Every method runs on the runtime's spawner thread, because the kernel ends the zygote and its workers when the thread that
/// started them ends (docs/sandbox.md, trap 14). `@unchecked Sendable`: confined to that thread.
final class Zygote: @unchecked Sendable {
    /// What the engine of its workers may do beyond interpreting JavaScript; fixed when the zygote starts.
    struct Powers: Hashable, Sendable { var jit = false, wasm = false }

    private let layout: WorkerLayout
    private let powers: Powers
    private var control: Int32 = -1
    private var pid: pid_t = 0
    private var pidfd: Int32 = -1
    private(set) var report = pb_report()

    /// How long one fork may take before the zygote is given up, in milliseconds. Measured: 1 to 3.
    private static let forkTimeoutMilliseconds: Int32 = 5_000

    init(_ layout: WorkerLayout, powers: Powers) {
        self.layout = layout
        self.powers = powers
    }

    /// What the engine reads from its environment; reasons in docs/sandbox.md.
    private static let environment = [
        "TZ=UTC", "LANG=C.UTF-8", "GIGACAGE_ENABLED=0", "JSC_usePollingTraps=1", "JSC_forceRAMSize=134217728",
        // Symbols are looked up once, in the zygote, and not again in every worker.
        "LD_BIND_NOW=1",
        // One heap for all threads: the C library otherwise sets up another for each.
        "MALLOC_ARENA_MAX=1",
        // The runtime's crash reporter walks /proc/self/task in a signal handler: in a confined worker that turned every abort into a
        // forbidden system call.
        "SWIFT_BACKTRACE=enable=no",
    ]

    struct StartFailed: Error { let reason: String }

    /// Forks a worker that has its engine up and waits for a setup. Starts the zygote if there is none.
    func fork() throws(StartFailed) -> WorkerHandle {
        if control < 0 { try start() }
        let memory = pb_channel_create()
        guard memory >= 0 else { throw StartFailed(reason: "no shared memory: \(describe(-memory))") }
        defer { close(memory) }
        var sockets: [Int32] = [0, 0]
        guard socketpair(AF_UNIX, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0, &sockets) == 0 else {
            throw StartFailed(reason: "no socket pair: \(describe(errno))")
        }
        defer { close(sockets[1]) }
        guard let mapped = pb_channel_map(memory) else {
            close(sockets[0])
            throw StartFailed(reason: "the shared memory cannot be mapped: \(describe(errno))")
        }
        let channel = Channel(memory: mapped, socket: sockets[0])
        var result = pb_fork_result()
        let outcome = pb_zygote_fork(control, [sockets[1], memory], 2, PB_FORK_PID_NAMESPACE, Self.forkTimeoutMilliseconds, &result)
        guard outcome == 0 else {
            stop()
            throw StartFailed(reason: "the zygote did not fork: \(describe(-outcome))")
        }
        var degraded = missingLayers()
        if result.pid_namespace_error != 0 { degraded.append("pid-namespace: \(describe(result.pid_namespace_error))") }
        return WorkerHandle(pid: result.pid, pidfd: result.pidfd, channel: channel, degraded: degraded)
    }

    private func start() throws(StartFailed) {
        var ends: [Int32] = [0, 0]
        guard pb_zygote_socket(&ends) == 0 else { throw StartFailed(reason: "no control socket: \(describe(errno))") }
        defer { close(ends[1]) }
        let arguments = [layout.executable, "zygote", layout.runtime]
        var argv: [UnsafeMutablePointer<CChar>?] = arguments.map { strdup($0) } + [nil]
        let environment = Self.environment + ["JSC_useJIT=\(powers.jit ? 1 : 0)", "JSC_useWasm=\(powers.wasm ? 1 : 0)"]
        var envp: [UnsafeMutablePointer<CChar>?] = environment.map { strdup($0) } + [nil]
        defer { (argv + envp).forEach { free($0) } }
        var result = pb_spawn_result()
        let namespaces: [pb_layer] = [.userNamespace, .mountNamespace, .networkNamespace, .ipcNamespace, .utsNamespace, .identity]
        let outcome = layout.executable.withCString { path in
            withUnsafePointer(to: ends[1]) { passed in
                argv.withUnsafeMutableBufferPointer { argv in
                    envp.withUnsafeMutableBufferPointer { envp in
                        var options = pb_spawn_options(
                            path: path, arguments: argv.baseAddress!, environment: envp.baseAddress!, fds: passed, fd_count: 1,
                            stderr_fd: Self.diagnostics, wanted: namespaces.reduce(0) { $0 | pb_layer_bit($1) })
                        return pb_spawn(&options, &result)
                    }
                }
            }
        }
        guard outcome == 0 else {
            close(ends[0])
            throw StartFailed(
                reason: "\(layout.executable) did not start: \(result.step.map { String(cString: $0) + ": " } ?? "")\(describe(-outcome))")
        }
        control = ends[0]
        pid = result.pid
        pidfd = result.pidfd
        report = result.report
    }

    /// Where a zygote may complain: our own stderr when `PATCHBAY_WORKER_STDERR` is set, nowhere otherwise.
    private static var diagnostics: Int32 { getenv("PATCHBAY_WORKER_STDERR") != nil ? 2 : -1 }

    /// Ends the zygote; its workers live on.
    func stop() {
        guard control >= 0 else { return }
        close(control)
        control = -1
        if pidfd >= 0 { close(pidfd) }
        Glibc.kill(pid, SIGKILL)
        var exit = pb_exit()
        _ = pb_wait(pid, true, &exit)
    }

    private func missingLayers() -> [String] {
        withUnsafePointer(to: report) { report in
            (0..<UInt32(PB_LAYER_COUNT)).compactMap { number -> String? in
                guard let layer = pb_layer(rawValue: number) else { return nil }
                let status = pb_report_status(report, layer)
                return status.state == .unavailable ? "\(String(cString: pb_layer_name(layer))): \(describe(status.error))" : nil
            }
        }
    }

    private func describe(_ error: Int32) -> String { String(cString: strerror(error)) }
}

/// The zygotes of one hub, each started when the first worker of its kind is asked for.
///
/// `@unchecked Sendable`: confined to the spawner's thread, as its zygotes are.
final class Zygotes: @unchecked Sendable {
    private let layout: WorkerLayout
    private var started: [Zygote.Powers: Zygote] = [:]

    init(_ layout: WorkerLayout) { self.layout = layout }

    func with(_ powers: Zygote.Powers) -> Zygote {
        if let known = started[powers] { return known }
        let made = Zygote(layout, powers: powers)
        started[powers] = made
        return made
    }

    func stop() { for zygote in started.values { zygote.stop() } }
}
