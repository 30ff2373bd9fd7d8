import CRing
import Glibc
import Synchronization
import Testing

@testable import Sandbox

/// One way of using up memory, and how its call may end.
struct BombCase: Sendable, CustomTestStringConvertible {
    enum End: Sendable {
        /// The memory limit, whether the engine noticed or the process died of it.
        case memory
        /// An exception of the engine: the stack, a size that cannot be.
        case threw(String, String)
        /// The memory limit, or no end before the time is over.
        case memoryOrTime
        /// The memory limit, or an error with this code and end of its message: which comes first depends on when garbage was collected.
        case memoryOrRefused(String, String)
    }
    let fixture: String
    let end: End
    let granted: Bool
    var testDescription: String { fixture }
    /// What ends by the clock should do so soon.
    var limit: Duration { if case .memoryOrTime = end { .milliseconds(700) } else { .seconds(5) } }

    init(_ fixture: String, _ end: End = .memory, granted: Bool = false) {
        self.fixture = fixture
        self.end = end
        self.granted = granted
    }

    private static let stack = End.threw("RangeError", "Maximum call stack size exceeded.")

    static let all = [
        BombCase("bomb-array"), BombCase("bomb-array-of-arrays"), BombCase("bomb-sparse-array"), BombCase("bomb-objects"),
        BombCase("bomb-string-concat"), BombCase("bomb-string-repeat"), BombCase("bomb-string-join"), BombCase("bomb-string-pad"),
        BombCase("bomb-array-buffer"), BombCase("bomb-array-buffer-at-once"), BombCase("bomb-typed-arrays"),
        BombCase("bomb-array-buffer-resize"),
        BombCase("bomb-map"), BombCase("bomb-set"), BombCase("bomb-regular-expressions"), BombCase("bomb-functions"),
        BombCase("bomb-closures"),
        BombCase("bomb-promises"), BombCase("bomb-symbols"), BombCase("bomb-big-int"), BombCase("bomb-catch-and-retry"),
        BombCase("bomb-huge-result"), BombCase("bomb-huge-json-tree"), BombCase("bomb-structured-clone"),
        BombCase("bomb-deep-json", .memoryOrRefused("result.not-json", "Maximum call stack size exceeded.")),
        BombCase("bomb-deep-promise"), BombCase("bomb-wasm-memory", granted: true),
        BombCase("bomb-wasm-memory-catch", .memoryOrTime, granted: true),
        BombCase("bomb-deep-recursion", stack), BombCase("bomb-deep-source", stack), BombCase("bomb-deep-proxy", stack),
        BombCase("bomb-deep-to-string", stack), BombCase("bomb-deep-recursion-caught", .memoryOrTime),
        BombCase("bomb-deep-regular-expression", .threw("SyntaxError", "Invalid regular expression: regular expression too large")),
    ]
}

/// The greatest resident size that a process reached, looked at every millisecond until it ends or is no longer watched.
private final class PeakWatch: Sendable {
    private let pid: Int32
    private let peak = Atomic<Int>(0)
    private let stopped = Atomic<Bool>(false)

    init(_ pid: Int32) {
        self.pid = pid
        HubThread.start("test-peak") { [self] in
            while !stopped.load(ordering: .relaxed) {
                guard look() else { break }
                usleep(1_000)
            }
        }
    }

    private func look() -> Bool {
        let now = ProcessStatus.memory(pid, "VmHWM")
        peak.max(now, ordering: .relaxed)
        return now > 0
    }

    func stop() -> Int {
        stopped.store(true, ordering: .relaxed)
        _ = look()
        return peak.load(ordering: .relaxed)
    }
}

extension Hostile {
    @Suite struct Memory {
        /// What the bars allow a worker to reach beyond its limit.
        private static let slackBytes = 32 << 20

