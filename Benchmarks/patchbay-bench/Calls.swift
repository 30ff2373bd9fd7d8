internal import PluginRuntime
internal import Sandbox

/// What calls cost in one mode.
struct CallFigures {
    var sync = Sample([], total: 1)
    var one = Sample([], total: 1)
    var many = Sample([], total: 1)
    var batch = Sample([], total: 1)
    /// Microseconds per host call made by the plugin.
    var hostSync = 0.0
    var hostAwaited = 0.0
    /// Megabytes private to the worker after all of it.
    var privateAfter = 0.0

    static let rounds = 5
    private static let hostCalls = 20_000

    /// Measures a fresh plugin; `between` runs after each series, so that peers are measured in the same minutes.
    static func measure(spinning: Bool) async throws -> CallFigures {
        let services = try Subject.services(spinning: spinning)
        let plugin = try Subject.plugin(services)
        let host = plugin.host
        try await host.start()
        for _ in 0..<20_000 { _ = try host.callSync("run", Subject.argument) }
        var figures = CallFigures()
        figures.privateAfter = Memory(of: [await host.status.pid ?? 0]).privateDirty
        figures.sync = .middle(try (0..<rounds).map { _ in try series(20_000) { _ = try host.callSync("run", Subject.argument) } })
        figures.one = .middle(try await repeated { try await series(8_000) { _ = try await host.call("run", Subject.argument) } })
        figures.many = .middle(try await repeated { try await crowd(host) })
        figures.batch = .middle(
            try await repeated { try await series(300, items: Subject.batchCount) { _ = try await host.callBatch("run", Subject.batch) } })
        _ = try await host.call("prepare", [])
        figures.hostSync = try await hostCall(host, "hostSync")
        figures.hostAwaited = try await hostCall(host, "hostAwaited")
        await plugin.stop()
        await services.stop()
        return figures
    }

    private static func repeated(_ body: () async throws -> Sample) async throws -> [Sample] {
        var samples: [Sample] = []
        for _ in 0..<rounds { samples.append(try await body()) }
        return samples
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
