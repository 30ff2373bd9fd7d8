internal import Glibc
internal import PluginRuntime
internal import Sandbox

/// From an installed plugin without a process to its first result, in milliseconds; and what idle and busy workers weigh.
struct StartFigures {
    var warm = Sample([], total: 1)
    var fork = Sample([], total: 1)
    /// Megabytes each, by number of workers.
    var fresh: [(count: Int, memory: Memory)] = []

    private static let starts = 40
    private static let crowds = [1, 10, 50]

    static func measure() async throws -> StartFigures {
        var figures = StartFigures()
        figures.warm = try await firstResults(pool: 2)
        figures.fork = try await firstResults(pool: 0)
        for count in crowds { figures.fresh.append((count, try await weigh(count))) }
        return figures
    }

    private static func firstResults(pool: Int) async throws -> Sample {
        let services = try Subject.services(spinning: true, pool: pool)
        var each: [UInt64] = []
        for number in 0..<(starts + 3) {
            let plugin = try Subject.plugin(services, id: "bench.start\(number)")
            while services.sandbox.readyWorkers < pool { try await Task.sleep(for: .milliseconds(1)) }
            // Let the pool's own work settle, so that only the start is timed.
            try await Task.sleep(for: .milliseconds(5))
            let start = nanoseconds()
            _ = try await plugin.host.call("run", Subject.argument)
            if number >= 3 { each.append(nanoseconds() - start) }
            await plugin.stop()
        }
        await services.stop()
        return Sample(each, total: each.reduce(0, +))
    }

    private static func weigh(_ count: Int) async throws -> Memory {
        let services = try Subject.services(spinning: false, pool: 0)
        var plugins: [RunnablePlugin] = []
        var pids: [Int32] = []
        for number in 0..<count {
            let plugin = try Subject.plugin(services, id: "bench.weight\(number)")
            _ = try await plugin.host.call("run", Subject.argument)
            pids.append(await plugin.host.status.pid ?? 0)
            plugins.append(plugin)
        }
        let memory = Memory(of: pids)
        for plugin in plugins { await plugin.stop() }
        await services.stop()
        return memory
    }
}
