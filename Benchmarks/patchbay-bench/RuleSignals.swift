internal import HostCalls
internal import JSON
internal import Manifests
internal import PluginModel
internal import PluginPackages
internal import PluginRuntime
internal import Rules
internal import Sandbox

/// Rules that each ask one signal of a sandboxed package beside four native conditions.
///
/// The signal's own work is next to nothing, as the subject of the calls' figures: what is measured is asking. Two batches are on their way,
/// so that the hub walks the rules of one while the worker answers the other.
struct RuleSignalFigures {
    /// Items a second, decided by all rules.
    var items = 0.0
    /// Questions to the signal a second.
    var questions = 0.0
    static let rounds = 5
    static let batch = 1_024

    static func measure(folder: String) async throws -> RuleSignalFigures {
        let services = try Subject.services(spinning: true)
        let scratch = try PackageFigures.temporaryFolder()
        defer { PackageFigures.removeTree(scratch) }
        try PackageFigures.write(
            Array(#"{"name":"bench-signals","version":"1.0.0","main":"index.cjs"}"#.utf8), to: scratch + "/package.json")
        try PackageFigures.write(Array(script.utf8), to: scratch + "/index.cjs")
        let bundles = try PackageFigures.temporaryFolder()
        defer { PackageFigures.removeTree(bundles) }
        let found = await CoopPackages(folder: scratch, bundler: Bundler(cache: BundleCache(folder: bundles)))
            .loadOnOwnThread(.init(spec: "./"))
        guard let package = found.package else {
            throw Peer.Missing("the integration cannot be read: \(found.fault?.description ?? "\(found.findings)")")
        }
        let loaded = try await LoadedCoopPackage.load(package, log: MemoryLogSink(), limits: SandboxLimits(), services: services)
        let result = await measure(loaded)
        await loaded.plugin.stop()
        await services.stop()
        return try result.get()
    }

    private static let script = """
        module.exports = {
          manifest: { id: 'BENCH', name: 'Bench', version: '1.0.0', requiresConfig: false, modelCard: { modelName: 'b', version: '1', sections: [] } },
          createSignals: () => [{ signalTypeId: 'BANGS', signal: {
            id: { type: 'BANGS' }, displayName: 'Bangs', description: '', docsUrl: null, recommendedThresholds: null, supportedLanguages: 'ALL',
            pricingStructure: { type: 'FREE' }, eligibleInputs: ['STRING'], outputType: { scalarType: 'NUMBER' }, getCost: () => 5,
            run: async ({ value }) => ({ outputType: { scalarType: 'NUMBER' }, score: (value.value.length % 100) / 100 }),
            getDisabledInfo: async () => ({ disabled: false }), needsMatchingValues: false, eligibleSubcategories: [], needsActionPenalties: false,
            integration: 'BENCH', allowedInAutomatedRules: true,
          } }],
        };
        """

    private static func measure(_ package: LoadedCoopPackage) async -> Result<RuleSignalFigures, Peer.Missing> {
        var workload = RuleWorkload()
        let reading = ItemReading([RuleWorkload.type])
        let items = (0..<RuleWorkload.itemCount * 4).compactMap { reading.read(workload.item($0)).value }
        let rules = (0..<RuleWorkload.ruleCount).map { workload.askingRule($0, signal: "BANGS") }.compactMap {
            Rule.read($0).value
        }
        let signal = SignalDescriptor(type: "BANGS", inputs: [.string], output: ScoreType(.number), cost: 5)
        let program = RuleProgram(rules, types: [RuleWorkload.type], signals: [signal])
        let evaluator = RuleEvaluator(program, runner: Runner(package: package))
        var rates: [(items: Double, questions: Double)] = []
        for _ in 0..<rounds {
            var asked = 0
            let start = nanoseconds()
            await withTaskGroup(of: Int.self) { group in
                var places = stride(from: 0, to: items.count, by: batch).makeIterator()
                func next() {
                    guard let place = places.next() else { return }
                    let part = Array(items[place..<min(place + batch, items.count)])
                    group.addTask { await evaluator.decide(part, orgID: "bench").reduce(0) { $0 + $1.signalRuns } }
                }
                next()
                next()
                for await count in group {
                    asked += count
                    next()
                }
            }
            let seconds = Double(nanoseconds() - start) / 1e9
            rates.append((Double(items.count) / seconds, Double(asked) / seconds))
            guard asked == items.count else { return .failure(Peer.Missing("\(asked) questions for \(items.count) items")) }
        }
        let middle = rates.sorted { $0.items < $1.items }[rounds / 2]
        return .success(RuleSignalFigures(items: middle.items, questions: middle.questions))
    }

    private struct Runner: SignalRunning {
        let package: LoadedCoopPackage

        func run(_ batch: SignalBatch) async -> [SignalRun] {
            do throws(Fault) {
                return try await package.run(batch.signal.type, inputs: batch.inputs, orgID: batch.orgID).map { run in
                    guard case .scored(.number(let score), _, _) = run else { return .unavailable(.failed, "no score") }
                    return .scored(.number(score), output: nil, matchedValue: nil)
                }
            } catch { return Array(repeating: .unavailable(.failed, error.message), count: batch.inputs.count) }
        }
    }

    func rows(_ report: inout Report) {
        report.heading(
            "Rules: \(RuleWorkload.ruleCount) rules of 4 native conditions and a sandboxed signal, batches of \(Self.batch) items")
        report.row("items decided", Report.rate(items))
        report.row("questions to the signal", Report.rate(questions))
    }

    var bars: [Bar] {
        [Bar(text: "items by rules that ask a sandboxed signal", measured: items / 1e3, limit: 20, atMost: false, unit: "thousand/s")]
    }
}
