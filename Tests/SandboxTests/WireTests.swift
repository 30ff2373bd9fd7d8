import CRing
import Synchronization
import Testing
import WorkerProtocol

@testable import Sandbox

/// Something a worker must not do, and what the hub then says of it.
struct WireOffence: Sendable, CustomTestStringConvertible {
    let testDescription: String
    let verdict: String
    let commit: @Sendable (FakeWorker, UInt32) -> Void

    static let impossible = "the shared ring holds impossible positions or lengths"

    static let all: [WireOffence] = [
        WireOffence(testDescription: "a tail further ahead than the ring is long", verdict: impossible) { worker, _ in
            worker.poke(.tail, worker.position + UInt64(PB_RING_BYTES) + 16)
        },
        WireOffence(testDescription: "a tail behind the reader", verdict: impossible) { worker, _ in
            worker.poke(.tail, worker.position &- 16)
        },
        WireOffence(testDescription: "a tail at the end of the number line", verdict: impossible) { worker, _ in worker.poke(.tail, .max) },
        WireOffence(testDescription: "a tail in the middle of a header", verdict: impossible) { worker, _ in
            worker.poke(.tail, worker.position + 7)
        },
        WireOffence(testDescription: "a tail that leaves room for half a header", verdict: impossible) { worker, _ in
            worker.poke(.tail, worker.position + 8)
        },
        WireOffence(testDescription: "a length beyond what was written", verdict: impossible) { worker, _ in
            worker.scribble([0x40, 0, 0, 0, 10, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0], at: worker.position)
            worker.poke(.tail, worker.position + 32)
        },
        WireOffence(testDescription: "a length of four gigabytes", verdict: impossible) { worker, _ in
            worker.scribble([0xff, 0xff, 0xff, 0xff, 10, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0], at: worker.position)
            worker.poke(.tail, worker.position + 64)
        },
        WireOffence(testDescription: "the hub's own head moved into nonsense", verdict: impossible) { worker, id in
            worker.poke(.head, .max / 2, toHub: false)
            worker.connection.send(FrameHeader(kind: HubToWorker.cancel.rawValue, id: id), [])
        },
        WireOffence(testDescription: "a message of a kind that does not exist", verdict: "a message of unknown kind 99") { worker, _ in
            worker.say(raw: 99, id: 1)
        },
        WireOffence(testDescription: "a message of kind 0", verdict: "a message of unknown kind 0") { worker, _ in worker.say(raw: 0) },
        WireOffence(
            testDescription: "a continuation of something else", verdict: "a message (kind 10, id 5) was interrupted by another one"
        ) { worker, _ in
            worker.say(.result, flags: .more, id: 5, [UInt8](repeating: 32, count: 64 << 10))
            worker.say(.result, id: 6, [1])
        },
        WireOffence(
            testDescription: "a message longer than allowed, in pieces",
            verdict: "a message of at least 196608 bytes was sent; at most 150000 are allowed"
        ) { worker, id in
            for _ in 0..<3 { worker.say(.result, flags: .more, id: id, [UInt8](repeating: 32, count: 64 << 10)) }
        },
        WireOffence(
            testDescription: "a message longer than allowed, in pieces without content",
            verdict: "a piece of a message held 0 bytes; all but the last hold 65536"
        ) { worker, id in
            while worker.say(.result, flags: .more, id: id) {}
        },
        WireOffence(testDescription: "more host calls open than agreed", verdict: "more than 8 host calls open at once") { worker, id in
            for number in 1...200 { worker.say(.hostCall, id: UInt32(number), extra: id, Array("test.never\nnull".utf8)) }
        },
        WireOffence(testDescription: "host calls opened behind cancels of none", verdict: "more than 8 host calls open at once") {
            worker, id in
            for number in 1...200 { worker.say(.hostCancel, id: UInt32(number), extra: id) }
            for number in 1...200 { worker.say(.hostCall, id: UInt32(number), extra: id, Array("test.never\nnull".utf8)) }
        },
        WireOffence(testDescription: "host calls opened behind answers that came twice", verdict: "more than 8 host calls open at once") {
            worker, id in
            for number in 1...200 { worker.say(.hostCall, id: UInt32(number), extra: id, Array("test.twice\nnull".utf8)) }
            for number in 201...400 { worker.say(.hostCall, id: UInt32(number), extra: id, Array("test.never\nnull".utf8)) }
        },
        WireOffence(testDescription: "one number for two open host calls", verdict: "the number 7 for two host calls at once") {
            worker, id in
            worker.say(.hostCall, id: 7, extra: id, Array("test.never\nnull".utf8))
            worker.say(.hostCall, id: 7, extra: id, Array("test.never\nnull".utf8))
        },
        WireOffence(testDescription: "synchronous host calls without waiting", verdict: "two host calls at once that both wait") {
            worker, id in
            for number in 1...200 {
                worker.say(.hostCall, flags: .synchronous, id: UInt32(number), extra: id, Array("test.never\nnull".utf8))
            }
        },
        WireOffence(testDescription: "a greeting in the middle", verdict: "a second greeting") { worker, _ in
            worker.say(.confined, [1, 2, 3])
        },
        WireOffence(testDescription: "a flood of notices", verdict: "a flood of notices, more than 200 a second") { worker, _ in
            while !worker.isDead { worker.say(.notify, Array("log\n{}".utf8)) }
        },
        WireOffence(testDescription: "a flood of answers", verdict: "a flood of answers to calls that nobody made") { worker, id in
            while !worker.isDead { worker.say(.result, id: id ^ 0x4000, [49]) }
        },
    ]
}

