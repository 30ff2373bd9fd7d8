import Hub
import HubCore
import JSON
import Moderation
import PluginModel
import Rules
import Testing

extension LiveSignals {
    /// The workers that organisations have of one integration: how many there may be, and whose settings end them.
    struct PlaceTests {
        /// Counts the values it was asked in its worker. A text may say how many milliseconds it takes.
        private static let code =
            "console.log('loaded');\n"
            + SignalLab.module(
                "COUNTER",
                manifest: "requiresConfig: false, configurationFields: [{ key: 'label', label: 'L', required: false, inputType: 'text' }]",
                """
                return [signal('COUNT', async ({ value: { value } }) => {
                  globalThis.count = (globalThis.count ?? 0) + 1;
                  if (Number(value) > 0) await new Promise((resolve) => setTimeout(resolve, Number(value)));
                  return score(globalThis.count);
                })];
                """)

        private func count(_ lab: SignalLab, _ organisation: Organisation.ID, _ text: String = "a") async -> String {
            let result = await lab.decide([text], by: [SignalLab.asking("COUNT", .equals, .number(0))], for: organisation)[0].results[0]
                .result
            return result?["score"]?.stringValue ?? result?["error"]?["message"]?.stringValue ?? ""
        }

        private func loaded(_ lab: SignalLab, _ id: PluginID) throws -> Int { try lab.registry.logs(of: id, containing: "loaded").count }

        @Test(.timeLimit(.minutes(1))) func `settings of one organisation leave the worker of another as it is`() async throws {
            let lab = try await SignalLab()
            let id = try await lab.install("counter", Self.code)
            #expect(await count(lab, SignalLab.red) == "1")
            #expect(await count(lab, SignalLab.blue) == "1")
            try await lab.configure(id, SignalLab.red, ["label": "a"])
            #expect(await count(lab, SignalLab.blue) == "2", "its worker lives on")
            #expect(await count(lab, SignalLab.red) == "1", "whose settings they are begins anew")
            #expect(await count(lab, SignalLab.red) == "2")
            await lab.registry.forget(SignalLab.red)
            #expect(await count(lab, SignalLab.blue) == "3", "nor does another one's end")
            // What is set for the hub is for all.
            _ = try await lab.registry.configure(id, in: .hub, ConfigurationChange(values: ["label": "b"]), by: SignalLab.admin)
            #expect(await count(lab, SignalLab.blue) == "1")
            await lab.end()
        }

        @Test(.timeLimit(.minutes(1))) func `where all places are taken the one that rested longest makes room`() async throws {
            let lab = try await SignalLab { $0.limits.scopesMax = 2 }
            try await lab.install("counter", Self.code)
            let green = Organisation.ID("green")
            #expect(await count(lab, SignalLab.red) == "1")
            #expect(await count(lab, SignalLab.blue) == "1")
            #expect(await count(lab, SignalLab.red) == "2")
            #expect(await count(lab, green) == "1", "in the place of blue")
            #expect(await count(lab, SignalLab.red) == "3")
            #expect(await count(lab, SignalLab.blue) == "1", "in the place of green, which rested longer than red")
            #expect(await count(lab, SignalLab.red) == "4")
            #expect(await count(lab, green) == "1")
            await lab.end()
        }

        @Test(.timeLimit(.minutes(1))) func `of a burst of organisations no more are started than have a place, and the others are told`()
            async throws
        {
            let lab = try await SignalLab { ($0.limits.scopesMax, $0.limits.placeTime) = (2, .milliseconds(300)) }
            let id = try await lab.install("counter", Self.code)
            #expect(await count(lab, SignalLab.red) == "1")
            let before = try loaded(lab, id)
            #expect(before > 0, "it says when it is loaded")
            let answers = await withTaskGroup(of: String.self) { group in
                for number in 0..<8 { group.addTask { await self.count(lab, Organisation.ID("burst-\(number)"), "2500") } }
                var answers: [String] = []
                for await answer in group { answers.append(answer) }
                return answers
            }
            #expect(answers.count { $0 == "1" } == 2, "\(answers)")
            #expect(answers.count { $0.contains("plugin.too-many-organisations") } == 6, "\(answers)")
            #expect(try loaded(lab, id) - before == 2, "six more would have been started for nothing")
            #expect(await count(lab, SignalLab.blue) == "1", "and then there is room again")
            await lab.end()
        }
    }
}
