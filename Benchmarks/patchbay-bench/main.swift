internal import Glibc

// Usage: patchbay-bench PEERS-FOLDER [quick|starts]. Prints tables; exits with 1 when a goal was missed. See docs/benchmarks.md.
// Or: patchbay-bench soak [--cycles N], which measures what the hub itself holds before and after many failures.
if CommandLine.arguments.dropFirst().first == "soak" { exit(try await Soak.run(Array(CommandLine.arguments.dropFirst(2)))) }
guard (2...3).contains(CommandLine.arguments.count) else {
    print("usage: patchbay-bench PEERS-FOLDER [quick|starts]   (normally: make bench)")
    exit(2)
}
let folder = CommandLine.arguments[1]
func note(_ text: String) {
    let line = "· \(text)\n"
    _ = line.withCString { write(2, $0, strlen($0)) }
}

if CommandLine.arguments.last == "starts" {
    // For whoever tunes: starts and memory alone, without goals.
    let starts = try await StartFigures.measure()
    for (name, sample) in [("from the warm pool", starts.warm), ("forked", starts.fork)] {
        print("\(name): p50 \(Report.number(sample.p50 / 1_000)) ms, p95 \(Report.number(sample.p95 / 1_000)) ms")
    }
    for (count, memory) in starts.fresh {
        print("\(count) fresh: PSS \(Report.number(memory.pss)) MB, private \(Report.number(memory.privateDirty)) MB")
    }
    exit(0)
}
note("Node worker_threads, before")
guard case .success(let before) = Peer.run("Node worker_threads", "worker-threads.js", folder: folder) else {
    print("The reference peer, Node's worker_threads, cannot run: install nodejs.")
    exit(2)
}
note("Patchbay, spinning")
let spinning = try await CallFigures.measure(spinning: true)
if CommandLine.arguments.last == "quick" {
    // For whoever tunes: the spinning figures alone, without goals.
    print(
        "synchronous p50 \(Report.number(spinning.sync.p50)) µs, async p50 \(Report.number(spinning.one.p50)) µs, 64 in flight \(Report.rate(spinning.many.rate))"
    )
    print(
        "batch \(Report.rate(spinning.batch.rate)), host call \(Report.number(spinning.hostSync)) µs, awaited \(Report.number(spinning.hostAwaited)) µs"
    )
    print(
        "Node worker_threads: one \(before.number("one", "p50") ?? 0) µs, many \(Report.rate(before.number("many", "rate") ?? 0)), batch \(Report.rate(before.number("batch", "rate") ?? 0))"
    )
    exit(0)
}
note("Patchbay, sleeping")
let sleeping = try await CallFigures.measure(spinning: false)
note("starts and memory")
let starts = try await StartFigures.measure()
var peers: [Peer] = []
var missing: [String] = []
for (name, script) in Peer.scripts {
    note(name)
    switch Peer.run(name, script, folder: folder) {
    case .success(let peer): peers.append(peer)
    case .failure(let reason): missing.append("\(name): \(reason.reason)")
    }
}
// The reference is measured at both ends of the run and the better figure counts, so that a busy moment does not flatter us.
let after = peers.first { $0.name == "Node worker_threads" } ?? before
func reference(_ series: String, _ figure: String) -> Double {
    let pair = [before.number(series, figure) ?? 0, after.number(series, figure) ?? 0]
    return figure == "rate" ? pair.max()! : pair.min()!
}
let one = reference("one", "p50")
let many = reference("many", "rate")
let batch = reference("batch", "rate")

