import HostCalls
import Hub
import HubCore
import JSON
import PluginModel
import Sandbox
import Testing

struct BadValue: Sendable, CustomTestStringConvertible {
    let testDescription: String
    var values = JSONObject()
    var secrets: [String: String?] = [:]
    let pointer: String
    let code: String
}

extension LiveHub {
    struct ConfigurationTests {
        static let fields: JSONValue = [
            ["key": "region", "label": "Region", "type": "text", "required": true, "limits": ["pattern": "^[a-z]+$", "lengthMax": 8]],
            ["key": "count", "label": "Count", "type": "integer", "default": 3, "limits": ["minimum": 1, "maximum": 10]],
            ["key": "ratio", "label": "Ratio", "type": "number"],
            ["key": "on", "label": "On", "type": "boolean"],
            ["key": "words", "label": "Words", "type": "list"],
            [
                "key": "size", "label": "Size", "type": "choice",
                "options": [["value": "s", "label": "Small"], ["value": "l", "label": "Large"]],
            ],
            ["key": "token", "label": "Token", "secret": true],
            ["key": "apiKey", "label": "API key", "secret": true, "secretUse": ["header": "X-Key", "hosts": ["api.acme.test"]]],
        ]
        static let code = """
            import { config, log } from '@patchbay/plugin';
            export const all = () => config.get();
            export function leak() { log.info('the token is ' + config.get('token')); throw new Error('bad token ' + config.get('token')); }
            export function testConnection() { return { ok: config.get('region') === 'north', message: 'asked with ' + config.get('token') }; }
            """

