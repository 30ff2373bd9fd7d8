import HostCalls
import JSON
import PluginModel
import Testing

@Suite(.timeLimit(.minutes(1))) struct TheTime {
    private func withBroker(limits: TimeLimits = .default, _ body: (Broker, HostLoop) async throws -> Void) async throws {
        let timers = HostLoop(name: "time-test")
        defer { timers.stop() }
        let broker = Broker(
            plugin: identity(), declared: [], granted: .none, capabilities: [TimeCapability(timers: timers, limits: limits)])
        defer { broker.close() }
        try await body(broker, timers)
    }

    @Test func tellsBothClocks() async throws {
        try await withBroker { broker, _ in
            let (first, second) = (try broker.callNow("time.now"), try broker.callNow("time.now"))
            #expect(try #require(first["unixMs"]?.intValue) > 1_700_000_000_000)
            #expect(try #require(second["monotonicMs"]?.doubleValue) >= #require(first["monotonicMs"]?.doubleValue))
        }
    }

    @Test func wakesAfterTheTimeAndNotBefore() async throws {
        try await withBroker { broker, _ in
            let start = ContinuousClock.now
            let reply = await broker.call("time.sleep", ["ms": 30])
            let value = try reply.value
            #expect(value == .null)
            #expect(ContinuousClock.now - start >= .milliseconds(30))
        }
    }

    @Test func wakesInTheOrderOfTheirMoments() async throws {
        try await withBroker { broker, _ in
            let order = Replies()
            for milliseconds in [600, 0, 300] {
                broker.handle(
                    HostCallRequest(
                        callID: 1, operation: "time.sleep", arguments: (["ms": .int(Int64(milliseconds))] as JSONValue).serializedBytes())
                ) { _ in order.take(.success(Array("\(milliseconds)".utf8))) }
            }
            let woken = try await order.wait(for: 3)
            #expect(try woken.map { try $0.value } == [0, 300, 600])
        }
    }

    @Test(arguments: [["ms": -1], ["ms": "1"], [:], ["ms": .null]] as [JSONValue]) func refusesWhatIsNoDuration(_ arguments: JSONValue)
        async throws
    {
        try await withBroker { broker, _ in
            #expect(await broker.call("time.sleep", arguments).code == "hostcall.bad-arguments")
        }
    }

    @Test func refusesMoreThanAQuarterOfAnHour() async throws {
        try await withBroker { broker, _ in
            #expect(await broker.call("time.sleep", ["ms": 900_001]).code == "time.too-long")
            #expect(await broker.call("time.sleep", ["ms": 1e300]).code == "time.too-long")
        }
    }

    @Test func boundsSleepsAndFreesTheirPlaces() async throws {
        try await withBroker(limits: TimeLimits(sleepsMax: 2)) { broker, timers in
            let replies = Replies()
            let long = (["ms": 900_000] as JSONValue).serializedBytes()
            let tickets = (0..<2).map { _ in
                broker.handle(HostCallRequest(callID: 1, operation: "time.sleep", arguments: long)) { replies.take($0) }
            }
            #expect(await broker.call("time.sleep", ["ms": 1]).code == "time.too-many-sleeps")
            tickets[0]?.cancel()
            let reply = await broker.call("time.sleep", ["ms": 1])
            let value = try reply.value
            #expect(value == .null)
            #expect(timers.timerCount == 1)
            broker.cancelAll(callID: 1)
            #expect(replies.list.map(\.code) == ["hostcall.cancelled", "hostcall.cancelled"])
            #expect(timers.timerCount == 0)
        }
    }

    @Test func endsSleepsWhenThePluginIsStopped() async throws {
        try await withBroker { broker, timers in
            let replies = Replies()
            for _ in 0..<100 {
                broker.handle(
                    HostCallRequest(callID: 1, operation: "time.sleep", arguments: Array("{\"ms\":60000}".utf8))
                ) { replies.take($0) }
            }
            broker.close()
            #expect(replies.list.count == 100)
            #expect(timers.timerCount == 0)
        }
    }
}
