import JSON
import Manifests
import PluginModel
import Testing

/// A package with the given manifest and an entry beside it.
private func package(_ manifest: JSONValue, parent: String = "connectors") -> MemoryPackage {
    MemoryPackage(["plugin.json": manifest.serialized(), "index.ts": "", "src/late.ts": ""], folderName: "demo", parentNames: [parent])
}

private func read(_ manifest: JSONValue, parent: String = "elsewhere") -> PackageReading {
    MadeOpenReader.read(package(manifest, parent: parent), options: ReadingOptions())
}

/// A good connector of shape 1, changed.
private func shape1(_ change: (inout JSONObject) -> Void = { _ in }) -> JSONValue {
    var object: JSONObject = [
        "id": "org.example.contacts", "name": "Example Contacts", "version": "0.1.0", "type": "connector", "entrypoint": "./index.ts",
        "permissions": ["network:outbound:api.example.org", "event:publish:connector.*", "data:write:persons"],
        "configSchema": ["type": "object", "properties": ["apiKey": ["type": "string"]], "required": ["apiKey"]],
    ]
    change(&object)
    return .object(object)
}

private func shape2(_ change: (inout JSONObject) -> Void = { _ in }) -> JSONValue {
    var object: JSONObject = [
        "id": "org.example.contacts", "name": "Example Contacts", "version": "0.1.0", "type": "connector", "entrypoint": "./index.ts",
        "permissions": ["network": ["api.example.com"]],
        "config": [["key": "apiKey", "type": "string", "label": "Key", "required": true]], "author": "Acme",
    ]
    change(&object)
    return .object(object)
}

private func summary(_ findings: [Finding]) -> [String] { findings.map { "\($0.severity.rawValue) \($0.code) \($0.place)" } }

private struct BadCase: Sendable, CustomTestStringConvertible {
    let testDescription: String
    let manifest: JSONValue
    /// `code pointer`; every one an error.
    let errors: [String]

    init(_ testDescription: String, _ manifest: JSONValue, _ errors: String...) {
        (self.testDescription, self.manifest, self.errors) = (testDescription, manifest, errors)
    }
}

