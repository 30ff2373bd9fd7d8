import CSandbox
import Glibc
import Synchronization
import Testing

@testable import Sandbox

extension Hostile {
    @Suite struct Supervision {
        private static let plugin = """
            exports.ok = () => 'well';
            exports.wait = () => new Promise(() => {});
            exports.spin = () => { for (;;); };
            """

        @Test func `a worker killed from outside is replaced at once`() async throws {
            let limits = Lab.limits { $0.callTime = .seconds(5) }
            let host = try Lab.host(script: Self.plugin, limits: limits)
            for _ in 0..<20 {
                try await host.start()
                let pid = try #require(await host.status.pid)
                async let waiting = host.failure("wait")
                #expect(await Lab.eventually { host.callsInFlight == 1 })
                kill(pid, SIGKILL)
                #expect(await waiting == .crashed(signal: SIGKILL))
                // Nobody waits in between: the end of the old worker is still being noted.
                #expect(try await host.text("ok") == #""well""#)
            }
            await host.stop()
        }

        @Test func `a late word against a dead worker hits nobody else`() async throws {
            let host = try Lab.host(script: Self.plugin)
            try await host.start()
            let connection = try #require(host.running.withLock { $0 }?.connection)
            let pid = try #require(await host.status.pid)
            kill(pid, SIGKILL)
            #expect(await Lab.eventually { connection.isClosed.load(ordering: .acquiring) })
            // A bystander takes every descriptor number that became free.
            let bystander = try Lab.host(script: Self.plugin)
            try await bystander.start()
            let standing = try #require(await bystander.status.pid)
            let descriptors = (0..<100).map { _ in pb_pidfd_open(standing) }
            connection.condemn(.stopped)
            try await Task.sleep(for: .milliseconds(20))
            #expect(try await bystander.text("ok") == #""well""#)
            #expect(await bystander.status.pid == standing)
            for descriptor in descriptors { close(descriptor) }
            await bystander.stop()
            await host.stop()
        }

        @Test func `a stream says how it ended, also when it ended between two items`() async throws {
            let host = try Lab.host(script: "exports.ok = () => 'well'; exports.two = function* () { yield 1; yield 2; }")
            guard case .stream(let stream) = try await host.call("two", Array("null".utf8)) else {
                Issue.record("no stream")
                return
            }
            #expect(try await stream.next() == .item(Array("1".utf8)))
            kill(try #require(await host.status.pid), SIGKILL)
            #expect(await Lab.eventually { host.running.withLock { $0 } == nil })
            #expect(await stream.failure() == .crashed(signal: SIGKILL))
            #expect(await stream.failure() == .cancelled, "said once")
            #expect(try await host.text("ok") == #""well""#)
            await host.stop()
        }

        @Test func `a stream is asked for one item at a time, and computes it then`() async throws {
            let host = try Lab.host(
                script: """
                    let computed = 0, closed = 0;
                    exports.count = async function* () { try { for (;;) yield ++computed; } finally { closed++; } };
                    exports.seen = () => ({ computed, closed });
                    """)
            guard case .stream(let stream) = try await host.call("count", Array("null".utf8)) else {
                Issue.record("no stream")
                return
            }
            #expect(try await host.text("seen") == #"{"computed":0,"closed":0}"#)
            for item in 1...3 {
                #expect(try await stream.next() == .item(Array("\(item)".utf8)))
                #expect(try await host.text("seen") == #"{"computed":\#(item),"closed":0}"#)
            }
            stream.cancel()
            #expect(try await host.text("seen") == #"{"computed":3,"closed":1}"#)
            #expect(host.callsInFlight == 0)
            await host.stop()
        }

        @Test func `a second question before the answer to the first is refused, and the first is answered`() async throws {
            let host = try Lab.host(
                script: """
                    let go;
                    exports.slow = async function* () { yield await new Promise((resolve) => { go = resolve; }); };
                    exports.go = () => { go(7); };
                    """)
            guard case .stream(let stream) = try await host.call("slow", Array("null".utf8)) else {
                Issue.record("no stream")
                return
            }
            let first = Task { try await stream.next() }
            #expect(
                await Lab.eventually {
                    host.running.withLock { $0 }?.connection.calls.withLock { $0.slots.contains { $0.isAsked } } == true
                })
            #expect(await stream.failure() == .busy(inFlight: 1))
            _ = try await host.text("go")
            #expect(try await first.value == .item(Array("7".utf8)))
            await host.stop()
        }

