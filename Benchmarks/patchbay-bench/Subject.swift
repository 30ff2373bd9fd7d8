internal import HostCalls
internal import JSON
internal import PluginModel
internal import PluginPackages
internal import PluginRuntime
internal import Sandbox

/// The plugin under test and its argument; `Benchmarks/peers/common.js` holds the same for the peers.
enum Subject {
    /// 230 bytes, as every peer gets it.
    static let argument = Array(
        #"{"id":"msg_01HZX3K9Q2","author":"user-4821","score":0.7312,"text":"The quick brown fox jumps over the lazy dog near the river bank today","tags":["like","repost","news"],"flags":{"urgent":false,"nsfw":false},"ts":1750000000}"#
            .utf8)
    static let batchCount = 256
    static let inFlight = 64
    static let batch =
        Array("[".utf8) + Array(repeating: argument, count: batchCount).joined(separator: [UInt8(ascii: ",")]) + Array("]".utf8)

    static let script = """
        const { state } = require('@patchbay/plugin');
        const W = { like: 2, repost: 3, reply: 1 };
        exports.run = function run(input) { let s = input.score * 0.5 + input.text.length * 0.01; for (const t of input.tags) s += W[t] || 1; if (input.flags.urgent) s *= 2; return s; };
        exports.prepare = () => state.set('k1', 'hello world');
        exports.hostSync = (n) => { let t = 0; for (let i = 0; i < n; i++) t += state.getSync('k1').length; return t; };
        exports.hostAwaited = async (n) => { let t = 0; for (let i = 0; i < n; i++) t += (await state.get('k1')).length; return t; };
        """

    /// One plugin with its real broker, over a runtime of its own mode.
    static func plugin(
        _ services: PluginServices, id: String = "bench.plugin", script: String = script, adjust: (inout SandboxLimits) -> Void = { _ in }
    ) throws -> RunnablePlugin {
        var settings = RunnablePlugin.Settings(log: MemoryLogSink())
        settings.policy = .forgiving
        settings.limits.callTime = .seconds(120)
        settings.limits.callCPUTime = .seconds(120)
        settings.limits.idleTime = .seconds(600)
        adjust(&settings.limits)
        let name = try PluginID(id)
        let bundle = PluginBundle(
            script: Array(script.utf8), scriptName: "plugin:\(id)/index.js", sourceMapBytes: [], contentHash: "", files: [], findings: [],
            wasCached: true)
        return RunnablePlugin(
            id: name, version: "1.0.0", bundle: bundle, declared: [],
            modules: ["@patchbay/plugin": try services.layout.part("modules/patchbay-plugin")],
            settings: settings, services: services)
    }

    static func services(spinning: Bool, pool: Int = 2) throws -> PluginServices {
        var options = SandboxRuntime.Options(layout: try WorkerLayout.find())
        if !spinning { options.governor = SpinGovernor(tokens: 0) }
        options.poolSize = pool
        // Nothing measured with these is bundled; in a place where not even root can make a folder, a mistake shows.
        return PluginServices(sandbox: options, bundler: Bundler(cache: BundleCache(folder: "/proc/no-cache")))
    }
}