        @Test(arguments: BombCase.all) func `a memory bomb is contained and harms nobody`(_ bomb: BombCase) async throws {
            let neighbour = try await Neighbour.start()
            let limits = Lab.limits { $0.callTime = .seconds(5) }
            let host = try Lab.host(bomb.fixture, limits: limits) {
                $0.allowsWebAssembly = bomb.granted
                $0.allowsJIT = bomb.granted
            }
            #expect(try await host.text("ok") == #""well""#)
            let pid = try #require(await host.status.pid)
            let fresh = ProcessStatus.memory(pid, "VmRSS")
            let watch = PeakWatch(pid)
            let failure = await host.failure("attack", limit: bomb.limit)
            let peak = watch.stop()
            #expect(peak - fresh <= limits.memoryBytes + Self.slackBytes, "the worker reached \(peak >> 20) MB from \(fresh >> 20) MB")

            var replaced = true
            switch (bomb.end, failure) {
            case (.memory, .memoryLimit(limits.memoryBytes)), (.memoryOrTime, .memoryLimit(limits.memoryBytes)),
                (.memoryOrRefused, .memoryLimit(limits.memoryBytes)):
                break
            case (.memoryOrRefused(let code, let ending), .threw(let error)):
                #expect(error.code == code && error.message.hasSuffix(ending))
                replaced = false
            case (.memoryOrTime, .timeLimit(bomb.limit, running: true, killed: _)): break
            case (.threw(let name, let message), .threw(let error)):
                #expect((error.code, error.name, error.message) == ("plugin.threw", name, message))
                replaced = false
            default: Issue.record("ended as \(failure.map { "\($0)" } ?? "a success")")
            }
            #expect(try await host.text("ok") == #""well""#)
            #expect((await host.status.pid != pid) == replaced)
            await neighbour.finish()
            await host.stop()
        }

        @Test func `a memory bomb at the top level is told from an exception`() async throws {
            let host = try Lab.host("bomb-top-level", limits: Lab.limits { $0.loadTime = .seconds(5) })
            for _ in 0..<2 { #expect(await host.failure("ok") == .memoryLimit(bytes: 64 << 20)) }
            await host.stop()
        }

        @Test func `without its grant there is no WebAssembly`() async throws {
            for (wasm, kind) in [(false, #""undefined""#), (true, #""object""#)] {
                let host = try Lab.host("bomb-wasm-memory") {
                    $0.allowsWebAssembly = wasm
                    $0.allowsJIT = wasm
                }
                #expect(try await host.text("has") == kind)
                await host.stop()
            }
        }

        @Test func `sizes that the engine cannot hold at all are the plugin's exceptions and no memory limit`() async throws {
            let host = try Lab.host("bomb-engine-limits")
            #expect(try await host.text("attack") == #""RangeError RangeError RangeError RangeError RangeError""#)
            guard case .threw(let error) = await host.failure("number") else {
                Issue.record("no exception")
                return
            }
            #expect((error.code, error.name) == ("plugin.threw", "RangeError"))
            await host.stop()
        }

        @Test func `a result longer than a message is named, exactly at the limit`() async throws {
            var limits = Lab.limits { $0.callTime = .seconds(5) }
            limits.messageBytes = 1 << 20
            let host = try Lab.host("bomb-result-too-long", limits: limits)
            // Two quotes belong to the JSON text.
            let most = limits.messageBytes - 2
            #expect(try await host.text("attack", "\(most)").utf8.count == limits.messageBytes)
            guard case .threw(let error) = await host.failure("attack", "\(most + 1)") else {
                Issue.record("no exception")
                return
            }
            #expect(error.code == "limit.message-size")
            guard case .stream(let stream) = try await host.call("items", Array("\(most + 1)".utf8)) else {
                Issue.record("no stream")
                return
            }
            #expect(try await stream.next() == .item(Array(#""first""#.utf8)))
            guard case .threw(let late) = await stream.failure() else {
                Issue.record("no exception")
                return
            }
            #expect(late.code == "limit.message-size")
            // What is thrown is cut to a length people read.
            guard case .threw(let long) = await host.failure("throws", "\(most)") else {
                Issue.record("no exception")
                return
            }
            #expect(long.message.utf8.count == 4_000)
            #expect(
                await host.failure("ok", "\"\(String(repeating: "x", count: most + 1))\"")
                    == .argumentTooLarge(bytes: most + 3, limit: 1 << 20))
            #expect(try await host.text("ok") == #""well""#)
            await host.stop()
        }
    }
}
