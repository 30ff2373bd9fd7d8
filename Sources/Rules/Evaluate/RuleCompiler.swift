import JSON
import PluginModel

/// Turns rules into the lists of a `RuleProgram`.
struct RuleCompiler {
    private let signals: [String: SignalDescriptor]
    private let hasPenalties: Bool
    let looks: TextLooks
    /// Whether rules are looked at and will not be evaluated: what takes memory or time is not made.
    let isLooking: Bool
    private(set) var roots: [Int32] = []
    private(set) var nodes: [NodeCode] = []
    private(set) var children: [Int32] = []
    private(set) var leaves: [LeafCode] = []
    private(set) var slots: [ConditionInput] = []
    private(set) var asks: [AskCode] = []
    private(set) var questions: [QuestionCode] = []
    var notes = RuleNotes()
    var size = ProgramSize()
    var table: ValueTable
    var made = MadeMatchers()
    private var leafPlaces: [LeafCondition: Int] = [:]
    private var slotPlaces: [ConditionInput: Int] = [:]
    private var askPlaces: [AskCode: Int] = [:]
    private var questionPlaces: [QuestionCode: Int] = [:]
    private var placeOfTooMany: Int?

    init(signals: [SignalDescriptor], banks: Banks, hasPenalties: Bool, looking: TextLooks? = nil) {
        // A signal under a reserved name would be asked instead of the built-in one.
        let usable = signals.filter { !BuiltInSignal.isReserved($0.type) || HubSignal(rawValue: $0.type)?.descriptor == $0 }
        self.signals = Dictionary(usable.map { ($0.type, $0) }, uniquingKeysWith: { first, _ in first })
        (looks, isLooking) = (looking ?? TextLooks(), looking != nil)
        table = ValueTable(banks, looks)
        self.hasPenalties = hasPenalties
    }

    /// For rules that are evaluated apart from those before, and count together with them: what they compare with is there already.
    func next() -> RuleCompiler {
        var next = self
        (next.roots, next.nodes, next.children, next.leaves, next.slots) = ([], [], [], [], [])
        (next.asks, next.questions, next.notes) = ([], [], RuleNotes())
        (next.leafPlaces, next.slotPlaces, next.askPlaces, next.questionPlaces) = ([:], [:], [:], [:])
        next.placeOfTooMany = nil
        return next
    }

    mutating func add(_ rule: Rule, at pointer: JSONPointer) {
        roots.append(set(rule.conditions, at: pointer.appending("conditionSet")))
    }

    private mutating func set(_ set: ConditionSet, at pointer: JSONPointer) -> Int32 {
        var made: [(node: Int32, written: Int32, cost: Double)] = []
        for (index, condition) in set.conditions.enumerated() {
            let here = pointer.appending("conditions").appending(index)
            let node: Int32
            switch condition {
            case .leaf(let leaf): node = self.leaf(leaf, at: here)
            case .set(let inner): node = self.set(inner, at: here)
            }
            made.append((node, Int32(index), nodes[Int(node)].cost))
        }
        // Stable: of equally dear ones the first goes first.
        made.sort { ($0.cost, $0.written) < ($1.cost, $1.written) }
        let start = children.count
        children += made.map(\.node)
        nodes.append(
            NodeCode(
                leaf: -1, conjunction: set.conjunction, range: start..<children.count, written: made.map(\.written),
                cost: made.reduce(0) { $0 + $1.cost }))
        return Int32(nodes.count - 1)
    }

    private mutating func leaf(_ condition: LeafCondition, at pointer: JSONPointer) -> Int32 {
        let place = leafPlaces[condition] ?? compile(condition, at: pointer)
        leafPlaces[condition] = place
        nodes.append(NodeCode(leaf: Int32(place), conjunction: .and, range: 0..<0, written: [], cost: leaves[place].cost))
        return Int32(nodes.count - 1)
    }

