internal import CJSC

/// Looks at the running call every ``CPUMeter/tickMilliseconds`` of CPU time and ends it when its time is over.
///
/// The hub decides when a call has run too long (its clock, its limit) and writes the call's id into the channel; the watchdog only
/// looks. CPU time is counted here. JavaScriptCore disarms its limit when the callback answers false, so it is armed again inside
/// (docs/sandbox.md, trap 3), and `JSC_usePollingTraps=1` must be set or compiled loops are missed (trap 1).
enum Watchdog {
    static func arm(_ group: JSContextGroupRef) {
        JSContextGroupSetExecutionTimeLimit(group, Double(CPUMeter.tickMilliseconds) / 1_000, onTick, nil)
    }

    private static let onTick: JSShouldTerminateCallback = { _, _ in
        guard let state = pumpState else { return false }  // armed early, only to start the engine's threads
        guard state.pointee.ended == nil else { return true }
        let current = state.pointee.current
        if current != 0, state.pointee.wire.interrupt == current {
            state.pointee.ended = .time
            return true
        }
        if state.pointee.meter.tick(current) {
            state.pointee.ended = .cpu
            return true
        }
        if state.pointee.memory.isExceeded {
            state.pointee.ended = .memory
            return true
        }
        Watchdog.arm(state.pointee.engine.group)
        return false
    }
}
