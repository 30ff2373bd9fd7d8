import CRing
import Synchronization
import Testing
import WorkerProtocol

@testable import Sandbox

/// What a worker says and leaves undone while a call waits in line, and what that call is told at its deadline.
struct LineCase: Sendable, CustomTestStringConvertible {
    enum Told: Sendable { case busy, neverSettled }

    let testDescription: String
    /// What the worker says that it works on when it has answered the first call.
    let says: @Sendable (_ first: UInt32) -> UInt32
    /// Whether the first call was ever seen at work.
    var worksOnFirst = true
    /// Whether the worker has taken what was sent to it.
    var takesAll = false
    let told: Told

    static let all = [
        LineCase(testDescription: "it still says it works on the call that has ended", says: { $0 }, told: .busy),
        LineCase(testDescription: "it has nothing in hand and has not looked further", says: { _ in 0 }, told: .busy),
        LineCase(
            testDescription: "it has taken the next call and waits for its promise", says: { _ in 0 }, takesAll: true, told: .neverSettled),
        LineCase(
            testDescription: "it leaves messages lying and was seen with no call", says: { _ in 0 }, worksOnFirst: false,
            told: .neverSettled),
        LineCase(
            testDescription: "it leaves messages lying and says it works on a call that nobody made", says: { _ in 0xffff_fff0 },
            worksOnFirst: false, told: .neverSettled),
    ]
}

/// Who is told what when a worker is late. What a worker says counts only as far as the hub knows the call it names.
@Suite struct Blaming {
    private static let millisecond: UInt64 = 1_000_000

    @Test(arguments: LineCase.all) func `a call behind one that overran is blamed for no more than it did`(_ c: LineCase) throws {
        let worker = FakeWorker(starts: false)
        let memory = worker.connection.channel.memory
        let start = pb_now_ns()
        let first = try worker.connection.begin(.call, handle: 0, Array("1".utf8), limit: .milliseconds(300))
        let second = try worker.connection.begin(.call, handle: 0, Array("2".utf8), limit: .milliseconds(600))
        #expect(worker.hear()?.id == first)
        if c.worksOnFirst { pb_channel_set_current(memory, first) }
        worker.connection.look(at: start + 10 * Self.millisecond)
        if c.worksOnFirst {
            worker.connection.look(at: start + 400 * Self.millisecond)
            #expect(pb_channel_interrupt(memory) == first, "the hub wants the first call ended")
        }
        worker.say(.result, flags: .error, id: first, Array(#"{"code":"limit.time","message":""}"#.utf8))
        pb_channel_set_current(memory, c.says(first))
        worker.connection.look(at: start + 410 * Self.millisecond)
        #expect(worker.connection.poll(first, turns: 1)?.failure != nil, "the first call is over, and its place free")
        if c.takesAll { while worker.hear(milliseconds: 1) != nil {} }
        worker.connection.look(at: start + 700 * Self.millisecond)
        worker.say(.cancelled, id: second)
        worker.connection.look(at: start + 701 * Self.millisecond)
        let failure = worker.connection.poll(second, turns: 1)?.failure
        switch (failure, c.told) {
        case (.busy, .busy), (.timeLimit(.milliseconds(600), running: false, killed: false), .neverSettled): break
        default: Issue.record("it was told \(String(describing: failure))")
        }
        worker.die()
    }

    @Test(arguments: [0, 1, 2]) func `a call whose worker got no core to begin has more time, and no more than as much again`(
        _ begins: Int
    ) throws {
        let worker = FakeWorker(starts: false)
        let memory = worker.connection.channel.memory
        worker.waitsForCore.store(true, ordering: .relaxed)
        let start = pb_now_ns()
        let id = try worker.connection.begin(.call, handle: 0, Array("1".utf8), limit: .milliseconds(300))
        var outcome: CallOutcome?
        for moment in stride(from: UInt64(10), through: 1_000, by: 10) where outcome == nil {
            worker.connection.look(at: start + moment * Self.millisecond)
            if moment == 500 {
                switch begins {
                case 0: break
                case 1:
                    // It runs at last, and answers.
                    #expect(worker.hear()?.id == id)
                    worker.say(.result, id: id, [49])
                default:
                    // It runs at last, and for ever.
                    #expect(worker.hear()?.id == id)
                    pb_channel_set_current(memory, id)
                }
            }
            if moment > 610 || pb_channel_interrupt(memory) == id { worker.say(.cancelled, id: id) }
            outcome = worker.connection.poll(id, turns: 1)
            if moment < 500 { #expect(outcome == nil) }
        }
        switch begins {
        case 0: #expect(outcome?.failure == .timeLimit(.milliseconds(300), running: false, killed: false))
        case 1: #expect(outcome?.value == "1")
        default: #expect(outcome?.failure == .timeLimit(.milliseconds(300), running: true, killed: false))
        }
        worker.die()
    }

    @Test func `a call that loops does not pass for one that has just begun behind a call that nobody made`() throws {
        let worker = FakeWorker(starts: false)
        let memory = worker.connection.channel.memory
        let start = pb_now_ns()
        let id = try worker.connection.begin(.call, handle: 0, Array("1".utf8), limit: .milliseconds(300))
        pb_channel_set_current(memory, 0xffff_fff0)
        worker.connection.look(at: start + 290 * Self.millisecond)
        pb_channel_set_current(memory, id)
        worker.connection.look(at: start + 320 * Self.millisecond)
        worker.say(.cancelled, id: id)
        worker.connection.look(at: start + 321 * Self.millisecond)
        #expect(worker.connection.poll(id, turns: 1)?.failure == .timeLimit(.milliseconds(300), running: true, killed: false))
        worker.die()
    }
}

extension WorkerConnection {
    /// What its thread does on every round, at a moment of the test's choosing.
    fileprivate func look(at now: UInt64) {
        waitToRead()
        _ = drain(max: .max)
        resumeAnswered()
        stopReading()
        _ = keepDeadlines(now)
    }
}
