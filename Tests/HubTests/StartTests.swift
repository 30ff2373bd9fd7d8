import Glibc
import HostCalls
import Hub
import HubCore
import JSON
import PluginModel
import PluginPackages
import PluginRuntime
import Testing

extension LiveHub {
    struct StartTests {
        /// A package store with so many plugins: one is installed, the others are put beside it as the store would lay them.
        private static func fill(_ lab: HubLab, _ count: Int) async throws {
            let packages = try PackageStore(folder: lab.folder + "/data", examiner: HubExaminer(services: HubLab.services))
            let first = try lab.write(
                "acme.many0", version: "1.0.0", code: "export const n = () => 0;", permissions: ["network:outbound:api.acme.test"],
                configuration: [["key": "word", "label": "Word", "default": "x"], ["key": "token", "label": "Token", "secret": true]])
            let outcome = try await packages.install(.folder(first))
            let version = try #require(outcome.version)
            let place = packages.folder(of: version, of: outcome.plugin)
            let index = try packages.plugin(outcome.plugin).json.serialized()
            let manifest = try Self.text(place + "/patchbay.json")
            for number in 1..<count {
                func renamed(_ text: String) -> String { text.replacing("acme.many0", with: "acme.many\(number)") }
                try HubLab.write(renamed(manifest), to: renamed(place) + "/patchbay.json")
                try HubLab.write("export const n = () => \(number);", to: renamed(place) + "/index.js")
                try HubLab.write(renamed(index), to: lab.folder + "/data/packages/acme.many\(number)/index.json")
            }
        }

        private static func text(_ path: String) throws -> String {
            guard let file = fopen(path, "re") else { throw HubLab.POSIXFailure(number: errno) }
            defer { fclose(file) }
            var bytes = [UInt8](repeating: 0, count: 1 << 20)
            let count = fread(&bytes, 1, bytes.count, file)
            return String(decoding: bytes[..<count], as: UTF8.self)
        }

