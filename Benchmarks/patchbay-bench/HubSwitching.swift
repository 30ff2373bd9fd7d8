internal import Glibc
internal import JSON
internal import Sandbox

/// Switching and updating a plugin while calls go through it at a steady rate.
struct SwitchFigures {
    static let rate = 200.0
    static let turns = 9
    static let updates = 7

    /// Milliseconds each, by what was done; the largest counts.
    var times: [(name: String, each: [Double])] = []
    /// Calls that were neither answered nor, while the plugin was off, refused for that.
    var failed = 0
    /// Calls refused because the plugin was off.
    var refused = 0
    var calls = 0
    /// Of the calls, in milliseconds from when each was due.
    var p95 = 0.0

    /// Of a hub that has `bench.calls`, let in.
    static func measure(_ hub: HubProgram, token: String, scratch: String) async throws -> SwitchFigures {
        var figures = SwitchFigures()
        let call: JSONValue = ["export": "run", "argument": ["text": "something to measure"]]
        let request = HubProgram.bytes(
            hub.port, "POST", "/api/v1/plugins/bench.calls/call", call, headers: ["Authorization: Bearer \(token)"])
        try hub.must("POST", "/api/v1/plugins/bench.calls/call", call, token: token)
        /// Calls until the decisions are done, answered by one of `fine`.
        func during(_ seconds: Double, fine: Set<Int>, _ decisions: @escaping @Sendable () throws -> [(String, Double)]) async throws {
            let port = hub.port
            async let load = onThread { try HTTPLoad(port: port, requests: [request], connections: 32).run(seconds: seconds, rate: rate) }
            for (name, time) in try await onThread(decisions) {
                if let place = figures.times.firstIndex(where: { $0.name == name }) {
                    figures.times[place].each.append(time)
                } else {
                    figures.times.append((name, [time]))
                }
            }
            let outcome = try await load
            figures.failed += outcome.failures(except: fine)
            figures.refused += outcome.statuses[409] ?? 0
            figures.calls += outcome.requests
            figures.p95 = max(figures.p95, outcome.sample.p95 / 1_000)
        }
        try await during(4, fine: [200, 409]) {
            var times: [(String, Double)] = []
            for _ in 0..<turns {
                for isEnabled in [false, true] {
                    usleep(180_000)
                    let answer = try hub.must("PATCH", "/api/v1/admin/plugins/bench.calls", ["enabled": .bool(isEnabled)], token: token)
                    // What the answer says is so at once: a call that begins now is refused, or answered.
                    let after = try hub.ask("POST", "/api/v1/plugins/bench.calls/call", call, token: token)
                    guard after.status == (isEnabled ? 200 : 409) else {
                        throw Peer.Missing("after \(isEnabled ? "enabling" : "disabling") a call was answered \(after.status)")
                    }
                    times.append((isEnabled ? "enable" : "disable", answer.milliseconds))
                    if isEnabled { times.append(("first call after enabling", after.milliseconds)) }
                }
            }
            return times
        }
        // Versions are installed beforehand, as an operator has them waiting; the yes is what is measured.
        for number in 1...updates {
            let version = "1.\(number).0"
            try HubPackages.install([try HubPackages.calls(version: version, in: scratch)], into: hub, token: token)
            try await during(1.5, fine: [200]) {
                usleep(400_000)
                let time = try HubPackages.consent("bench.calls", in: hub, token: token)
                let after = try hub.must("POST", "/api/v1/plugins/bench.calls/call", call, token: token)
                guard after.body["version"]?.stringValue == version else {
                    throw Peer.Missing("after the update to \(version), \(after.body.serialized()) answered")
                }
                return [("update", time)]
            }
        }
        return figures
    }
}

/// Blocking work on a thread of its own.
func onThread<Value: Sendable>(_ body: @escaping @Sendable () throws -> Value) async throws -> Value {
    try await withCheckedThrowingContinuation { continuation in
        HubThread.start("bench") { continuation.resume(with: Result(catching: body)) }
    }
}
