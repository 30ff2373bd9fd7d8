import Patterns

/// One item being judged by a program. Kept and taken again for the next item, so that judging many makes no garbage worth a word.
/// Belongs to one task at a time.
package final class ItemEvaluation {
    let program: RuleProgram
    private(set) var item: Item
    private(set) var plan: TypePlan
    /// By leaf; 0: not evaluated yet. This and `slots` are read for every condition: beside a class's own storage, so that no access is
    /// checked for overlapping others; nothing but this object, which one task has at a time, ever sees them.
    private let outcomes: UnsafeMutableBufferPointer<UInt8>
    private let slots: UnsafeMutableBufferPointer<SlotValues>
    /// Beside the class's own storage for the same reason.
    let watch: UnsafeMutablePointer<EvaluationWatch>
    /// Leaves that were not looked at, or not to their end, since the item's time was over.
    private(set) var cut: Set<Int> = []
    private var isTelling = false
    private(set) var answers: [AskKey: Answer] = [:]
    /// By question of the program: its answers, once there are all.
    private var resolved: [Resolved]
    /// How often answers have come: whoever waits looks again when this has changed.
    private var arrivals = 1

    private enum Resolved {
        case waiting(since: Int)
        /// In the order of the slot's values.
        case answered([Answer])
    }

    /// Questions that a rule could not be decided without, in the order they came up.
    private var wanted: [AskKey] = []
    private var isWanted: Set<AskKey> = []
    private var patternMatcher: PatternMatcher?
    /// For all traces of the item.
    private(set) var room = TraceRoom(RuleLimits.traceBytesMax)

    /// A question to a signal with the value it is about.
    struct AskKey: Hashable, Sendable {
        let ask: Int
        /// Nil: the full item.
        let value: ItemValue?
        let scalar: Scalar?
    }

    struct Answer {
        let run: SignalRun
        /// From sending the question to having the answer, others of the same message included.
        let time: Duration
    }

    /// - Parameters:
    ///   - time: Of a processor that its conditions may take together.
    ///   - end: When nobody waits for it any more.
    package init(
        _ program: RuleProgram, of item: Item, time: Duration = RuleLimits.itemTime, until end: ContinuousClock.Instant? = nil
    ) {
        self.program = program
        self.item = item
        plan = program.plan(for: item.type)
        watch = .allocate(capacity: 1)
        watch.initialize(to: EvaluationWatch(time, until: end))
        outcomes = .allocate(capacity: program.leaves.count)
        outcomes.initialize(repeating: 0)
        resolved = Array(repeating: .waiting(since: 0), count: program.questions.count)
        slots = .allocate(capacity: program.slots.count)
        slots.initialize(repeating: SlotValues())
    }

    deinit {
        watch.deallocate()
        outcomes.deallocate()
        slots.deinitialize()
        slots.deallocate()
    }

    /// Forgets everything about the last item and takes the next.
    package func take(_ item: Item) {
        if item.type != self.item.type { plan = program.plan(for: item.type) }
        self.item = item
        for index in outcomes.indices { outcomes[index] = 0 }
        for index in slots.indices { slots[index].isReady = false }
        if !answers.isEmpty { answers = [:] }
        for index in resolved.indices { resolved[index] = .waiting(since: 0) }
        arrivals = 1
        (wanted, isWanted) = ([], [])
        startTimeAnew()
        (cut, isTelling) = ([], false)
        room = TraceRoom(RuleLimits.traceBytesMax)
    }

    private func startTimeAnew() {
        watch.pointee.startAnew()
        patternMatcher?.startAnew()
    }

    /// Whether what is decided now comes too late: it was cut short, and says nothing of the rule.
    var isLate: Bool { watch.pointee.isLate }

    /// Traces have time of their own.
    func beginTelling() {
        guard !isTelling else { return }
        isTelling = true
        startTimeAnew()
    }

    func wasCut(_ leaf: Int) { cut.insert(leaf) }

    /// What is known of a leaf; nil: it was not evaluated.
    func known(_ leaf: Int) -> Outcome? { Outcome(rawValue: outcomes[leaf]) }

    /// The rules that look at this item, by place.
    package var rules: [Int] { plan.rules }

    /// Decides a rule; nil: an answer is wanted first.
    package func decide(_ rule: Int) -> Truth? { truth(of: Int(program.roots[rule])) }

    private func truth(of node: Int) -> Truth? {
        let leaf = program.nodes[node].leaf
        if leaf >= 0 { return outcome(of: Int(leaf))?.truth }
        var decision = SetDecision(program.nodes[node].conjunction)
        for place in program.nodes[node].range {
            guard let child = truth(of: Int(program.children[place])) else { return nil }
            if decision.add(child) { break }
        }
        return decision.truth
    }

    @inline(__always)
    func outcome(of leaf: Int) -> Outcome? {
        if outcomes[leaf] != 0 { return Outcome(rawValue: outcomes[leaf]) }
        guard let outcome = evaluate(leaf, telling: nil) else { return nil }
        outcomes[leaf] = outcome.rawValue
        return outcome
    }

    /// How many leaves have been evaluated.
    package var evaluatedCount: Int { outcomes.reduce(0) { $0 + ($1 == 0 ? 0 : 1) } }

    /// Whether a decided rule has had an answer of a signal outside.
    func hasAsked(_ rule: Int) -> Bool { program.rulesAsking[rule] && !answers.isEmpty && hasAsked(node: Int(program.roots[rule])) }

    private func hasAsked(node: Int) -> Bool {
        let leaf = Int(program.nodes[node].leaf)
        guard leaf < 0 else {
            guard program.leaves[leaf].kind == .ask, outcomes[leaf] != 0 else { return false }
            if case .answered(let all) = resolved[program.leaves[leaf].question] { return !all.isEmpty }
            return false
        }
        return program.nodes[node].range.contains { hasAsked(node: Int(program.children[$0])) }
    }

    // MARK: - Questions

    /// Hands over what is wanted, each question once.
    func takeWanted() -> [AskKey] {
        defer { (wanted, isWanted) = ([], []) }
        watch.pointee.pause()
        return wanted
    }

    func answer(_ key: AskKey, _ run: SignalRun, time: Duration) {
        answers[key] = Answer(run: run, time: time)
        arrivals += 1
    }

    /// The answers about each value of a question's slot; nil: some are wanted first, and noted.
    func answers(to question: Int) -> [Answer]? {
        switch resolved[question] {
        case .answered(let all): return all
        case .waiting(let since): if since == arrivals { return nil }
        }
        let code = program.questions[question]
        var found: [Answer] = []
        var isComplete = true
        for index in 0..<(isFullItem(code.slot) ? 1 : count(in: code.slot)) {
            let value = isFullItem(code.slot) ? nil : value(index, in: code.slot)
            let key = AskKey(ask: code.ask, value: value, scalar: scalar(of: code.slot))
            watch.pointee.did(value?.work ?? 0)
            if let answer = answers[key] {
                found.append(answer)
            } else {
                isComplete = false
                want(key)
            }
        }
        resolved[question] = isComplete ? .answered(found) : .waiting(since: arrivals)
        return isComplete ? found : nil
    }

    func want(_ key: AskKey) { if isWanted.insert(key).inserted { wanted.append(key) } }

    // MARK: - Values

    /// The values a slot stands for, picked at their first use.
    @inline(__always)
    func prepare(_ slot: Int) {
        if !slots[slot].isReady {
            slots[slot].pick(plan.picks[slot], plan.scalars[slot], from: item)
            watch.pointee.did(slots[slot].values.count)
        }
    }

    @inline(__always)
    func count(in slot: Int) -> Int { slots[slot].values.count }

    @inline(__always)
    func value(_ index: Int, in slot: Int) -> ItemValue { slots[slot].values[index] }

    @inline(__always)
    func scalar(of slot: Int) -> Scalar? { slots[slot].scalar }

    @inline(__always)
    func isFullItem(_ slot: Int) -> Bool { slots[slot].isFullItem }

    func find(_ matcher: ValueMatcher, _ index: Int, in slot: Int, tells: Bool) -> ValueMatcher.Found {
        switch matcher.signal {
        case .containsText, .containsNoText, .containsVariant:
            return slots[slot].withFolded(index, variant: matcher.foldsVariants) {
                watch.pointee.did(matcher.needles?.work($0.count) ?? 0)
                return matcher.find(in: $0, tells: tells)
            }
        case .containsRegex, .containsNoRegex:
            if patternMatcher == nil { patternMatcher = PatternMatcher() }
            guard let patternMatcher, case .text(let text) = slots[slot].values[index] else { return .nothing }
            return matcher.find(in: text, with: patternMatcher, tells: tells) { bytes in
                watch.pointee.did(4 + bytes >> 6)
                return watch.pointee.isOver
            }
        case .textSimilarity: return .nothing
        case .geoContainedWithin:
            guard case .text(let place) = slots[slot].values[index] else { return .nothing }
            watch.pointee.did(matcher.areas.count)
            return matcher.find(place)
        case .imageMatches, .imageDoesNotMatch:
            guard case .media(let media) = slots[slot].values[index] else { return .nothing }
            watch.pointee.did(matcher.hashes.count >> 3 + media.matchedBanks.count)
            return matcher.find(media)
        }
    }
}

extension ItemValue {
    /// About how long it takes to look at all of it, in units of `EvaluationWatch`.
    @inline(__always)
    var work: Int { if case .text(let text) = self { text.utf8.count >> 6 } else { 0 } }
}
