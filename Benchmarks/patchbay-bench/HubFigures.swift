internal import Glibc
internal import JSON

/// The hub as a whole: a program that was started, has plugins, and is asked by HTTP.
struct HubFigures {
    static let installed = 1_000

    var reads = ReadFigures()
    var switching = SwitchFigures()
    var crowd = CrowdFigures()
    /// Seconds from starting the program to its first answer, with `installed` plugins; the middle of five.
    var startSeconds = 0.0
    var emptyStartSeconds = 0.0
    /// Megabytes of the hub, its zygote and its waiting workers after that start and a look at every plugin; shared pages once.
    var megabytes = 0.0
    /// Of the hub's own process.
    var ownMegabytes = 0.0
    /// Load average of the machine when this began.
    var load = 0.0

    static func measure(peers: String, only part: String? = nil) async throws -> HubFigures {
        var figures = HubFigures()
        var averages = [0.0]
        getloadavg(&averages, 1)
        figures.load = averages[0]
        let root = try PackageFigures.temporaryFolder()
        defer { PackageFigures.removeTree(root) }
        func wanted(_ name: String) -> Bool { part == nil || part == name }

        if wanted("reads") || wanted("switching") || wanted("crowd") {
            let hub = try HubProgram(data: root + "/small")
            defer { hub.stop() }
            figures.emptyStartSeconds = hub.startSeconds
            let token = try hub.token()
            try HubPackages.install(
                [try HubPackages.calls(version: "1.0.0", in: root), try HubPackages.loop(in: root)]
                    + PackageFigures.writePackages(in: root + "/few", count: 58), into: hub, token: token)
            for id in ["bench.calls", "bench.loop"] { try HubPackages.consent(id, in: hub, token: token) }
            if wanted("reads") {
                note("hub: authenticated reads beside Node http")
                figures.reads = try await ReadFigures.measure(hub, token: token, scratch: root, peers: peers)
            }
            if wanted("switching") {
                note("hub: switching and updating under calls")
                figures.switching = try await SwitchFigures.measure(hub, token: token, scratch: root)
            }
            if wanted("crowd") {
                note("hub: idle connections, a flood of sign-ins, a plugin in a loop")
                figures.crowd = try await CrowdFigures.measure(hub, token: token)
            }
        }
        if wanted("thousand") {
            note("hub: installing \(installed) plugins")
            try thousand(root, &figures)
        }
        return figures
    }

    private static func thousand(_ root: String, _ figures: inout HubFigures) throws {
        let data = root + "/large"
        var token = ""
        do {
            let hub = try HubProgram(data: data)
            defer { hub.stop() }
            token = try hub.token()
            try HubPackages.install(try PackageFigures.writePackages(in: root + "/packages", count: installed), into: hub, token: token)
            var after = ""
            var ids: [String] = []
            while case let page = try hub.must("GET", "/api/v1/plugins?limit=200\(after)", token: token).body.arrayValue ?? [],
                let last = page.last?["id"]?.stringValue
            {
                ids += page.compactMap { $0["id"]?.stringValue }
                after = "&after=\(last)"
            }
            guard ids.count == installed else { throw Peer.Missing("\(ids.count) of \(installed) plugins are there") }
            // Those that cannot run are refused, and stay as they are.
            for id in ids {
                var status = 429
                while status == 429 {
                    status = try hub.ask("POST", "/api/v1/plugins/\(id)/consent", ["grants": []], token: token).status
                    if status == 429 { usleep(200_000) }
                }
            }
        }
        var (starts, all, own): ([Double], [Double], [Double]) = ([], [], [])
        for _ in 0..<5 {
            let hub = try HubProgram(data: data)
            defer { hub.stop() }
            starts.append(hub.startSeconds)
            var seen = 0
            var after = ""
            while case let page = try hub.must("GET", "/api/v1/plugins?limit=200\(after)", token: token).body.arrayValue ?? [],
                let last = page.last?["id"]?.stringValue
            {
                seen += page.count
                after = "&after=\(last)"
            }
            guard seen == installed else { throw Peer.Missing("after a start, \(seen) of \(installed) plugins are there") }
            all.append(hub.program.familyMegabytes)
            own.append(hub.program.status("VmRSS"))
        }
        figures.startSeconds = ReadFigures.middle(starts)
        (figures.megabytes, figures.ownMegabytes) = (ReadFigures.middle(all), ReadFigures.middle(own))
    }

    // MARK: Telling