@Suite("A manifest of Made Open") struct MadeOpenReaderTests {
    @Test("of shape 1 is read whole") func shapeOne() throws {
        let reading = read(shape1(), parent: "connectors")
        #expect(reading.findings == [])
        let manifest = try #require(reading.manifest)
        #expect(manifest.format == .madeOpen)
        #expect(manifest.dialect == "shape 1")
        #expect(manifest.id.rawValue == "org.example.contacts")
        #expect(manifest.upstreamID == "org.example.contacts")
        #expect(manifest.name == "Example Contacts")
        #expect(manifest.version == "0.1.0")
        #expect(manifest.entry?.text == "index.ts")
        #expect(
            manifest.permissions.map(\.text) == ["network:outbound:api.example.org", "event:publish:connector.*", "data:write:persons"])
        #expect(manifest.permissions.map(\.origin.description) == ["/permissions/0", "/permissions/1", "/permissions/2"])
        #expect(manifest.permissions.allSatisfy { $0.permission != nil })
        #expect(manifest.contributionCounts == [.connector: 1])
        #expect(manifest.contributions[0].detail == .connector(.init(receivesWebhooks: false)))
        let field = try #require(manifest.configuration.first)
        #expect(field.key == "apiKey")
        #expect(field.isRequired)
        #expect(field.isSecret)
        #expect(field.origin.description == "/configSchema/properties/apiKey")
    }

    @Test("of shape 2 becomes what shape 1 would have been") func shapeTwo() throws {
        let reading = read(
            shape2 {
                $0["permissions"] = ["network": ["api.example.com"], "data": ["read:persons", "write:messages"]]
                $0["description"] = "Brings contacts."
                $0["config"] = [
                    ["key": "apiKey", "type": "string", "label": "Key", "required": true], ["key": "pass", "type": "password"],
                    ["key": "word", "type": "secret"], ["key": "pages", "type": "number", "required": false],
                ]
            })
        #expect(reading.findings == [])
        let manifest = try #require(reading.manifest)
        #expect(manifest.dialect == "shape 2")
        #expect(manifest.permissions.map(\.text) == ["network:outbound:api.example.com", "data:read:persons", "data:write:messages"])
        #expect(manifest.permissions.map(\.origin.description) == ["/permissions/network/0", "/permissions/data/0", "/permissions/data/1"])
        #expect(manifest.configuration.map(\.key) == ["apiKey", "pass", "word", "pages"])
        #expect(manifest.configuration.map(\.kind) == [.text, .text, .text, .number])
        #expect(manifest.configuration.map(\.isSecret) == [true, true, true, false])
        #expect(manifest.configuration.map(\.label) == ["Key", "pass", "word", "pages"])
        #expect(manifest.configuration.filter(\.isRequired).map(\.key) == ["apiKey"])
        #expect(manifest.description == "Brings contacts.")
        #expect(manifest.publisher == Publisher(name: "Acme"))
    }

    @Test("keeps the golden value of the normaliser") func golden() throws {
        let manifest = try #require(read(shape2()).manifest)
        #expect(manifest.permissions.map(\.text) == ["network:outbound:api.example.com"])
        #expect(manifest.configuration.filter(\.isRequired).map(\.key) == ["apiKey"])
    }

    @Test("takes data permissions of shape 2 in either form") func dataForms() throws {
        let manifest = try #require(
            read(shape2 { $0["permissions"] = ["network": [], "data": ["read": ["persons", "events"], "write": ["persons"]]] }).manifest)
        #expect(manifest.permissions.map(\.text) == ["data:read:persons", "data:read:events", "data:write:persons"])
        #expect(manifest.permissions.last?.origin.description == "/permissions/data/write/0")
    }

    @Test("of the form that the guide prints for a mail connector is valid") func mailConnector() throws {
        let manifest: JSONValue = [
            "id": "com.example.mailsuite", "name": "Example Mail Suite", "version": "1.0.0", "type": "connector",
            "entrypoint": "./index.ts",
            "permissions": [
                "network:outbound:graph.example.com", "event:publish:connector.*", "data:write:persons", "data:write:messages",
                "data:write:events",
            ],
            "configSchema": [
                "type": "object",
                "properties": ["clientId": ["type": "string"], "clientSecret": ["type": "string"], "refreshToken": ["type": "string"]],
                "required": ["clientId", "clientSecret", "refreshToken"],
            ],
        ]
        let reading = read(manifest, parent: "connectors")
        #expect(reading.findings == [])
        #expect(reading.manifest?.configuration.filter(\.isSecret).count == 3)
    }

    @Test("of the form that the guide prints for a text channel is valid") func textChannel() throws {
        let manifest: JSONValue = [
            "id": "io.example.channel", "name": "Example Texts", "version": "1.0.0", "type": "channel", "entrypoint": "./index.ts",
            "permissions": [
                "network:outbound:api.example.io", "network:inbound", "event:publish:communication.*", "data:write:messages",
                "data:write:conversations",
            ],
            "configSchema": [
                "type": "object",
                "properties": ["accountSid": ["type": "string"], "authToken": ["type": "string"], "phoneNumber": ["type": "string"]],
                "required": ["accountSid", "authToken", "phoneNumber"],
            ],
        ]
        let reading = read(manifest, parent: "channels")
        #expect(reading.findings == [])
        #expect(reading.manifest?.contributions.map(\.kind) == [.channel])
        #expect(reading.manifest?.contributions.first?.detail == .channel(.init(receivesWebhooks: true)))
    }

    @Test("of an operator stands as one operator until it runs, and says so") func operatorPlugin() throws {
        let reading = read(shape1 { $0["type"] = "operator" }, parent: "operators")
        #expect(reading.manifest?.contributions.map(\.kind) == [.conditionOperator])
        #expect(summary(reading.findings) == ["notice made-open.operators-unknown plugin.json /type"])
    }

    @Test("with seven faults gets seven errors") func seven() {
        let reading = read([
            "id": "contacts", "type": "widget", "entrypoint": "../index.ts",
            "permissions": ["network:outbound", "filesystem:read:/etc"],
        ])
        #expect(reading.manifest == nil)
        #expect(
            reading.findings.errors.map { "\($0.code) \($0.place)" } == [
                "manifest.invalid-id plugin.json /id", "manifest.missing plugin.json", "manifest.missing plugin.json",
                "made-open.unknown-type plugin.json /type", "manifest.invalid-entry plugin.json /entrypoint",
                "permission.malformed plugin.json /permissions/0", "permission.unknown-capability plugin.json /permissions/1",
            ])
        #expect(reading.claim.id == "contacts")
    }

    @Test("that is empty gets one error for each field it lacks") func empty() {
        #expect(summary(read([:]).findings) == Array(repeating: "error manifest.missing plugin.json", count: 6))
    }

    @Test("names both fields where the shapes are mixed") func mixed() {
        for (manifest, place) in [
            (shape1 { $0["config"] = [] }, "/config"),
            (shape2 { $0["configSchema"] = ["type": "object", "properties": [:]] }, "/configSchema"),
        ] {
            let errors = read(manifest).findings.errors
            #expect(errors.map { "\($0.code) \($0.place)" } == ["made-open.mixed-shapes plugin.json \(place)"])
            #expect(errors.first?.sentence.contains("\"permissions\"") == true)
            #expect(errors.first?.sentence.contains("\"\(place.dropFirst())\"") == true)
        }
    }

    @Test(
        "with a fault is refused at its place:",
        arguments: [
            BadCase("a one-word id", shape1 { $0["id"] = "contacts" }, "manifest.invalid-id /id"),
            BadCase("an id with capitals", shape1 { $0["id"] = "org.Example" }, "manifest.invalid-id /id"),
            BadCase("an id with an empty part", shape1 { $0["id"] = "org..example" }, "manifest.invalid-id /id"),
            BadCase("an id that ends in a dot", shape1 { $0["id"] = "org.example." }, "manifest.invalid-id /id"),
            BadCase("a hyphen in the first part", shape1 { $0["id"] = "my-org.example" }, "manifest.invalid-id /id"),
            BadCase("an id with a slash", shape1 { $0["id"] = "org.example/../x" }, "manifest.invalid-id /id"),
            BadCase(
                "an id without end", shape1 { $0["id"] = .string("a." + String(repeating: "b", count: 150)) }, "manifest.invalid-id /id"),
            BadCase("a number for an id", shape1 { $0["id"] = 7 }, "manifest.wrong-type /id"),
            BadCase("an empty name", shape1 { $0["name"] = " " }, "manifest.empty /name"),
            BadCase("no name", shape1 { $0["name"] = nil }, "manifest.missing"),
            BadCase("a version of two numbers", shape1 { $0["version"] = "1.0" }, "manifest.invalid-version /version"),
            BadCase("a version with a v", shape1 { $0["version"] = "v1.0.0" }, "manifest.invalid-version /version"),
            BadCase("a number for a version", shape1 { $0["version"] = 1 }, "manifest.wrong-type /version"),
            BadCase("a mistyped type", shape1 { $0["type"] = "conector" }, "made-open.unknown-type /type"),
            BadCase("no type", shape1 { $0["type"] = nil }, "manifest.missing"),
            BadCase("an absolute entry", shape1 { $0["entrypoint"] = "/index.ts" }, "manifest.invalid-entry /entrypoint"),
            BadCase("an entry outside", shape1 { $0["entrypoint"] = "src/../../index.ts" }, "manifest.invalid-entry /entrypoint"),
            BadCase("an entry with backslashes", shape1 { $0["entrypoint"] = "..\\index.ts" }, "manifest.invalid-entry /entrypoint"),
            BadCase("an entry of another kind", shape1 { $0["entrypoint"] = "./index.tsx" }, "manifest.invalid-entry /entrypoint"),
            BadCase("an entry that is not there", shape1 { $0["entrypoint"] = "./late.ts" }, "made-open.no-entry /entrypoint"),
            BadCase("a folder as entry", shape1 { $0["entrypoint"] = "./folder.js" }, "made-open.no-entry /entrypoint"),
            BadCase("no permissions", shape1 { $0["permissions"] = nil }, "manifest.missing"),
            BadCase("permissions in one text", shape1 { $0["permissions"] = "network:inbound" }, "manifest.wrong-type /permissions"),
            BadCase("a permission that is no text", shape1 { $0["permissions"] = [1] }, "manifest.wrong-type /permissions/0"),
            BadCase("all tables", shape1 { $0["permissions"] = ["data:read:*"] }, "permission.malformed /permissions/0"),
            BadCase("a table that is none", shape1 { $0["permissions"] = ["data:read:people"] }, "permission.malformed /permissions/0"),
            BadCase("every host", shape1 { $0["permissions"] = ["network:outbound:*"] }, "permission.malformed /permissions/0"),
            BadCase(
                "an address in full", shape1 { $0["permissions"] = ["network:outbound:https://a.example/x"] },
                "permission.malformed /permissions/0"),
            BadCase(
                "inbound with a host", shape1 { $0["permissions"] = ["network:inbound:a.example"] }, "permission.malformed /permissions/0"),
            BadCase("no subject", shape1 { $0["permissions"] = ["event:publish:"] }, "permission.malformed /permissions/0"),
            BadCase(
                "a capability of capitals", shape1 { $0["permissions"] = ["Network:inbound"] },
                "permission.unknown-capability /permissions/0"),
            BadCase(
                "capabilities that only the hub has",
                shape1 { $0["permissions"] = ["engine:jit", "network:private:10.0.0.0/8@nas.example"] },
                "permission.unknown-capability /permissions/0", "permission.unknown-capability /permissions/1"),
            BadCase(
                "a schema with a pattern that is none",
                shape1 { $0["configSchema"] = ["type": "object", "properties": ["a": ["type": "string", "pattern": "(a"]]] },
                "manifest.invalid-schema /configSchema/properties/a/pattern"),
            BadCase(
                "a schema that leads nowhere",
                shape1 { $0["configSchema"] = ["type": "object", "properties": ["a": ["$ref": "#/$defs/b"]]] },
                "manifest.invalid-schema /configSchema/properties/a/$ref"),
            BadCase("a schema that is a list", shape1 { $0["configSchema"] = [] }, "manifest.wrong-type /configSchema"),
            BadCase(
                "a schema without a type", shape1 { $0["configSchema"] = ["properties": [:]] }, "made-open.config-schema /configSchema"),
            BadCase(
                "a schema of another type", shape1 { $0["configSchema"] = ["type": "array"] }, "made-open.config-schema /configSchema/type"),
            BadCase(
                "a required key that is nowhere",
                shape1 {
                    $0["configSchema"] = ["type": "object", "properties": ["apiKey": ["type": "string"]], "required": ["apikey", "x"]]
                },
                "made-open.config-schema /configSchema/required/0", "made-open.config-schema /configSchema/required/1"),
            BadCase(
                "a required that is no list", shape1 { $0["configSchema"] = ["type": "object", "required": "apiKey"] },
                "manifest.wrong-type /configSchema/required"),
            BadCase(
                "properties in a list", shape1 { $0["configSchema"] = ["type": "object", "properties": []] },
                "manifest.wrong-type /configSchema/properties"),
            BadCase(
                "properties with faults of their own",
                shape1 {
                    $0["configSchema"] = [
                        "type": "object",
                        "properties": [
                            "a": "string", "b": ["type": "text"], "c": ["enum": []], "d": ["type": "number", "minimum": "0"],
                            "e": ["type": "string", "maxLength": -1], "f": ["type": "string", "title": 1],
                        ],
                    ]
                },
                "manifest.wrong-type /configSchema/properties/a", "made-open.config-schema /configSchema/properties/b/type",
                "made-open.config-schema /configSchema/properties/c/enum", "manifest.wrong-type /configSchema/properties/d/minimum",
                "manifest.wrong-type /configSchema/properties/e/maxLength", "manifest.wrong-type /configSchema/properties/f/title"),
            BadCase(
                "shape 2 with an unknown kind of permission", shape2 { $0["permissions"] = ["network": [], "events": ["x"]] },
                "permission.unknown-capability /permissions/events"),
            BadCase(
                "shape 2 with a host that is none", shape2 { $0["permissions"] = ["network": ["a b"]] },
                "permission.malformed /permissions/network/0"),
            BadCase(
                "shape 2 with hosts in a text", shape2 { $0["permissions"] = ["network": "a.example"] },
                "manifest.wrong-type /permissions/network"),
            BadCase(
                "shape 2 with a bare table", shape2 { $0["permissions"] = ["data": ["persons"]] },
                "made-open.data-permission /permissions/data/0"),
            BadCase(
                "shape 2 with a direction that is none", shape2 { $0["permissions"] = ["data": ["delete": ["persons"], "read": "x"]] },
                "permission.unknown-capability /permissions/data/delete", "manifest.wrong-type /permissions/data/read"),
            BadCase("shape 2 with config as an object", shape2 { $0["config"] = ["apiKey": "string"] }, "manifest.wrong-type /config"),
            BadCase(
                "shape 2 with faulty fields",
                shape2 {
                    $0["config"] = [
                        "apiKey", ["type": "string"], ["key": "a", "type": "strnig"], ["key": "b", "required": "yes"], ["key": "b"],
                    ]
                },
                "manifest.wrong-type /config/0", "manifest.missing /config/1", "made-open.field-type /config/2/type",
                "manifest.wrong-type /config/3/required", "made-open.repeated-field /config/4"),
        ])
    private func bad(_ c: BadCase) {
        var files = package(c.manifest)
        files["folder.js/x"] = ""
        let reading = MadeOpenReader.read(files, options: ReadingOptions())
        #expect(reading.manifest == nil)
        let wanted = c.errors.map { $0.contains(" ") ? $0.replacing(" ", with: " plugin.json ") : $0 + " plugin.json" }
        #expect(reading.findings.errors.map { "\($0.code) \($0.place)" } == wanted)
    }

    @Test("that is no JSON object is refused where it breaks") func broken() {
        func places(_ text: String?) -> [String] {
            summary(MadeOpenReader.read(MemoryPackage(text.map { ["plugin.json": $0] } ?? [:]), options: ReadingOptions()).findings)
        }
        #expect(places(nil) == ["error manifest.missing plugin.json"])
        #expect(places("{\n  \"id\": ,") == ["error manifest.malformed plugin.json:2:9"])
        #expect(places("") == ["error manifest.malformed plugin.json:1:1"])
        #expect(places("[]") == ["error manifest.wrong-type plugin.json"])
        #expect(
            places("{\"a\": \"" + String(repeating: "x", count: MadeOpenReader.bytesMax) + "\"}") == [
                "error manifest.too-large plugin.json"
            ])
        #expect(places(String(repeating: "[", count: 1000)) == ["error manifest.malformed plugin.json:1:65"])
        var outside = MemoryPackage()
        outside.outside = ["plugin.json"]
        #expect(summary(MadeOpenReader.read(outside, options: ReadingOptions()).findings) == ["error manifest.unreadable plugin.json"])
    }

    @Test("with an entry behind a link that leads out is refused") func linkedEntry() {
        var files = package(shape1())
        files["index.ts"] = nil
        files.outside = ["index.ts"]
        let errors = MadeOpenReader.read(files, options: ReadingOptions()).findings.errors
        #expect(errors.map { "\($0.code) \($0.place)" } == ["made-open.no-entry plugin.json /entrypoint"])
        #expect(errors.first?.sentence == "The entry './index.ts' is a link that leads out of the plugin's folder.")
    }

    @Test(
        "agrees with the folder it lies in", arguments: ["connectors", "channels", "operators", "anything"],
        ["connector", "channel", "operator"])
    func folder(_ parent: String, _ type: String) {
        let reading = read(shape1 { $0["type"] = .string(type) }, parent: parent)
        if parent == "anything" || parent == type + "s" {
            #expect(reading.isValid)
        } else {
            #expect(summary(reading.findings.errors) == ["error made-open.folder-mismatch plugin.json /type"])
        }
    }

    @Test("suggests what was probably meant") func suggestions() {
        #expect(read(shape1 { $0["type"] = "chanel" }).findings.first?.remedy == "Did you mean 'channel'?")
        #expect(read(shape1 { $0["entrypoint"] = "./late.ts" }).findings.first?.remedy == "Did you mean './src/late.ts'?")
        let warned = read(
            shape1 {
                $0["configShema"] = $0["configSchema"]
                $0["configSchema"] = nil
                $0["homepage"] = "https://a.example"
            })
        #expect(warned.isValid)
        #expect(summary(warned.findings) == ["warning manifest.unknown-key plugin.json /configShema"])
        let numbered = read(shape1 { $0["description"] = 7 })
        #expect(numbered.isValid)
        #expect(summary(numbered.findings) == ["warning manifest.wrong-type plugin.json /description"])
        let twice = read(shape1 { $0["permissions"] = ["network:inbound", "network:inbound"] })
        #expect(twice.isValid)
        #expect(summary(twice.findings) == ["warning manifest.repeated-permission plugin.json /permissions/1"])
    }

    @Test("with a key twice counts the last, as its own host does, and warns") func repeatedKey() {
        let text = shape1().serialized().dropLast() + ",\n\"name\": \"Other\"}"
        let reading = MadeOpenReader.read(MemoryPackage(["plugin.json": String(text), "index.ts": ""]), options: ReadingOptions())
        #expect(reading.manifest?.name == "Other")
        #expect(summary(reading.findings) == ["warning manifest.repeated-key plugin.json:2:1"])
    }

    @Test("makes a form of its schema, where texts are secrets unless they say otherwise") func form() throws {
        let properties: JSONValue = [
            "token": ["type": "string", "title": "Token", "description": "From the console.", "minLength": 8, "maxLength": 64],
            "shown": ["type": "string", "x-secret": false, "default": "x", "pattern": "^x"],
            "site": ["type": "string", "format": "uri"], "pin": ["type": "string", "format": "password"],
            "region": ["type": "string", "enum": ["eu", "us"], "default": "eu", "x-secret": false],
            "pages": ["type": "integer", "minimum": 1, "maximum": 10, "default": 3], "rate": ["type": ["number", "null"]],
            "on": ["type": "boolean"], "tags": ["type": "array", "items": ["type": "string"], "maxItems": 4],
            "days": ["type": "array", "items": ["enum": ["mo", "tu"]]], "extra": ["type": "object"], "any": true,
            "key": ["type": "integer", "x-secret": true], "note": ["type": "string", "x-multiline": true],
        ]
        let reading = read(shape1 { $0["configSchema"] = ["type": "object", "properties": properties, "required": ["token"]] })
        #expect(reading.findings == [])
        let fields = try #require(reading.manifest?.configuration)
        #expect(
            fields.map { "\($0.key) \($0.kind)\($0.isSecret ? " secret" : "")" } == [
                "token text secret", "shown text", "site text", "pin text secret", "region choice", "pages integer", "rate number",
                "on boolean", "tags list", "days choices", "extra json", "any json", "key integer secret", "note longText secret",
            ])
        #expect(fields[0].label == "Token")
        #expect(fields[0].help == "From the console.")
        #expect(fields[0].limits == ConfigField.Limits(lengthMin: 8, lengthMax: 64))
        #expect(fields[1].limits.pattern == "^x")
        #expect(fields[4].options.map(\.label) == ["eu", "us"])
        #expect(fields[5].defaultValue == 3)
        #expect(fields[8].limits.countMax == 4)
        #expect(fields[9].options.map(\.value) == ["mo", "tu"])
    }

    @Test("warns of a default that its own field refuses") func badDefault() {
        let reading = read(
            shape1 {
                $0["configSchema"] = [
                    "type": "object",
                    "properties": ["a": ["type": "integer", "default": "1"], "b": ["enum": ["x"], "default": "y"]],
                ]
            })
        #expect(reading.isValid)
        #expect(
            summary(reading.findings) == [
                "warning made-open.config-schema plugin.json /configSchema/properties/a/default",
                "warning made-open.config-schema plugin.json /configSchema/properties/b/default",
            ])
    }
}
