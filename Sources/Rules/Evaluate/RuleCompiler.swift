import JSON
import Patterns
import PluginModel

/// Turns rules into the lists of a `RuleProgram`.
struct RuleCompiler {
    private let signals: [String: SignalDescriptor]
    private let banks: Banks
    private let hasPenalties: Bool
    private(set) var roots: [Int32] = []
    private(set) var nodes: [NodeCode] = []
    private(set) var children: [Int32] = []
    private(set) var leaves: [LeafCode] = []
    private(set) var slots: [ConditionInput] = []
    private(set) var asks: [AskCode] = []
    private(set) var questions: [QuestionCode] = []
    private(set) var notes = RuleNotes()
    private var leafPlaces: [LeafCondition: Int] = [:]
    private var slotPlaces: [ConditionInput: Int] = [:]
    private var askPlaces: [AskCode: Int] = [:]
    private var questionPlaces: [QuestionCode: Int] = [:]

    init(signals: [SignalDescriptor], banks: Banks, hasPenalties: Bool) {
        // A signal under a reserved name would be asked instead of the built-in one.
        let usable = signals.filter { !BuiltInSignal.isReserved($0.type) || HubSignal(rawValue: $0.type)?.descriptor == $0 }
        self.signals = Dictionary(usable.map { ($0.type, $0) }, uniquingKeysWith: { first, _ in first })
        self.banks = banks
        self.hasPenalties = hasPenalties
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
        let slot = slotPlaces[condition.input] ?? slots.count
        if slot == slots.count { slots.append(condition.input) }
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
                if problem == nil, signal.needsActionPenalties, !hasPenalties {
                    problem = unusable("The signal '\(signal.type)' needs the penalties of actions, and there are none.", at: pointer)
                }
                let code = AskCode(
                    signal: signal, subcategory: choice.subcategory, arguments: choice.arguments, matchingValues: resolved.values)
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

    // MARK: - What a signal compares with

    private mutating func prepare(
        _ signal: BuiltInSignal, _ values: MatchingValues?, at pointer: JSONPointer
    ) -> (ValueMatcher?, LeafProblem?) {
        let resolved = resolve(values, at: pointer)
        if let problem = resolved.problem { return (nil, problem) }
        func needed(_ what: String) -> (ValueMatcher?, LeafProblem?) {
            (nil, unusable("The signal '\(signal.rawValue)' needs \(what) to compare with, and the condition names none.", at: pointer))
        }
        switch signal {
        case .containsText, .containsNoText, .containsVariant:
            let matcher = ValueMatcher(signal, texts: resolved.texts)
            return matcher.needles.isEmpty ? needed("texts") : (matcher, nil)
        case .containsRegex, .containsNoRegex:
            guard !resolved.texts.isEmpty else { return needed("patterns") }
            var patterns: [Pattern] = []
            for text in resolved.texts {
                do throws(PatternError) {
                    patterns.append(try Pattern(text, ignoringCase: true))
                } catch {
                    let sentence = "'\(text.prefix(100))' is no regular expression that is understood here. \(error.message)"
                    notes.error("rule.bad-pattern", at: pointer.appending("matchingValues"), sentence, remedy: "Mend the pattern.")
                    return (nil, LeafProblem(reason: .unusable, sentence: sentence))
                }
            }
            return (ValueMatcher(signal, patterns: patterns), nil)
        case .textSimilarity:
            guard let similarity = TextSimilarity(resolved.texts) else {
                return (
                    nil,
                    unusable(
                        "The signal '\(signal.rawValue)' compares with at most \(TextSimilarity.trigramsMax) runs of three signs, "
                            + "and these texts have more.", at: pointer)
                )
            }
            return similarity.texts.isEmpty ? needed("texts") : (ValueMatcher(signal, similarity: similarity), nil)
        case .imageMatches, .imageDoesNotMatch:
            guard let ids = values?.imageBankIDs, !ids.isEmpty else { return needed("an image bank") }
            return (ValueMatcher(signal, hashes: resolved.hashes, imageBankIDs: Set(ids)), nil)
        case .geoContainedWithin:
            return resolved.areas.isEmpty ? needed("places") : (ValueMatcher(signal, areas: resolved.areas), nil)
        }
    }

    private struct Resolved {
        var texts: [String] = []
        var areas: [LocationArea] = []
        var hashes: [PerceptualHash] = []
        /// All of it, as signals outside get it.
        var values: [JSONValue] = []
        var problem: LeafProblem?
    }

    /// What is written out first, then each bank in order.
    private mutating func resolve(_ values: MatchingValues?, at pointer: JSONPointer) -> Resolved {
        var resolved = Resolved()
        guard let values else { return resolved }
        let pointer = pointer.appending("matchingValues")
        resolved.texts = values.strings
        for id in values.textBankIDs {
            guard let bank = banks.texts[id] else { return missingBank(id, at: pointer.appending("textBankIds")) }
            resolved.texts += bank
        }
        resolved.areas = values.locations.compactMap { LocationArea($0) }
        resolved.values = resolved.texts.map { .string($0) } + values.locations
        for id in values.locationBankIDs {
            guard let bank = banks.locations[id] else { return missingBank(id, at: pointer.appending("locationBankIds")) }
            resolved.areas += bank
            resolved.values += bank.map(\.json)
        }
        for id in values.imageBankIDs {
            guard let bank = banks.images[id] else { return missingBank(id, at: pointer.appending("imageBankIds")) }
            resolved.hashes += bank
            resolved.values.append(["id": .string(id), "hashes": .array(bank.map { .string($0.description) })])
        }
        return resolved
    }

    private mutating func missingBank(_ id: String, at pointer: JSONPointer) -> Resolved {
        let sentence = "There is no bank '\(id.prefix(100))' of this kind."
        notes.error("rule.missing-bank", at: pointer, sentence, remedy: "Make the bank, or name another.")
        return Resolved(problem: LeafProblem(reason: .unusable, sentence: sentence))
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

    private mutating func unusable(_ sentence: String, at pointer: JSONPointer) -> LeafProblem {
        notes.warning("rule.unusable", at: pointer, sentence, remedy: "Mend the condition; it is ERRORED until then.")
        return LeafProblem(reason: .unusable, sentence: sentence)
    }
}

extension LocationArea {
    var json: JSONValue {
        switch self {
        case .cell(let cell): ["geohash": .string(cell.text)]
        case .circle(let latitude, let longitude, let radius):
            ["geometry": ["center": ["lat": .double(latitude), "lng": .double(longitude)], "radius": .double(radius)]]
        }
    }
}
