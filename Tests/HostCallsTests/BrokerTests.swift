import HostCalls
import JSON
import PluginModel
import Synchronization
import Testing

/// A capability whose calls wait until the test lets them go, behind a permission.
private final class GateCapability: Capability {
    static let name = "gate"
    static let operations = [
        OperationDescription("gate.wait", isImmediate: false, "Wait for the test."),
        OperationDescription("gate.publish", isImmediate: true, "Do something that needs a permission."),
        OperationDescription("gate.twice", isImmediate: false, "Answer twice."),
    ]
    static let errors: [ErrorDescription] = []

    let waiting = Mutex<[PendingCall]>([])
    let ends = Mutex<[Bool]>([])
    let isClosed = Mutex(false)

    func need(for call: HostCall) throws(Fault) -> Need? {
        call.operation == "gate.publish" ? .eventPublish(subject: try call.text("subject")) : nil
    }

    func perform(_ call: HostCall) throws(Fault) -> Answer {
        switch call.operation {
        case "gate.publish": .now(Array("true".utf8))
        case "gate.twice":
            .later { pending in
                pending.finish(.success(Array("1".utf8)))
                pending.finish(.success(Array("2".utf8)))
            }
        default:
            .later { [self] pending in
                pending.onEnd { isCancelled in self.ends.withLock { $0.append(isCancelled) } }
                waiting.withLock { $0.append(pending) }
            }
        }
    }

    func close() { isClosed.withLock { $0 = true } }
}

private final class MemoryJournal: HostCallJournal {
    private let all = Mutex<[HostCallJournalEntry]>([])
    func record(_ entry: HostCallJournalEntry) { all.withLock { $0.append(entry) } }
    var entries: [HostCallJournalEntry] { all.withLock { $0 } }
}

