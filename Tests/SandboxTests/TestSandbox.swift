import Glibc
import JSON
import PluginModel
import Synchronization
import Testing

@testable import Sandbox

/// The real sandbox, started once for all tests of this target: real worker processes, the real engine.
enum TestSandbox {
    static let runtime: SandboxRuntime = {
        do {
            var options = SandboxRuntime.Options(layout: try WorkerLayout.find())
            options.poolSize = 2
            return SandboxRuntime(options)
        } catch { fatalError("\(error)") }
    }()

    /// A host for a plugin given as CommonJS text.
    static func host(
        _ script: String, id: String = "test.plugin", limits: SandboxLimits = SandboxLimits(), policy: FailureLedger.Policy = .forgiving,
        calls: any HostCallHandler = RefusingHandler(), runtime: SandboxRuntime = runtime, adjust: (inout PluginProgram) -> Void = { _ in }
    ) throws -> PluginHost {
        var program = PluginProgram(
            plugin: try PluginID(id), version: "1.0.0", script: Array(script.utf8), scriptName: "plugin:\(id)/index.js",
            modules: ["@patchbay/plugin": try runtime.options.layout.part("modules/patchbay-plugin")])
        adjust(&program)
        return PluginHost(program, runtime: runtime, limits: limits, policy: policy) { calls }
    }
}

/// Answers every host call with an error, and counts.
final class RefusingHandler: HostCallHandler {
    let seen = Mutex<[String]>([])
    func handle(_ call: HostCallRecord, reply: @escaping @Sendable (HostCallAnswer) -> Void) {
        seen.withLock { $0.append(call.operation) }
        reply(.error(Array(#"{"code":"test.refused","message":"no host calls here"}"#.utf8)))
    }
    func notify(_ call: HostCallRecord) { seen.withLock { $0.append(call.operation) } }
    func cancel(number: UInt32) {}
    func callEnded(_ callID: UInt32) {}
    func workerEnded() {}
}

extension PluginHost {
    /// The JSON text of a call's value.
    nonisolated func text(_ export: String, _ argument: String = "null", limit: Duration? = nil) async throws -> String {
        switch try await call(export, Array(argument.utf8), limit: limit) {
        case .value(let bytes), .mixed(let bytes): String(decoding: bytes, as: UTF8.self)
        case .stream: "a stream"
        }
    }

    /// How a call fails, or nil when it does not.
    nonisolated func failure(_ export: String, _ argument: String = "null", limit: Duration? = nil) async -> CallFailure? {
        do {
            _ = try await call(export, Array(argument.utf8), limit: limit)
            return nil
        } catch { return error }
    }
}
