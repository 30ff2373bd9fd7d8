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
    }
}

extension PluginHost {
    /// Calls in flight in the worker that runs now.
    nonisolated var callsInFlight: Int { running.withLock { $0 }?.connection.calls.withLock { $0.inFlight } ?? 0 }
}
