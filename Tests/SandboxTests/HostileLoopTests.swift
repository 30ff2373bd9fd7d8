import CRing
import Synchronization
import Testing

@testable import Sandbox

/// One endless loop: where it hides, and how its call ends.
struct LoopCase: Sendable, CustomTestStringConvertible {
    enum End: Sendable {
        /// The watchdog ended it; the worker went on.
        case stopped
        /// It sits in native code, and was stopped or its worker killed: how fast native code is, and how often it looks, is the engine's affair.
        case stoppedOrKilled
        /// It works and waits by turns, and may be met at either.
        case stoppedOrWaiting
    }
    let fixture: String
    let end: End
    var testDescription: String { fixture }

    static let all = [
        // Plain code, and code that the engine calls in odd places.
        LoopCase("loop-sync"), LoopCase("loop-hot-function"), LoopCase("loop-in-label"), LoopCase("loop-in-finally"),
        LoopCase("loop-in-getter"), LoopCase("loop-in-to-json"), LoopCase("loop-in-reviver"), LoopCase("loop-in-proxy-own-keys"),
        LoopCase("loop-in-proxy-get"), LoopCase("loop-in-to-primitive"), LoopCase("loop-in-to-string-tag"),
        LoopCase("loop-in-error-getter"),
        LoopCase("loop-in-sort"), LoopCase("loop-in-replace"), LoopCase("loop-in-array-from"), LoopCase("loop-in-iterator"),
        LoopCase("loop-in-destructuring"), LoopCase("loop-in-constructor"), LoopCase("loop-in-static-block"),
        LoopCase("loop-in-structured-clone"), LoopCase("loop-in-abort-listener"), LoopCase("loop-in-batch"),
        LoopCase("loop-generator-delegation"),
        // Promise jobs.
        LoopCase("loop-microtask"), LoopCase("loop-async"), LoopCase("loop-for-await"), LoopCase("loop-in-then"),
        LoopCase("loop-in-promise-race"), LoopCase("loop-in-with-resolvers"), LoopCase("loop-in-stream-pull"),
        // Behind an answer of the hub.
        LoopCase("loop-in-timer"), LoopCase("loop-in-host-answer"), LoopCase("loop-in-interval", .stoppedOrWaiting),
        // Native code.
        LoopCase("loop-regular-expression", .stoppedOrKilled), LoopCase("loop-native-big-number", .stoppedOrKilled),
        LoopCase("loop-native-array", .stoppedOrKilled), LoopCase("loop-native-sort", .stoppedOrKilled),
        LoopCase("loop-native-string", .stoppedOrKilled), LoopCase("loop-native-own-keys", .stoppedOrKilled),
        LoopCase("loop-host-cancel-flood", .stoppedOrKilled),
    ]

    init(_ fixture: String, _ end: End = .stopped) {
        self.fixture = fixture
        self.end = end
    }
}

extension Hostile {
    @Suite struct Loops {
        /// What the bars allow a loop to run beyond its limit.
        private static let overshootMax = 1.3
        /// The limits a loop is given, until one try went as it should. Of a short limit 0.3 are a few time slices, and beside other
        /// work on two cores the hub may get none of them; of a longer one they are not. The factor stays what it is.
        private static let tries: [Duration] =
            Lab.isSoak ? [.seconds(1), .seconds(3)] : [.milliseconds(200), .milliseconds(800), .seconds(3)]

