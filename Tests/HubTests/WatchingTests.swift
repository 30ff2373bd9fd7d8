import HostCalls
import Hub
import HubCore
import JSON
import PluginModel
import PluginPackages
import Testing

extension LiveHub {
    struct WatchingTests {
        @Test func `a slow listener loses events and is told how many; a quick one has them all`() async throws {
            var limits = RegistryLimits()
            limits.eventsWaiting = 8
            let events = HubEvents(limits: limits)
            let id = try PluginID("acme.noisy")
            let slow = try events.subscribe([.plugins])
            let other = try events.subscribe([.logs(id)])
            for _ in 0..<20 { events.publish(.plugin(id)) }
            var seen: [String] = []
            for await event in slow {
                if case .lost(let count) = event { seen.append("lost \(count)") } else { seen.append("plugin") }
                if seen.count == 8 { events.publish(.removed(id)) }
                if seen.count == 10 { break }
            }
            #expect(seen == Array(repeating: "plugin", count: 8) + ["lost 12", "plugin"])
            events.close()
            var rest = 0
            for await _ in other { rest += 1 }
            #expect(rest == 0, "what nobody asked for does not come")
            #expect(throws: Fault.self) { try events.subscribe([.plugins]) }
        }

        @Test func `a listener that lets go is forgotten, and too many are refused`() async throws {
            var limits = RegistryLimits()
            limits.subscriptionsMax = 2
            let events = HubEvents(limits: limits)
            var held: AsyncStream<HubEvent>? = try events.subscribe([.plugins])
            let second = try events.subscribe([.plugins])
            #expect(throws: Fault.self) { try events.subscribe([.plugins]) }
            _ = held
            held = nil
            _ = try await until("it is forgotten") { events.subscriptions == 1 ? true : nil }
            _ = second
        }

        @Test func `lines are kept, filtered and heard live`() async throws {
            let lab = try await HubLab { $0.limits.logLines = 50 }
            let id = try await lab.begin(
                "acme.log",
                code: """
                    import { log } from '@patchbay/plugin';
                    export function speak({ level, word }) { log[level](word, { word }); }
                    """)
            let stream = try lab.registry.events.subscribe([.logs(id)])
            for (level, word) in [("info", "first"), ("warn", "second"), ("error", "third"), ("debug", "fourth")] {
                _ = try await lab.call("acme.log", "speak", ["level": .string(level), "word": .string(word)])
            }
            var heard: [String] = []
            for await event in stream {
                if case .log(let line) = event { heard.append(line.message) }
                if heard.count == 4 { break }
            }
            #expect(heard == ["first", "second", "third", "fourth"])
            #expect(try lab.registry.logs(of: id, atLeast: .warn).map(\.message) == ["third", "second"])
            #expect(try lab.registry.logs(of: id, containing: "FIRST").map(\.message) == ["first"])
            let page = try lab.registry.logs(of: id, limit: 2)
            #expect(try lab.registry.logs(of: id, before: page.last?.sequence, limit: 2).map(\.message) == ["second", "first"])
            #expect(page.first?.version == "1.0.0")
            for turn in 0..<60 { _ = try await lab.call("acme.log", "speak", ["level": "info", "word": .string("more \(turn)")]) }
            let kept = try await until("all have come") {
                let lines = try lab.registry.logs(of: id, limit: 100)
                return lines.first?.message == "more 59" ? lines : nil
            }
            #expect(kept.count == 50)
            await lab.end()
        }

        @Test func `calls, errors and what a worker takes are counted`() async throws {
            let lab = try await HubLab()
            let id = try await lab.begin(
                "acme.busy",
                code:
                    "export function work(n) { let x = 0; for (let i = 0; i < n; i++) x += i; if (n === 0) throw new Error('no'); return x; }"
            )
            for _ in 0..<20 { _ = try await lab.call("acme.busy", "work", 5_000_000) }
            for _ in 0..<3 { _ = await lab.refusal("acme.busy", "work", 0) }
            let health = try await until("a sample was taken") {
                let health = try lab.registry.health(of: id)
                return health.memoryBytes > 0 ? health : nil
            }
            #expect(health.callsPerMinute == 23)
            #expect(health.errorsPerMinute == 3)
            #expect(health.spark.reduce(0, +) == 23)
            #expect(health.p50Ms ?? 0 > 0)
            #expect(health.p95Ms ?? 0 >= health.p50Ms ?? 0)
            let totals = try #require(lab.registry.totals.first { $0.plugin == id }?.totals)
            #expect((totals.calls, totals.errors) == (23, 3))
            #expect(totals.cpuMs > 0)
            let minutes = try lab.registry.metrics(of: id, minutes: 60)
            #expect(minutes.count == 60)
            #expect(minutes.reduce(0) { $0 + $1.calls } == 23)
            let overview = await lab.registry.overview()
            #expect((overview.running, overview.callsPerMinute) == (1, 23))
            #expect(overview.needsYou.isEmpty)
            await lab.end()
        }

        @Test func `an installation is followed from its beginning to its end, and cancelled while it waits`() async throws {
            let lab = try await HubLab { $0.limits.installationsAtOnce = 1 }
            let stream = try lab.registry.events.subscribe([.installations])
            var paths: [String] = []
            for number in 0..<4 {
                paths.append(try lab.write("acme.p\(number)", version: "1.0.0", code: "export const n = () => \(number);"))
            }
            var begun: [Installation] = []
            for path in paths { begun.append(try await lab.registry.install(InstallRequest(.folder(path)), by: HubLab.admin)) }
            try await lab.registry.cancelInstallation(begun[3].id)
            var ended: [Installation.ID: Installation.State] = [:]
            var stages: Set<Installation.State> = []
            for await event in stream {
                guard case .installation(let shown) = event else { continue }
                stages.insert(shown.state)
                if shown.state.isOver { ended[shown.id] = shown.state }
                if ended.count == 4 { break }
            }
            #expect(begun.map { ended[$0.id] } == [.done, .done, .done, .cancelled])
            #expect(stages.isSuperset(of: [.waiting, .examining, .building, .done]))
            #expect(await lab.registry.plugins().map(\.id.rawValue) == ["acme.p0", "acme.p1", "acme.p2"])
            do throws(Fault) {
                try await lab.registry.cancelInstallation(begun[0].id)
                Issue.record("what is over was cancelled")
            } catch { #expect(error.code == "installation.over") }
            let tree = try await lab.registry.installTree(lab.folder + "/source", by: HubLab.admin)
            #expect(tree.count == 4)
            for one in tree { #expect(try await lab.over(one.id).state == .done) }
            await lab.end()
        }
    }
}
