internal import Glibc
internal import JSON
internal import Rules

/// Native conditions by the engine and by a straightforward evaluator in Node, on the same rules and items.
struct RuleFigures {
    /// Conditions a second on one core: those that were evaluated, each once an item, whatever was skipped.
    var conditions = 0.0
    var items = 0.0
    /// Items a second when reading them from JSON counts too.
    var itemsRead = 0.0
    var nodeConditions = 0.0
    var nodeItems = 0.0
    /// Share of the conditions in the rules that had to be evaluated.
    var share = 0.0
    static let rounds = 7

    static func measure(folder: String) throws -> RuleFigures {
        var workload = RuleWorkload()
        let items = (0..<RuleWorkload.itemCount).map { workload.item($0) }
        let rules = (0..<RuleWorkload.ruleCount).map { workload.rule($0) }
        let scratch = try PackageFigures.temporaryFolder()
        defer { PackageFigures.removeTree(scratch) }
        try PackageFigures.write(
            (["rules": .array(rules), "items": .array(items)] as JSONValue).serializedBytes(), to: scratch + "/work.json")

        var figures = RuleFigures()
        let compiled = rules.compactMap { Rule.read($0).value }
        let program = RuleProgram(compiled, types: [RuleWorkload.type])
        guard compiled.count == rules.count, program.findings.isEmpty else {
            throw Peer.Missing("the rules cannot be used: \(program.findings)")
        }
        let reading = ItemReading([RuleWorkload.type])
        let read = items.compactMap { reading.read($0).value }
        guard read.count == items.count else { throw Peer.Missing("the items do not fit their type") }

        var (rates, readRates): ([Double], [Double]) = ([], [])
        var (passed, evaluated) = (0, 0)
        let evaluation = ItemEvaluation(program, of: read[0])
        for _ in 0..<rounds {
            (passed, evaluated) = (0, 0)
            let start = nanoseconds()
            for item in read {
                evaluation.take(item)
                for rule in evaluation.rules where evaluation.decide(rule) == .true { passed += 1 }
                evaluated += evaluation.evaluatedCount
            }
            rates.append(Double(evaluated) / (Double(nanoseconds() - start) / 1e9))
            let texts = items.map { $0.serializedBytes() }
            let readStart = nanoseconds()
            for text in texts {
                guard let value = try? JSONValue(parsing: text), let item = reading.read(value).value else { continue }
                evaluation.take(item)
                for rule in evaluation.rules { _ = evaluation.decide(rule) }
            }
            readRates.append(Double(items.count) / (Double(nanoseconds() - readStart) / 1e9))
        }
        figures.conditions = rates.sorted()[rounds / 2]
        figures.items = figures.conditions / Double(evaluated) * Double(read.count)
        figures.itemsRead = readRates.sorted()[rounds / 2]
        figures.share = Double(evaluated) / Double(read.count * RuleWorkload.ruleCount * 5)

        switch Peer.run("Node", "rules.js", folder: folder, arguments: [scratch + "/work.json"]) {
        case .failure: break
        case .success(let peer):
            guard peer.figures["passed"]?.intValue == passed else {
                throw Peer.Missing("Node lets \(peer.figures["passed"] ?? .null) pass, the engine \(passed): they do not do the same work")
            }
            figures.nodeConditions = peer.figures["conditionsPerSecond"]?.doubleValue ?? 0
            figures.nodeItems = peer.figures["itemsPerSecond"]?.doubleValue ?? 0
        }
        return figures
    }

    func rows(_ report: inout Report) {
        report.heading("Rules: \(RuleWorkload.ruleCount) rules of 5 native conditions, one core")
        report.row("", "measured", "Node", "ratio")
        func ratio(_ ours: Double, _ node: Double) -> String { node > 0 ? Report.number(ours / node) : "no Node" }
        report.row("conditions evaluated", Report.rate(conditions), Report.rate(nodeConditions), ratio(conditions, nodeConditions))
        report.row("items decided", Report.rate(items), Report.rate(nodeItems), ratio(items, nodeItems))
        report.row("items read from JSON and decided", Report.rate(itemsRead))
        report.row("conditions that had to be evaluated", Report.number(share * 100, 0) + " %")
    }

    var bars: [Bar] {
        [Bar(text: "native conditions, one core", measured: conditions / 1e6, limit: 3, atMost: false, unit: "million/s")]
    }
}
