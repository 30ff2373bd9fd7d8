internal import Glibc

// Usage: patchbay-bench PEERS-FOLDER [quick|starts|packages|rules|hub]. Prints tables; exits with 1 when a goal was missed. See docs/benchmarks.md.
// Or: patchbay-bench soak [--cycles N], which measures what the hub itself holds before and after many failures.
if CommandLine.arguments.dropFirst().first == "soak" { exit(try await Soak.run(Array(CommandLine.arguments.dropFirst(2)))) }
guard (2...3).contains(CommandLine.arguments.count) || CommandLine.arguments.dropFirst(2).first == "hub" else {
    print("usage: patchbay-bench PEERS-FOLDER [quick|starts|packages|rules|hub]   (normally: make bench)")
    exit(2)
}
let folder = CommandLine.arguments[1]
func note(_ text: String) {
    let line = "· \(text)\n"
    _ = line.withCString { write(2, $0, strlen($0)) }
}

if CommandLine.arguments.last == "packages" {
    let packages = try await PackageFigures.measure(folder: folder)
    print(
        "\(PackageFigures.count) packages in \(Report.number(packages.seconds, 3)) s (Node \(Report.number(packages.nodeSeconds, 3)) s), peak \(Report.number(packages.peakMegabytes, 0)) MB"
    )
    print("unpacked at \(Report.number(packages.unpackRate, 0)) MB/s (GNU tar \(Report.number(packages.tarRate, 0)) MB/s)")
    exit(0)
}
if CommandLine.arguments.last == "rules" {
    let rules = try RuleFigures.measure(folder: folder)
    let asking = try await RuleSignalFigures.measure(folder: folder)
    var report = Report()
    rules.rows(&report)
    asking.rows(&report)
    report.heading("Goals")
    for bar in rules.bars + asking.bars { report.line(bar.line) }
    report.print()
    exit((rules.bars + asking.bars).allSatisfy(\.isMet) ? 0 : 1)
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
if CommandLine.arguments.dropFirst(2).first == "hub" {
    // The hub alone, with its goals; a further word names one part of it: reads, switching, crowd, thousand.
    let hub = try await HubFigures.measure(peers: folder, only: CommandLine.arguments.dropFirst(3).first)
    var report = Report()
    hub.rows(&report)
    report.heading("Goals")
    for bar in hub.bars { report.line(bar.line) }
    report.print()
    exit(hub.bars.allSatisfy(\.isMet) ? 0 : 1)
}
guard let reference = Reference(folder: folder) else {
    print("The reference peer, Node's worker_threads, cannot run: install nodejs.")
    exit(2)
}
note("Patchbay, spinning, beside Node worker_threads")
let spinning = try await CallFigures.measure(spinning: true, beside: reference)
if CommandLine.arguments.last == "quick" {
    // For whoever tunes: the spinning figures alone, without goals.
    for (name, paired) in [
        ("synchronous", spinning.sync), ("async", spinning.one), ("64 in flight", spinning.many), ("batches", spinning.batch),
    ] {
        print("\(name): p50 \(Report.number(paired.sample.p50)) µs, \(Report.rate(paired.sample.rate)), \(Report.ratio(paired.ratio))")
    }
    print("host call \(Report.number(spinning.hostSync)) µs, awaited \(Report.number(spinning.hostAwaited)) µs")
    exit(0)
}
note("Patchbay, sleeping, beside Node worker_threads")
let sleeping = try await CallFigures.measure(spinning: false, beside: reference)
note("packages")
let packages = try await PackageFigures.measure(folder: folder)
note("starts and memory")
let starts = try await StartFigures.measure()
note("rules")
let rules = try RuleFigures.measure(folder: folder)
let asking = try await RuleSignalFigures.measure(folder: folder)
let hub = try await HubFigures.measure(peers: folder)
var peers: [Peer] = []
var missing: [String] = []
for (name, script) in Peer.scripts {
    note(name)
    switch Peer.run(name, script, folder: folder) {
    case .success(let peer): peers.append(peer)
    case .failure(let reason): missing.append("\(name): \(reason.reason)")
    }
}
let (one, many, batch) = (reference.middle(.one).p50, reference.middle(.many).rate, reference.middle(.batch).rate)

var report = Report()
report.heading("Calls: 230-byte JSON argument, worker fully confined, JIT off. WT = Node worker_threads in this run")
report.row("", "p50 µs", "p99 µs", "rate", "ratio")
for (mode, figures) in [("spinning", spinning), ("sleeping", sleeping)] {
    for (what, paired) in [
        ("synchronous call", figures.sync), ("async call, one at a time", figures.one), ("async calls, 64 in flight", figures.many),
        ("batches of 256, per item", figures.batch),
    ] {
        let (sample, isTimed) = (paired.sample, paired.sample.p50 > 0)
        report.row(
            "\(what), \(mode)", isTimed ? Report.number(sample.p50) : "", isTimed ? Report.number(sample.p99) : "",
            Report.rate(sample.rate), Report.ratio(paired.ratio))
    }
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

report.heading("Packages")
report.row("", "measured", "beside it")
report.row(
    "\(PackageFigures.count) packages read and checked", Report.number(packages.seconds) + " s",
    packages.nodeSeconds > 0 ? "Node \(Report.number(packages.nodeSeconds)) s" : "no Node")
report.row("memory of the program at most, after it", Report.number(packages.peakMegabytes, 0) + " MB")
report.row(
    "\(PackageFigures.archiveMegabytes) MB archive unpacked", Report.number(packages.unpackRate, 0) + " MB/s",
    "GNU tar \(Report.number(packages.tarRate, 0)) MB/s")

rules.rows(&report)
asking.rows(&report)
hub.rows(&report)

let callback = peers.first { $0.name == "isolated-vm" }?.number("hostCall")
let bars = [
    Bar(text: "async call, one at a time, p50", measured: spinning.one.ratio, limit: 0.4, atMost: true, unit: "WT"),
    Bar(text: "synchronous call, p50", measured: spinning.sync.ratio, limit: 0.08, atMost: true, unit: "WT"),
    Bar(text: "64 in flight", measured: spinning.many.ratio, limit: 0.7, atMost: false, unit: "WT"),
    Bar(text: "batches of 256", measured: spinning.batch.ratio, limit: 0.7, atMost: false, unit: "WT"),
    Bar(text: "host call, spinning", measured: spinning.hostSync, limit: callback.map { $0 * 1.5 } ?? 2, atMost: true, unit: "µs"),
    Bar(text: "first result from the warm pool, p95", measured: starts.warm.p95 / 1_000, limit: 2, atMost: true, unit: "ms"),
    Bar(text: "first result after a fork, p95", measured: starts.fork.p95 / 1_000, limit: 8, atMost: true, unit: "ms"),
    Bar(text: "PSS of a fresh worker among 50", measured: starts.fresh.last?.memory.pss ?? 0, limit: 2.5, atMost: true, unit: "MB"),
    Bar(text: "private memory after 20,000 calls", measured: spinning.privateAfter, limit: 10, atMost: true, unit: "MB"),
    Bar(text: "1,000 packages read and checked", measured: packages.seconds, limit: 1, atMost: true, unit: "s"),
    Bar(text: "memory of the program after it", measured: packages.peakMegabytes, limit: 150, atMost: true, unit: "MB"),
    Bar(text: "archive of 100 MB unpacked", measured: packages.unpackRate, limit: 80, atMost: false, unit: "MB/s"),
]
report.heading("Goals")
for bar in bars + rules.bars + asking.bars + hub.bars { report.line(bar.line) }
report.print()
exit((bars + rules.bars + asking.bars + hub.bars).allSatisfy(\.isMet) ? 0 : 1)
