internal import PluginRuntime
internal import Sandbox

/// What calls cost in one mode.
struct CallFigures {
    var sync = Paired()
    var one = Paired()
    var many = Paired()
    var batch = Paired()
    /// Microseconds per host call made by the plugin.
    var hostSync = 0.0
    var hostAwaited = 0.0
    /// Megabytes private to the worker after all of it.
    var privateAfter = 0.0

    private static let rounds = 5
    private static let hostCalls = 20_000

    /// Measures a fresh plugin.
    static func measure(spinning: Bool, beside reference: Reference) async throws -> CallFigures {
        let services = try Subject.services(spinning: spinning)
        let plugin = try Subject.plugin(services)
        let host = plugin.host
        try await host.start()
        for _ in 0..<20_000 { _ = try host.callSync("run", Subject.argument) }
        var figures = CallFigures()
        figures.privateAfter = Memory(of: [await host.status.pid ?? 0]).privateDirty
        figures.sync = try await .measure(reference, .one, by: .p50) {
            try series(20_000) { _ = try host.callSync("run", Subject.argument) }
        }
        figures.one = try await .measure(reference, .one, by: .p50) {
            try await series(8_000) { _ = try await host.call("run", Subject.argument) }
        }
        figures.many = try await .measure(reference, .many, by: .rate) { try await crowd(host) }
        figures.batch = try await .measure(reference, .batch, by: .rate) {
            try await series(300, items: Subject.batchCount) { _ = try await host.callBatch("run", Subject.batch) }
        }
        _ = try await host.call("prepare", [])
        figures.hostSync = try await hostCall(host, "hostSync")
        figures.hostAwaited = try await hostCall(host, "hostAwaited")
        await plugin.stop()
        await services.stop()
        return figures
    }

    /// 64 tasks, each calling and waiting, 1,000 times.
    private static func crowd(_ host: PluginHost) async throws -> Sample {
        let each = 1_000
        let start = nanoseconds()
        try await withThrowingTaskGroup(of: Void.self) { group in
            for _ in 0..<Subject.inFlight {
                group.addTask { for _ in 0..<each { _ = try await host.call("run", Subject.argument) } }
            }
            try await group.waitForAll()
        }
        let rate = Double(Subject.inFlight * each) / (Double(nanoseconds() - start) / 1e9)
        return Sample(p50: 0, p95: 0, p99: 0, rate: rate)
    }

    private static func hostCall(_ host: PluginHost, _ export: String) async throws -> Double {
        var each: [Double] = []
        for _ in 0..<rounds {
            let start = nanoseconds()
            _ = try host.callSync(export, Array("\(hostCalls)".utf8))
            each.append(Double(nanoseconds() - start) / 1_000 / Double(hostCalls))
        }
        return each.sorted()[rounds / 2]
    }
}
