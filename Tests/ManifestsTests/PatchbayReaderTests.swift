import JSON
import PluginModel
import Testing

@testable import Manifests

private struct FaultyCase: Sendable, CustomTestStringConvertible {
    let testDescription: String
    let document: JSONValue
    /// Each `severity code pointer`.
    let findings: [String]

    init(_ testDescription: String, _ changes: KeyValuePairs<String, JSONValue?>, _ findings: String...) {
        (self.testDescription, document, self.findings) = (testDescription, PatchbayDocuments.small(changes), findings)
    }
}

private func summary(_ reading: PackageReading) -> [String] {
    reading.findings.map { finding in
        guard case .document(_, let pointer) = finding.place else { return "\(finding.severity.rawValue) \(finding.code)" }
        return "\(finding.severity.rawValue) \(finding.code) \(pointer)"
    }
}

private func field(_ members: KeyValuePairs<String, JSONValue>) -> JSONValue {
    var object: JSONObject = ["key": "k"]
    for (key, value) in members { object[key] = value }
    return [.object(object)]
}

private func one(_ list: String, _ members: KeyValuePairs<String, JSONValue>) -> JSONValue {
    var object: JSONObject = ["id": "a", "title": "A"]
    for (key, value) in members { object[key] = value }
    return [list: [.object(object)]]
}

