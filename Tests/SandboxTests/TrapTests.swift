import Glibc
import JSON
import PluginModel
import Testing

@testable import Sandbox

extension Hostile {
    /// Traps of the engine and the kernel that no other suite meets. The index of all sixteen, with their tests, is in docs/sandbox.md.
    @Suite struct Traps {
        // 1
        @Test func `a loop in compiled code is ended`() async throws {
            let host = try Lab.host("loop-hot-function", limits: Lab.limits { $0.callTime = .seconds(2) }) { $0.allowsJIT = true }
            // A crowded machine may kill one or another before it lets go; then it gets more time. With signal-based traps 2 of 20 were
            // stopped, so some of these would never be.
            for round in 0..<(Lab.isSoak ? 40 : 8) {
                var isStopped = false
                for limit in [Duration.milliseconds(150), .milliseconds(500), .seconds(2)] where !isStopped {
                    isStopped = await host.failure("attack", limit: limit) == .timeLimit(limit, running: true, killed: false)
                }
                #expect(isStopped, "round \(round)")
            }
            await host.stop()
        }

        // 7
        @Test func `what an ended call left half done is gone with its worker`() async throws {
            let host = try Lab.host(
                script: """
                    let held = 0;
                    exports.spin = () => { held++; try { for (;;); } finally { held--; } };
                    exports.held = () => held;
                    """)
            for _ in 0..<2 {
                guard case .timeLimit = await host.failure("spin") else {
                    Issue.record("no time limit")
                    break
                }
                #expect(try await host.text("held") == "0")
            }
            await host.stop()
        }

        // 11
        @Test(arguments: [
            "", "a", "\u{0}", "a\u{0}b", "ü", "日本語", "👩‍👩‍👧", "\u{10ffff}", "\u{feff}bom", "\u{2028}\u{2029}", "\u{fffd}", "\u{7f}\u{80}",
            String(repeating: "é", count: 40_000), String(repeating: "🎈", count: 70_000),
        ]) func `texts of every kind come back as they went`(_ text: String) async throws {
            let host = try Lab.host(
                script: """
                    const { host } = require('test:host');
                    exports.echo = (x) => x;
                    exports.throws = (x) => { throw new Error(x); };
                    exports.asks = (x) => host.call('test.echo', x);
                    """, limits: Lab.limits { $0.callTime = .seconds(5) })
            let value = JSONValue.string(text)
            #expect(try JSONValue(parsing: try await host.text("echo", value.serialized())) == value)
            #expect(try JSONValue(parsing: try await host.text("asks", value.serialized())) == value)
            guard case .threw(let error) = await host.failure("throws", value.serialized()) else {
                Issue.record("no exception")
                return
            }
            if text.utf16.count <= 4_000 { #expect(error.message == text) } else { #expect(text.hasPrefix(error.message)) }
            await host.stop()
        }

        // 12
        @Test func `every function that a plugin finds is one`() async throws {
            let host = try Lab.host(
                script: """
                    exports.odd = () => {
                      const seen = new Set([Function.prototype]), odd = [];   // which is no instance of itself, by the language
                      let functions = 0;
                      const look = (value, path, depth) => {
                        if ((typeof value !== 'object' && typeof value !== 'function') || value === null || seen.has(value)) return;
                        seen.add(value);
                        if (typeof value === 'function') {
                          functions++;
                          if (!(value instanceof Function) || Object.getPrototypeOf(value) === null || typeof value.call !== 'function') odd.push(path);
                        }
                        if (depth > 4) return;
                        for (const key of Reflect.ownKeys(value)) {
                          const found = Object.getOwnPropertyDescriptor(value, key);
                          for (const part of [found.value, found.get, found.set]) look(part, path + '.' + String(key), depth + 1);
                        }
                      };
                      look(globalThis, '', 0);
                      look(require('test:host'), 'host', 0);
                      look(require, 'require', 0);
                      return { odd, enough: functions > 500 };
                    };
                    """, limits: Lab.limits { $0.callTime = .seconds(5) })
            #expect(try await host.text("odd") == #"{"odd":[],"enough":true}"#)
            await host.stop()
        }

        // 13, and the walls as the kernel sees them around a plugin that runs.
        @Test func `a running plugin is confined on every thread, and its zygote has but one`() async throws {
            let host = try Lab.host(script: "exports.ok = () => 'well';")
            #expect(try await host.text("ok") == #""well""#)
            let pid = try #require(await host.status.pid)
            let threads = Self.names("/proc/\(pid)/task")
            #expect(threads.count >= 2, "the engine has helpers")
            for thread in threads {
                let status = Self.status("/proc/\(pid)/task/\(thread)/status")
                #expect(status["Seccomp"] == "2" && status["NoNewPrivs"] == "1")
                for set in ["CapInh", "CapPrm", "CapEff", "CapAmb"] { #expect(status[set] == "0000000000000000", "\(set)") }
                #expect(status["Uid"]?.split(separator: "\t").contains("0") == false, "no thread is root")
            }
            // All of a hub's processes are its children; those with one thread are zygotes.
            let single = Self.names("/proc").filter { number in
                let status = Self.status("/proc/\(number)/status")
                return status["PPid"] == "\(getpid())" && status["Name"]?.hasPrefix("patchbay-worker") == true && status["Threads"] == "1"
            }
            #expect(single.count >= 1)
            await host.stop()
        }

        // 16. The kernel shows the mappings of a confined process to root only.
        @Test(.enabled(if: geteuid() == 0)) func `without its grant a running plugin has no memory that is writable and executable`()
            async throws
        {
            for jit in [false, true] {
                let host = try Lab.host(script: "exports.ok = () => 'well';") { $0.allowsJIT = jit }
                #expect(try await host.text("ok") == #""well""#)
                let pid = try #require(await host.status.pid)
                let maps = Shared.bytes(of: "/proc/\(pid)/maps").split(separator: 10).map { String(decoding: $0, as: UTF8.self) }
                #expect(maps.count > 20)
                let both = maps.filter { $0.split(separator: " ").dropFirst().first?.hasPrefix("rwx") == true }
                #expect(both.isEmpty == !jit, "\(both)")
                await host.stop()
            }
        }

        private static func names(_ folder: String) -> [String] {
            guard let directory = opendir(folder) else { return [] }
            defer { closedir(directory) }
            var names: [String] = []
            while let entry = readdir(directory) {
                let name = withUnsafePointer(to: &entry.pointee.d_name) {
                    $0.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
                }
                if Int(name) != nil { names.append(name) }
            }
            return names
        }

        private static func status(_ path: String) -> [String: String] {
            var found: [String: String] = [:]
            for line in String(decoding: Shared.bytes(of: path), as: UTF8.self).split(separator: "\n") {
                let parts = line.split(separator: ":\t", maxSplits: 1)
                if parts.count == 2 { found[String(parts[0])] = String(parts[1]) }
            }
            return found
        }
    }
}
