/// Decides items by compiled rules, asking signals in as few messages as may be.
///
/// Rules of all items are walked until each is decided or stands before a question; then the questions of all of them go out together, a
/// message a signal for up to `RuleLimits.signalBatchMax` values and `RuleLimits.signalMessageBytes`; and so on until nothing is left to ask. What a rule turns out not to
/// need is never asked.
package struct RuleEvaluator: Sendable {
    package let program: RuleProgram
    private let runner: (any SignalRunning)?
    private let signalTime: Duration

    /// - Parameter signalTime: How long one message may take. A signal that has not answered by then has none to give, whatever the runner
    ///   does meanwhile.
    package init(_ program: RuleProgram, runner: (any SignalRunning)? = nil, signalTime: Duration = RuleLimits.signalTime) {
        (self.program, self.runner, self.signalTime) = (program, runner, signalTime)
    }

    package enum Traces: Sendable {
        case none
        /// Of rules that passed.
        case ofPassing
        /// Of rules that passed or could not be told.
        case ofTold
        case all
    }

    /// Decides every item by the rules that look at its type. One decision an item, in order.
    package func decide(_ items: [Item], orgID: String, traces: Traces = .none) async -> [ItemDecision] {
        let evaluations = items.map { ItemEvaluation(program, of: $0) }
        // By item, and by place among the rules that look at it.
        var truths: [[Truth?]] = evaluations.map { Array(repeating: nil, count: $0.rules.count) }
        var undecided = evaluations.map { Array($0.rules.indices) }
        // Each round answers what it asked, so there are at most as many rounds as questions one item can come to.
        while true {
            var questions: [(item: Int, key: ItemEvaluation.AskKey)] = []
            for (index, evaluation) in evaluations.enumerated() where !undecided[index].isEmpty {
                let rules = evaluation.rules
                undecided[index].removeAll { place in
                    truths[index][place] = evaluation.decide(rules[place])
                    return truths[index][place] != nil
                }
                questions += evaluation.takeWanted().map { (index, $0) }
            }
            if questions.isEmpty { break }
            for answer in await answers(to: questions, items: items, orgID: orgID) {
                evaluations[answer.item].answer(answer.key, answer.run, time: answer.time)
            }
        }
        return evaluations.enumerated().map { index, evaluation in
            let told = zip(evaluation.rules, truths[index]).map { rule, truth in
                let truth = truth ?? .unknown
                let isTold =
                    switch traces {
                    case .none: false
                    case .ofPassing: truth == .true
                    case .ofTold: truth != .false
                    case .all: true
                    }
                return RuleResult(rule: rule, truth: truth, trace: isTold ? evaluation.trace(of: rule) : nil)
            }
            return ItemDecision(
                itemID: items[index].id, results: told, conditions: evaluation.evaluatedCount, signalRuns: evaluation.answers.count)
        }
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

    private func answers(to questions: [(item: Int, key: ItemEvaluation.AskKey)], items: [Item], orgID: String) async -> [Answered] {
        var messages = messages(of: questions, items: items, orgID: orgID)[...]
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
    private func messages(of questions: [(item: Int, key: ItemEvaluation.AskKey)], items: [Item], orgID: String) -> [Message] {
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
                SignalInput.json(program.asks[key.ask], about: key, of: items[item], orgID: orgID, penalties: program.penalties)
            }
            return SignalCutting.parts(of: inputs).map { part in
                let signal = program.asks[all[part.lowerBound].key.ask].signal
                let batch = SignalBatch(signal: signal, orgID: orgID, inputs: Array(inputs[part]), time: signalTime)
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
}