    func rows(_ report: inout Report) {
        if !reads.series.isEmpty {
            report.heading("Hub: authenticated reads, \(ReadFigures.connections) connections, load average \(Report.number(load, 1))")
            report.row("", "p50 µs", "p99 µs", "rate", "ratio")
            for (name, series) in reads.series {
                report.row(
                    "\(name), \(series.bytes) bytes", Report.number(series.sample.p50, 0), Report.number(series.sample.p99, 0),
                    Report.rate(series.sample.rate), Report.number(series.ratio))
                report.row(
                    "  Node http, an equal object", Report.number(series.nodeSample.p50, 0), Report.number(series.nodeSample.p99, 0),
                    Report.rate(series.nodeSample.rate), "1")
                if let rate = series.expressRate {
                    report.row("  Express", "", "", Report.rate(rate), Report.number(rate / series.nodeSample.rate))
                } else {
                    report.row("  Express", "", "", "absent")
                }
                report.row("  CPU a request", "\(Report.number(series.cpu, 0)) µs", "", "", "Node \(Report.number(series.nodeCPU, 0)) µs")
            }
        }
        if switching.calls > 0 {
            report.heading("Hub: switching and updating, \(Report.number(SwitchFigures.rate, 0)) calls/s through the plugin")
            report.row("", "middle ms", "most ms")
            for (name, each) in switching.times {
                report.row("\(name), \(each.count) times", Report.number(ReadFigures.middle(each), 1), Report.number(each.max() ?? 0, 1))
            }
            report.line(
                "\(switching.calls) calls, p95 \(Report.number(switching.p95, 1)) ms; \(switching.failed) failed; \(switching.refused) refused while it was off"
            )
        }
        if crowd.held > 0 {
            report.heading("Hub: others' requests, \(Report.number(CrowdFigures.rate, 0)) a second")
            report.row("", "p95 ms")
            report.row("nothing else", Report.number(crowd.quietP95, 1))
            report.row("\(crowd.held) idle connections", Report.number(crowd.idleP95, 1), "+\(Report.number(crowd.idleMegabytes, 0)) MB")
            report.row("a flood of sign-ins", Report.number(crowd.floodP95, 1), "+\(Report.number(crowd.floodMegabytes, 0)) MB")
            report.line("  \(crowd.floodAttempts) sign-ins from 400 addresses, by status: \(Self.words(crowd.floodAnswers))")
            report.row("a plugin in a loop: reads", Report.number(crowd.loopP95, 1))
            report.row("a plugin in a loop: another's calls", Report.number(crowd.loopCallP95, 1))
            report.line("  calls of the loop, by status: \(Self.words(crowd.loopAnswers))")
        }
        if startSeconds > 0 {
            report.heading("Hub: \(Self.installed) plugins of four formats")
            report.row("start to the first answer", Report.number(startSeconds) + " s")
            report.row(
                "memory, with its zygote and waiting workers", Report.number(megabytes, 0) + " MB",
                "own \(Report.number(ownMegabytes, 0)) MB")
        }
    }

    private static func words(_ statuses: [Int: Int]) -> String {
        statuses.sorted { $0.key < $1.key }.map { "\($0.key) × \($0.value)" }.joined(separator: ", ")
    }

    var bars: [Bar] {
        var bars: [Bar] = []
        for (name, series) in reads.series {
            // libraries: Fastify was measured at 0.94 of Node's http.
            bars.append(Bar(text: "hub, read of \(name)", measured: series.ratio, limit: 0.94, atMost: false, unit: "Node http"))
        }
        if switching.calls > 0 {
            for (name, each) in switching.times {
                bars.append(Bar(text: "hub, \(name), at most", measured: each.max() ?? 0, limit: 250, atMost: true, unit: "ms"))
            }
            bars.append(Bar(text: "hub, failed calls meanwhile", measured: Double(switching.failed), limit: 0, atMost: true, unit: "calls"))
        }
        if startSeconds > 0 {
            bars.append(Bar(text: "hub, start with 1,000 plugins", measured: startSeconds, limit: 1, atMost: true, unit: "s"))
            bars.append(Bar(text: "hub, memory with them", measured: megabytes, limit: 200, atMost: true, unit: "MB"))
        }
        if crowd.held > 0 {
            bars += [
                Bar(
                    text: "hub, idle connections held", measured: Double(crowd.held), limit: Double(CrowdFigures.idleConnections),
                    atMost: false, unit: ""),
                // Two hashings at once take 64 MiB each.
                Bar(text: "hub, memory a flood of sign-ins takes", measured: crowd.floodMegabytes, limit: 150, atMost: true, unit: "MB"),
                Bar(text: "hub, others' reads beside a loop, p95", measured: crowd.loopP95, limit: 200, atMost: true, unit: "ms"),
                Bar(text: "hub, others' calls beside a loop, p95", measured: crowd.loopCallP95, limit: 200, atMost: true, unit: "ms"),
                Bar(text: "hub, others' requests that failed", measured: Double(crowd.failed), limit: 0, atMost: true, unit: ""),
            ]
        }
        return bars
    }
}
