import JSON
import Rules
import Synchronization

/// Remembers what signals answered while items are decided and routed, so that what both ask is asked once.
///
/// Only for one batch of items: nothing is kept from one submission to the next.
final class SignalMemory: SignalRunning {
    private struct Question: Hashable, Sendable {
        let signal: String
        let input: JSONValue
    }

    private let runner: any SignalRunning
    private let answers = Mutex<[Question: SignalRun]>([:])

    init(_ runner: any SignalRunning) { self.runner = runner }

    func run(_ batch: SignalBatch) async -> [SignalRun] {
        let questions = batch.inputs.map { Question(signal: batch.signal.type, input: $0) }
        let late = SignalRun.unavailable(.timedOut, "The signal '\(batch.signal.type)' gave no answer within \(batch.time).")
        var (known, new) = answers.withLock { answers -> ([SignalRun?], [Int]) in
            let known = questions.map { answers[$0] }
            let new = known.indices.filter { known[$0] == nil }
            // Whoever asks again while nobody has answered, since the first one gave up waiting, does not wait anew.
            for index in new { answers[questions[index]] = late }
            return (known, new)
        }
        guard !new.isEmpty else { return known.map { $0 ?? late } }
        let rest = SignalBatch(signal: batch.signal, orgID: batch.orgID, inputs: new.map { batch.inputs[$0] }, time: batch.time)
        let runs = await runner.run(rest)
        // A runner that answers more or less than it was asked is told of by whoever asked.
        guard runs.count == new.count else { return runs }
        answers.withLock { answers in for (index, run) in zip(new, runs) { answers[questions[index]] = run } }
        for (index, run) in zip(new, runs) { known[index] = run }
        return known.map { $0 ?? late }
    }
}