        @Test(arguments: [
            ("named", "export function testConnection() { return true; }", true, true),
            ("named elsewhere", "export { check as testConnection } from './check.js';", true, true),
            ("only spoken of", "export const a = () => 'call testConnection';", false, false),
            ("of its own", "function testConnection() { return true; } export const a = () => testConnection();", false, false),
            ("a default's method", "export default { testConnection() { return true; } };", false, true),
            ("CommonJS", "exports.testConnection = () => true;", false, true),
            ("CommonJS without", "exports.other = () => true;", false, false),
        ])
        func `the check is offered by what the plugin exports, not by what its code says`(
            _ what: String, _ code: String, _ atOnce: Bool, _ whenLoaded: Bool
        ) async throws {
            let lab = try await HubLab()
            let place = try lab.write("acme.offer", version: "1.0.0", code: code + "\nexport const ping = () => 1;")
            if code.hasPrefix("exports") { try HubLab.write(code + "\nexports.ping = () => 1;", to: place + "/index.js") }
            try HubLab.write("export const check = () => true;", to: place + "/check.js")
            #expect(try await lab.install(place).state == .done)
            let id = try PluginID("acme.offer")
            try await lab.registry.consent(to: id, grants: [], by: HubLab.admin)
            #expect(try await lab.registry.configuration(of: id, in: .hub).canTest == atOnce, "\(what)")
            // Where only a run tells, it may be asked for all the same.
            do throws(ConfigurationError) {
                let outcome = try await lab.registry.test(ConfigurationChange(), of: id, in: .hub)
                #expect(outcome.isGood && whenLoaded, "\(what)")
            } catch { #expect(!whenLoaded && error.fault.code == "settings.no-test", "\(what): \(error)") }
            #expect(try await lab.call("acme.offer", "ping") == 1)
            #expect(try await lab.registry.configuration(of: id, in: .hub).canTest == whenLoaded, "\(what), loaded")
            await lab.end()
        }

        @Test(arguments: [
            BadValue(
                testDescription: "an unknown key", values: ["regoin": "north"], pointer: "/values/regoin",
                code: "settings.unknown-field"),
            BadValue(
                testDescription: "a number for a text", values: ["region": 5], pointer: "/values/region", code: "settings.wrong-type"),
            BadValue(
                testDescription: "a pattern that does not fit", values: ["region": "NORTH"], pointer: "/values/region",
                code: "settings.invalid-value"),
            BadValue(
                testDescription: "a text that is too long", values: ["region": "northwestern"], pointer: "/values/region",
                code: "settings.invalid-value"),
            BadValue(
                testDescription: "a required text that is empty", values: ["region": ""], pointer: "/values/region",
                code: "settings.invalid-value"),
            BadValue(
                testDescription: "a text for a number", values: ["count": "3"], pointer: "/values/count", code: "settings.wrong-type"),
            BadValue(
                testDescription: "a fraction for a whole number", values: ["count": 2.5], pointer: "/values/count",
                code: "settings.wrong-type"),
            BadValue(testDescription: "too little", values: ["count": 0], pointer: "/values/count", code: "settings.invalid-value"),
            BadValue(testDescription: "too much", values: ["count": 11], pointer: "/values/count", code: "settings.invalid-value"),
            BadValue(testDescription: "a word for yes", values: ["on": "yes"], pointer: "/values/on", code: "settings.wrong-type"),
            BadValue(
                testDescription: "a list with a number", values: ["words": ["a", 1]], pointer: "/values/words/1",
                code: "settings.wrong-type"),
            BadValue(
                testDescription: "no such option", values: ["size": "m"], pointer: "/values/size", code: "settings.not-an-option"),
            BadValue(
                testDescription: "a secret among the values", values: ["token": "t"], pointer: "/values/token", code: "settings.secret"
            ),
            BadValue(
                testDescription: "a value among the secrets", secrets: ["region": "north"], pointer: "/secrets/region",
                code: "settings.unknown-field"),
            BadValue(
                testDescription: "a secret for a host that is not granted", secrets: ["apiKey": "k"], pointer: "/secrets/apiKey",
                code: "settings.host-not-granted"),
            BadValue(
                testDescription: "a header with a line break", secrets: ["apiKey": "k\r\nHost: evil"], pointer: "/secrets/apiKey",
                code: "settings.invalid-value"),
            BadValue(
                testDescription: "a pointer with odd characters", values: ["a/b~c": 1], pointer: "/values/a~1b~0c",
                code: "settings.unknown-field"),
        ]) func `a bad value is found by its pointer, and nothing is kept`(_ c: BadValue) async throws {
            let lab = try await HubLab()
            let id = try await lab.begin(
                "acme.form", code: Self.code, permissions: ["network:outbound:api.acme.test"], granted: [], configuration: Self.fields)
            let change = ConfigurationChange(values: c.values, secrets: c.secrets)
            let findings = try await lab.registry.validate(change, of: id)
            #expect(findings.contains { $0.pointer == c.pointer && $0.code == c.code }, "\(findings)")
            do throws(ConfigurationError) {
                _ = try await lab.registry.configure(id, in: .hub, change, by: HubLab.admin)
                Issue.record("it was taken")
            } catch {
                guard case .invalid(let refused) = error else {
                    Issue.record("\(error)")
                    return
                }
                #expect(refused == findings)
            }
            #expect(try await lab.registry.configuration(of: id, in: .hub).revision == 0)
            await lab.end()
        }

        @Test func `a plugin waits for a required setting, works when it has it, and never shows a secret`() async throws {
            let lab = try await HubLab()
            let id = try await lab.begin("acme.form", code: Self.code, configuration: Self.fields)
            #expect(await lab.refusal("acme.form", "all") == "plugin.needs-configuration")
            #expect(try await lab.registry.plugin(id).state.missing == ["region"])
            let change = ConfigurationChange(values: ["region": "north"], secrets: ["token": "s3cret-token"])
            let form = try await lab.registry.configure(id, in: .hub, change, expecting: 0, by: HubLab.admin)
            #expect(form.revision == 1)
            #expect(form.missing.isEmpty)
            #expect(form.canTest)
            let shown = Dictionary(uniqueKeysWithValues: form.fields.map { ($0.field.key, $0) })
            #expect(shown["token"]?.isSet == true)
            #expect(shown["token"]?.value == nil)
            #expect(shown["region"]?.source == .hub)
            #expect(shown["count"]?.source == .default)
            #expect(try await lab.call("acme.form", "all") == ["region": "north", "count": 3, "token": "s3cret-token"])
            #expect(try await lab.registry.plugin(id).publicConfig == ["count": 3, "region": "north"])

            do throws(ConfigurationError) {
                _ = try await lab.registry.configure(id, in: .hub, change, expecting: 0, by: HubLab.admin)
                Issue.record("somebody's change was overwritten")
            } catch { #expect(error.fault.code == "plugin.changed-meanwhile") }

            #expect(await lab.refusal("acme.form", "leak") == "plugin.threw")
            let failures = try await until("the failure is there") {
                let failures = try await lab.registry.failures(of: id)
                return failures.isEmpty ? nil : failures
            }
            let written =
                "\(failures) \(try lab.registry.logs(of: id)) \(try await lab.audit()) \(try await lab.journal()) \(try await lab.registry.plugin(id))"
            #expect(!written.contains("s3cret-token"))
            #expect(failures.first?.fault.message.contains("•••") == true)

            let test = try await lab.registry.test(ConfigurationChange(values: ["region": "south"]), of: id, in: .hub)
            #expect(!test.isGood)
            #expect(test.message == "asked with •••")
            #expect(try await lab.registry.test(ConfigurationChange(secrets: ["token": "other-token"]), of: id, in: .hub).isGood)
            _ = try await lab.registry.configure(id, in: .hub, ConfigurationChange(values: ["region": .null]), by: HubLab.admin)
            #expect(await lab.refusal("acme.form", "all") == "plugin.needs-configuration")
            await lab.end()
        }

        @Test func `organisations have settings and secrets of their own and never see each other's`() async throws {
            let first = try await HubLab()
            let id = try await first.begin("acme.form", code: Self.code, configuration: Self.fields)
            let (red, blue, other) = (Organisation.ID("red"), Organisation.ID("blue"), Organisation.ID("other"))
            for (organisation, word) in [(red, "red"), (blue, "blue")] {
                _ = try await first.registry.configure(
                    id, in: .organisation(organisation),
                    ConfigurationChange(values: ["region": .string(word)], secrets: ["token": "token-of-\(word)"]), by: HubLab.admin)
            }
            #expect(await first.refusal("acme.form", "all", organisation: other) == "plugin.needs-configuration")
            #expect(try await first.registry.plugin(id, for: red).state.name == .enabled)
            #expect(try await first.registry.plugin(id, for: other).state.turn == .member)
            for lab in [first, try await first.restarted()] where lab !== first {
                let answers = try await withThrowingTaskGroup(of: (String, JSONValue).self) { group in
                    for turn in 0..<40 {
                        let word = turn % 2 == 0 ? "red" : "blue"
                        group.addTask { (word, try await lab.call("acme.form", "all", organisation: Organisation.ID(word))) }
                    }
                    return try await group.reduce(into: []) { $0.append($1) }
                }
                for (word, answer) in answers {
                    #expect(answer["region"] == .string(word))
                    #expect(answer["token"] == .string("token-of-\(word)"))
                }
                _ = try await lab.registry.configure(id, in: .hub, ConfigurationChange(values: ["region": "hub"]), by: HubLab.admin)
                #expect(try await lab.call("acme.form", "all", organisation: other) == ["region": "hub", "count": 3])
                #expect(try await lab.call("acme.form", "all", organisation: red)["region"] == "red")
                let form = try await lab.registry.configuration(of: id, in: .organisation(other))
                #expect(form.fields.first { $0.field.key == "token" }?.isSet == false)
                let plan = try await lab.registry.removal(of: id)
                #expect((plan.settings, plan.secrets) == (3, 2))
                #expect(plan.organisations == [blue, red])
                await lab.end()
            }
        }

        @Test func `what a file says is beneath what people set`() async throws {
            let lab = try await HubLab {
                $0.files = [
                    FileEntry(plugin: "acme.form", config: ["region": "file", "extra_token": "x", "note": "y"], file: "patchbay.yaml")
                ]
            }
            let id = try await lab.begin("acme.form", code: Self.code, configuration: Self.fields)
            #expect(try await lab.call("acme.form", "all")["region"] == "file")
            #expect(
                try await lab.registry.plugin(id).publicConfig == ["count": 3, "region": "file", "note": "y"],
                "what looks like a credential is withheld")
            _ = try await lab.registry.configure(id, in: .hub, ConfigurationChange(values: ["region": "hub"]), by: HubLab.admin)
            #expect(try await lab.call("acme.form", "all")["region"] == "hub")
            await lab.end()
        }
    }
}
