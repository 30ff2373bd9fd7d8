import JSON

/// Decides items by compiled rules, asking signals in as few messages as may be.
///
/// Rules of all items are walked until each is decided or stands before a question; then the questions of all of them go out together, a
/// message a signal for up to `RuleLimits.signalBatchMax` values and `RuleLimits.signalMessageBytes`; and so on until nothing is left to ask. What a rule turns out not to
/// need is never asked.
package struct RuleEvaluator: Sendable {
    package let program: RuleProgram
    private let runner: (any SignalRunning)?
    private let signalTime: Duration
    private let itemTime: Duration
    private let end: ContinuousClock.Instant?

    /// - Parameters:
    ///   - signalTime: How long one message may take. A signal that has not answered by then has none to give, whatever the runner does
    ///     meanwhile.
    ///   - itemTime: Of a processor that the conditions of one item may take together.
    ///   - end: When nobody waits for decisions any more. What is being decided then is broken off, within a condition too.
    package init(
        _ program: RuleProgram, runner: (any SignalRunning)? = nil, signalTime: Duration = RuleLimits.signalTime,
        itemTime: Duration = RuleLimits.itemTime, until end: ContinuousClock.Instant? = nil
    ) {
        (self.program, self.runner, self.signalTime, self.itemTime) = (program, runner, signalTime, itemTime)
        self.end = end
    }

    private var isOver: Bool { Task.isCancelled || end.map { ContinuousClock.now >= $0 } ?? false }

    package enum Traces: Sendable {
        case none
        /// Of rules that passed.
        case ofPassing
        /// Of rules that passed or could not be told.
        case ofTold
        /// The same, and of those that failed and asked a signal outside: of these alone it can be of interest long after what they were told.
        case ofToldAndAsking
        case all
    }

    /// Decides every item by the rules that look at its type. One decision an item, in order. Of a task that is cancelled nothing is asked
    /// any more, and what was not decided by then could not be told.
    /// - Parameter surroundings: Asked about items whose rules ask a signal that wants to see what stands around them; nil: nobody knows.
    package func decide(
        _ items: [Item], orgID: String, traces: Traces = .none, surroundings: (any ItemSurroundings)? = nil
    ) async -> [ItemDecision] {
        var decisions: [ItemDecision] = []
        for portion in program.portions(of: items) {
            decisions += await decide(portion, of: items, orgID: orgID, traces: traces, surroundings)
        }
        return decisions
    }

    /// - Parameter portion: The items that are decided together, by place.
    private func decide(
        _ portion: Range<Int>, of items: [Item], orgID: String, traces: Traces, _ surroundings: (any ItemSurroundings)?
    ) async -> [ItemDecision] {
        var around: [Int: Surroundings] = [:]
        let evaluations = portion.map { ItemEvaluation(program, of: items[$0], time: itemTime, until: end) }
        // By item, and by place among the rules that look at it.
        var truths: [[Truth?]] = evaluations.map { Array(repeating: nil, count: $0.rules.count) }
        var undecided = evaluations.map { Array($0.rules.indices) }
        // Each round answers what it asked, so there are at most as many rounds as questions one item can come to.
        var turn = Turn()
        while !isOver {
            var questions: [(item: Int, key: ItemEvaluation.AskKey)] = []
            for (index, evaluation) in evaluations.enumerated() where !undecided[index].isEmpty {
                await turn.give()
                if isOver { break }
                let rules = evaluation.rules
                undecided[index].removeAll { place in
                    guard !evaluation.isLate, let truth = evaluation.decide(rules[place]), !evaluation.isLate else { return false }
                    truths[index][place] = truth
                    return true
                }
                questions += evaluation.takeWanted().map { (portion.lowerBound + index, $0) }
            }
            if questions.isEmpty || isOver { break }
            if let surroundings { await lookAround(&around, for: questions, items: items, in: surroundings) }
            for answer in await answers(to: questions, items: items, around: around, orgID: orgID) {
                evaluations[answer.item - portion.lowerBound].answer(answer.key, answer.run, time: answer.time)
            }
        }
        var decisions: [ItemDecision] = []
        for (index, evaluation) in evaluations.enumerated() {
            await turn.give()
            let told = zip(evaluation.rules, truths[index]).map { (rule: $0, truth: $1 ?? .unknown) }
            func isTold(_ rule: Int, _ truth: Truth) -> Bool {
                switch traces {
                case .none: false
                case _ where isOver: false
                case .ofPassing: truth == .true
                case .ofTold: truth != .false
                case .ofToldAndAsking: truth != .false || evaluation.hasAsked(rule)
                case .all: true
                }
            }
            // An item's traces share one room: rules that passed or could not be told are asked about most.
            var made: [Int: TraceNode] = [:]
            for isFalse in traces == .none ? [] : [false, true] {
                for (rule, truth) in told where (truth == .false) == isFalse && isTold(rule, truth) {
                    made[rule] = evaluation.trace(of: rule)
                }
            }
            let results = told.map { RuleResult(rule: $0.rule, truth: $0.truth, trace: made[$0.rule]) }
            decisions.append(
                ItemDecision(
                    itemID: items[portion.lowerBound + index].id, results: results, conditions: evaluation.evaluatedCount,
                    signalRuns: evaluation.answers.count, isLate: end != nil && truths[index].contains(nil)))
        }
        return decisions
    }

    // MARK: - Asking

    private struct Answered: Sendable {
        let item: Int
        let key: ItemEvaluation.AskKey
        let run: SignalRun
        let time: Duration
    }

    private struct Message: Sendable {
        let places: [(item: Int, key: ItemEvaluation.AskKey)]
        let batch: SignalBatch
    }

    /// Looks once at each item that a signal is now to be asked about which wants to see more than the item.
    private func lookAround(
        _ around: inout [Int: Surroundings], for questions: [(item: Int, key: ItemEvaluation.AskKey)], items: [Item],
        in surroundings: any ItemSurroundings
    ) async {
        guard let most = program.around else { return }
        var wishes: [SurroundingsWish] = []
        for (item, key) in questions where around[item] == nil && program.asks[key.ask].signal.context?.looksAround == true {
            around[item] = Surroundings()
            wishes.append(SurroundingsWish(place: item, item: items[item], parent: most.parent, messagesMax: most.messagesMax))
        }
        guard !wishes.isEmpty else { return }
        let asked = wishes
        // Actors that are asked must not do their work where this is evaluated: others would wait behind it.
        let found = await withTaskExecutorPreference(globalConcurrentExecutor) { await surroundings.surroundings(of: asked) }
        for (wish, found) in zip(wishes, found) { around[wish.place] = found }
    }

    private func answers(
        to questions: [(item: Int, key: ItemEvaluation.AskKey)], items: [Item], around: [Int: Surroundings], orgID: String
    ) async -> [Answered] {
        var messages = messages(of: questions, items: items, around: around, orgID: orgID)[...]
        return await withTaskGroup(of: [Answered].self) { group in
            var answered: [Answered] = []
            func send() {
                guard let message = messages.popFirst() else { return }
                group.addTask { await ask(message) }
            }
            for _ in 0..<RuleLimits.batchesInFlightMax { send() }
            for await some in group {
                answered += some
                send()
            }
            return answered
        }
    }

    /// Questions by signal, whatever else differs between them: all go to the same place.
    private func messages(
        of questions: [(item: Int, key: ItemEvaluation.AskKey)], items: [Item], around: [Int: Surroundings], orgID: String
    ) -> [Message] {
        var types: [String] = []
        var byType: [String: [(item: Int, key: ItemEvaluation.AskKey)]] = [:]
        for question in questions {
            let type = program.asks[question.key.ask].signal.type
            if byType[type] == nil { types.append(type) }
            byType[type, default: []].append(question)
        }
        return types.flatMap { type -> [Message] in
            let all = byType[type] ?? []
            let inputs = all.map { item, key in
                SignalInput.json(
                    program.asks[key.ask], about: key, of: items[item], orgID: orgID, penalties: program.penalties, around: around[item])
            }
            return SignalCutting.parts(of: inputs).map { part in
                let signal = program.asks[all[part.lowerBound].key.ask].signal
                let time = end.map { max(.zero, min(signalTime, $0 - ContinuousClock.now)) } ?? signalTime
                let batch = SignalBatch(signal: signal, orgID: orgID, inputs: Array(inputs[part]), time: time)
                return Message(places: Array(all[part]), batch: batch)
            }
        }
    }

    private func ask(_ message: Message) async -> [Answered] {
        let clock = ContinuousClock()
        let start = clock.now
        let runs = await runs(of: message.batch)
        let time = clock.now - start
        return zip(message.places, runs).map { Answered(item: $0.item, key: $0.key, run: $1, time: time) }
    }

    private func runs(of batch: SignalBatch) async -> [SignalRun] {
        func all(_ reason: SignalRun.Reason, _ sentence: String) -> [SignalRun] {
            Array(repeating: .unavailable(reason, sentence), count: batch.inputs.count)
        }
        guard let runner else { return all(.notLoaded, "Nobody here runs the signal '\(batch.signal.type)'.") }
        guard let runs = await TimeLimited.value(within: batch.time, { await runner.run(batch) }) else {
            return all(.timedOut, "The signal '\(batch.signal.type)' gave no answer within \(batch.time).")
        }
        guard runs.count == batch.inputs.count else {
            return all(
                .failed, "The signal '\(batch.signal.type)' was asked \(batch.inputs.count) questions and gave \(runs.count) answers.")
        }
        return runs
    }
}

/// What became of one rule for one item.
package struct RuleResult: Sendable {
    /// Its place in the program.
    package let rule: Int
    package let truth: Truth
    /// Nil where none was asked for.
    package let trace: TraceNode?

    package init(rule: Int, truth: Truth, trace: TraceNode?) { (self.rule, self.truth, self.trace) = (rule, truth, trace) }

    /// What could not be told has not passed.
    package var passed: Bool { truth == .true }
}

/// What became of one item.
package struct ItemDecision: Sendable {
    package let itemID: String
    /// In the order of the rules; only those that look at the item's type.
    package let results: [RuleResult]
    /// Different conditions that were evaluated, each once.
    package let conditions: Int
    /// Questions that were asked of signals outside.
    package let signalRuns: Int
    /// Whether some of its rules could not be told since nobody waited any more.
    package let isLate: Bool
}

/// Gives others the thread now and then: an item may take seconds.
package struct Turn {
    private let clock = ContinuousClock()
    private var start = ContinuousClock().now

    package init() {}

    package mutating func give() async {
        guard clock.now - start > RuleLimits.turnTime else { return }
        await Task.yield()
        start = clock.now
    }
}
