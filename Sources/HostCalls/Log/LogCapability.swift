import JSON
package import PluginModel
import Synchronization

/// How much a plugin may write to its log.
package struct LogLimits: Sendable, Hashable {
    /// On average; as many again may come at once.
    package var linesPerSecond: Int
    /// Of messages and fields together, as they came.
    package var bytesPerMinute: Int
    /// Of a message, and of its fields as JSON; the rest is cut off and counted at the end of the line.
    package var lineBytesMax: Int
    /// How long dropped lines are counted before one line tells of them.
    package var summaryInterval: Duration

    package init(
        linesPerSecond: Int = 200, bytesPerMinute: Int = 4 * 1024 * 1024, lineBytesMax: Int = 8 * 1024,
        summaryInterval: Duration = .seconds(1)
    ) {
        self.linesPerSecond = linesPerSecond
        self.bytesPerMinute = bytesPerMinute
        self.lineBytesMax = lineBytesMax
        self.summaryInterval = summaryInterval
    }

    package static let `default` = LogLimits()
}

/// Takes lines for the plugin's log: `log` with `level`, `message` and optional `fields`.
///
/// Needs no permission. A flood costs the plugin its own lines: those beyond the limits are dropped, the call succeeds all the same, and
/// once in `summaryInterval` one line of the hub says how many.
package final class LogCapability: Capability {
    package static let name = "log"
    package static let operations = [
        OperationDescription("log", isImmediate: true, "Write a line to the plugin's log."),
        OperationDescription("log.dropped", isImmediate: true, "Say how many `lines` the worker held back because they came too fast."),
    ]
    package static let errors: [ErrorDescription] = []

    private struct State {
        var lines: TokenBucket
        var bytes: TokenBucket
        var dropped = 0
        var droppedBytes = 0
        var isSummaryDue = false
        var summaryTimer: HostLoop.Timer?
    }

    private let plugin: PluginIdentity
    private let sink: any LogSink
    private let redactor: Redactor
    private let limits: LogLimits
    private let clock: HubClock
    private let timers: HostLoop
    private let state: Mutex<State>

    /// `secrets` are the values of the plugin's secret configuration fields.
    package init(
        plugin: PluginIdentity, sink: any LogSink, secrets: [String] = [], timers: HostLoop, limits: LogLimits = .default,
        clock: HubClock = .system
    ) {
        self.plugin = plugin
        self.sink = sink
        redactor = Redactor(secrets: secrets)
        self.limits = limits
        self.clock = clock
        self.timers = timers
        let now = clock.monotonicNanoseconds()
        let (lines, bytes) = (Double(limits.linesPerSecond), Double(limits.bytesPerMinute))
        state = Mutex(
            State(
                lines: TokenBucket(capacity: lines * 2, perSecond: lines, now: now),
                bytes: TokenBucket(capacity: bytes, perSecond: bytes / 60, now: now)))
    }

    package func need(for call: HostCall) throws(Fault) -> Need? { nil }

    package func perform(_ call: HostCall) throws(Fault) -> Answer {
        if call.operation == "log.dropped" {
            noteDropped(min(max(0, try call.integer(ifPresent: "lines") ?? 0), Self.droppedAtOnceMax))
            return .now(Self.done)
        }
        let word = try call.text("level")
        guard let level = LogLevel(rawValue: word) else { throw call.wrong("level", "one of debug, info, warn and error") }
        let message = try call.text("message")
        let fields = try call.object(ifPresent: "fields") ?? JSONObject()
        guard admit(bytes: call.argumentBytes) else { return .now(Self.done) }
        sink.write(
            LogLine(
                unixMilliseconds: clock.unixMilliseconds(), plugin: plugin, callID: call.callID, origin: .plugin, level: level,
                message: redactor.redact(message, bytesMax: limits.lineBytesMax), fields: shortened(fields)))
        return .now(Self.done)
    }

    package func close() {
        let timer = state.withLock { $0.summaryTimer }
        if let timer { timers.cancel(timer) }
        summarise()
    }

    private static let done = Array("null".utf8)
    /// A worker's word on lines nobody saw is a number for people; it may be nonsense, but not overflow a sum.
    private static let droppedAtOnceMax = 1_000_000_000

    /// Fields that are too long become one text, cut like a message: a cut inside JSON would leave no JSON.
    private func shortened(_ fields: JSONObject) -> JSONObject {
        let redacted = redactor.redact(fields)
        let text = JSONValue.object(redacted).serialized()
        guard text.utf8.count > limits.lineBytesMax else { return redacted }
        return ["cut": .string(Redactor(secrets: []).redact(text, bytesMax: limits.lineBytesMax))]
    }

    private func admit(bytes: Int) -> Bool {
        let now = clock.monotonicNanoseconds()
        // Both are asked, the second only when the first agreed, so that a line dropped for its size costs one of the lines.
        let isAdmitted = state.withLock { $0.lines.take(now: now) && $0.bytes.take(Double(bytes), now: now) }
        if !isAdmitted { noteDropped(1, bytes: bytes) }
        return isAdmitted
    }

    /// Counts lines nobody will see; the first of a series starts the clock of the summary.
    private func noteDropped(_ lines: Int, bytes: Int = 0) {
        let isFirst = state.withLock { state in
            state.dropped += lines
            state.droppedBytes += bytes
            defer { state.isSummaryDue = true }
            return !state.isSummaryDue
        }
        guard isFirst else { return }
        let interval = limits.summaryInterval.components
        let nanoseconds = UInt64(max(0, interval.seconds)) * 1_000_000_000 + UInt64(max(0, interval.attoseconds)) / 1_000_000_000
        let timer = timers.schedule(after: nanoseconds) { [self] in summarise() }
        state.withLock { if $0.isSummaryDue { $0.summaryTimer = timer } }
    }

    private func summarise() {
        let (dropped, bytes) = state.withLock { state in
            defer {
                state.dropped = 0
                state.droppedBytes = 0
                state.isSummaryDue = false
                state.summaryTimer = nil
            }
            return (state.dropped, state.droppedBytes)
        }
        guard dropped > 0 else { return }
        sink.write(
            LogLine(
                unixMilliseconds: clock.unixMilliseconds(), plugin: plugin, callID: nil, origin: .hub, level: .warn,
                message:
                    "\(dropped) log line\(dropped == 1 ? " was" : "s were") dropped: more than \(limits.linesPerSecond) "
                    + "lines a second or \(limits.bytesPerMinute) bytes a minute.",
                fields: ["dropped": .int(Int64(dropped)), "droppedBytes": .int(Int64(bytes))]))
    }
}