        @Test func `calls cancelled before, at and after their start give their slots back`() async throws {
            let host = try Lab.host("loop-regular-expression", limits: Lab.limits { $0.callTime = .seconds(2) })
            try await host.start()
            for delay in [nil, 0, 1, 20] as [Int?] {
                let task = Task {
                    // Without a delay the task is cancelled before it makes the call.
                    if delay == nil { while !Task.isCancelled { await Task.yield() } }
                    return await host.failure("attack")
                }
                if let delay { try await Task.sleep(for: .milliseconds(delay)) }
                task.cancel()
                #expect(await task.value == .cancelled, "after \(String(describing: delay)) ms")
                // The expression does not look up: its worker is killed when the grace is over. A call that is in it by then is lost with it.
                let (next, duration) = await Lab.timed { await host.failure("ok") }
                #expect(next == nil || next == .lostWorker("cancelled"))
                #expect(duration < .seconds(1.5))
                #expect(try await host.text("ok") == #""well""#)
            }
            #expect(await Lab.eventually { host.callsInFlight == 0 })
            await host.stop()
        }

        @Test func `a worker without calls is put away, and one between two items of a stream is not`() async throws {
            let host = try Lab.host(
                script: "exports.ok = () => 'well'; exports.items = function* () { for (;;) yield 1; };",
                limits: Lab.limits { $0.idleTime = .milliseconds(300) })
            for _ in 0..<2 {
                guard case .stream(let stream) = try await host.call("items", Array("null".utf8)) else {
                    Issue.record("no stream")
                    return
                }
                _ = try await stream.next()
                let pid = await host.status.pid
                #expect(pid != nil)
                // Three times as long as a worker without calls may stay.
                try await Task.sleep(for: .milliseconds(900))
                #expect(await host.status.pid == pid)
                stream.cancel()
                #expect(await Lab.eventually { await host.status.state == .idle })
                #expect(await host.status.pid == nil)
                #expect(await Lab.eventually { pid.map { kill($0, 0) } == -1 }, "its process is gone")
            }
            #expect(try await host.text("ok") == #""well""#)
            await host.stop()
        }

        @Test func `a call that waits behind a longer one is told so, and does not bring the worker down`() async throws {
            let host = try Lab.host(script: Self.plugin, limits: Lab.limits { $0.callTime = .milliseconds(600) })
            try await host.start()
            let pid = await host.status.pid
            async let long = Lab.timed { await host.failure("spin") }
            #expect(await Lab.eventually { host.current != 0 })
            let (failure, duration) = await Lab.timed { await host.failure("ok", limit: .milliseconds(100)) }
            #expect(failure == .busy(inFlight: 2))
            #expect(duration < .milliseconds(400))
            let cancelled = Task { await host.failure("ok") }
            try await Task.sleep(for: .milliseconds(5))
            cancelled.cancel()
            #expect(await cancelled.value == .cancelled)
            #expect(await host.status.pid == pid)
            let end = await long
            #expect(end.0 == .timeLimit(.milliseconds(600), running: true, killed: false))
            await host.stop()
        }
    }
}

extension PluginHost {
    /// Calls in flight in the worker that runs now.
    nonisolated var callsInFlight: Int { running.withLock { $0 }?.connection.calls.withLock { $0.inFlight } ?? 0 }
}

extension CallTable.Slot {
    /// Whether somebody is suspended on it.
    fileprivate var isAsked: Bool { if case .suspended = waiter { true } else { false } }
}