        private static func residentBytes() -> Int {
            guard let file = fopen("/proc/self/statm", "re") else { return 0 }
            defer { fclose(file) }
            var line = [CChar](repeating: 0, count: 200)
            guard fgets(&line, 200, file) != nil else { return 0 }
            let text = String(decoding: line.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
            return (Int(text.split(separator: " ")[1]) ?? 0) * sysconf(Int32(_SC_PAGESIZE))
        }

        @Test func `a hub with a thousand plugins starts within a second and little memory`() async throws {
            let lab = try await HubLab(starts: false)
            try await Self.fill(lab, 1000)
            // The first start makes a record of each.
            _ = try await lab.registry.start()
            #expect(await lab.registry.plugins().count == 1000)
            await lab.registry.stop()
            var quickest = Duration.seconds(100)
            var grown = Int.max
            // Other tests keep this machine busy; the quickest start is the one that says what it takes.
            for _ in 0..<3 {
                let before = Self.residentBytes()
                let next = try await HubLab(folder: lab.folder, store: lab.store, starts: false)
                quickest = min(quickest, try await ContinuousClock().measure { _ = try await next.registry.start() })
                grown = min(grown, Self.residentBytes() - before)
                #expect(await next.registry.plugins().count == 1000)
                await next.registry.stop()
            }
            print("start with 1,000 plugins: \(quickest), \(grown >> 20) MiB more")
            #expect(quickest < .seconds(1))
            #expect(grown < 200 << 20)
            HubLab.remove(lab.folder)
        }

        @Test func `a damaged package costs its own plugin and nothing else`() async throws {
            let first = try await HubLab()
            let id = try await first.begin("acme.good", code: "export const n = () => 1;")
            let bad = try await first.begin("acme.bad", code: "export const n = () => 2;")
            let gone = try await first.begin("acme.gone", code: "export const n = () => 3;")
            let folder = try #require(try await first.registry.plugin(bad).folder)
            await first.registry.stop()
            try HubLab.write("{ this is no manifest", to: folder + "/patchbay.json")
            HubLab.remove(first.folder + "/data/packages/acme.gone")
            let lab = try await HubLab(folder: first.folder, store: first.store)
            #expect(try await lab.call("acme.good", "n") == 1)
            #expect(try await lab.registry.plugin(bad).state.name == .invalid)
            #expect(try await lab.registry.plugin(gone).state.name == .invalid)
            #expect(try await lab.registry.plugin(gone).state.turn == .operator)
            #expect(await lab.refusal("acme.bad", "n") == "plugin.unusable")
            #expect(await lab.registry.overview().needsYou.map(\.plugin) == [bad, gone])
            _ = try await lab.registry.remove(gone, by: HubLab.admin)
            #expect(try await lab.registry.plugin(id).state.name == .enabled)
            await lab.end()
            HubLab.remove(first.folder)
        }

        @Test func `packages and records that do not fit are put right, and the version that was let in goes on`() async throws {
            let first = try await HubLab()
            let id = try await first.begin("acme.cut", code: "export const n = () => 1;")
            let next = try first.write("acme.cut", version: "2.0.0", code: "export const n = () => 2;")
            _ = try await first.install(next)
            _ = try await first.install(try first.write("acme.new", version: "1.0.0", code: "export const n = () => 5;"))
            await first.registry.stop()
            // As a kill leaves it between the package store and the record of an update; and packages that no record knows.
            let packages = try PackageStore(folder: first.folder + "/data", examiner: HubExaminer(services: HubLab.services))
            try packages.activate(id, "2.0.0")
            try await first.store.write { (records) throws(Fault) in _ = try records.removePlugin(try! PluginID("acme.new")) }
            let lab = try await HubLab(folder: first.folder, store: first.store)
            #expect(try await lab.call("acme.cut", "n") == 1)
            #expect(try await lab.registry.plugin(id).waiting?.version == "2.0.0")
            #expect(try await lab.registry.plugin(PluginID("acme.new")).state.name == .needsConsent)
            try await lab.registry.consent(to: id, grants: [], by: HubLab.admin)
            #expect(try await lab.call("acme.cut", "n") == 2)
            await lab.end()
            HubLab.remove(first.folder)
        }

        @Test func `a removal that was decided is finished by the next start`() async throws {
            let first = try await HubLab()
            let id = try await first.begin("acme.half", code: "export const n = () => 1;")
            await first.registry.stop()
            try await first.store.write { (records) throws(Fault) in
                _ = try records.removePlugin(id)
                try records.setSetting("plugins-removing", Array(id.rawValue.utf8))
            }
            let lab = try await HubLab(folder: first.folder, store: first.store)
            #expect(await lab.registry.plugins().isEmpty)
            let packages = try PackageStore(folder: first.folder + "/data", examiner: HubExaminer(services: HubLab.services))
            #expect(packages.list().plugins.isEmpty)
            await lab.end()
            HubLab.remove(first.folder)
        }

        @Test func `ForgePortal's plugins are found by every name, and set by files and the environment`() async throws {
            let root = "/" + #filePath.split(separator: "/").dropLast(3).joined(separator: "/")
            let lab = try await HubLab {
                $0.files = [
                    FileEntry(
                        plugin: "oncall", config: ["baseUrl": "https://file.test", "note": "n", "authToken": "t"], file: "forgeportal.yaml")
                ]
                $0.environment = ["FORGEPORTAL_PLUGIN_ONCALL_API_TOKEN": "from-outside", "FORGEPORTAL_PLUGIN_ONCALL_DAYS_AHEAD": "3"]
            }
            let done = try await lab.install(root + "/plugins/forgeportal-oncall")
            let id = try #require(done.plugin, "\(String(describing: done.problem))")
            try await lab.registry.consent(to: id, grants: [], by: HubLab.admin)
            let view = try await lab.registry.plugin(id)
            #expect(view.state.name == .enabled, "\(view.state)")
            #expect(view.sides == .fullstack)
            #expect(view.publicConfig == ["daysAhead": 3, "baseUrl": "https://file.test", "note": "n"])
            for name in view.names { #expect(try lab.registry.id(of: name) == id) }
            let status = await lab.registry.status()
            #expect(status.enabledIDs == view.names)
            #expect(Set(status.configs.keys) == Set(view.names))
            let form = try await lab.registry.configuration(of: id, in: .hub)
            let shown = form.fields.map { "\($0.field.key) \($0.source.rawValue) \($0.isSet)" }
            #expect(shown == ["baseUrl file true", "apiToken environment true", "daysAhead environment true"])
            // A row wins over the file, and by any name.
            try await lab.registry.setEnabled(try lab.registry.id(of: "oncall"), false, by: HubLab.admin)
            #expect(await lab.registry.status().enabledIDs.isEmpty)
            do throws(Fault) {
                _ = try lab.registry.id(of: "nobody")
                Issue.record("found")
            } catch {
                #expect(error.code == "plugin.not-found")
                #expect(error.message == "Plugin \"nobody\" not found")
            }
            await lab.end()
        }
    }
}
