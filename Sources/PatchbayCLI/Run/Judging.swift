/// Carries the texts to the signals in batches and gathers what they decide.
struct Judging: Sendable {
    let session: any SignalSession
    let corpus: FortuneCorpus
    let printer: RunPrinter
    let clock: MonotonicClock

    /// Texts sent at once: enough that the crossing costs little, few enough that progress is seen and Ctrl-C is heard.
    static let batchTextsMax = 64

    func run(_ plan: [SignalSummary]) async throws(CommandFailure) -> [SignalSummary] {
        var summaries = plan
        let progress = printer.progress(total: corpus.texts.count * plan.count, clock: clock)
        defer { progress.finish() }
        let signalWidth = plan.map { SafeText.line($0.signal.type).columns }.max() ?? 0
        var done = 0
        for start in stride(from: 0, to: corpus.texts.count, by: Self.batchTextsMax) {
            let batch = corpus.texts[start..<min(start + Self.batchTextsMax, corpus.texts.count)]
            for index in summaries.indices {
                if Task.isCancelled { throw .interrupted(after: done) }
                let (signal, threshold) = (summaries[index].signal, summaries[index].threshold)
                let outcomes = try await session.judge(batch.map(\.text), with: signal)
                precondition(outcomes.count == batch.count, "a session answers every text with one outcome")
                let decisions = zip(outcomes, batch).map { TextDecision($0, on: $1, signal: signal.type, threshold: threshold) }
                for decision in decisions { summaries[index].add(decision) }
                printer.decisions(decisions, over: progress, signalWidth: signalWidth)
                done += batch.count
                progress.advance(to: done)
            }
        }
        return summaries
    }
}