    private mutating func compile(_ condition: LeafCondition, at pointer: JSONPointer) -> Int {
        if let excess = excess(with: condition) { return tooMany(excess, at: pointer) }
        size.leaves += 1
        let slot = slotPlaces[condition.input] ?? slots.count
        if slot == slots.count {
            slots.append(condition.input)
            size.slots += 1
        }
        slotPlaces[condition.input] = slot

        var (kind, question, cost): (LeafCode.Kind, Int, Double) = (.plain, -1, 0)
        var matcher: ValueMatcher?
        var problem: LeafProblem?
        if condition.comparator == .isNotProvided {
            kind = .notProvided
        } else if let choice = condition.signal {
            if let builtIn = BuiltInSignal(rawValue: choice.type) {
                kind = builtIn == .textSimilarity ? .similar : .builtIn
                cost = builtIn.descriptor.cost
                (matcher, problem) = prepare(builtIn, condition.matchingValues, at: pointer)
            } else if let signal = signals[choice.type] {
                kind = .ask
                cost = signal.cost
                let resolved = resolve(condition.matchingValues, at: pointer)
                problem = resolved.problem
                if problem == nil, signal.needsMatchingValues, resolved.values.isEmpty {
                    problem = unusable(
                        "The signal '\(signal.type)' needs values to compare with, and the condition names none.", at: pointer)
                }
                if problem == nil, signal.needsActionPenalties, !hasPenalties, signal.actionPenalties == nil {
                    problem = unusable("The signal '\(signal.type)' needs the penalties of actions, and there are none.", at: pointer)
                }
                let code = AskCode(
                    signal: signal, subcategory: choice.subcategory, arguments: choice.arguments, matchingValues: resolved.json,
                    valuesPlace: resolved.values.place)
                let ask = askPlaces[code] ?? asks.count
                if ask == asks.count { asks.append(code) }
                askPlaces[code] = ask
                let asking = QuestionCode(
                    ask: ask, slot: slot, takes: ScalarSet(signal.inputs), takesFullItem: signal.takesFullItem,
                    isForSomeLanguages: signal.languages != nil,
                    isNumeric: signal.output.scalar == .number)
                question = questionPlaces[asking] ?? questions.count
                if question == questions.count { questions.append(asking) }
                questionPlaces[asking] = question
            } else {
                cost = .infinity
                problem = missing(choice.type, at: pointer)
            }
        } else if case .fullItem = condition.input {
            problem = unusable("A whole item cannot be compared without a signal.", at: pointer)
        }
        if case .derived = condition.input {
            kind = .underived
            problem = unusable("Nothing here makes derived fields.", at: pointer)
        }
        func boolean(_ flag: Bool) -> Comparison.Result {
            Comparison.judge(.boolean(flag), of: ScoreType(.boolean), condition.comparator, condition.threshold)
        }
        var number: Double?
        if kind == .plain || kind == .ask, condition.comparator?.needsThreshold == true, case .number(let threshold)? = condition.threshold
        {
            number = threshold
        }
        var text: String?
        if condition.comparator == .equals || condition.comparator == .notEqualTo, case .text(let threshold)? = condition.threshold {
            text = threshold
        }
        leaves.append(
            LeafCode(
                kind: problem == nil || kind == .underived ? kind : .broken, slot: slot, comparator: condition.comparator,
                isNumeric: number != nil,
                number: number ?? .nan, whenTrue: boolean(true), whenFalse: boolean(false), text: text, matcher: matcher,
                takes: ScalarSet(matcher?.signal.descriptor.inputs ?? []), question: question,
                condition: condition, cost: cost, problem: problem))
        return leaves.count - 1
    }

    // MARK: - What cannot be told

    /// What there would be too much of with one more condition; nil: nothing.
    private func excess(with condition: LeafCondition) -> String? {
        var after = size
        after.leaves += 1
        if slotPlaces[condition.input] == nil { after.slots += 1 }
        return after.excess
    }

    /// The place of the one leaf that stands for all conditions that are too many: it takes no room of its own for each item.
    private mutating func tooMany(_ excess: String, at pointer: JSONPointer) -> Int {
        let problem = tooLarge(excess, at: pointer)
        if let place = placeOfTooMany { return place }
        leaves.append(
            LeafCode(
                kind: .underived, slot: 0, comparator: nil, isNumeric: false, number: .nan, whenTrue: .failed, whenFalse: .failed,
                text: nil, matcher: nil, takes: ScalarSet([]), question: -1, condition: LeafCondition(.userID), cost: 0,
                problem: problem))
        placeOfTooMany = leaves.count - 1
        return leaves.count - 1
    }

    mutating func tooLarge(_ sentence: String, at pointer: JSONPointer) -> LeafProblem {
        notes.error(
            "rule.too-large", at: pointer, sentence,
            remedy: "Compare with fewer values, or take conditions away from this or other rules; the condition is ERRORED until then.")
        return LeafProblem(reason: .tooLarge, sentence: sentence)
    }

    private mutating func missing(_ type: String, at pointer: JSONPointer) -> LeafProblem {
        let isUpstreams = BuiltInSignal.isReserved(type)
        let sentence =
            HubSignal(rawValue: type) != nil
            ? "The signal '\(type)' asks a hub what it knows of the user, and there is no hub here."
            : isUpstreams
                ? "The signal '\(type)' is one of Coop's own that is not built in here." : "No signal '\(type.prefix(100))' is loaded."
        let known = signals.keys.sorted() + BuiltInSignal.allCases.map(\.rawValue)
        notes.warning(
            "rule.missing-signal", at: pointer.appending("signal"), sentence,
            remedy: HubSignal(rawValue: type) != nil
                ? "Try the rule in a hub, which knows its users."
                : isUpstreams
                    ? "Choose another signal, or install one that does the same."
                    : nearMiss(type, among: known).map { "Did you mean '\($0)'?" } ?? "Install the integration that has it.")
        return LeafProblem(reason: .notLoaded, sentence: sentence)
    }

    mutating func unusable(_ sentence: String, at pointer: JSONPointer) -> LeafProblem {
        notes.warning("rule.unusable", at: pointer, sentence, remedy: "Mend the condition; it is ERRORED until then.")
        return LeafProblem(reason: .unusable, sentence: sentence)
    }
}
