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
    /// One item by one rule that needs the answers of three signals of three packages, in milliseconds.
    var single = (median: 0.0, p99: 0.0)
    static let singles = 5_000
    static let rounds = 5
    static let batch = 1_024

    static func measure(folder: String) async throws -> RuleSignalFigures {
        let services = try Subject.services(spinning: true)
        let bundles = try PackageFigures.temporaryFolder()
        defer { PackageFigures.removeTree(bundles) }
        let bundler = Bundler(cache: BundleCache(folder: bundles))
        var packages: [LoadedCoopPackage] = []
        for number in 1...3 { packages.append(try await load("BANGS\(number)", bundler, services)) }
        var result = await measure(packages[0])
        if case .success(var figures) = result {
            result = await single(packages).map {
                figures.single = $0
                return figures
            }
        }
        for package in packages { await package.plugin.stop() }
        await services.stop()
        return try result.get()
    }

    private static func load(_ signal: String, _ bundler: Bundler, _ services: PluginServices) async throws -> LoadedCoopPackage {
        let scratch = try PackageFigures.temporaryFolder()
        defer { PackageFigures.removeTree(scratch) }
        try PackageFigures.write(
            Array(#"{"name":"bench-signals","version":"1.0.0","main":"index.cjs"}"#.utf8), to: scratch + "/package.json")
        try PackageFigures.write(Array(script(signal).utf8), to: scratch + "/index.cjs")
        let found = await CoopPackages(folder: scratch, bundler: bundler).loadOnOwnThread(.init(spec: "./"))
        guard let package = found.package else {
            throw Peer.Missing("the integration cannot be read: \(found.fault?.description ?? "\(found.findings)")")
        }
        return try await LoadedCoopPackage.load(package, log: MemoryLogSink(), limits: SandboxLimits(), services: services)
    }

    private static func script(_ signal: String) -> String {
        """
        module.exports = {
          manifest: { id: '\(signal)', name: 'Bench', version: '1.0.0', requiresConfig: false, modelCard: { modelName: 'b', version: '1', sections: [] } },
          createSignals: () => [{ signalTypeId: '\(signal)', signal: {
            id: { type: '\(signal)' }, displayName: 'Bangs', description: '', docsUrl: null, recommendedThresholds: null, supportedLanguages: 'ALL',
            pricingStructure: { type: 'FREE' }, eligibleInputs: ['STRING'], outputType: { scalarType: 'NUMBER' }, getCost: () => 5,
            run: async ({ value }) => ({ outputType: { scalarType: 'NUMBER' }, score: (value.value.length % 100) / 100 }),
            getDisabledInfo: async () => ({ disabled: false }), needsMatchingValues: false, eligibleSubcategories: [], needsActionPenalties: false,
            integration: '\(signal)', allowedInAutomatedRules: true,
          } }],
        };
        """
    }

    private static func measure(_ package: LoadedCoopPackage) async -> Result<RuleSignalFigures, Peer.Missing> {
        var workload = RuleWorkload()
        let reading = ItemReading([RuleWorkload.type])
        let items = (0..<RuleWorkload.itemCount * 4).compactMap { reading.read(workload.item($0)).value }
        let rules = (0..<RuleWorkload.ruleCount).map { workload.askingRule($0, signal: "BANGS1") }.compactMap {
            Rule.read($0).value
        }
        let signal = SignalDescriptor(type: "BANGS1", inputs: [.string], output: ScoreType(.number), cost: 5)
        let program = RuleProgram(rules, types: [RuleWorkload.type], signals: [signal])
        let evaluator = RuleEvaluator(program, runner: Runner(packages: ["BANGS1": package]))
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

    /// One item after the other, each by itself: what somebody waits for who submits one and wants to know.
    private static func single(_ packages: [LoadedCoopPackage]) async -> Result<(median: Double, p99: Double), Peer.Missing> {
        var workload = RuleWorkload()
        let reading = ItemReading([RuleWorkload.type])
        let items = (0..<RuleWorkload.itemCount).compactMap { reading.read(workload.item($0)).value }
        let types = packages.map { $0.integration.signals[0].type }
        let leaves = types.map { type in
            Condition.leaf(
                LeafCondition(.field(name: "text", typeID: "post"), signal: SignalChoice(type), .greaterThanOrEquals, .number(0)))
        }
        let signals = types.map { SignalDescriptor(type: $0, inputs: [.string], output: ScoreType(.number), cost: 5) }
        let rule = Rule(id: "all", conditions: ConditionSet(.and, leaves))
        let evaluator = RuleEvaluator(
            RuleProgram([rule], types: [RuleWorkload.type], signals: signals),
            runner: Runner(packages: Dictionary(uniqueKeysWithValues: zip(types, packages))))
        var times: [Double] = []
        for round in 0..<(singles + 200) {
            let start = nanoseconds()
            let decision = await evaluator.decide([items[round % items.count]], orgID: "bench", traces: .all)[0]
            let took = Double(nanoseconds() - start) / 1e6
            guard decision.signalRuns == 3, decision.results[0].passed else {
                return .failure(Peer.Missing("\(decision.signalRuns) questions where three were due"))
            }
            if round >= 200 { times.append(took) }
        }
        times.sort()
        return .success((times[times.count / 2], times[times.count * 99 / 100]))
    }

    private struct Runner: SignalRunning {
        let packages: [String: LoadedCoopPackage]

        func run(_ batch: SignalBatch) async -> [SignalRun] {
            guard let package = packages[batch.signal.type] else { return [] }
            let question = CoopQuestion(signal: batch.signal.type, inputs: batch.inputs, orgID: batch.orgID, time: batch.time)
            return await package.answers(to: question).answers.map { answer in
                guard case .run(.scored(.number(let score), _, _)) = answer else { return .unavailable(.failed, "no score") }
                return .scored(.number(score), output: nil, matchedValue: nil)
            }
        }
    }

    func rows(_ report: inout Report) {
        report.heading(
            "Rules: \(RuleWorkload.ruleCount) rules of 4 native conditions and a sandboxed signal, batches of \(Self.batch) items")
        report.row("items decided", Report.rate(items))
        report.row("questions to the signal", Report.rate(questions))
        report.row("one item by three signals, median", Report.number(single.median, 2) + " ms")
        report.row("one item by three signals, 99 of 100", Report.number(single.p99, 2) + " ms")
    }

    var bars: [Bar] {
        [
            Bar(text: "items by rules that ask a sandboxed signal", measured: items / 1e3, limit: 20, atMost: false, unit: "thousand/s"),
            Bar(text: "one item by three sandboxed signals, p99", measured: single.p99, limit: 5, atMost: true, unit: "ms"),
        ]
    }
}
