import JSON
import Rules
import Synchronization
import Testing

@testable import Moderation

@Suite struct SignalMemoryTests {
    /// Answers when it is let go on, each value with its number.
    private final class HeldRunner: SignalRunning {
        let asked = Mutex<[[JSONValue]]>([])
        private let held = Mutex<(isOpen: Bool, waiting: [CheckedContinuation<Void, Never>])>((false, []))

        func run(_ batch: SignalBatch) async -> [SignalRun] {
            asked.withLock { $0.append(batch.inputs) }
            await withCheckedContinuation { continuation in
                let isOpen = held.withLock { held in
                    if !held.isOpen { held.waiting.append(continuation) }
                    return held.isOpen
                }
                if isOpen { continuation.resume() }
            }
            return batch.inputs.map { .scored(.number($0.doubleValue ?? -1), output: nil, matchedValue: nil) }
        }

        func open() {
            let waiting = held.withLock { held in
                held.isOpen = true
                defer { held.waiting = [] }
                return held.waiting
            }
            for continuation in waiting { continuation.resume() }
        }
    }

    private static func batch(_ inputs: [JSONValue], _ time: Duration) -> SignalBatch {
        SignalBatch(
            signal: SignalDescriptor(type: "TOX", inputs: [.number], output: ScoreType(.number), cost: 1), orgID: "red", inputs: inputs,
            time: time)
    }

    private static func numbers(_ runs: [SignalRun]) -> [Double?] {
        runs.map { if case .scored(.number(let number), _, _) = $0 { number } else { nil } }
    }

    private func wait(until isSo: () -> Bool) async throws {
        let deadline = ContinuousClock.now + .seconds(10)
        while !isSo(), ContinuousClock.now < deadline { try await Task.sleep(for: .milliseconds(2)) }
    }

    @Test(.timeLimit(.minutes(1))) func `a question that is on its way in another message is waited for and asked once`() async throws {
        let runner = HeldRunner()
        let memory = SignalMemory(runner)
        async let first: [SignalRun] = memory.run(Self.batch([1, 2], .seconds(30)))
        try await wait { runner.asked.withLock { $0.count } == 1 }
        async let second: [SignalRun] = memory.run(Self.batch([2, 3, 3], .seconds(30)))
        try await wait { runner.asked.withLock { $0.count } == 2 }
        runner.open()
        #expect(Self.numbers(await first) == [1, 2])
        #expect(Self.numbers(await second) == [2, 3, 3])
        #expect(Self.numbers(await memory.run(Self.batch([1, 2, 3], .seconds(30)))) == [1, 2, 3])
        #expect(runner.asked.withLock { $0 } == [[1, 2], [3]])
    }

    @Test(.timeLimit(.minutes(1)), arguments: [(40_000, 100), (100, 40_000)])
    func `nobody waits longer than itself, or than whoever asked first`(_ firsts: Int, _ own: Int) async throws {
        let runner = HeldRunner()
        let memory = SignalMemory(runner)
        async let first: [SignalRun] = memory.run(Self.batch([1], .milliseconds(firsts)))
        try await wait { runner.asked.withLock { $0.count } == 1 }
        let start = ContinuousClock.now
        let runs = await memory.run(Self.batch([1], .milliseconds(own)))
        #expect(ContinuousClock.now - start < .seconds(20))
        guard case .unavailable(.timedOut, _) = runs[0] else {
            Issue.record("\(runs)")
            return
        }
        runner.open()
        #expect(Self.numbers(await first) == [1])
        #expect(Self.numbers(await memory.run(Self.batch([1], .seconds(1)))) == [1], "and then it is there")
    }
}
