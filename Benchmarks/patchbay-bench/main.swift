internal import Glibc
internal import PluginModel
internal import Sandbox

final class Nobody: HostCallHandler {
    func handle(_ call: HostCallRecord, reply: @escaping @Sendable (HostCallAnswer) -> Void) { reply(.value(Array(#"{"value":"hello world"}"#.utf8))) }
    func notify(_ call: HostCallRecord) {}
    func cancel(number: UInt32) {}
    func callEnded(_ callID: UInt32) {}
    func workerEnded() {}
}

let plugin = """
const W = { like: 2, repost: 3, reply: 1 };
exports.run = function run(input) { let s = input.score * 0.5 + input.text.length * 0.01; for (const t of input.tags) s += W[t] || 1; if (input.flags.urgent) s *= 2; return s; };
exports.host = (n) => { const { host } = require('@patchbay/plugin'); let t = 0; for (let i = 0; i < n; i++) t += host.callSync('state.get', { key: 'k1' }).value.length; return t; };
"""
let input = Array(#"{"id":"msg_01HZX3K9Q2","author":"user-4821","score":0.7312,"text":"The quick brown fox jumps over the lazy dog near the river bank today","tags":["like","repost","news"],"flags":{"urgent":false,"nsfw":false},"ts":1750000000}"#.utf8)

func show(_ name: String, _ s: Sample) {
    func f(_ d: Double) -> String { "\((d * 100).rounded() / 100)" }
    print(name, "p50", f(s.p50), "p95", f(s.p95), "p99", f(s.p99), "rate", Int(s.rate))
}
for spinning in [true, false] {
var options = SandboxRuntime.Options(layout: try WorkerLayout.find())
if !spinning { options.governor = SpinGovernor(tokens: 0) }
let runtime = SandboxRuntime(options)
var limits = SandboxLimits(); limits.callCPUTime = .seconds(1000); limits.callTime = .seconds(60)
let program = PluginProgram(plugin: try PluginID("bench.plugin"), version: "1.0.0", script: Array(plugin.utf8), scriptName: "plugin:bench/index.js", modules: ["@patchbay/plugin": "exports.create = ({ host }) => ({ host })"])
let host = PluginHost(program, runtime: runtime, limits: limits, policy: .forgiving) { Nobody() }
try await host.start()
print("spinning", spinning)
for _ in 0..<20000 { _ = try host.callSync("run", input) }
show("sync", Sample.middle(try (0..<5).map { _ in try series(20000) { _ = try host.callSync("run", input) } }))
var rounds: [Sample] = []
for _ in 0..<5 { rounds.append(try await series(10000) { _ = try await host.call("run", input) }) }
show("async", .middle(rounds))
rounds = []
for _ in 0..<5 {
    let start = nanoseconds()
    try await withThrowingTaskGroup(of: Void.self) { group in
        for _ in 0..<64 { group.addTask { for _ in 0..<1000 { _ = try await host.call("run", input) } } }
        try await group.waitForAll()
    }
    rounds.append(Sample(p50: 0, p95: 0, p99: 0, rate: 64000 / (Double(nanoseconds() - start) / 1e9)))
}
show("64 in flight", .middle(rounds))
let batch = Array("[".utf8) + Array(repeating: input, count: 256).joined(separator: [44]) + Array("]".utf8)
rounds = []
for _ in 0..<5 { rounds.append(try await series(400, items: 256) { _ = try await host.callBatch("run", batch) }) }
show("batch", .middle(rounds))
for _ in 0..<3 { let t = nanoseconds(); _ = try host.callSync("host", Array("20000".utf8)); print("host call us", Double(nanoseconds() - t) / 1e3 / 20000) }
let m = Memory(of: [await host.status.pid!]); print("after calls private", m.privateDirty, "pss", m.pss)
await host.stop(); await runtime.stop()
}
