import HubCore
import PluginModel
import Synchronization
import Testing

@testable import Moderation

private final class Counter: Sendable { let value = Atomic<Int>(0) }
private final class Order: Sendable { let names = Mutex<[String]>([]) }

@Suite struct SignalGateTests {
    static let limits = {
        var limits = SignalLimits()
        (limits.failuresInRow, limits.restTime, limits.restTimeMax) = (3, .seconds(5), .seconds(15))
        return limits
    }()

    @Test func `a signal that keeps failing is left alone, longer each time, and asked again when it is well`() {
        var breaker = SignalBreaker(Self.limits)
        for second in 0..<3 {
            #expect(breaker.refusal(at: .seconds(second)) == nil)
            breaker.record(isGood: false, at: .seconds(second))
        }
        #expect(breaker.refusal(at: .seconds(3)) == .seconds(4), "until five seconds after the third")
        #expect(breaker.refusal(at: .seconds(7)) == nil, "one goes, to see")
        #expect(breaker.refusal(at: .seconds(8)) != nil, "and no other meanwhile")
        breaker.record(isGood: false, at: .seconds(8))
        #expect(breaker.refusal(at: .seconds(17)) == .seconds(1), "twice as long")
        #expect(breaker.refusal(at: .seconds(18)) == nil)
        breaker.record(isGood: false, at: .seconds(18))
        #expect(breaker.refusal(at: .seconds(32)) == .seconds(1), "and no longer than the longest")
        #expect(breaker.refusal(at: .seconds(33)) == nil)
        breaker.record(isGood: true, at: .seconds(33))
        #expect(!breaker.isOpen && breaker.refusal(at: .seconds(34)) == nil)
    }

    @Test func `what is asked in a second is bounded, and who can wait gets its turn`() {
        var limits = SignalLimits()
        (limits.valuesPerSecond, limits.valuesBurst) = (100, 200)
        var allowance = ValueAllowance(limits, at: .zero)
        #expect(allowance.take(200, patience: .zero, at: .zero) == .zero)
        #expect(allowance.take(50, patience: .milliseconds(400), at: .zero) == nil)
        #expect(allowance.take(50, patience: .milliseconds(600), at: .zero) == .milliseconds(500))
        #expect(allowance.take(100, patience: .zero, at: .milliseconds(1_200)) == nil, "50 of what came back were promised")
        #expect(allowance.take(100, patience: .zero, at: .milliseconds(1_500)) == .zero)
    }

    @Test(.timeLimit(.minutes(1))) func `only so many messages are on their way to a signal, and an organisation's crowd is its own`()
        async throws
    {
        var limits = SignalLimits()
        (limits.messagesAtOnce, limits.messagesWaiting) = (2, 3)
        let gate = SignalGate(limits) { .zero }
        let plugin = try PluginID("LAB")
        let red = SignalGate.Key(plugin: plugin, signal: "S", organisation: Organisation.ID("red"))
        let blue = SignalGate.Key(plugin: plugin, signal: "S", organisation: Organisation.ID("blue"))
        for _ in 0..<2 { _ = await gate.enter(red, values: 1, patience: .seconds(1)) }
        let begun = Counter()
        await withTaskGroup(of: Void.self) { group in
            for _ in 0..<3 {
                group.addTask {
                    _ = await gate.enter(red, values: 1, patience: .seconds(1))
                    begun.value.add(1, ordering: .relaxed)
                    gate.leave(red, calls: 1, errors: 0, took: .milliseconds(10))
                }
            }
            while gate.waiting(red) < 3 { await Task.yield() }
            guard case .tooMany = await gate.enter(red, values: 1, patience: .seconds(1)) else {
                Issue.record("a fourth may not wait")
                return
            }
            group.addTask {
                guard case .admitted = await gate.enter(blue, values: 1, patience: .seconds(1)) else {
                    Issue.record("another organisation's crowd is none of blue's")
                    return
                }
                gate.leave(blue, calls: 1, errors: 1, took: .milliseconds(10))
            }
            while gate.waiting(blue) < 1 { await Task.yield() }
            #expect(begun.value.load(ordering: .relaxed) == 0)
            for _ in 0..<2 { gate.leave(red, calls: 2, errors: 1, took: .milliseconds(10)) }
        }
        #expect(begun.value.load(ordering: .relaxed) == 3)
        #expect(gate.health(red)?.calls == 7 && gate.health(red)?.errors == 2)
        #expect(gate.health(blue)?.calls == 1 && gate.health(blue)?.errors == 1)
    }

    @Test(.timeLimit(.minutes(1))) func `organisations that wait for a place get it in turn`() async throws {
        var limits = SignalLimits()
        limits.messagesAtOnce = 1
        let gate = SignalGate(limits) { .zero }
        let plugin = try PluginID("LAB")
        func key(_ name: String) -> SignalGate.Key { .init(plugin: plugin, signal: "S", organisation: Organisation.ID(name)) }
        _ = await gate.enter(key("red"), values: 1, patience: .seconds(1))
        let order = Order()
        await withTaskGroup(of: Void.self) { group in
            for (name, count) in [("red", 4), ("blue", 2), ("green", 1)] {
                for place in 1...count {
                    group.addTask {
                        _ = await gate.enter(key(name), values: 1, patience: .seconds(1))
                        order.names.withLock { $0.append(name) }
                        gate.leave(key(name), calls: 1, errors: 0, took: .zero)
                    }
                    while gate.inLine(key(name)) < place { await Task.yield() }
                }
            }
            #expect(order.names.withLock { $0 }.isEmpty, "the only place is taken")
            gate.leave(key("red"), calls: 1, errors: 0, took: .zero)
        }
        #expect(order.names.withLock { $0 } == ["red", "blue", "green", "red", "blue", "red", "red"])
    }

    @Test(.timeLimit(.minutes(1))) func `who asks too fast holds no place while it has to wait`() async throws {
        var limits = SignalLimits()
        (limits.messagesAtOnce, limits.valuesPerSecond, limits.valuesBurst) = (1, 10, 10)
        let (slept, wake) = AsyncStream.makeStream(of: Void.self)
        let asleep = Counter()
        let gate = SignalGate(limits, clock: { .zero }) { _ in
            asleep.value.add(1, ordering: .relaxed)
            for await _ in slept { break }
        }
        let plugin = try PluginID("LAB")
        let red = SignalGate.Key(plugin: plugin, signal: "S", organisation: Organisation.ID("red"))
        let blue = SignalGate.Key(plugin: plugin, signal: "S", organisation: Organisation.ID("blue"))
        await withTaskGroup(of: Void.self) { group in
            group.addTask {
                guard case .admitted = await gate.enter(red, values: 15, patience: .seconds(5)) else {
                    Issue.record("it has the time to wait")
                    return
                }
                gate.leave(red, calls: 15, errors: 0, took: .zero)
            }
            while asleep.value.load(ordering: .relaxed) == 0 { await Task.yield() }
            guard case .admitted = await gate.enter(blue, values: 1, patience: .zero) else {
                Issue.record("there is a place")
                return
            }
            gate.leave(blue, calls: 1, errors: 0, took: .zero)
            #expect(gate.waiting(red) == 1)
            wake.yield()
        }
        #expect(gate.health(red)?.calls == 15)
    }
}
