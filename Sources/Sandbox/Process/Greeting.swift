internal import CRing
internal import CSandbox
internal import Glibc
internal import WorkerProtocol

/// A worker's first message: it is up and confined.
enum Greeting {
    /// How long a worker may take from its fork to its greeting, in milliseconds. Measured: 6 to 15.
    private static let patienceMilliseconds: Int32 = 10_000

    /// Waits for the greeting. A worker that does not greet is gone when this returns.
    static func receive(from handle: WorkerHandle) -> Result<WorkerHandle, CallFailure> {
        var bytes = [UInt8](repeating: 0, count: FrameHeader.byteCount + MemoryLayout<pb_greeting>.size)
        var received = 0
        while received < bytes.count {
            var waiting = pollfd(fd: handle.channel.socket, events: Int16(POLLIN), revents: 0)
            let outcome = poll(&waiting, 1, patienceMilliseconds)
            if outcome < 0, errno == EINTR { continue }
            guard outcome > 0 else {
                handle.end()
                return .failure(.sandboxUnavailable("a worker was not ready after \(patienceMilliseconds / 1_000) s"))
            }
            let count = bytes.withUnsafeMutableBytes { recv(handle.channel.socket, $0.baseAddress! + received, $0.count - received, 0) }
            if count < 0, errno == EINTR { continue }
            // It has closed its end, so it is ending by itself, with a status that says why.
            guard count > 0 else { return .failure(handle.farewell()) }
            received += count
        }
        let header = bytes.withUnsafeBytes { FrameHeader(reading: $0) }
        guard header.kind == WorkerToHub.confined.rawValue, Int(header.length) == MemoryLayout<pb_greeting>.size else {
            handle.end()
            return .failure(.protocolViolation("a worker's first message was no greeting"))
        }
        var greeted = handle
        greeted.engineBytes = bytes.withUnsafeBytes {
            $0.loadUnaligned(fromByteOffset: FrameHeader.byteCount + MemoryLayout<pb_greeting>.offset(of: \.data_bytes)!, as: UInt64.self)
        }
        return .success(greeted)
    }
}

/// A worker before anybody watches it.
extension WorkerHandle {
    /// Allows the plugin to come this many bytes of memory beside the engine's own.
    func limitMemory(to bytes: Int) throws(CallFailure) {
        let outcome = engineBytes == 0 ? -ENODATA : pb_limit_memory(pid, engineBytes + UInt64(bytes))
        guard outcome == 0 else {
            throw .sandboxUnavailable("a worker's memory could not be limited: \(String(cString: strerror(-outcome)))")
        }
    }

    /// Kills it.
    func end() {
        Glibc.kill(pid, SIGKILL)
        _ = collect()
    }

    /// Why it left by itself.
    fileprivate func farewell() -> CallFailure {
        let note = UnsafeRawPointer(pb_channel_note(channel.memory)!).load(as: pb_crash_note.self)
        return DeathCertificate.classify(collect(), note: note, refusals: 0, limits: SandboxLimits())
    }

    private func collect() -> pb_exit {
        var exit = pb_exit()
        _ = pb_wait(pid, true, &exit)
        if pidfd >= 0 { close(pidfd) }
        return exit
    }
}
