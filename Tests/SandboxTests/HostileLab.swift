import CRing
import CSandbox
import Foundation
import PluginModel
import Synchronization
import Testing

@testable import Sandbox

/// The hostile suites run one case after another: they take the machine to its limits, and their clocks are tight.
@Suite(.serialized) enum Hostile {}

/// What the hostile suites share: fixtures by name, a hub that answers a few host calls, a neighbour that must not notice anything.
enum Lab {
    /// The long forms (`make soak`) multiply rounds by this.
    static let isSoak = ProcessInfo.processInfo.environment["PATCHBAY_SOAK"] == "1"

    static func fixture(_ name: String, in folder: String = "hostile") throws -> String {
        let path = URL(fileURLWithPath: #filePath).deletingLastPathComponent().appendingPathComponent("Fixtures/\(folder)/\(name).js")
        return try String(contentsOf: path, encoding: .utf8)
    }

    /// A plugin from a fixture. `require('test:host').host` gives it the plain host, below the comforts of `@patchbay/plugin`.
    static func host(
        _ name: String, limits: SandboxLimits = quick, policy: FailureLedger.Policy = .forgiving, calls: any HostCallHandler = LabHandler(),
        runtime: SandboxRuntime = TestSandbox.runtime, adjust: (inout PluginProgram) -> Void = { _ in }
    ) throws -> PluginHost {
        try host(
            script: fixture(name), id: "hostile." + name, limits: limits, policy: policy, calls: calls, runtime: runtime, adjust: adjust)
    }

    static func host(
        script: String, id: String = "hostile.script", limits: SandboxLimits = quick, policy: FailureLedger.Policy = .forgiving,
        calls: any HostCallHandler = LabHandler(), runtime: SandboxRuntime = TestSandbox.runtime,
        adjust: (inout PluginProgram) -> Void = { _ in }
    ) throws -> PluginHost {
        try TestSandbox.host(script, id: id, limits: limits, policy: policy, calls: calls, runtime: runtime) { program in
            program.modules["test:host"] = .text("exports.create = ({ host }) => ({ host })")
            adjust(&program)
        }
    }

    /// Limits short enough for many cases in a row.
    static let quick = limits { _ in }

    static func limits(_ adjust: (inout SandboxLimits) -> Void) -> SandboxLimits {
        var limits = SandboxLimits()
        limits.callTime = .milliseconds(200)
        adjust(&limits)
        return limits
    }

    /// Waits until `condition` holds. False when it does not within `limit`.
    static func eventually(within limit: Duration = .seconds(5), _ condition: @Sendable () async -> Bool) async -> Bool {
        let deadline = ContinuousClock.now + limit
        while ContinuousClock.now < deadline {
            if await condition() { return true }
            try? await Task.sleep(for: .milliseconds(5))
        }
        return await condition()
    }

    static func timed<Value>(_ body: () async throws -> Value) async rethrows -> (Value, Duration) {
        let start = ContinuousClock.now
        let value = try await body()
        return (value, ContinuousClock.now - start)
    }
}

/// A small hub: `time.sleep`, `test.echo` (answers at once), `test.slow` (a moment later, from another thread), `test.refuse`, and
/// `test.never`. Remembers what it saw, in bounded lists.
final class LabHandler: HostCallHandler {
    struct Seen {
        var operations: [String] = []
        var notices: [String] = []
        var handled = 0, noticed = 0, cancelled = 0, callsEnded = 0, workersEnded = 0
    }
    let seen = Mutex(Seen())
    private static let keptMax = 10_000
    /// A text of a megabyte, made once: an unoptimised build takes a tenth of a second for it.
    private static let big = [UInt8(ascii: "\"")] + [UInt8](repeating: UInt8(ascii: "x"), count: 1 << 20) + [UInt8(ascii: "\"")]

