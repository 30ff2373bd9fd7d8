import CRing
import JSON
import PluginModel
import Synchronization
import Testing
import WorkerProtocol

@testable import Sandbox

/// Too much of something that is allowed, and nothing where something is due.
@Suite(.serialized) struct HostileFloods {
    private static let limits = Lab.limits {
        $0.callTime = .seconds(60)
        $0.callCPUTime = .seconds(60)
    }

    @Test(arguments: [("notify", 1_000_000), ("console", Lab.isSoak ? 1_000_000 : 100_000)])
    func `of a million log lines the hub hears what the limit allows, and how many were dropped`(
        _ way: String, _ lines: Int
    ) async throws {
        let neighbour = try await Neighbour.start()
        let handler = LabHandler()
        let host = try Lab.host("flood-log-lines", limits: Self.limits, calls: handler)
        #expect(try await host.text("ok") == #""well""#)
        let pid = await host.status.pid
        let (answer, duration) = try await Lab.timed { try await host.text(way, "\(lines)") }
        #expect(answer == "\(lines)", "the plugin notices nothing")
        // A call further the worker has told what it dropped.
        #expect(try await host.text("ok") == #""well""#)
        #expect(await host.status.pid == pid)
        let seen = handler.seen.withLock { $0 }
        let seconds = Int(duration.components.seconds) + 2
        #expect(seen.noticed <= Self.limits.logLinesPerSecond * seconds + seconds, "\(seen.noticed) lines in \(duration)")
        #expect(seen.noticed >= Self.limits.logLinesPerSecond)
        let dropped = seen.notices.filter { $0.hasPrefix("log.dropped ") }.compactMap { notice in
            try? JSONValue(parsing: String(notice.dropFirst("log.dropped ".count)))["lines"]?.intValue
        }
        #expect(dropped.reduce(0, +) + seen.noticed - dropped.count == lines, "every line was sent or counted")
        await neighbour.finish()
        await host.stop()
    }