        @Test func `there are forty of them`() { #expect(LoopCase.all.count == 40) }

        @Test(arguments: LoopCase.all) func `a loop ends within 1.3 times its limit and harms nobody`(_ loop: LoopCase) async throws {
            let neighbour = try await Neighbour.start()
            let host = try Lab.host(loop.fixture, limits: Lab.limits { $0.callTime = .seconds(3) })
            #expect(try await host.text("ok") == #""well""#)
            var ends: [String] = []
            for limit in Self.tries {
                let (failure, duration) = await Lab.timed { await host.attack(loop, limit: limit) }
                #expect(try await host.text("ok") == #""well""#)
                guard case .timeLimit(limit, let running, let killed) = failure else {
                    ends.append("\(failure.map { "\($0)" } ?? "a success") after \(duration)")
                    break
                }
                let asExpected =
                    switch loop.end {
                    case .stopped: running && !killed
                    case .stoppedOrKilled: running
                    case .stoppedOrWaiting: !killed
                    }
                ends.append("running \(running), killed \(killed), after \(duration) of \(limit)")
                if asExpected, duration <= limit * Self.overshootMax {
                    ends = []
                    break
                }
            }
            #expect(ends == [], "ended otherwise than expected")
            #expect(try await host.text("ok") == #""well""#)
            await neighbour.finish()
            await host.stop()
        }

        @Test func `a loop at the top level ends at the limit for loading`() async throws {
            let host = try Lab.host("loop-top-level", limits: Lab.limits { $0.loadTime = .milliseconds(400) })
            for _ in 0..<2 {
                let (failure, duration) = await Lab.timed { await host.failure("ok") }
                guard case .timeLimit(.milliseconds(400), running: true, killed: _) = failure else {
                    Issue.record("ended as \(String(describing: failure))")
                    break
                }
                #expect(duration < .seconds(1.2))
            }
            await host.stop()
        }

        @Test func `a stream whose next item never comes ends at its limit`() async throws {
            let host = try Lab.host("loop-in-generator-next")
            guard case .stream(let stream) = try await host.call("attack", Array("null".utf8)) else {
                Issue.record("no stream")
                return
            }
            #expect(try await stream.next() == .item(Array("1".utf8)))
            let (failure, duration) = await Lab.timed { await stream.failure() }
            guard case .timeLimit(.milliseconds(200), running: true, killed: _) = failure else {
                Issue.record("ended as \(String(describing: failure))")
                return
            }
            #expect(duration < .milliseconds(800))
            #expect(try await host.text("ok") == #""well""#)
            await host.stop()
        }

        @Test(arguments: ["loop-after-result", "loop-top-level-microtask"])
        func `a loop behind an answer is ended as part of the call that left it`(_ fixture: String) async throws {
            let neighbour = try await Neighbour.start()
            let host = try Lab.host(
                fixture, limits: Lab.limits { if fixture == "loop-top-level-microtask" { $0.loadTime = .milliseconds(400) } })
            let limit: Duration = fixture == "loop-after-result" ? .milliseconds(200) : .milliseconds(400)
            let failure = await host.failure(fixture == "loop-after-result" ? "attack" : "ok")
            guard case .timeLimit(limit, running: true, killed: _) = failure else {
                Issue.record("ended as \(String(describing: failure))")
                return
            }
            if fixture == "loop-after-result" { #expect(try await host.text("ok") == #""well""#) }
            await neighbour.finish()
            await host.stop()
        }

        private static let loopsMissedMax = 5

        @Test(arguments: ["loop-in-generator-return", "loop-in-async-generator-return"])
        func `a loop in the finally block of a stream that was let go of does not put the blame on the next call`(_ fixture: String)
            async throws
        {
            let neighbour = try await Neighbour.start()
            let host = try Lab.host(fixture)
            var isSeen = false
            // Where this test gets no core for as long as the loop may last, the loop is over before anything could stand behind it; and
            // where the worker gets none, its end meets the next stream.
            for _ in 0..<Self.loopsMissedMax where !isSeen {
                guard case .stream(let stream)? = try? await host.call("attack", Array("null".utf8)),
                    let first = try? await stream.next()
                else { continue }
                #expect(first == .item(Array("1".utf8)))
                stream.cancel()
                #expect(await stream.failure() == .cancelled)
                // Time for the loop to begin: what follows stands behind it in line.
                isSeen = await Lab.eventually(within: .seconds(1)) { host.current != 0 }
            }
            #expect(isSeen)
            let (failure, duration) = await Lab.timed { await host.failure("ok") }
            switch failure {
            case nil, .busy, .lostWorker: break
            default: Issue.record("the next call was told \(String(describing: failure))")
            }
            #expect(duration < .milliseconds(800))
            #expect(await Lab.eventually { (try? await host.text("ok")) == #""well""# })
            await neighbour.finish()
            await host.stop()
        }
    }
}

extension PluginHost {
    /// Calls the loop, and gives how it failed.
    fileprivate nonisolated func attack(_ loop: LoopCase, limit: Duration) async -> CallFailure? {
        guard loop.fixture == "loop-in-batch" else { return await failure("attack", limit: limit) }
        do {
            _ = try await callBatch("attack", Array("[1,2,3]".utf8), limit: limit)
            return nil
        } catch { return error }
    }

    /// The call in flight that the worker says it is working on, 0 for none. For a moment after a start the worker still says "loading".
    nonisolated var current: UInt32 {
        guard let connection = running.withLock({ $0 })?.connection else { return 0 }
        let said = pb_channel_current(connection.channel.memory)
        return connection.calls.withLock { $0.index(of: said) } == nil ? 0 : said
    }
}

extension PluginStream {
    /// How asking for the next item fails, or nil when it does not.
    func failure() async -> CallFailure? {
        do {
            _ = try await next()
            return nil
        } catch { return error }
    }
}
