import JSON
import Rules
import Synchronization

/// Remembers what signals answered while items are decided and routed, so that what both ask is asked once.
///
/// A question that is on its way in another message is waited for, as long as whoever asked it first, and whoever asks now, may wait.
/// Only for one batch of items: nothing is kept from one submission to the next.
final class SignalMemory: SignalRunning {
    private struct Question: Hashable, Sendable {
        let signal: String
        let input: JSONValue
    }

    private struct State {
        var answers: [Question: SignalRun] = [:]
        /// Those on their way, with when whoever asked gives up waiting.
        var asked: [Question: ContinuousClock.Instant] = [:]
        var waiters: [Int: Waiter] = [:]
        var waitersSoFar = 0

        /// Those who wait for nothing any more.
        mutating func leaveBehind(_ questions: [Question]) -> [CheckedContinuation<Void, Never>] {
            for question in questions { asked[question] = nil }
            for number in waiters.keys { waiters[number]?.missing.subtract(questions) }
            let done = waiters.filter(\.value.missing.isEmpty)
            for number in done.keys { waiters[number] = nil }
            return done.values.map(\.continuation)
        }
    }

    private struct Waiter {
        var missing: Set<Question>
        let continuation: CheckedContinuation<Void, Never>
    }

    private let runner: any SignalRunning
    private let state = Mutex(State())

    init(_ runner: any SignalRunning) { self.runner = runner }

    func run(_ batch: SignalBatch) async -> [SignalRun] {
        let questions = batch.inputs.map { Question(signal: batch.signal.type, input: $0) }
        let end = ContinuousClock.now + batch.time
        let (new, others) = state.withLock { state -> ([Int], Set<Question>) in
            var (new, others): ([Int], Set<Question>) = ([], [])
            for (index, question) in questions.enumerated() where state.answers[question] == nil {
                if state.asked[question] == nil {
                    state.asked[question] = end
                    new.append(index)
                } else {
                    others.insert(question)
                }
            }
            return (new, others)
        }
        if !new.isEmpty {
            let mine = new.map { questions[$0] }
            let rest = SignalBatch(signal: batch.signal, orgID: batch.orgID, inputs: new.map { batch.inputs[$0] }, time: batch.time)
            let runs = await runner.run(rest)
            let isWhole = runs.count == new.count
            let done = state.withLock { state in
                if isWhole { for (question, run) in zip(mine, runs) { state.answers[question] = run } }
                return state.leaveBehind(mine)
            }
            for continuation in done { continuation.resume() }
            // A runner that answers more or less than it was asked is told of by whoever asked.
            guard isWhole else { return runs }
        }
        if !others.isEmpty { await wait(for: others, until: end) }
        let late = SignalRun.unavailable(.timedOut, "The signal '\(batch.signal.type)' gave no answer within \(batch.time).")
        return state.withLock { state in questions.map { state.answers[$0] ?? late } }
    }

    /// Until others have the answers to these, or the time of one of both is over.
    private func wait(for questions: Set<Question>, until end: ContinuousClock.Instant) async {
        let (number, last) = state.withLock { state in
            state.waitersSoFar += 1
            return (state.waitersSoFar, questions.compactMap { state.asked[$0] }.max().map { min($0, end) })
        }
        guard let last else { return }
        let timer = Task {
            try? await Task.sleep(until: last, clock: .continuous)
            guard !Task.isCancelled else { return }
            state.withLock { $0.waiters.removeValue(forKey: number) }?.continuation.resume()
        }
        await withCheckedContinuation { continuation in
            let isOver = state.withLock { state in
                let missing = questions.filter { state.asked[$0] != nil }
                // The timer comes after its time: whoever is here before it is found by it.
                guard !missing.isEmpty, ContinuousClock.now < last else { return true }
                state.waiters[number] = Waiter(missing: missing, continuation: continuation)
                return false
            }
            if isOver { continuation.resume() }
        }
        timer.cancel()
    }
}
