internal import CRing
internal import CSandbox
internal import Glibc
internal import Synchronization
internal import WorkerProtocol

/// What all plugins of one hub share: the zygote, the pool of ready workers, the reaper.
///
/// Make one, keep it, `stop` it. Workers end with the process in any case.
package final class SandboxRuntime: Sendable {
    package struct Options: Sendable {
        package var layout: WorkerLayout
        /// Workers kept ready. 0 forks on demand.
        package var poolSize = 2
        /// Where calls travel; the socket is slower and meant for machines without shared memory.
        package var usesSocket = false
        package var governor = SpinGovernor.adaptive()
        /// Names of required layers (`landlock`, `seccomp`, …) that the operator allows to be missing.
        package var waivedLayers: Set<String> = []

        package init(layout: WorkerLayout) { self.layout = layout }
    }

    let options: Options
    let pool: WarmPool
    let reaper = Reaper()

    package init(_ options: Options) {
        self.options = options
        pool = WarmPool(layout: options.layout, size: options.poolSize)
    }

    /// Workers that are ready and waiting.
    package var readyWorkers: Int { pool.readyCount }

    package func stop() async {
        await pool.stop()
        reaper.stop()
    }

    private var waivedMask: UInt32 {
        (0..<UInt32(PB_LAYER_COUNT)).reduce(0) { mask, number in
            guard let layer = pb_layer(rawValue: number), options.waivedLayers.contains(String(cString: pb_layer_name(layer))) else {
                return mask
            }
            return mask | pb_layer_bit(layer)
        }
    }

    /// A worker with the program loaded.
    struct Loaded: Sendable {
        let connection: WorkerConnection
        let pid: pid_t
        let exports: [UInt8]
        let degraded: [String]
    }

    /// Starts a worker, confines it, loads the program. `ended` is called once, on the reaper's thread, before the calls in flight are
    /// answered: whoever hears of the end by such an answer and calls again must not meet the old worker. `idle` is called on the
    /// connection's thread when there were no calls for the time after which a worker is put away.
    func load(
        _ program: PluginProgram, limits: SandboxLimits, handler: any HostCallHandler, idle: @escaping @Sendable () -> Void = {},
        ended: @escaping @Sendable (CallFailure) -> Void
    ) async throws(CallFailure) -> Loaded {
        let handle = try await pool.take(jit: program.allowsJIT, wasm: program.allowsWebAssembly)
        do throws(CallFailure) { try handle.limitMemory(to: limits.memoryBytes) } catch {
            guard options.waivedLayers.contains(String(cString: pb_layer_name(.limits))) else {
                handle.end()
                throw error
            }
        }
        let pid = handle.pid
        let plane: DataPlane = options.usesSocket ? .socket : .ring
        let connection = WorkerConnection(
            channel: handle.channel, plane: plane, limits: limits, handler: handler, governor: options.governor,
            kill: { [pidfd = handle.pidfd] in _ = pidfd >= 0 ? pb_pidfd_signal(pidfd, SIGKILL) : Glibc.kill(pid, SIGKILL) },
            waitsForCore: { WorkerHandle.waitsForCore(pid) }, idle: idle)
        reaper.watch(pid, pidfd: handle.pidfd) { exit in
            let note = UnsafeRawPointer(pb_channel_note(handle.channel.memory)!).load(as: pb_crash_note.self)
            let death = DeathCertificate.classify(
                exit, note: note, refusals: pb_channel_refusals(handle.channel.memory).pointee, limits: limits)
            ended(connection.verdict.withLock { $0?.failure } ?? death)
            connection.workerEnded(death)
        }
        var setup = WorkerSetup()
        setup.dataPlane = plane
        setup.memoryBytesMax = UInt64(limits.memoryBytes)
        setup.cpuMillisecondsMax = UInt32(clamping: limits.callCPUTime.nanosecondsClamped / 1_000_000)
        setup.messageBytesMax = UInt32(clamping: limits.messageBytes)
        setup.logLinesPerSecondMax = UInt32(clamping: limits.logLinesPerSecond)
        setup.layersWaived = waivedMask
        let encoded = setup.encoded()
        let first = encoded.withUnsafeBytes { FrameEncoder.bytes(FrameHeader(kind: HubToWorker.setup.rawValue), $0) }
        let sent = first.withUnsafeBytes { Glibc.send(handle.channel.socket, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL)) }
        if sent != first.count { connection.condemn(.left(status: -1)) }
        connection.send(FrameHeader(kind: HubToWorker.boot.rawValue), program.bootRecord(limits), evenIfFull: true)
        let id = try connection.begin(.script, handle: 0, program.script, limit: limits.loadTime)
        connection.start()
        switch await connection.wait(id) {
        case .value(let exports): return Loaded(connection: connection, pid: pid, exports: exports, degraded: handle.degraded)
        case .failed(let failure):
            connection.condemn(failure)
            throw failure
        default:
            connection.condemn(.protocolViolation("an answer that fits no question"))
            throw .protocolViolation("an answer that fits no question")
        }
    }
}