/// Something a worker may do by mistake or out of date, which ends nothing.
struct WireOddity: Sendable, CustomTestStringConvertible {
    let testDescription: String
    let commit: @Sendable (FakeWorker, UInt32) -> Void

    static let all: [WireOddity] = [
        WireOddity(testDescription: "results for ids that were never given") { worker, _ in
            for id in [0, 1, 1_023, UInt32.max, 0xabcd_ef01] { worker.say(.result, id: id, [49]) }
        },
        WireOddity(testDescription: "items, ends and streams for ids that were never given") { worker, _ in
            for kind in [WorkerToHub.item, .streamEnd, .streamOpened, .cancelled] { worker.say(kind, id: 77 << 10) }
        },
        WireOddity(testDescription: "a second word that it is ready, and one that it failed") { worker, _ in
            worker.say(.ready, Array("[]".utf8))
            worker.say(.failed, flags: .error, Array("{}".utf8))
        },
        WireOddity(testDescription: "notices that are nothing") { worker, _ in
            worker.say(.notify)
            worker.say(.notify, [10, 10, 10])
            worker.say(.notify, [0xff, 0xfe])
        },
        WireOddity(testDescription: "a host call of nothing, and one for a call that is not there") { worker, id in
            worker.say(.hostCall, id: 1, extra: id)
            worker.say(.hostCall, id: 2, extra: 999, Array("test.echo\n1".utf8))
        },
        WireOddity(testDescription: "sleeping and event words that mean nothing") { worker, _ in
            worker.poke(.sleeping, 0xffff_ffff)
            worker.poke(.event, 0xdead_beef)
            worker.poke(.sleeping, 0x1234, toHub: false)
            worker.poke(.event, 0xdead_beef, toHub: false)
        },
        WireOddity(testDescription: "a wish to be blamed for somebody else's call") { worker, _ in
            pb_channel_set_current(worker.connection.channel.memory, 0xffff_fff0)
        },
    ]
}

@Suite(.serialized) struct Wire {
    private static let limits = Lab.limits {
        $0.callTime = .seconds(5)
        $0.messageBytes = 150_000
        $0.hostCallsOpen = 8
        $0.timersOpen = 8
        $0.logLinesPerSecond = 10
    }

    @Test(arguments: WireOffence.all, Waiting.allCases) func `a worker that breaks the rules is ended, and nobody waits in vain`(
        _ offence: WireOffence, _ waiting: Waiting
    ) async throws {
        let worker = FakeWorker(limits: Self.limits, spinners: 1)
        let other = Task { await Waiting.suspended.call(worker) { _ in } }
        #expect(await Lab.eventually { worker.connection.calls.withLock { $0.inFlight } == 1 })
        let outcome = await waiting.call(worker) { id in
            pb_channel_set_current(worker.connection.channel.memory, id)
            offence.commit(worker, id)
            worker.alarm()
        }
        #expect(outcome.failure == .protocolViolation(offence.verdict))
        // The other call shared the worker and no blame.
        let lost = await other.value.failure
        if case .lostWorker(let why) = lost { #expect(why.contains(offence.verdict)) } else { Issue.record("\(String(describing: lost))") }
        #expect(await Lab.eventually { worker.handler.seen.withLock { $0.workersEnded } == 1 })
        #expect(worker.connection.calls.withLock { $0.inFlight } == 0)
    }

    @Test(arguments: WireOddity.all, Waiting.allCases) func `what is odd but harmless is passed over`(
        _ oddity: WireOddity, _ waiting: Waiting
    ) async throws {
        let worker = FakeWorker(limits: Self.limits, spinners: 1)
        let outcome = await waiting.call(worker) { id in
            oddity.commit(worker, id)
            worker.say(.result, id: id, Array("42".utf8))
            // A second answer to the same call finds nobody.
            worker.say(.result, id: id, Array("43".utf8))
            worker.alarm()
        }
        #expect(outcome.value == "42")
        #expect(!worker.isDead)
        worker.die()
        #expect(await Lab.eventually { worker.connection.isClosed.load(ordering: .acquiring) })
    }

    @Test func `answers that nobody reads are dropped at a bound, and each host call still hears something`() async throws {
        var limits = Self.limits
        limits.waitingBytes = 4 << 20
        limits.messageBytes = 2 << 20
        let worker = FakeWorker(limits: limits)
        let id = try worker.connection.begin(.call, handle: 0, Array("1".utf8), limit: .seconds(5))
        #expect(worker.hear()?.kind == HubToWorker.call.rawValue)
        for number in 1...16 { worker.say(.hostCall, id: UInt32(number), extra: id, Array("test.big\nnull".utf8)) }
        #expect(await Lab.eventually { worker.handler.seen.withLock { $0.handled } == 16 })
        // A ring and a backlog full of the 16 MB that were asked for.
        var answered: [UInt32: Bool] = [:]
        while answered.count < 16, let header = worker.hear() {
            if !header.flags.contains(.more) { answered[header.id] = header.flags.contains(.error) }
        }
        #expect(answered.count == 16)
        #expect(answered.values.count { !$0 } <= 5, "each whole answer is 1 MB, and 4 MB may wait")
        #expect(answered.values.count { $0 } >= 11)
        worker.say(.result, id: id, [49])
        #expect(await worker.connection.wait(id).value == "1")
        worker.die()
    }
}

extension CallOutcome {
    var failure: CallFailure? { if case .failed(let failure) = self { failure } else { nil } }
    var value: String? { if case .value(let bytes) = self { String(decoding: bytes, as: UTF8.self) } else { nil } }
}
