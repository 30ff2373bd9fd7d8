internal import Glibc
internal import JSON
internal import PluginModel

/// Authenticated reads of the hub beside servers of Node's that answer with an equal object, by turns in the same minute.
struct ReadFigures {
    struct Series {
        /// A round's ratio to the rounds of Node just before and just after it; the middle of all.
        var ratio = 0.0
        var sample = Sample([], total: 1)
        var nodeSample = Sample([], total: 1)
        /// Microseconds of CPU time a request.
        var cpu = 0.0, nodeCPU = 0.0
        var bytes = 0
        /// Of Express, where Debian's package is here.
        var expressRate: Double?
    }

    static let paths = [("session", "/api/v1/session"), ("plugin", "/api/v1/plugins/bench.calls"), ("list of 50", "/api/v1/plugins")]
    static let rounds = 7
    static let roundSeconds = 1.0
    static let connections = 32

    /// By what was read.
    var series: [(name: String, series: Series)] = []

    /// Of a hub that has the plugin `bench.calls`.
    static func measure(_ hub: HubProgram, token: String, scratch: String, peers: String) async throws -> ReadFigures {
        var figures = ReadFigures()
        for (name, path) in paths { figures.series.append((name, try one(hub, token, path, scratch, peers))) }
        return figures
    }

    private static func one(_ hub: HubProgram, _ token: String, _ path: String, _ scratch: String, _ peers: String) throws -> Series {
        let object = try hub.must("GET", path, token: token).body
        let file = "\(scratch)/object.json"
        let bytes = object.serializedBytes()
        try PackageFigures.write(bytes, to: file)
        func node(_ kind: String) throws -> (Program, UInt16) {
            let program = try Program(["node", "--no-warnings", "\(peers)/http.js", file, token, kind])
            guard let line = program.line(), let port = UInt16(line) else {
                program.stop()
                throw Peer.Missing("Node's \(kind) server did not start")
            }
            return (program, port)
        }
        let (program, nodePort) = try node("plain")
        defer { program.stop() }
        let fields = ["Authorization: Bearer \(token)"]
        let ours = try HTTPLoad(
            port: hub.port, requests: [HubProgram.bytes(hub.port, "GET", path, headers: fields)], connections: connections)
        let theirs = try HTTPLoad(
            port: nodePort, requests: [HubProgram.bytes(nodePort, "GET", "/objects/bench", headers: fields)], connections: connections)
        func round(_ load: HTTPLoad, _ program: Program) throws -> (Sample, Double) {
            let before = program.cpuSeconds
            let outcome = load.run(seconds: roundSeconds)
            guard outcome.failures() == 0 else { throw Peer.Missing("\(path): \(outcome.statuses), \(outcome.broken) broken") }
            return (outcome.sample, (program.cpuSeconds - before) * 1e6 / Double(outcome.requests))
        }
        // Compilers and caches of both have seen what comes.
        for _ in 0..<2 { _ = (try round(theirs, program), try round(ours, hub.program)) }
        var (samples, others, ratios): ([Sample], [Sample], [Double]) = ([], [], [])
        var (cpu, nodeCPU): ([Double], [Double]) = ([], [])
        var before = try round(theirs, program)
        for _ in 0..<rounds {
            let own = try round(ours, hub.program)
            let after = try round(theirs, program)
            ratios.append(own.0.rate / ((before.0.rate + after.0.rate) / 2))
            samples.append(own.0)
            cpu.append(own.1)
            others.append(after.0)
            nodeCPU.append(after.1)
            before = after
        }
        var series = Series()
        (series.ratio, series.sample, series.nodeSample) = (middle(ratios), .middle(samples), .middle(others))
        (series.cpu, series.nodeCPU, series.bytes) = (middle(cpu), middle(nodeCPU), bytes.count)
        if let (program, port) = try? node("express") {
            defer { program.stop() }
            let load = try HTTPLoad(
                port: port, requests: [HubProgram.bytes(port, "GET", "/objects/bench", headers: fields)], connections: connections)
            _ = try round(load, program)
            series.expressRate = middle(try (0..<3).map { _ in try round(load, program).0.rate })
        }
        return series
    }

    static func middle(_ values: [Double]) -> Double { values.sorted()[values.count / 2] }
}