    @Test func `of a hundred thousand host calls as many are opened as the limit allows`() async throws {
        let neighbour = try await Neighbour.start()
        let handler = LabHandler()
        let host = try Lab.host("flood-host-calls", limits: Self.limits, calls: handler)
        let count = 100_000, open = Self.limits.hostCallsOpen
        for round in 1...2 {
            #expect(
                try JSONValue(parsing: try await host.text("calls", "\(count)")) == ["hostcall.too-many": .int(Int64(count - open))],
                "round \(round)")
            // They end with their call, so that the next one finds its places free again.
            #expect(await Lab.eventually { handler.seen.withLock { $0.cancelled == round * open } })
            #expect(handler.seen.withLock { $0.operations.count { $0 == "test.never" } } == round * open)
        }
        #expect(try await host.text("ok") == #""well""#)
        await neighbour.finish()
        await host.stop()
    }

    static let ways = ["the plain host", "state.get", "state.set", "state.delete", "time.sleep", "http.fetch"]

    @Test(arguments: ways) func `a hundred thousand host calls in one turn are refused, and the plugin survives`(_ way: String) async throws
    {
        let neighbour = try await Neighbour.start()
        let handler = LabHandler()
        let host = try Lab.host("flood-host-calls-at-once", limits: Self.limits, calls: handler)
        let count = 100_000, open = Self.limits.hostCallsOpen
        #expect(try JSONValue(parsing: try await host.text("names")).arrayValue?.compactMap(\.stringValue) == Self.ways)
        let pid = await host.status.pid
        for round in 1...2 {
            let answer = try JSONValue(parsing: try await host.text("attack", #"["\#(way)",\#(count)]"#))
            #expect(answer["codes"] == ["hostcall.too-many": .int(Int64(count - open))], "round \(round)")
            #expect(answer["message"] == "More than \(open) host calls are open; await some of them first.")
            #expect(answer["changed"] == false, "nobody writes into an error that others share")
            #expect(handler.seen.withLock { $0.handled } == round * open)
        }
        #expect(try await host.text("ok") == #""well""#)
        #expect(await host.status.pid == pid)
        // A flood that nobody caught in its own call is told to the hub with code and place.
        guard case .threw(let error) = await host.failure("uncaught", #"["\#(way)",2000]"#) else {
            Issue.record("no exception")
            return
        }
        #expect(error.code == "hostcall.too-many")
        #expect(error.stack?.contains("flood") == true, "\(error.stack ?? "no stack")")
        await neighbour.finish()
        await host.stop()
    }

    @Test func `a hundred thousand refusals at once are a memory bomb like any other`() async throws {
        let neighbour = try await Neighbour.start()
        let handler = LabHandler()
        let host = try Lab.host("flood-host-calls", limits: Self.limits, calls: handler)
        #expect(await host.failure("callsAtOnce", "1000000") == .memoryLimit(bytes: 64 << 20))
        #expect(handler.seen.withLock { $0.handled } <= Self.limits.hostCallsOpen)
        #expect(try await host.text("ok") == #""well""#)
        #expect(await Lab.eventually { handler.seen.withLock { $0.workersEnded } == 1 }, "what it had open went with it")
        await neighbour.finish()
        await host.stop()
    }

    @Test func `of twenty thousand timers as many run as the limit allows`() async throws {
        let neighbour = try await Neighbour.start()
        let handler = LabHandler()
        let host = try Lab.host("flood-host-calls", limits: Self.limits, calls: handler)
        let codes = try JSONValue(parsing: try await host.text("timers", "20000"))
        #expect(codes == [:], "a timer that is refused is logged; there is nobody to throw at")
        #expect(try await host.text("ok") == #""well""#)
        let seen = handler.seen.withLock { $0 }
        #expect(seen.operations.count { $0 == "time.sleep" } == Self.limits.timersOpen)
        #expect(
            seen.notices.contains { $0.contains("hostcall.too-many") || $0.contains("timers are running") }, "\(seen.notices.prefix(3))"
        )
        await neighbour.finish()
        await host.stop()
    }

    static let nothings = [
        "a promise", "a thenable", "an async function that waits", "a host call without an answer", "a timer that was taken back",
        "a circle of promises", "a finally that waits",
    ]

    @Test(arguments: nothings) func `what never settles ends at its limit, and calls beside it do not notice`(_ name: String)
        async throws
    {
        let neighbour = try await Neighbour.start()
        // Long enough that a busy machine sees the call in flight.
        let limit = Duration.milliseconds(500)
        let host = try Lab.host("never-settles", limits: Lab.limits { $0.callTime = .seconds(5) })
        let argument = JSONValue.string(name).serialized()
        #expect(try JSONValue(parsing: try await host.text("names")).arrayValue?.compactMap(\.stringValue) == Self.nothings)
        async let ended = Lab.timed { await host.failure("attack", argument, limit: limit) }
        #expect(await Lab.eventually { host.callsInFlight == 1 })
        #expect(try await host.text("ok") == #""well""#, "a call beside it")
        let (failure, duration) = await ended
        // Its worker lets go; where it gets no time to do so, it is killed.
        guard case .timeLimit(limit, running: false, killed: _) = failure else {
            Issue.record("ended as \(String(describing: failure))")
            return
        }
        #expect(failure?.fault(plugin: host.program.plugin).code == "call.never-settled")
        #expect(duration < .seconds(4))
        #expect(try await host.text("ok") == #""well""#)
        await neighbour.finish()
        await host.stop()
    }

    @Test func `an item that never comes ends at the limit of an item`() async throws {
        let host = try Lab.host("never-settles", limits: Lab.limits { $0.callTime = .milliseconds(500) })
        guard case .stream(let stream) = try await host.call("items", Array(#""a promise""#.utf8)) else {
            Issue.record("no stream")
            return
        }
        #expect(try await stream.next() == .item(Array("1".utf8)))
        let failure = await stream.failure()
        guard case .timeLimit(.milliseconds(500), running: false, killed: _) = failure else {
            Issue.record("ended as \(String(describing: failure))")
            return
        }
        #expect(try await host.text("ok") == #""well""#)
        await host.stop()
    }

    @Test func `work that a call left behind asks for nothing once the call has ended`() async throws {
        let handler = LabHandler()
        let host = try Lab.host("host-call-after-end", limits: Lab.limits { $0.callTime = .seconds(5) }, calls: handler)
        #expect(try await host.text("attack") == #""done""#)
        // Its timer and its host call were due within milliseconds, and are dropped.
        #expect(await Lab.eventually { handler.seen.withLock { $0.cancelled + $0.handled } >= 2 })
        try await Task.sleep(for: .milliseconds(30))
        #expect(try await host.text("said") == "{}")
        #expect(try await host.text("keep") == "")
        #expect(
            try await host.text("useKept")
                == #"["hostcall.no-call","hostcall.no-call","hostcall.no-call","hostcall.no-call","hostcall.no-call"]"#)
        let operations = handler.seen.withLock { $0.operations }
        #expect(Set(operations).isSubset(of: ["time.sleep", "test.slow"]), "the hub was asked \(operations)")
        #expect(try await host.text("ok") == #""well""#)
        await host.stop()
    }

    @Test(arguments: [FrameFlags(), .synchronous]) func `the hub refuses a host call of an ended call by itself`(_ flags: FrameFlags)
        async throws
    {
        let worker = FakeWorker()
        let id = try worker.connection.begin(.call, handle: 0, Array("1".utf8), limit: .seconds(5))
        #expect(worker.hear()?.kind == HubToWorker.call.rawValue)
        worker.say(.result, id: id, [49])
        #expect(await worker.connection.wait(id).value == "1")
        // Another call is in flight: the right to ask does not pass on to the first.
        let other = try worker.connection.begin(.call, handle: 0, Array("1".utf8), limit: .seconds(5))
        #expect(worker.hear()?.id == other)
        for (number, owner) in ([id, 0, other &+ 1, other &+ (1 << 10), .max - 1] as [UInt32]).enumerated() {
            worker.say(.hostCall, flags: flags, id: UInt32(number + 1), extra: owner, Array("test.echo\n1".utf8))
            let reply = worker.hear()
            #expect(reply?.kind == HubToWorker.hostReply.rawValue)
            #expect(reply?.flags.contains(.error) == true)
            #expect(reply?.id == UInt32(number + 1))
        }
        #expect(worker.handler.seen.withLock { $0.handled } == 0)
        worker.say(.hostCall, flags: flags, id: 99, extra: other, Array("test.echo\n1".utf8))
        #expect(worker.hear()?.flags.contains(.error) == false)
        worker.die()
        #expect(await worker.connection.wait(other).failure != nil)
    }

    static let hooks = [
        "prepareStackTrace", "prepareStackTrace on globalThis", "captureStackTrace", "stackTraceLimit that throws",
        "stackTraceLimit without end", "stackTraceLimit of minus one", "stackTraceLimit that is no number", "a stack on the prototype",
        "a stack on Object.prototype", "hasInstance", "toStringTag",
    ]

    @Test(arguments: hooks) func `hooks into the making of errors change no word of them`(_ hook: String) async throws {
        let host = try Lab.host("error-stack-hooks", limits: Lab.limits { $0.callTime = .seconds(5) })
        #expect(try JSONValue(parsing: try await host.text("names")).arrayValue?.compactMap(\.stringValue) == Self.hooks)
        #expect(try await host.text("attack", JSONValue.string(hook).serialized()) == #""set""#)
        let pid = await host.status.pid
        #expect(await host.outcome("fails") == "threw plugin.threw TypeError: precise")
        #expect(await host.outcome("rejects") == "threw plugin.threw TypeError: precise")
        guard case .threw(let error) = await host.failure("asks") else {
            Issue.record("no exception")
            return
        }
        #expect(error.code == "module.not-found")
        #expect(error.message.hasPrefix(#"Module "nothing" is not available"#))
        guard case .threw(let huge) = await host.failure("stackHuge") else {
            Issue.record("no exception")
            return
        }
        #expect((huge.message, huge.stack?.utf8.count) == ("precise", 8_000))
        #expect(await host.failure("missing") == .noSuchExport(name: "missing", exports: await host.status.exports))
        #expect(await host.status.pid == pid)
        guard hook == Self.hooks[0] else { return await host.stop() }
        let failure = await host.failure("stackLoop", limit: .milliseconds(200))
        guard case .timeLimit(.milliseconds(200), running: true, killed: _) = failure else {
            Issue.record("ended as \(String(describing: failure))")
            return
        }
        #expect(try await host.text("ok") == #""well""#)
        await host.stop()
    }
}