@Suite("A package of our own format") struct PatchbayReaderTests {
    @Test("says everything, and all of it is read") func whole() throws {
        let reading = PatchbayDocuments.read(PatchbayDocuments.whole)
        #expect(reading.findings == [])
        let manifest = try #require(reading.manifest)
        #expect(manifest.format == .patchbay && manifest.id.rawValue == "acme.everything" && manifest.version == "1.2.3-beta.1")
        let picture = try RelativePath("assets/acme.png")
        #expect(manifest.publisher?.email == "plugins@acme.example" && manifest.publisher?.image == .file(picture))
        #expect(manifest.aliases == ["everything"] && manifest.tags == ["weather", "maps"] && manifest.category == "Weather")
        #expect(manifest.logos.withBackground == .url("https://acme.example/logo.png"))
        #expect(manifest.screenshots == [Screenshot(title: "The map", image: .file(try RelativePath("assets/map.png")))])
        #expect(manifest.modelCard?.sections.map(\.groups.count) == [0, 1] && manifest.modelCard?.learnMoreURL != nil)
        #expect(manifest.platforms == [.linux, .macos] && manifest.engine?.isSatisfied == true)
        #expect(manifest.entry?.text == "src/index.ts" && manifest.uiEntry?.text == "ui/index.js")
        #expect(manifest.initialState == InitialState(isEnabled: false, alias: "all", hotkey: "ctrl+a"))
        #expect(manifest.localisations["de"]?["contributions.views.map.title"] == "Karte")

        #expect(manifest.permissions.map(\.text) == ["engine:jit", "network:outbound:*.example.com"])
        #expect(manifest.permissions[1].isOptional && manifest.permissions[1].reason != nil)
        #expect(manifest.permissions[1].origin.description == "/permissions/1")

        let fields = manifest.configuration
        #expect(fields[0].secretUse == .header(name: "Authorization", prefix: "Bearer ", hosts: ["api.example.com"]))
        #expect(fields[3].secretUse == .hmac(header: "X-Sign", algorithm: "sha512", hosts: ["api.example.com"]))
        #expect(Set(fields.map(\.kind)) == Set(PatchbayField.kinds.map(\.1)))
        #expect(fields.last?.defaultValue == .null && fields[9].options[1].label == "Fahrenheit")
        #expect(fields[4].limits == ConfigField.Limits(lengthMin: 1, lengthMax: 10, pattern: "^a"))

        #expect(Set(manifest.contributionCounts.keys) == Set(Contribution.Kind.allCases))
        let signal = try #require(manifest.contributions.first)
        #expect(
            signal.origin.description == "/contributions/signals/0" && signal.icon == .glyph("font_storm") && !signal.initialState.isEnabled
        )
        #expect(signal.detail == .signal(.init(inputs: ["STRING"], outputType: "NUMBER", languages: ["ENGLISH"])))
        let command = try #require(manifest.contributions.first { $0.kind == .command })
        #expect(command.detail == .command(.init(program: "echo", arguments: ["hello", ""], hidesBeforeOpening: false)))
        guard case .view(let view) = manifest.contributions.first(where: { $0.kind == .view })?.detail else {
            Issue.record("no view")
            return
        }
        #expect(view.size == .init(width: 800, height: 600) && view.isDetachable && !view.hidesScrollbar)
    }

    @Test("says of a signal all that a signal can say") func signal() throws {
        let manifest = try #require(PatchbayDocuments.read(PatchbayDocuments.whole).manifest)
        let wind = try #require(manifest.contributions.first { $0.id == "WIND" })
        var expected = Contribution.Signal(inputs: ["STRING", "FULL_ITEM"], outputType: "STRING")
        expected.outputValues = ["CALM", "BREEZE", 12]
        expected.outputIsOrdered = true
        expected.thresholds = .init(highPrecision: 0.9, highRecall: "BREEZE")
        expected.cost = 20
        expected.pricing = .subscription
        expected.docsURL = "https://acme.example/wind"
        (expected.needsMatchingValues, expected.needsActionPenalties, expected.isAllowedInAutomatedRules) = (true, true, false)
        expected.tellsAvailability = true
        let gust = Contribution.Signal.Subcategory(id: "gust", label: "Gust")
        expected.subcategories = [
            .init(id: "gale", label: "Gale", description: "Above 17 m/s.", children: [gust]),
            .init(id: "lull", label: "Lull", children: [gust]),
        ]
        expected.context = .init(item: true, parent: true, thread: true, threadMessagesMax: 5)
        #expect(wind.detail == .signal(expected))
        #expect(wind.groupCountsInSearch)
        #expect(manifest.hasSignalCatalog && manifest.requiresConfiguration && manifest.takesFurtherConfiguration)
        #expect(
            manifest.context
                == ContextOptions(thread: .init(isIncluded: true, messages: 10, messagesMax: 50), parent: true))
        #expect(manifest.configurationSchema?["dependentRequired"] != nil)
        #expect(manifest.publisher?.accounts == ["github": "acme"] && manifest.publisher?.about == "Makes things.")
        #expect(manifest.contributors.map(\.name) == ["Bea"])
        #expect(manifest.localisations["de"]?["contributions.signals.WIND.subcategories.gust.label"] == "Bö")
        // Programs read the same.
        let json = try #require(manifest.json["contributions"]?.arrayValue?.first { $0["id"] == "WIND" })
        #expect(json["cost"] == 20 && json["thresholds"]?["highRecall"] == "BREEZE" && json["automatedRules"] == false)
        #expect(json["subcategories"]?[0]?["children"]?[0]?["label"] == "Gust")
    }

    @Test("asks in words for what no capability stands for") func requests() throws {
        let asked = PatchbayDocuments.small([
            "permissions": [
                "process:run:git", ["permission": "file:read:/srv//reports/./a/", "reason": "Shows them."], "page:call:fs:read_dir",
                "network:outbound:a.test", "file:read:/srv/reports/a",
            ]
        ])
        let reading = PatchbayDocuments.read(asked)
        #expect(summary(reading) == ["warning manifest.repeated-permission /permissions/4"])
        let requests = try #require(reading.manifest).permissions
        #expect(
            requests.map(\.text) == ["process:run:git", "file:read:/srv/reports/a", "page:call:fs:read_dir", "network:outbound:a.test"])
        #expect(requests.map { $0.permission == nil } == [true, true, true, false])
        #expect(requests[1].reason == "Shows them." && requests[1].origin.description == "/permissions/1")
    }

    @Test("may be as small as it was before there was more") func small() {
        #expect(PatchbayDocuments.read(PatchbayDocuments.small).findings == [])
        let before = JSONValue.object(["id": "a", "name": "A", "version": "1.0.0", "entry": "src/index.ts", "description": ""])
        #expect(summary(PatchbayDocuments.read(before)) == ["warning manifest.empty /description"])
    }

    @Test("needs no code for what needs none, and names what does") func entry() {
        let view = PatchbayDocuments.small(["entry": nil, "contributions": one("views", ["page": "pages/map.html"])])
        #expect(PatchbayDocuments.read(view).findings == [])
        let signal = PatchbayDocuments.read(PatchbayDocuments.small(["entry": nil, "contributions": one("signals", [:])]))
        #expect(summary(signal) == ["error manifest.missing "])
        #expect(signal.findings[0].sentence.contains("the signal 'a' needs it"))
    }

    @Test("tells an entry that is not built yet from one that is missing") func unbuilt() {
        let built = PatchbayDocuments.small(["entry": "dist/index.js"])
        #expect(summary(PatchbayDocuments.read(built)) == ["notice manifest.unbuilt-entry /entry"])
        #expect(summary(PatchbayDocuments.read(built, [:])) == ["error manifest.missing-file /entry"])
    }

    @Test(
        "is told its faults with their places:",
        arguments: [
            FaultyCase("an unknown key inside", ["publisher": ["name": "A", "mail": "x"]], "warning manifest.unknown-key /publisher/mail"),
            FaultyCase("a null", ["category": .null], "warning manifest.null /category"),
            FaultyCase("an address of another kind", ["docs": "ftp://a.test/"], "error manifest.invalid-address /docs"),
            FaultyCase(
                "an e-mail that is none", ["publisher": ["name": "A", "email": "a"]], "error manifest.invalid-address /publisher/email"),
            FaultyCase("a missing picture", ["icon": "a.png"], "warning manifest.missing-file /icon"),
            FaultyCase("a picture outside", ["icon": "../a.png"], "error manifest.invalid-path /icon"),
            FaultyCase("a picture that is a folder", ["icon": "assets"], "error manifest.no-file /icon"),
            FaultyCase("a missing interface", ["uiEntry": "ui/none.js"], "error manifest.missing-file /uiEntry"),
            FaultyCase("an unknown platform", ["platforms": ["linx"]], "error manifest.unknown-word /platforms/0"),
            FaultyCase("no platform", ["platforms": []], "error manifest.empty /platforms"),
            FaultyCase("a range that is none", ["engines": ["patchbay": "latest"]], "error manifest.invalid-range /engines/patchbay"),
            FaultyCase("another hub", ["engines": ["patchbay": "^99.0.0"]], "error manifest.incompatible-engine /engines/patchbay"),
            FaultyCase("a reason without a permission", ["permissions": [["reason": "x"]]], "error manifest.missing /permissions/0"),
            FaultyCase(
                "a permission that is none", ["permissions": [["permission": "a:b:c"]]],
                "error permission.unknown-capability /permissions/0/permission"),
            FaultyCase("a field without a key", ["configuration": [["type": "text"]]], "error manifest.missing /configuration/0"),
            FaultyCase("a key with a blank", ["configuration": [["key": "a b"]]], "error manifest.invalid-key /configuration/0/key"),
            FaultyCase(
                "a key twice", ["configuration": [["key": "a"], ["key": "a"]]], "error manifest.duplicate-key /configuration/1/key"),
            FaultyCase("an unknown type", ["configuration": field(["type": "txt"])], "error manifest.unknown-word /configuration/0/type"),
            FaultyCase(
                "a choice of nothing", ["configuration": field(["type": "choice"])], "error manifest.missing-options /configuration/0"),
            FaultyCase(
                "options of a text", ["configuration": field(["options": ["a"]])], "warning manifest.unused-key /configuration/0/options"),
            FaultyCase(
                "a default that is no option", ["configuration": field(["type": "choice", "options": ["a"], "default": "b"])],
                "error manifest.default-misfit /configuration/0/default"),
            FaultyCase(
                "a default of another kind", ["configuration": field(["type": "integer", "default": 1.5])],
                "error manifest.default-misfit /configuration/0/default"),
            FaultyCase(
                "limits that leave nothing", ["configuration": field(["limits": ["minimum": 2, "maximum": 1]])],
                "error manifest.empty-range /configuration/0/limits/minimum"),
            FaultyCase(
                "a limit below zero", ["configuration": field(["limits": ["lengthMax": -1]])],
                "error manifest.out-of-range /configuration/0/limits/lengthMax"),
            FaultyCase(
                "a secret for all to read", ["configuration": field(["secret": true, "default": "x"])],
                "error manifest.secret-default /configuration/0/default"),
            FaultyCase(
                "the use of what is no secret", ["configuration": field(["secretUse": ["query": "q", "hosts": ["a.test"]]])],
                "error manifest.secret-use /configuration/0/secretUse",
                "warning manifest.unreachable-host /configuration/0/secretUse/hosts/0"),
            FaultyCase(
                "a secret used in two ways",
                ["configuration": field(["secret": true, "secretUse": ["query": "q", "header": "h", "hosts": []]])],
                "error manifest.secret-use /configuration/0/secretUse"),
            FaultyCase(
                "a secret for nobody", ["configuration": field(["secret": true, "secretUse": ["query": "q"]])],
                "error manifest.missing /configuration/0/secretUse"),
            FaultyCase(
                "a secret for no host", ["configuration": field(["secret": true, "secretUse": ["query": "q", "hosts": ["a b"]]])],
                "error manifest.invalid-host /configuration/0/secretUse/hosts/0"),
            FaultyCase("an unknown list", ["contributions": ["signal": []]], "warning manifest.unknown-key /contributions/signal"),
            FaultyCase(
                "a contribution without id and title", ["contributions": ["actions": [[:]]]],
                "error manifest.missing /contributions/actions/0", "error manifest.missing /contributions/actions/0"),
            FaultyCase(
                "an id twice", ["contributions": ["actions": [["id": "a", "title": "A"], ["id": "a", "title": "B"]]]],
                "error manifest.duplicate-id /contributions/actions/1/id"),
            FaultyCase(
                "an id twice, once with another fault", ["contributions": ["actions": [["id": "a"], ["id": "a", "title": "B"]]]],
                "error manifest.missing /contributions/actions/0", "error manifest.duplicate-id /contributions/actions/1/id"),
            FaultyCase(
                "an id with a slash", ["contributions": ["actions": [["id": "a/b", "title": "A"]]]],
                "error manifest.invalid-id /contributions/actions/0/id"),
            FaultyCase(
                "a platform too many", ["platforms": ["linux"], "contributions": one("actions", ["platforms": ["macos"]])],
                "warning manifest.extra-platforms /contributions/actions/0/platforms"),
            FaultyCase(
                "a view of nothing", ["contributions": one("views", ["page": "none.html"])],
                "error manifest.missing-file /contributions/views/0/page"),
            FaultyCase(
                "half a size", ["contributions": one("views", ["page": "pages/map.html", "size": ["width": 0]])],
                "error manifest.missing /contributions/views/0/size", "error manifest.out-of-range /contributions/views/0/size/width"),
            FaultyCase(
                "a command without a program", ["contributions": one("commands", ["args": [1]])],
                "error manifest.missing /contributions/commands/0", "error manifest.wrong-type /contributions/commands/0/args/0"),
            FaultyCase(
                "an open brace", ["contributions": one("quicklinks", ["link": "https://a.test/{q"])],
                "error manifest.invalid-link /contributions/quicklinks/0/link"),
            FaultyCase(
                "a schema that is none", ["contributions": one("actions", ["input": "x"])],
                "error manifest.wrong-type /contributions/actions/0/input"),
            FaultyCase(
                "a schema with an unknown type", ["contributions": one("actions", ["input": ["properties": ["a": ["type": "strng"]]]])],
                "error manifest.invalid-schema /contributions/actions/0/input/properties/a/type"),
            FaultyCase(
                "an answer's schema that leads out", ["contributions": one("actions", ["output": ["$ref": "https://a.test/s.json"]])],
                "error manifest.invalid-schema /contributions/actions/0/output/$ref"),
            FaultyCase(
                "a schema with a broken pattern", ["configurationSchema": ["properties": ["a": ["pattern": "(a"]]]],
                "error manifest.invalid-schema /configurationSchema/properties/a/pattern"),
            FaultyCase("a schema that is a text", ["configurationSchema": "x"], "error manifest.wrong-type /configurationSchema"),
            FaultyCase(
                "a pattern that is none", ["configuration": field(["limits": ["pattern": "[a"]])],
                "error manifest.invalid-pattern /configuration/0/limits/pattern"),
            FaultyCase(
                "a default beside the pattern", ["configuration": field(["default": "b", "limits": ["pattern": "^a"]])],
                "error manifest.default-misfit /configuration/0/default"),
            FaultyCase("a file without its path", ["permissions": ["file:read:reports"]], "error manifest.invalid-request /permissions/0"),
            FaultyCase(
                "an unknown access to a file", ["permissions": [["permission": "file:delete:/a"]]],
                "error manifest.invalid-request /permissions/0/permission"),
            FaultyCase("no program to run", ["permissions": ["process:run:"]], "error manifest.invalid-request /permissions/0"),
            FaultyCase("half a function of a page", ["permissions": ["page:call:fs"]], "error manifest.invalid-request /permissions/0"),
            FaultyCase(
                "a cost below zero", ["contributions": one("signals", ["cost": -1])],
                "error manifest.out-of-range /contributions/signals/0/cost"),
            FaultyCase(
                "one threshold", ["contributions": one("signals", ["thresholds": ["highRecall": true]])],
                "error manifest.missing /contributions/signals/0/thresholds",
                "error manifest.wrong-type /contributions/signals/0/thresholds/highRecall"),
            FaultyCase(
                "an order of nothing", ["contributions": one("signals", ["output": ["type": "STRING", "ordered": true]])],
                "warning manifest.unused-key /contributions/signals/0/output/ordered"),
            FaultyCase(
                "values that are none", ["contributions": one("signals", ["output": ["values": [1, 1.0, true, " "]]])],
                "error manifest.missing /contributions/signals/0/output",
                "warning manifest.repeated /contributions/signals/0/output/values/1",
                "error manifest.wrong-type /contributions/signals/0/output/values/2",
                "error manifest.empty /contributions/signals/0/output/values/3"),
            FaultyCase(
                "another price", ["contributions": one("signals", ["pricing": "FREE"])],
                "error manifest.unknown-word /contributions/signals/0/pricing"),
            FaultyCase(
                "a child that is not there",
                ["contributions": one("signals", ["subcategories": [["id": "a", "label": "A", "children": ["b"]]]])],
                "error manifest.unknown-subcategory /contributions/signals/0/subcategories/0/children/0"),
            FaultyCase(
                "a subcategory twice",
                ["contributions": one("signals", ["subcategories": [["id": "a", "label": "A"], ["id": "a", "label": "B"]]])],
                "error manifest.duplicate-id /contributions/signals/0/subcategories/1/id"),
            FaultyCase(
                "subcategories in a circle",
                [
                    "contributions": one(
                        "signals",
                        [
                            "subcategories": [
                                ["id": "r", "label": "R", "children": ["a"]], ["id": "a", "label": "A", "children": ["b"]],
                                ["id": "b", "label": "B", "children": ["a"]],
                            ]
                        ])
                ],
                "error manifest.subcategory-circle /contributions/signals/0/subcategories/0"),
            FaultyCase(
                "subcategories too deep in each other",
                [
                    "contributions": one(
                        "signals",
                        [
                            "subcategories": .array(
                                (0..<17).map { level in
                                    [
                                        "id": .string("s\(level)"), "label": "S",
                                        "children": level < 16 ? [.string("s\(level + 1)")] : [],
                                    ]
                                })
                        ])
                ],
                "error manifest.too-deep /contributions/signals/0/subcategories/0"),
            FaultyCase(
                "subcategories that stand in too many places",
                [
                    "contributions": one(
                        "signals",
                        [
                            "subcategories": .array(
                                (0..<12).map { level in
                                    [
                                        "id": .string("s\(level)"), "label": "S",
                                        "children": .array((level + 1..<12).map { .string("s\($0)") }),
                                    ]
                                })
                        ])
                ],
                "error manifest.too-many /contributions/signals/0/subcategories/0"),
            FaultyCase(
                "more messages than there may be", ["context": ["thread": ["messages": 9, "messagesMax": 5]]],
                "error manifest.empty-range /context/thread/messages"),
            FaultyCase(
                "a service that is none", ["publisher": ["name": "A", "accounts": ["Git Hub": "a"]]],
                "error manifest.invalid-key /publisher/accounts/Git Hub"),
            FaultyCase(
                "a heading to be searched and none there", ["contributions": one("actions", ["groupInSearch": true])],
                "warning manifest.unused-key /contributions/actions/0/groupInSearch"),
            FaultyCase(
                "a route that climbs", ["contributions": one("routes", ["path": "/../a"])],
                "error manifest.invalid-path /contributions/routes/0/path"),
            FaultyCase(
                "a method that is none", ["contributions": one("routes", ["path": "/a", "methods": ["get"]])],
                "error manifest.unknown-word /contributions/routes/0/methods/0"),
            FaultyCase(
                "a schedule that is none", ["contributions": one("connectors", ["schedule": "often"])],
                "error manifest.invalid-schedule /contributions/connectors/0/schedule"),
            FaultyCase(
                "a tab that nothing draws", ["contributions": one("entityTabs", [:])], "error manifest.missing /contributions/entityTabs/0"),
            FaultyCase(
                "a language that is none", ["localisation": ["d": ["name": "x"]]], "error manifest.invalid-language /localisation/d"),
            FaultyCase(
                "a text that is not there", ["localisation": ["de": ["nmae": "x"]]], "warning manifest.unknown-text /localisation/de/nmae"),
            FaultyCase("a text that is none", ["localisation": ["de": ["name": 1]]], "error manifest.wrong-type /localisation/de/name"),
        ])
    private func faults(_ c: FaultyCase) {
        let reading = PatchbayDocuments.read(c.document)
        #expect(summary(reading) == c.findings)
        #expect(reading.isValid == reading.findings.errors.isEmpty)
        #expect(reading.claim == PackageReading.Claim(id: "acme.hello", name: "Hello", version: "1.0.0"))
        for finding in reading.findings { #expect(!finding.sentence.isEmpty && finding.sentence.hasSuffix(".")) }
    }

    @Test("is left out where it does not run") func platforms() throws {
        var options = ReadingOptions(platform: .windows)
        #expect(
            summary(PatchbayDocuments.read(PatchbayDocuments.whole, PatchbayDocuments.files, options)) == [
                "error manifest.incompatible-platform /platforms"
            ])
        options.platform = .macos
        var whole = try #require(PatchbayDocuments.whole.objectValue)
        whole["localisation"] = ["de": ["contributions.signals.STORM.title": "Sturm"]]
        let reading = PatchbayDocuments.read(.object(whole), PatchbayDocuments.files, options)
        #expect(reading.findings == [])
        let manifest = try #require(reading.manifest)
        #expect(!manifest.contributions.contains { $0.kind == .signal } && manifest.contributions.contains { $0.kind == .view })
    }

    @Test("is told apart by why it cannot be read") func unreadable() {
        #expect(summary(PatchbayReader.read(MemoryPackage(), options: ReadingOptions())) == ["error manifest.missing"])
        var package = PatchbayDocuments.package(PatchbayDocuments.small)
        package.outside = ["patchbay.json"]
        #expect(summary(PatchbayReader.read(package, options: ReadingOptions())) == ["error manifest.outside-file"])
        package.outside = []
        package.unreadable = ["patchbay.json"]
        #expect(summary(PatchbayReader.read(package, options: ReadingOptions())) == ["error manifest.unreadable"])
        let large = PatchbayDocuments.small(["description": .string(String(repeating: "x", count: PatchbayManifest.bytesMax))])
        #expect(summary(PatchbayDocuments.read(large)) == ["error manifest.too-large"])
        package = PatchbayDocuments.package(PatchbayDocuments.small)
        package.outside = ["src/index.ts"]
        #expect(summary(PatchbayReader.read(package, options: ReadingOptions())) == ["error manifest.outside-file /entry"])
    }

    @Test("gives the runtime what it needs, or says that there is nothing to run") func running() {
        let whole = PatchbayManifest.read(PatchbayDocuments.whole.serializedBytes())
        #expect(whole.manifest?.permissions.count == 2 && whole.manifest?.version.description == "1.2.3-beta.1")
        let still = PatchbayDocuments.small(["entry": nil, "contributions": one("quicklinks", ["link": "https://a.test/"])])
        #expect(PatchbayManifest.read(still.serializedBytes()).findings.map(\.code) == ["manifest.no-entry"])
    }
}