var report = Report(reference: before)
report.heading("Calls: 230-byte JSON argument, worker fully confined, JIT off. WT = Node worker_threads in this run")
report.row("", "p50 µs", "p99 µs", "rate", "ratio")
for (mode, figures) in [("spinning", spinning), ("sleeping", sleeping)] {
    report.row(
        "synchronous call, \(mode)", Report.number(figures.sync.p50), Report.number(figures.sync.p99), Report.rate(figures.sync.rate),
        Report.ratio(figures.sync.p50 / one))
    report.row(
        "async call, one at a time, \(mode)", Report.number(figures.one.p50), Report.number(figures.one.p99), Report.rate(figures.one.rate),
        Report.ratio(figures.one.p50 / one))
    report.row("async calls, 64 in flight, \(mode)", "", "", Report.rate(figures.many.rate), Report.ratio(figures.many.rate / many))
    report.row(
        "batches of 256, per item, \(mode)", Report.number(figures.batch.p50), Report.number(figures.batch.p99),
        Report.rate(figures.batch.rate), Report.ratio(figures.batch.rate / batch))
    report.row("host call that waits, \(mode)", Report.number(figures.hostSync), "", "", "")
    report.row("host call that is awaited, \(mode)", Report.number(figures.hostAwaited), "", "", "")
}
report.heading("Peers")
report.row("", "p50 µs", "p99 µs", "rate", "ratio")
for peer in peers {
    func row(_ what: String, _ key: String, _ base: Double, byRate: Bool) {
        guard let rate = peer.number(key, "rate") else { return }
        let p50 = peer.number(key, "p50") ?? 0
        report.row(
            "\(peer.name): \(what)", p50 > 0 ? Report.number(p50) : "", p50 > 0 ? Report.number(peer.number(key, "p99") ?? 0) : "",
            Report.rate(rate), Report.ratio(byRate ? rate / base : p50 / base))
    }
    row("one at a time", "one", one, byRate: false)
    row("64 in flight", "many", many, byRate: true)
    row("batches of 256, per item", "batch", batch, byRate: true)
    if let start = peer.number("start", "p50") { report.row("\(peer.name): start", Report.number(start / 1_000) + " ms") }
    if let each = peer.number("memory", "privateEach") { report.row("\(peer.name): private memory each", Report.number(each) + " MB") }
    if let host = peer.number("hostCall") { report.row("\(peer.name): call from inside to host", Report.number(host)) }
}
for reason in missing { report.line("not here: " + reason) }

report.heading("Start: installed plugin without a process to its first result")
report.row("", "p50 ms", "p95 ms")
report.row("from the warm pool", Report.number(starts.warm.p50 / 1_000), Report.number(starts.warm.p95 / 1_000))
report.row("forked", Report.number(starts.fork.p50 / 1_000), Report.number(starts.fork.p95 / 1_000))
report.heading("Memory, megabytes a worker")
report.row("", "PSS", "private", "RSS")
for (count, memory) in starts.fresh {
    report.row("\(count) fresh, one call each", Report.number(memory.pss), Report.number(memory.privateDirty), Report.number(memory.rss))
}
report.row("after 20,000 calls", "", Report.number(spinning.privateAfter))

let callback = peers.first { $0.name == "isolated-vm" }?.number("hostCall")
let bars = [
    Bar(text: "async call, one at a time, p50", measured: spinning.one.p50 / one, limit: 0.4, atMost: true, unit: "WT"),
    Bar(text: "synchronous call, p50", measured: spinning.sync.p50 / one, limit: 0.08, atMost: true, unit: "WT"),
    Bar(text: "64 in flight", measured: spinning.many.rate / many, limit: 0.7, atMost: false, unit: "WT"),
    Bar(text: "batches of 256", measured: spinning.batch.rate / batch, limit: 0.7, atMost: false, unit: "WT"),
    Bar(text: "host call, spinning", measured: spinning.hostSync, limit: callback.map { $0 * 1.5 } ?? 2, atMost: true, unit: "µs"),
    Bar(text: "first result from the warm pool, p95", measured: starts.warm.p95 / 1_000, limit: 2, atMost: true, unit: "ms"),
    Bar(text: "first result after a fork, p95", measured: starts.fork.p95 / 1_000, limit: 8, atMost: true, unit: "ms"),
    Bar(text: "PSS of a fresh worker among 50", measured: starts.fresh.last?.memory.pss ?? 0, limit: 2.5, atMost: true, unit: "MB"),
    Bar(text: "private memory after 20,000 calls", measured: spinning.privateAfter, limit: 10, atMost: true, unit: "MB"),
]
report.heading("Goals")
for bar in bars { report.line(bar.line) }
report.print()
exit(bars.allSatisfy(\.isMet) ? 0 : 1)
