import JSON
package import PluginModel
import Synchronization

/// How long and how often a plugin may sleep.
package struct TimeLimits: Sendable, Hashable {
    package var sleepMillisecondsMax: Int
    /// Sleeps begun and not over, per plugin.
    package var sleepsMax: Int

    package init(sleepMillisecondsMax: Int = 15 * 60 * 1000, sleepsMax: Int = 256) {
        self.sleepMillisecondsMax = sleepMillisecondsMax
        self.sleepsMax = sleepsMax
    }

    package static let `default` = TimeLimits()
}

/// Tells the time and wakes the plugin later: `time.now` and `time.sleep`. Needs no permission.
package final class TimeCapability: Capability {
    package static let name = "time"
    package static let operations = [
        OperationDescription("time.now", isImmediate: true, "Read the clock: `unixMs` and `monotonicMs`."),
        OperationDescription("time.sleep", isImmediate: false, "Answer after `ms` milliseconds."),
    ]
    package static let errors = [
        ErrorDescription("time.too-long", "The plugin asks to sleep longer than one sleep may last.", .plugin),
        ErrorDescription("time.too-many-sleeps", "The plugin has too many sleeps running.", .plugin),
    ]

    private let timers: HostLoop
    private let limits: TimeLimits
    private let clock: HubClock
    private let sleeping = Mutex(0)

    package init(timers: HostLoop, limits: TimeLimits = .default, clock: HubClock = .system) {
        self.timers = timers
        self.limits = limits
        self.clock = clock
    }

    package func need(for call: HostCall) throws(Fault) -> Need? { nil }

    package func perform(_ call: HostCall) throws(Fault) -> Answer {
        call.operation == "time.now" ? .now(now()) : try sleep(call)
    }

    /// Sleeps that have not ended, of this plugin.
    var sleepingCount: Int { sleeping.withLock { $0 } }

    private func now() -> [UInt8] {
        // Thousandths of a millisecond are kept: a script's performance.now has them too. Written by hand, because a plugin may ask often.
        let micros = clock.monotonicNanoseconds() / 1000
        let rest = String(1000 + micros % 1000).dropFirst()
        return Array("{\"unixMs\":\(clock.unixMilliseconds()),\"monotonicMs\":\(micros / 1000).\(rest)}".utf8)
    }

    private func sleep(_ call: HostCall) throws(Fault) -> Answer {
        guard let milliseconds = call.arguments["ms"]?.doubleValue, milliseconds >= 0 else {
            throw call.wrong("ms", "a number of milliseconds, zero or more")
        }
        guard milliseconds <= Double(limits.sleepMillisecondsMax) else {
            throw Fault(
                code: "time.too-long",
                message: "A sleep of \(milliseconds) ms is longer than the \(limits.sleepMillisecondsMax) ms one sleep may last.",
                place: call.operation, remedy: "Sleep in shorter steps, or let the hub start the plugin on a schedule.", turn: .plugin)
        }
        let isBegun = sleeping.withLock { sleeping in
            guard sleeping < limits.sleepsMax else { return false }
            sleeping += 1
            return true
        }
        guard isBegun else {
            throw Fault(
                code: "time.too-many-sleeps", message: "\(limits.sleepsMax) sleeps of this plugin are running; no more are begun.",
                place: call.operation, remedy: "Await earlier sleeps before beginning more.", turn: .plugin)
        }
        return .later { [self] pending in
            let timer = timers.schedule(after: UInt64(milliseconds * 1_000_000)) { pending.finish(.success(Self.done)) }
            pending.onEnd { [self] _ in
                timers.cancel(timer)
                sleeping.withLock { $0 -= 1 }
            }
        }
    }

    private static let done = Array("null".utf8)
}