@Suite(.timeLimit(.minutes(1))) struct TheBroker {
    private let gate = GateCapability()
    private let journal = MemoryJournal()

    private func broker(
        declared: [String] = [], granted: [String] = [], limits: BrokerLimits = .default, clock: HubClock = .system
    ) throws -> Broker {
        Broker(
            plugin: identity(), declared: try permissions(declared), granted: GrantSet(try permissions(granted)), capabilities: [gate],
            limits: limits, journal: journal, clock: clock)
    }

    // MARK: Refusals

    @Test func tellsUndeclaredFromUngranted() async throws {
        let undeclared = await (try broker(granted: ["event:publish:a.*"])).call("gate.publish", ["subject": "a.b"])
        let ungranted = await (try broker(declared: ["event:publish:a.*"])).call("gate.publish", ["subject": "a.b"])
        #expect(undeclared.code == "permission.not-declared")
        #expect(undeclared.fault?.turn == .plugin)
        #expect(ungranted.code == "permission.not-granted")
        #expect(ungranted.fault?.turn == .operator)
        #expect(ungranted.fault?.remedy?.contains("event:publish:a.b") == true)
    }

    @Test func letsThroughWhatIsDeclaredAndGranted() throws {
        let broker = try broker(declared: ["event:publish:a.*"], granted: ["event:publish:a.b"])
        #expect(try broker.callNow("gate.publish", ["subject": "a.b"]) == true)
        #expect(throws: Fault.self) { try broker.callNow("gate.publish", ["subject": "a.c"]) }
    }

    @Test func namesTheOperationThatWasProbablyMeant() async throws {
        let reply = await (try broker()).call("gate.publsh")
        #expect(reply.code == "hostcall.unknown-operation")
        #expect(reply.fault?.remedy == "Did you mean 'gate.publish'?")
    }

    @Test(arguments: ["", "gate", "gate.", "state.get", "\u{1b}[2J", String(repeating: "x", count: 100_000), "gate.publish\u{0}"])
    func refusesUnknownOperationsShortly(_ operation: String) async throws {
        let reply = await (try broker()).call(operation)
        #expect(reply.code == "hostcall.unknown-operation")
        let text = try #require(reply.fault?.description)
        #expect(text.utf8.count < 2000)
        #expect(!text.unicodeScalars.contains("\u{1b}"))
    }

    @Test(arguments: [
        "", "{", "[]", "null", "1", "\"x\"", "{\"subject\":1}", "{}", "{\"subject\":null}", "{\"subject\":\"a\"} x",
        String(repeating: "[", count: 100_000), String(repeating: "{\"a\":", count: 200) + "1" + String(repeating: "}", count: 200),
        "{\"subject\":\"\u{1}\"}",
    ]) func refusesMalformedArguments(_ arguments: String) throws {
        let broker = try broker(declared: ["event:publish:a"], granted: ["event:publish:a"])
        let replies = Replies()
        broker.handle(HostCallRequest(callID: 1, operation: "gate.publish", arguments: Array(arguments.utf8))) { replies.take($0) }
        #expect(replies.list.map(\.code) == ["hostcall.bad-arguments"])
        #expect(replies.list.first?.fault?.turn == .plugin)
    }

    @Test func refusesArgumentsThatAreNoText() throws {
        let replies = Replies()
        try broker().handle(HostCallRequest(callID: 1, operation: "gate.publish", arguments: [0x7b, 0xff, 0xfe, 0x7d])) { replies.take($0) }
        #expect(replies.list.map(\.code) == ["hostcall.bad-arguments"])
    }

    @Test func refusesHugeArgumentsUnread() throws {
        let replies = Replies()
        let bytes = [UInt8](repeating: UInt8(ascii: " "), count: 101)
        try broker(limits: BrokerLimits(argumentsBytesMax: 100)).handle(
            HostCallRequest(callID: 1, operation: "gate.publish", arguments: bytes)
        ) { replies.take($0) }
        #expect(replies.list.map(\.code) == ["hostcall.too-large"])
    }

    // MARK: Exactly one answer

    @Test func answersOnceWhenTheCapabilityAnswersTwice() async throws {
        let replies = Replies()
        try broker().handle(HostCallRequest(callID: 1, operation: "gate.twice", arguments: Array("{}".utf8))) { replies.take($0) }
        #expect(try replies.list.map { try $0.value } == [1])
    }

    @Test func answersOnceWhenCancelAndAnswerRace() async throws {
        let broker = try broker()
        for _ in 0..<200 {
            let replies = Replies()
            let ticket = broker.handle(HostCallRequest(callID: 1, operation: "gate.wait", arguments: Array("{}".utf8))) { replies.take($0) }
            let pending = try #require(gate.waiting.withLock { $0.popLast() })
            await withTaskGroup(of: Void.self) { group in
                group.addTask { ticket?.cancel() }
                group.addTask { pending.finish(.success(Array("1".utf8))) }
                group.addTask { broker.cancelAll(callID: 1) }
            }
            #expect(replies.list.count == 1)
        }
        #expect(broker.outstandingCount == 0)
        #expect(gate.ends.withLock { $0.count } == 200)
    }

    @Test func cancelsByTicketAndTellsTheCapability() async throws {
        let broker = try broker()
        let replies = Replies()
        let ticket = broker.handle(HostCallRequest(callID: 1, operation: "gate.wait", arguments: Array("{}".utf8))) { replies.take($0) }
        #expect(broker.outstandingCount == 1)
        ticket?.cancel()
        ticket?.cancel()
        #expect(replies.list.map(\.code) == ["hostcall.cancelled"])
        #expect(gate.ends.withLock { $0 } == [true])
        #expect(broker.outstandingCount == 0)
    }

    @Test func cancelsWhatOneCallLeftBehindAndNoMore() throws {
        let broker = try broker()
        let (first, second) = (Replies(), Replies())
        broker.handle(HostCallRequest(callID: 1, operation: "gate.wait", arguments: Array("{}".utf8))) { first.take($0) }
        broker.handle(HostCallRequest(callID: 2, operation: "gate.wait", arguments: Array("{}".utf8))) { second.take($0) }
        broker.cancelAll(callID: 1)
        #expect(first.list.map(\.code) == ["hostcall.cancelled"])
        #expect(second.list.isEmpty)
        broker.close()
        #expect(second.list.map(\.code) == ["hostcall.closed"])
    }

    @Test func answersEverythingWhenItClosesAndNothingAfter() async throws {
        let broker = try broker()
        let replies = Replies()
        for _ in 0..<10 {
            broker.handle(HostCallRequest(callID: 1, operation: "gate.wait", arguments: Array("{}".utf8))) { replies.take($0) }
        }
        broker.close()
        broker.close()
        #expect(replies.list.map(\.code) == Array(repeating: "hostcall.closed", count: 10))
        #expect(gate.isClosed.withLock { $0 })
        #expect(await broker.call("gate.wait").code == "hostcall.closed")
        #expect(await broker.call("gate.publish", ["subject": "a"]).code == "hostcall.closed")
    }

    @Test func boundsWhatIsOutstanding() async throws {
        let broker = try broker(limits: BrokerLimits(outstandingCallsMax: 3))
        let replies = Replies()
        for _ in 0..<3 {
            broker.handle(HostCallRequest(callID: 1, operation: "gate.wait", arguments: Array("{}".utf8))) { replies.take($0) }
        }
        #expect(await broker.call("gate.wait").code == "hostcall.busy")
        _ = gate.waiting.withLock { $0.removeFirst() }.finish(.success(Array("null".utf8)))
        broker.handle(HostCallRequest(callID: 1, operation: "gate.wait", arguments: Array("{}".utf8))) { replies.take($0) }
        #expect(broker.outstandingCount == 3)
        broker.close()
        #expect(replies.list.count == 4)
    }

    // MARK: Metering

    @Test func countsCallsBytesAndRefusals() async throws {
        let broker = try broker(declared: ["event:publish:a.*", "event:publish:b.*"], granted: ["event:publish:a.*", "engine:jit"])
        _ = try broker.callNow("gate.publish", ["subject": "a.b"])
        _ = try broker.callNow("gate.publish", ["subject": "a.c"])
        _ = await broker.call("gate.publish", ["subject": "b.c"])
        _ = await broker.call("gate.publish", ["subject": "c.c"])
        _ = await broker.call("gate.publish", [:])
        _ = await broker.call("gate.nothing")
        let meter = broker.meter
        let counts = try #require(meter.operations["gate.publish"])
        #expect(counts.calls == 5)
        #expect(counts.refused == 2)
        #expect(counts.failed == 1)
        #expect(counts.bytesIn == 4 * "{\"subject\":\"a.b\"}".utf8.count + 2)
        #expect(counts.bytesOut == 2 * "true".utf8.count)
        #expect(counts.nanoseconds > 0)
        #expect(meter.unknownOperations == 1)
        #expect(meter.permissions.map(\.uses) == [2, 0, 0])
        #expect(meter.permissions.map(\.isGranted) == [true, false, true])
        #expect(meter.unusedGrants.map(\.description) == ["engine:jit"])
        #expect(meter.refusals.map(\.permission) == ["event:publish:b.c", "event:publish:c.c"])
        #expect(meter.refusals.map(\.denial) == [.notGranted, .notInManifest])
    }

    @Test func keepsItsMemoryWhenEverNewThingsAreRefused() async throws {
        let broker = try broker()
        for number in 0..<1000 { _ = await broker.call("gate.publish", ["subject": .string("s\(number)")]) }
        #expect(broker.meter.refusals.count == 64)
        #expect(broker.meter.otherRefusals == 1000 - 64)
    }

    // MARK: Journal

    @Test func writesUsesAndRefusalsToTheJournal() async throws {
        let broker = try broker(declared: ["event:publish:a"], granted: ["event:publish:a"])
        _ = await broker.call("gate.publish", ["subject": "a"], callID: 7)
        _ = await broker.call("gate.publish", ["subject": "b"], callID: 8)
        #expect(journal.entries.map(\.outcome) == [.allowed, .refused(.notInManifest)])
        #expect(journal.entries.map(\.callID) == [7, 8])
        #expect(journal.entries.map(\.permission) == ["event:publish:a", "event:publish:b"])
    }

    @Test func boundsTheJournalAndSaysWhatItLeftOut() async throws {
        let time = ManualClock()
        let broker = try broker(limits: BrokerLimits(journalEntriesPerMinute: 10), clock: time.clock)
        for _ in 0..<25 { _ = await broker.call("gate.publish", ["subject": "a"]) }
        #expect(journal.entries.count == 10)
        time.advance(milliseconds: 60_000)
        _ = await broker.call("gate.publish", ["subject": "a"])
        #expect(journal.entries.count == 11)
        #expect(journal.entries.last?.suppressed == 15)
    }
}
