import HostCalls
import Hub
import HubCore
import JSON
import PluginModel
import PluginPackages
import Testing

extension LiveHub {
    struct LifecycleStoryTests {
        static let code = """
            import { log, state, time } from '@patchbay/plugin';
            export function greet(name) { return 'Hello, ' + name; }
            export async function count() { const n = await state.get('n', 0) + 1; await state.set('n', n); return n; }
            export async function slow({ word }) { log.info(word); await time.sleep(400); return 'done'; }
            export async function* numbers(n) { for (let i = 0; i < n; i++) yield i; }
            export function boom() { throw new TypeError('it broke'); }
            """

        @Test func `a plugin is installed, agreed to, called, switched off and on, and removed, and everything is written down`()
            async throws
        {
            let lab = try await HubLab()
            let place = try lab.write("acme.story", version: "1.0.0", code: Self.code, permissions: ["network:outbound:api.acme.test"])
            let done = try await lab.install(place)
            #expect(done.state == .done)
            #expect(done.isUpdate == false)
            #expect(done.version == "1.0.0")
            let id = try #require(done.plugin)

            var view = try await lab.registry.plugin(id)
            #expect(view.state.name == .needsConsent)
            #expect(view.waiting == nil)
            #expect(await lab.refusal("acme.story", "greet", "Ada") == "plugin.needs-consent")

            let preview = try await lab.registry.consentPreview(of: id)
            #expect(preview.permissions.map(\.permission) == ["network:outbound:api.acme.test"])
            #expect(preview.permissions.first?.status == .new)
            #expect(preview.from == nil)

            try await lab.registry.consent(to: id, grants: [], by: HubLab.admin)
            #expect(try await lab.call("acme.story", "greet", "Ada") == "Hello, Ada")
            #expect(try await lab.call("acme.story", "numbers", 3) == [0, 1, 2])
            #expect(try await lab.call("acme.story", "count") == 1)
            view = try await lab.registry.plugin(id)
            #expect(view.state.name == .enabled)
            #expect(view.state.worker == .running || view.state.worker == .degraded)

            try await lab.registry.setEnabled(id, false, by: HubLab.admin)
            #expect(await lab.refusal("acme.story", "greet", "Ada") == "plugin.disabled")
            #expect(try await lab.registry.plugin(id).state.name == .disabled)
            #expect(await lab.registry.status().enabledIDs.isEmpty)
            try await lab.registry.setEnabled(id, true, by: HubLab.admin)
            #expect(try await lab.call("acme.story", "greet", "Bob") == "Hello, Bob")
            #expect(await lab.registry.status().enabledIDs == ["acme.story"])

            #expect(await lab.refusal("acme.story", "boom") == "plugin.threw")
            let failures = try await until("the failure is written down") {
                let failures = try await lab.registry.failures(of: id)
                return failures.isEmpty ? nil : failures
            }
            #expect(failures.first?.entry == "boom")
            #expect(failures.first?.fault.details?.contains("index.js:6") == true, "the stack is in the author's source")

            let plan = try await lab.registry.removal(of: id)
            #expect(plan.versions == ["1.0.0"])
            #expect(plan.files == 2)
            #expect(plan.stateKeys == 1)
            #expect(plan.failures == 1)
            #expect(try await lab.registry.remove(id, by: HubLab.admin) == plan)
            #expect(await lab.refusal("acme.story", "greet", "Ada") == "plugin.not-found")
            #expect(try lab.state.usage(of: id).keys == 0)
            #expect(await lab.registry.plugins().isEmpty)

            let actions = try await lab.audit().map(\.action)
            #expect(actions == ["plugin.remove", "plugin.enable", "plugin.disable", "plugin.consent", "plugin.install"])
            let events = try await lab.journal()
            #expect(
                events.map(\.eventType) == [
                    "system.PluginInstalled", "system.PluginConsented", "system.PluginDisabled", "system.PluginEnabled",
                    "system.PluginRemoved",
                ])
            #expect(events.allSatisfy { $0.correlationID == "request-1" && $0.source == "hub" && $0.data["plugin"] == "acme.story" })
            let again = try await lab.restarted()
            #expect(await again.registry.plugins().isEmpty, "nothing of it comes back")
            await again.end()
        }