    func handle(_ call: HostCallRecord, reply: @escaping @Sendable (HostCallAnswer) -> Void) {
        seen.withLock {
            $0.handled += 1
            if $0.operations.count < Self.keptMax { $0.operations.append(call.operation) }
        }
        switch call.operation {
        case "test.never": break
        case "test.echo": reply(.value(call.arguments))
        case "test.slow":
            DispatchQueue.global().asyncAfter(deadline: .now() + .milliseconds(5)) { reply(.value(call.arguments)) }
        case "test.twice":
            reply(.value(Array("1".utf8)))
            reply(.value(Array("2".utf8)))
        case "test.big": reply(.value(Self.big))
        // A long sleep outlasts the test.
        case "time.sleep" where call.arguments.count > #"{"ms":12345}"#.utf8.count: break
        case "time.sleep":
            DispatchQueue.global().asyncAfter(deadline: .now() + .milliseconds(1)) { reply(.value([])) }
        default: reply(.error(Array(#"{"code":"test.refused","message":"no such host call here"}"#.utf8)))
        }
    }

    func notify(_ call: HostCallRecord) {
        seen.withLock {
            $0.noticed += 1
            if $0.notices.count < Self.keptMax {
                $0.notices.append(call.operation + " " + String(decoding: call.arguments.prefix(500), as: UTF8.self))
            }
        }
    }

    func cancel(number: UInt32) { seen.withLock { $0.cancelled += 1 } }
    func callEnded(_ callID: UInt32) { seen.withLock { $0.callsEnded += 1 } }
    func workerEnded() { seen.withLock { $0.workersEnded += 1 } }
}

/// A well-behaved plugin beside the attack. It is called without pause, and must never fail nor wait long.
struct Neighbour {
    private let host: PluginHost
    private let probing: Task<[Duration], any Error>

    /// A call takes microseconds; two cores shared with loops, forks and other tests make that milliseconds. A second would be harm, were
    /// it not that a whole machine can stand still for one: two are excused, and none of ten seconds.
    private static let patience = Duration.seconds(1)
    private static let excusedMax = 2
    private static let worstPatience = Duration.seconds(10)

    static func start(_ runtime: SandboxRuntime = TestSandbox.runtime) async throws -> Neighbour {
        let host = try TestSandbox.host("exports.echo = (x) => x", id: "good.neighbour", runtime: runtime)
        _ = try await host.text("echo", "0")
        return Neighbour(
            host: host,
            probing: Task {
                var waits: [Duration] = []
                while !Task.isCancelled {
                    let (answer, wait) = try await Lab.timed { try await host.text("echo", "7") }
                    guard answer == "7" else { throw CallFailure.protocolViolation("the neighbour was answered \(answer)") }
                    waits.append(wait)
                    do { try await Task.sleep(for: .milliseconds(3)) } catch { break }
                }
                return waits
            })
    }

    /// Stops probing and says how it went.
    func finish(sourceLocation: SourceLocation = #_sourceLocation) async {
        probing.cancel()
        let outcome = await probing.result
        await host.stop()
        switch outcome {
        case .success(let waits):
            let worst = waits.max() ?? .zero
            let late = waits.count { $0 >= Self.patience }
            #expect(
                late <= Self.excusedMax && worst < Self.worstPatience,
                "the neighbour waited \(worst) at worst, and too long for \(late) of \(waits.count) answers", sourceLocation: sourceLocation
            )
        case .failure(let error as CallFailure) where error == .cancelled: break
        case .failure(let error): Issue.record("the neighbour was harmed: \(error)", sourceLocation: sourceLocation)
        }
    }
}

/// What the kernel says of a process.
enum ProcessStatus {
    /// One line of /proc/PID/status, in bytes; 0 when the process is gone.
    static func memory(_ pid: Int32, _ key: String) -> Int {
        guard let status = try? String(contentsOfFile: "/proc/\(pid)/status", encoding: .utf8) else { return 0 }
        for line in status.split(separator: "\n") where line.hasPrefix(key + ":") {
            return (line.split(whereSeparator: { $0 == " " || $0 == "\t" }).dropFirst().first.flatMap { Int($0) } ?? 0) * 1_024
        }
        return 0
    }
}
