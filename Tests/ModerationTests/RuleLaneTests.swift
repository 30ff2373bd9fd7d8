import Glibc
import HubCore
import Moderation
import PluginModel
import Synchronization
import Testing

/// The threads on which rules are compiled and tried, and who may come to them.
@Suite(.timeLimit(.minutes(3))) struct RuleLaneTests {
    private static let crowd = Organisation.ID("crowd")
    private static let one = Organisation.ID("one")

    /// Keeps a thread busy, as compiling does, until a test lets go.
    private final class Gate: Sendable {
        private let isOpen = Atomic(false)
        let begun = Counter()

        func open() { isOpen.store(true, ordering: .sequentiallyConsistent) }
        func hold() {
            begun.add()
            while !isOpen.load(ordering: .sequentiallyConsistent) { usleep(1_000) }
        }
        func waitUntil(_ count: Int) async throws {
            _ = try await untilRules("\(count) at work") { begun.count >= count ? true : nil }
        }
    }

    @Test func `who has one thing to do does not wait behind a crowd`() async throws {
        let lane = RuleLane("test-lane", threads: 1)
        defer { lane.end() }
        let (gate, order, waiting) = (Gate(), Order(), Counter())
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { await lane.work(for: Self.crowd) { gate.hold() } }
            try await gate.waitUntil(1)
            for _ in 0..<200 {
                group.addTask {
                    waiting.add()
                    await lane.work(for: Self.crowd) { order.add(Self.crowd) }
                }
            }
            _ = try await untilRules("a crowd") { waiting.count == 200 ? true : nil }
            group.addTask {
                waiting.add()
                await lane.work(for: Self.one) { order.add(Self.one) }
            }
            _ = try await untilRules("both here") { lane.organisations == 2 ? true : nil }
            gate.open()
            try await group.waitForAll()
        }
        let served = order.all
        #expect(served.count == 201, "nothing is lost")
        // The one of the crowd whose turn it was, and those that came to their thread between being counted and the gate.
        let place = try #require(served.firstIndex(of: Self.one))
        #expect(place <= 3)
        #expect(lane.organisations == 0, "nothing is kept of who is gone")
    }

    @Test func `one organisation does not get all threads`() async throws {
        let lane = RuleLane("test-lane", threads: 2, atOnceForOne: 1)
        defer { lane.end() }
        let (crowd, one) = (Gate(), Gate())
        try await withThrowingTaskGroup(of: Void.self) { group in
            for _ in 0..<5 { group.addTask { await lane.work(for: Self.crowd) { crowd.hold() } } }
            try await crowd.waitUntil(1)
            one.open()
            await lane.work(for: Self.one) { one.hold() }
            #expect(crowd.begun.count == 1)
            crowd.open()
            try await group.waitForAll()
        }
        #expect(crowd.begun.count == 5)
    }

    @Test func `what waits gives its thread to others, and is taken up again in turn`() async throws {
        let lane = RuleLane("test-lane", threads: 1)
        defer { lane.end() }
        let (answered, done) = (AsyncGate(), Counter())
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask {
                await lane.run(for: Self.crowd) { await answered.wait() }
            }
            for place in 0..<300 {
                group.addTask {
                    await lane.run(for: place % 2 == 0 ? Self.crowd : Self.one) {
                        for _ in 0..<10 { await Task.yield() }
                        done.add()
                    }
                }
            }
            group.addTask {
                _ = try await untilRules("all others are done") { done.count == 300 ? true : nil }
                await answered.open()
            }
            try await group.waitForAll()
        }
        #expect(done.count == 300)
        #expect(lane.organisations == 0)
    }

    @Test func `what is cancelled is begun all the same, and knows it`() async throws {
        let lane = RuleLane("test-lane", threads: 1)
        defer { lane.end() }
        let gate = Gate()
        let holding = Task { await lane.work(for: Self.crowd) { gate.hold() } }
        try await gate.waitUntil(1)
        let cancelled = Task { await lane.work(for: Self.one) { Task.isCancelled } }
        cancelled.cancel()
        gate.open()
        #expect(await cancelled.value)
        await holding.value
    }

    // MARK: Turns

    @Test func `of an organisation some try at once, some wait, and one more is told to come again`() async throws {
        let desk = TryingDesk(atOnce: 2, waitingMax: 3)
        let gate = AsyncGate()
        try await withThrowingTaskGroup(of: String?.self) { group in
            for _ in 0..<5 { group.addTask { await ruleCode { try await desk.take(Self.crowd) { await gate.wait() } } } }
            _ = try await untilRules("a full line") { desk.counts(Self.crowd) == (2, 3) ? true : nil }
            #expect(await ruleCode { try await desk.take(Self.crowd) {} } == "rule.busy")
            #expect(await ruleCode { try await desk.take(Self.one) {} } == nil, "another organisation does not wait for it")
            await gate.open()
            for try await code in group { #expect(code == nil) }
        }
        #expect(desk.counts(Self.crowd) == (0, 0))
        #expect(await ruleCode { try await desk.take(Self.crowd) {} } == nil)
    }

    @Test func `who goes away while waiting leaves the line`() async throws {
        let desk = TryingDesk(atOnce: 1, waitingMax: 2)
        let gate = AsyncGate()
        let holding = Task { await ruleCode { try await desk.take(Self.crowd) { await gate.wait() } } }
        _ = try await untilRules("one at work") { desk.counts(Self.crowd).atWork == 1 ? true : nil }
        let waiting = Task { await ruleCode { try await desk.take(Self.crowd) { Issue.record("it had a turn") } } }
        _ = try await untilRules("one waits") { desk.counts(Self.crowd).waiting == 1 ? true : nil }
        waiting.cancel()
        #expect(await waiting.value == "rule.busy")
        #expect(desk.counts(Self.crowd) == (1, 0))
        await gate.open()
        #expect(await holding.value == nil)
        #expect(desk.counts(Self.crowd) == (0, 0))
    }

    @Test func `a crowd of tests in one organisation is refused beyond its line, and another's are not`() async throws {
        let lab = try await RuleLab()
        for organisation in [RuleLab.acme, RuleLab.other] {
            _ = try await lab.book.putItemType("post", RuleLab.post, in: organisation, by: RuleLab.who())
        }
        lab.signals.give(["SLOW"])
        let gate = AsyncGate()
        lab.signals.gate.withLock { $0 = { await gate.wait() } }
        let most = RuleBookLimits.tryingAtOnce + RuleBookLimits.tryingWaitingMax
        let codes = await withTaskGroup(of: String?.self) { group in
            for _ in 0..<most + 5 {
                group.addTask {
                    await ruleCode {
                        try await lab.book.test(RuleLab.asking("SLOW"), on: [RuleLabItems.post("x", "y")], in: RuleLab.acme)
                    }
                }
            }
            var codes: [String?] = []
            for await code in group {
                codes.append(code)
                guard codes.count == 5 else { continue }
                #expect(await ruleCode { try await lab.book.review(RuleLab.words(["a"]), in: RuleLab.other) } == nil)
                await gate.open()
            }
            return codes
        }
        #expect(codes.prefix(5) == ["rule.busy", "rule.busy", "rule.busy", "rule.busy", "rule.busy"])
        #expect(codes.dropFirst(5).allSatisfy { $0 == nil })
    }
}

private final class Counter: Sendable {
    private let value = Atomic(0)
    var count: Int { value.load(ordering: .sequentiallyConsistent) }
    func add() { value.wrappingAdd(1, ordering: .sequentiallyConsistent) }
}

private final class Order: Sendable {
    private let places = Mutex<[Organisation.ID]>([])
    var all: [Organisation.ID] { places.withLock { $0 } }
    func add(_ organisation: Organisation.ID) { places.withLock { $0.append(organisation) } }
}

/// Tasks wait here until it is opened.
private actor AsyncGate {
    private var isOpen = false
    private var waiting: [CheckedContinuation<Void, Never>] = []

    func wait() async {
        if isOpen { return }
        await withCheckedContinuation { waiting.append($0) }
    }

    func open() {
        isOpen = true
        for one in waiting { one.resume() }
        waiting = []
    }
}
