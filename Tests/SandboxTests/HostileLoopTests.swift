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
    }
    let fixture: String
    let end: End
    var testDescription: String { fixture }

    static let all = [
        LoopCase("loop-sync"), LoopCase("loop-microtask"), LoopCase("loop-async"), LoopCase("loop-for-await"), LoopCase("loop-in-getter"),
        LoopCase("loop-in-to-json"), LoopCase("loop-in-proxy-own-keys"), LoopCase("loop-in-proxy-get"), LoopCase("loop-in-to-primitive"),
        LoopCase("loop-in-error-getter"), LoopCase("loop-in-then"), LoopCase("loop-in-timer"), LoopCase("loop-in-finally"),
        LoopCase("loop-in-sort"),
        LoopCase("loop-in-replace"), LoopCase("loop-in-iterator"), LoopCase("loop-hot-function"),
        LoopCase("loop-regular-expression", .stoppedOrKilled), LoopCase("loop-native-big-number", .stoppedOrKilled),
        LoopCase("loop-native-array", .stoppedOrKilled), LoopCase("loop-host-cancel-flood", .stoppedOrKilled),
    ]

    init(_ fixture: String, _ end: End = .stopped) {
        self.fixture = fixture
        self.end = end
    }
}

extension Hostile {
    @Suite struct Loops {
        @Test(arguments: LoopCase.all) func `a loop ends at its limit and harms nobody`(_ loop: LoopCase) async throws {
            let neighbour = try await Neighbour.start()
            let host = try Lab.host(loop.fixture, limits: Lab.limits { $0.callTime = .seconds(3) })
            #expect(try await host.text("ok") == #""well""#)
            var ends: [String] = []
            // On a crowded machine the watchdog may miss its moment and the worker is killed instead: then again, with a longer grace.
            for limit in [Duration.milliseconds(200), .milliseconds(800), .seconds(3)] {
                let (failure, duration) = await Lab.timed { await host.failure("attack", limit: limit) }
                #expect(
                    duration < limit + .seconds(1.3),
                    "1.3 times the limit is measured by a test of its own; this only tells ended from hung")
                #expect(try await host.text("ok") == #""well""#)
                ends.append("\(failure.map { "\($0)" } ?? "a success") after \(duration)")
                guard case .timeLimit(limit, running: true, let killed) = failure else { break }
                if !killed || loop.end == .stoppedOrKilled {
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
            let host = try Lab.host("loop-top-level")
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
            let host = try Lab.host(fixture)
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

        @Test(arguments: ["loop-in-generator-return", "loop-in-async-generator-return"])
        func `a loop in the finally block of a stream that was let go of does not put the blame on the next call`(_ fixture: String)
            async throws
        {
            let neighbour = try await Neighbour.start()
            let host = try Lab.host(fixture)
            guard case .stream(let stream) = try await host.call("attack", Array("null".utf8)) else {
                Issue.record("no stream")
                return
            }
            #expect(try await stream.next() == .item(Array("1".utf8)))
            stream.cancel()
            #expect(await stream.failure() == .cancelled)
            // Time for the loop to begin: what follows stands behind it in line.
            #expect(await Lab.eventually { host.current != 0 })
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