        @Test func `calls in flight finish when a plugin is switched off, and when it is removed`() async throws {
            let lab = try await HubLab()
            let id = try await lab.begin("acme.slow", code: Self.code)
            _ = try await lab.call("acme.slow", "greet", "x")
            for isRemoval in [false, true] {
                async let answer = lab.call("acme.slow", "slow", ["word": .string("begun \(isRemoval)")])
                _ = try await until("the call is on its way") {
                    try lab.registry.logs(of: id, containing: "begun \(isRemoval)").isEmpty ? nil : true
                }
                if isRemoval {
                    _ = try await lab.registry.remove(id, by: HubLab.admin)
                } else {
                    try await lab.registry.setEnabled(id, false, by: HubLab.admin)
                    #expect(await lab.refusal("acme.slow", "greet", "x") == "plugin.disabled")
                }
                #expect(try await answer == "done")
                if !isRemoval { try await lab.registry.setEnabled(id, true, by: HubLab.admin) }
            }
            await lab.end()
        }

        @Test func `what was decided is there again after a restart`() async throws {
            let first = try await HubLab()
            let id = try await first.begin(
                "acme.kept", code: Self.code, permissions: ["network:outbound:a.test", "network:outbound:b.test"],
                granted: ["network:outbound:a.test"])
            try await first.registry.setEnabled(id, false, by: HubLab.admin)
            let lab = try await first.restarted()
            let view = try await lab.registry.plugin(id)
            #expect(view.state.name == .disabled)
            #expect(view.runningVersion?.hasPrefix("1.0.0+") == true)
            #expect(
                try await lab.registry.grants(of: id).map { "\($0.permission) \($0.isGranted)" } == [
                    "network:outbound:a.test true", "network:outbound:b.test false",
                ])
            try await lab.registry.setEnabled(id, nil, by: HubLab.admin)
            #expect(try await lab.call("acme.kept", "greet", "you") == "Hello, you")
            await lab.end()
        }

        @Test func `a row wins over the file in both directions, and an organisation decides for itself`() async throws {
            let lab = try await HubLab { $0.files = [FileEntry(plugin: "acme.file", isEnabled: false, file: "patchbay.yaml")] }
            let place = try lab.write("acme.file", version: "1.0.0", code: Self.code)
            let id = try #require(try await lab.install(place).plugin)
            try await lab.registry.consent(to: id, grants: [], by: HubLab.admin)
            #expect(await lab.refusal("acme.file", "greet") == "plugin.disabled")
            try await lab.registry.setEnabled(id, true, by: HubLab.admin)
            #expect(await lab.refusal("acme.file", "greet") == nil)
            let organisation = Organisation.ID("org-1")
            try await lab.registry.setEnabled(id, false, in: organisation, by: HubLab.admin)
            #expect(await lab.refusal("acme.file", "greet", organisation: organisation) == "plugin.disabled")
            #expect(await lab.refusal("acme.file", "greet", organisation: Organisation.ID("org-2")) == nil)
            #expect(await lab.registry.status(for: organisation).enabledIDs.isEmpty)
            try await lab.registry.setEnabled(id, nil, in: organisation, by: HubLab.admin)
            #expect(await lab.refusal("acme.file", "greet", organisation: organisation) == nil)
            try await lab.registry.setEnabled(id, nil, by: HubLab.admin)
            #expect(await lab.refusal("acme.file", "greet") == "plugin.disabled", "without the row the file counts again")
            await lab.end()
        }

        @Test func `a linked folder is read anew when its plugin is restarted`() async throws {
            let lab = try await HubLab()
            let place = try lab.write("acme.linked", version: "1.0.0", code: "export const say = () => 'one';")
            let done = try await lab.install(place, linked: true)
            let id = try #require(done.plugin)
            try await lab.registry.consent(to: id, grants: [], by: HubLab.admin)
            #expect(try await lab.call("acme.linked", "say") == "one")
            try lab.write("acme.linked", version: "1.0.0", code: "export const say = () => 'two';")
            try await lab.registry.restart(id, by: HubLab.admin)
            #expect(try await lab.call("acme.linked", "say") == "two")
            #expect(try await lab.registry.plugin(id).isLinked)
            await lab.end()
        }

        @Test func `a package that cannot be used is a failed installation that says why, and leaves nothing`() async throws {
            let lab = try await HubLab()
            let place = try lab.write("acme.bad", version: "1.0.0", code: "export const x = ;", permissions: ["network:sideways:x"])
            let done = try await lab.install(place)
            #expect(done.state == .failed)
            #expect(done.problem?.turn == .plugin)
            #expect(!done.findings.isEmpty)
            #expect(await lab.registry.plugins().isEmpty)
            let missing = try await lab.install(lab.folder + "/nowhere")
            #expect(missing.problem?.code == "package.not-found")
            #expect(await lab.registry.installations.map(\.state) == [.failed, .failed])
            await lab.end()
        }
    }
}
