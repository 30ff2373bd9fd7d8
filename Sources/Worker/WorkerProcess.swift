internal import CMemoryWatch
internal import CNatives
internal import CRing
internal import CSandbox
internal import Glibc
internal import WorkerProtocol

/// The life of the worker program: as a zygote that forks workers, or as a single worker.
///
/// Order of steps, and why: design notes in docs/sandbox.md. Nothing of a plugin is read before `confine` has returned.
package enum WorkerProcess {
    private static let socket: Int32 = 3
    private static let channel: Int32 = 4
    /// Stack of the engine's helper threads when it compiles nothing.
    private static let helperStackBytes = 512 << 10

    /// `arguments`: program name, `zygote` or `worker`, the runtime folder.
    package static func main(_ arguments: [String]) -> Never {
        guard arguments.count == 3, arguments[1] == "zygote" || arguments[1] == "worker" else {
            complain("patchbay-worker is started by Patchbay and does nothing by itself. Try: patchbay plugin call DIR EXPORT")
            WorkerExit.misused.leave()
        }
        let files: RuntimeFiles
        do { files = try RuntimeFiles(folder: arguments[2]) } catch {
            complain("cannot read \(error.path): \(error.reason). Build it: scripts/build-runtime")
            WorkerExit.engineUnusable.leave()
        }
        pb_natives_prepare()
        var standing = pb_standing()
        guard pb_settle(&standing) == 0 else { WorkerExit.hubGone.leave() }
        if arguments[1] == "worker" {
            pb_statm_open(&standing)
            work(files, &standing)
        }
        guard pb_seccomp_prepare() > 0 else { WorkerExit.lockdownRefused.leave() }
        Engine.prepareToFork()
        var start = pb_worker_start()
        let outcome = pb_zygote_serve(socket, &standing, &start)
        guard outcome == 1 else { outcome == 0 ? WorkerExit.ordinary.leave() : WorkerExit.misused.leave() }
        Engine.forked()
        work(files, &start.standing)
    }

    /// Becomes a worker: engine first, then the hub's setup, then lock-down, then the pump.
    private static func work(_ files: RuntimeFiles, _ standing: inout pb_standing) -> Never {
        guard let memory = pb_channel_map(channel) else { WorkerExit.misused.leave() }
        close(channel)
        // Whole stacks count against the memory limit, touched or not. The engine's helpers mark and sweep; only its compilers go deep.
        if getenv("JSC_useJIT").map({ String(cString: $0) }) != "1" { _ = pb_set_thread_stack(helperStackBytes) }
        let engine = Engine()
        guard let drain = Drain(engine) else { WorkerExit.engineUnusable.leave() }
        let pump: Pump
        do { pump = try Pump(engine: engine, prelude: files.prelude) } catch {
            if case .preludeFailed(let reason) = error { complain("the prelude does not evaluate: " + reason) }
            WorkerExit.engineUnusable.leave()
        }
        engine.startTimer()
        let note = UnsafeMutableRawPointer(mutating: UnsafeRawPointer(pb_channel_note(memory)!)).assumingMemoryBound(to: pb_crash_note.self)
        _ = pb_crash_note_install(note, standing.statm_fd)

        pb_memory_watch(pb_channel_refusals(memory))
        let report = confine(&standing)
        greet(report, standing)
        pump.rehearse(while: { !hasNews() })
        let setup = readSetup()
        accept(setup, report, standing)
        let limits = FrameLimits(messageBytesMax: Int(setup.messageBytesMax))
        let wire = Wire(socket: socket, channel: memory, plane: setup.dataPlane, limits: limits)
        let state = UnsafeMutablePointer<PumpState>.allocate(capacity: 1)
        let meter = MemoryMeter(statm: standing.statm_fd, bytesMax: setup.memoryBytesMax)
        state.initialize(to: PumpState(engine: engine, drain: drain, wire: wire, setup: setup, memory: meter))
        pump.run(state)
    }

    /// Whether the hub has sent something, or has gone.
    private static func hasNews() -> Bool {
        var waiting = pollfd(fd: socket, events: Int16(POLLIN), revents: 0)
        return poll(&waiting, 1, 0) != 0
    }

    /// Waits, perhaps for long, until the hub has a plugin for this worker.
    private static func readSetup() -> WorkerSetup {
        var decoder = FrameDecoder()
        var bytes = [UInt8](repeating: 0, count: FrameHeader.byteCount + WorkerSetup.byteCount)
        var wanted = bytes.count
        while true {
            // Never reads past the setup: what follows belongs to the pump.
            let count = bytes.withUnsafeMutableBytes { read(socket, $0.baseAddress, wanted) }
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { WorkerExit.hubGone.leave() }
            wanted -= count
            decoder.feed(bytes[0..<count])
            guard let frame = try? decoder.next() else {
                if wanted == 0 { WorkerExit.protocolBroken.leave() }
                continue
            }
            guard frame.header.kind == HubToWorker.setup.rawValue, let setup = WorkerSetup(decoding: frame.payload) else {
                WorkerExit.protocolBroken.leave()
            }
            return setup
        }
    }

    /// Puts up every wall there is before anything is known of a plugin: what a warm worker has done, nobody waits for later.
    private static func confine(_ standing: inout pb_standing) -> pb_report {
        var options = pb_lockdown_defaults()
        // Which layers may be missing is the operator's word, and comes with the setup.
        options.allow_degraded = true
        var report = pb_report()
        _ = pb_lockdown(&options, &standing, &report)
        return report
    }

    /// Leaves unless all that is required holds, the memory limit included that the hub has set for this plugin.
    private static func accept(_ setup: WorkerSetup, _ report: pb_report, _ standing: pb_standing) {
        let required = pb_lockdown_defaults().required & ~setup.layersWaived
        let missing = withUnsafePointer(to: report) { pb_report_missing($0, required) }
        guard missing == 0 else { WorkerExit.lockdownRefused.leave() }
        let isLimited = withUnsafePointer(to: standing) { pb_memory_is_limited($0, setup.memoryBytesMax) }
        guard isLimited || setup.layersWaived & pb_layer_bit(.limits) != 0 else { WorkerExit.lockdownRefused.leave() }
    }

    private static func greet(_ report: pb_report, _ standing: pb_standing) {
        let greeting = withUnsafePointer(to: report) { report in withUnsafePointer(to: standing) { pb_lockdown_greeting(report, $0) } }
        let bytes = withUnsafeBytes(of: greeting) { FrameEncoder.bytes(FrameHeader(kind: WorkerToHub.confined.rawValue), $0) }
        guard bytes.withUnsafeBytes({ write(socket, $0.baseAddress, $0.count) }) == bytes.count else { WorkerExit.hubGone.leave() }
    }

    private static func complain(_ text: String) {
        let line = "patchbay-worker: " + text + "\n"
        _ = line.withCString { write(2, $0, strlen($0)) }
    }
}
