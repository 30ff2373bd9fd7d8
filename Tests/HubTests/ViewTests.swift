import Hub
import HubCore
import PluginModel
import Testing

extension LiveHub {
    struct ViewTests {
        @Test func `a view stays while nothing changes, and is another one at once when something is decided`() async throws {
            let lab = try await HubLab()
            let registry = lab.registry
            let id = try await lab.begin("acme.seen", code: "export const run = () => 1;")
            try await lab.begin("acme.other", code: "export const run = () => 2;")
            let red = Organisation.ID("red")
            let first = try await registry.plugin(id)
            #expect(try await registry.plugin(id).stamp == first.stamp)
            #expect(await registry.plugins().map(\.stamp) == registry.plugins().map(\.stamp))
            for isEnabled in [false, true, false, true] {
                try await registry.setEnabled(id, isEnabled, by: HubLab.admin)
                let expected = isEnabled ? PluginState.Name.enabled : .disabled
                let seen = try await registry.plugin(id)
                #expect(seen.state.name == expected && seen.stamp != first.stamp)
                #expect(try await registry.plugin(id, for: red).state.name == expected)
                #expect(await registry.plugins().map(\.state.name) == [.enabled, expected], "acme.other, acme.seen")
            }
            try await registry.setEnabled(id, false, in: red, by: HubLab.admin)
            #expect(try await registry.plugin(id, for: red).state.name == .disabled)
            #expect(try await registry.plugin(id).state.name == .enabled, "as the hub sees it")
            let resting = try await registry.plugin(id)
            _ = try await lab.call("acme.seen", "run")
            let working = try await registry.plugin(id)
            #expect(working.state.worker == .running && working.health.callsPerMinute == 1 && working.stamp != resting.stamp)
            _ = try await registry.remove(id, by: HubLab.admin)
            #expect(await registry.plugins().map(\.id.rawValue) == ["acme.other"])
            await #expect(throws: Fault.self) { try await registry.plugin(id) }
            await lab.end()
        }
    }
}
