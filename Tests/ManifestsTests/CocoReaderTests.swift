import JSON
import PluginModel
import Testing

@testable import Manifests

private struct ShapeCase: Sendable, CustomTestStringConvertible {
    let testDescription: String
    let object: JSONObject
    var siblings: [String: String] = [:]
    let dialect: String
    let id: String
    let upstreamID: String
    let publisher: Publisher?
}

private struct NameCase: Sendable, CustomTestStringConvertible {
    let developer: String
    let folder: String
    let id: String
    var testDescription: String { "\(developer)/\(folder)" }
}

private let command = CocoFixture.command
private let view = CocoFixture.view
private let link = CocoFixture.quicklink
private let legacy = {
    var options = ReadingOptions()
    options.acceptsLegacyCoco = true
    return options
}()

private func named(_ name: String, of object: JSONObject = command, _ change: (inout JSONObject) -> Void = { _ in }) -> JSONObject {
    CocoFixture.changed(object) {
        $0["name"] = .string(name)
        change(&$0)
    }
}

@Suite("A plugin.json of Coco AI") struct CocoReaderTests {
    @Test("is read whole, as its authors write it") func golden() throws {
        let object = CocoFixture.holding([
            named("Say hello") {
                $0["settings"] = ["hide_before_open": false]
                $0["platforms"] = ["linux"]
                ($0["alias"], $0["hotkey"], $0["enabled"]) = ("hi", "Ctrl+H", false)
            }
        ]) {
            $0["views"] = [
                .object(
                    CocoFixture.changed(view) {
                        $0["ui"] = ["width": 400, "height": 300, "resizable": true, "hide_scrollbar": false, "footer": .null]
                        $0["permission"] = [
                            "fs": [["path": "/srv//data/./x/../", "access": ["write", "read", "read"]]],
                            "http": [["host": "api.example.org"], ["host": "*.Example.com:8443"]], "api": ["fs:read_dir"],
                        ]
                    })
            ]
            $0["quicklinks"] = [.object(link)]
            ($0["category"], $0["tags"]) = ("Utilities", ["demo", "words"])
            ($0["minimum_coco_version"], $0["platforms"]) = ("0.9.0-SNAPSHOT-2560", ["linux", "macos", "windows"])
            $0["screenshots"] = [["title": "", "url": "clock.png"], ["url": "https://example.org/b.png", "title": "B"]]
            $0["icon"] = "clock.png"
        }
        let reading = CocoFixture.read(object)
        #expect(cocoLines(reading.findings) == [])
        let manifest = try #require(reading.manifest)
        #expect(manifest.format == .coco)
        #expect(manifest.id.rawValue == "local.demo")
        #expect(manifest.upstreamID == "__local__/demo")
        #expect(manifest.dialect == "repository form")
        #expect(manifest.name == "Demo tools")
        #expect(manifest.version == "0.1.0")
        #expect(manifest.description == "Two demo commands")
        #expect(manifest.category == "Utilities")
        #expect(manifest.tags == ["demo", "words"])
        #expect(manifest.icon == .file(try RelativePath("assets/clock.png")))
        #expect(manifest.publisher == nil)
        #expect(manifest.platforms == [.linux, .macos, .windows])
        #expect(manifest.engine == EngineRequirement(engine: "coco", range: "0.9.0-SNAPSHOT-2560", offered: "0.10.0", isSatisfied: true))
        #expect(
            manifest.screenshots == [
                Screenshot(image: .file(try RelativePath("assets/clock.png"))),
                Screenshot(title: "B", image: .url("https://example.org/b.png")),
            ])
        #expect(
            manifest.permissions.map { "\($0.text) \($0.origin) \($0.permission == nil ? "text" : "real")" } == [
                "process:run:echo /commands/0/action/exec text", "file:read:/srv/data /views/0/permission/fs/0 text",
                "file:write:/srv/data /views/0/permission/fs/0 text",
                "network:outbound:api.example.org /views/0/permission/http/0/host real",
                "network:outbound:*.example.com:8443 /views/0/permission/http/1/host real",
                "page:call:fs:read_dir /views/0/permission/api/0 text",
            ])
        // Listed as the checks go, numbered as upstream counts: commands, quicklinks, scripts, and views behind them.
        #expect(
            manifest.contributions.map { "\($0.kind) \($0.id) \($0.title) \($0.origin)" } == [
                "command 1 Say hello /commands/0", "quicklink 2 Search /quicklinks/0", "view 3 Clock /views/0",
            ])
        #expect(manifest.contributions.allSatisfy { $0.group == "Demo tools" })
        #expect(manifest.contributions.allSatisfy { $0.groupCountsInSearch })
        let grouped = CocoFixture.read(CocoFixture.changed(object) { $0["type"] = "group" }).manifest
        #expect(grouped?.contributions.map(\.groupCountsInSearch) == [false, false, false])
        let hello = manifest.contributions[0]
        #expect(hello.detail == .command(Contribution.Command(program: "echo", arguments: ["hello"], hidesBeforeOpening: false)))
        #expect(hello.initialState == InitialState(isEnabled: false, alias: "hi", hotkey: "Ctrl+H"))
        #expect(hello.platforms == [.linux])
        #expect(hello.icon == .glyph("font_hello"))
        var clock = Contribution.View(source: .file(try RelativePath("index.html")))
        clock.size = Contribution.View.Size(width: 400, height: 300)
        (clock.isResizable, clock.hidesScrollbar) = (true, false)
        #expect(manifest.contributions[2].detail == .view(clock))
        guard case .quicklink(let quicklink) = manifest.contributions[1].detail else { throw Missing() }
        #expect(QuicklinkTemplate.expand(quicklink.parts) == "https://example.org/find?q=&in=docs")
        #expect(QuicklinkTemplate.expand(quicklink.parts, ["term": "x y"]) == "https://example.org/find?q=x%20y&in=docs")
    }

    @Test("keeps what its makers say about themselves, and that the launcher closes") func makers() throws {
        let object = CocoFixture.changed(CocoFixture.command) {
            $0["id"] = "0123456789abcdef0123456789abcdef"
            $0["settings"] = ["hide_before_open": true]
            $0["type"] = "quicklink"
            $0["action"] = nil
            $0["quicklink"] = ["link": "https://acme.example/"]
            $0["developer"] = ["id": "acme", "name": "Acme", "bio": "Makes tools.", "location": "Bonn", "github_handle": "acme-gh"]
            $0["contributors"] = [["id": "bea", "name": "Bea", "avatar": "https://acme.example/b.png"], ["id": "x"], 1]
        }
        let manifest = try #require(CocoFixture.read(object).manifest)
        let publisher = try #require(manifest.publisher)
        #expect(publisher.about == "Makes tools." && publisher.location == "Bonn" && publisher.accounts == ["github": "acme-gh"])
        #expect(manifest.contributors == [Publisher(id: "bea", name: "Bea", image: .url("https://acme.example/b.png"))])
        guard case .quicklink(let link)? = manifest.contributions.first?.detail else { throw Missing() }
        #expect(link.hidesBeforeOpening)
    }

    private struct Missing: Error {}

    @Test(
        "is recognised in its three shapes, with its developer",
        arguments: [
            ShapeCase(
                testDescription: "as authors write it", object: command, dialect: "repository form", id: "local.demo",
                upstreamID: "__local__/demo", publisher: nil),
            ShapeCase(
                testDescription: "in a developer's folder", object: command,
                siblings: ["developer.json": #"{"name": "Acme Inc.", "avatar": "a.png", "website": "https://acme.example", "bio": ""}"#],
                dialect: "repository form", id: "acme.demo", upstreamID: "acme/demo",
                publisher: Publisher(id: "acme", name: "Acme Inc.", url: "https://acme.example")),
            ShapeCase(
                testDescription: "with an id that an import replaces", object: CocoFixture.changed(command) { $0["id"] = 7 },
                dialect: "repository form", id: "local.demo", upstreamID: "__local__/demo", publisher: nil),
            ShapeCase(
                testDescription: "from the store",
                object: CocoFixture.changed(command) {
                    $0["id"] = "0123456789abcdef0123456789abcdef"
                    $0["developer"] = ["id": "acme", "name": "Acme Inc.", "avatar": "https://acme.example/a.png", "website": "nowhere"]
                    ($0["stats"], $0["checksum"], $0["contributors"]) = ([:], "x", [])
                }, siblings: ["developer.json": "[]"], dialect: "store form", id: "acme.0123456789abcdef0123456789abcdef",
                upstreamID: "acme/0123456789abcdef0123456789abcdef",
                publisher: Publisher(id: "acme", name: "Acme Inc.", image: .url("https://acme.example/a.png"))),
            ShapeCase(
                testDescription: "installed",
                object: CocoFixture.changed(command) {
                    $0["id"] = "demo"
                    $0["developer"] = "acme"
                    $0["enabled"] = true
                    for key in ["commands", "scripts", "quicklinks", "views", "page", "ui", "permission", "minimum_coco_version"] {
                        $0[key] = .null
                    }
                    for key in ["screenshots", "url", "version"] { $0[key] = .null }
                }, dialect: "installed form", id: "acme.demo", upstreamID: "acme/demo", publisher: Publisher(id: "acme", name: "acme")),
            ShapeCase(
                testDescription: "installed from a folder",
                object: CocoFixture.changed(command) { ($0["id"], $0["developer"]) = ("demo", "__local__") }, dialect: "installed form",
                id: "local.demo", upstreamID: "__local__/demo", publisher: nil),
        ])
    private func shapes(_ shape: ShapeCase) throws {
        let package = CocoFixture.package(
            JSONValue.object(shape.object).serialized(), parents: ["acme", "extensions"], siblings: shape.siblings)
        let reading = CocoReader.read(package, options: ReadingOptions())
        #expect(cocoLines(reading.findings) == [])
        let manifest = try #require(reading.manifest)
        #expect(manifest.dialect == shape.dialect)
        #expect(manifest.id.rawValue == shape.id)
        #expect(manifest.upstreamID == shape.upstreamID)
        #expect(manifest.publisher == shape.publisher)
        #expect(reading.claim == PackageReading.Claim(id: shape.upstreamID, name: "Say hello"))
        #expect(manifest.contributions.map(\.id) == [String(shape.upstreamID.split(separator: "/")[1])])
        #expect(manifest.contributions[0].group == nil)
    }

    @Test("counts sub-extensions before any is left out, from one in folders and from zero in the store") func numbering() throws {
        let object = CocoFixture.holding([named("a") { $0["platforms"] = ["macos"] }, named("b")]) {
            $0["quicklinks"] = [.object(named("c", of: link))]
            $0["scripts"] = [.object(named("d"))]
            $0["views"] = [.object(named("e", of: view))]
        }
        func read(_ object: JSONObject, _ platform: Platform?) throws -> [String] {
            let reading = CocoFixture.read(object, options: ReadingOptions(platform: platform))
            #expect(reading.findings.errors == [])
            return try #require(reading.manifest).contributions.map { "\($0.id)\($0.title)" }
        }
        #expect(try read(object, nil) == ["1a", "2b", "4d", "3c", "5e"])
        #expect(try read(object, .macos) == ["1a", "2b", "4d", "3c", "5e"])
        #expect(try read(object, .linux) == ["2b", "4d", "3c", "5e"])
        let store = CocoFixture.changed(object) {
            ($0["id"], $0["developer"]) = ("demo", ["id": "acme"])
            $0["commands"] = [.object(named("a") { $0["id"] = "own" }), .object(named("b") { $0["id"] = .null })]
        }
        #expect(try read(store, nil) == ["owna", "0b", "2d", "1c", "3e"])
        // Ids in a folder are replaced, whatever they were.
        let local = CocoFixture.changed(store) { $0["developer"] = nil }
        #expect(try read(local, nil) == ["1a", "2b", "4d", "3c", "5e"])
    }

    @Test("leaves out what does not run here, says so, and stays installed when nothing is left") func filtering() throws {
        let object = CocoFixture.holding([
            named("On") { $0["platforms"] = ["macos"] }, named("On") { $0["platforms"] = ["linux", "windows"] },
            named("Nowhere") { $0["platforms"] = [] },
        ])
        let linux = CocoFixture.read(object, options: ReadingOptions(platform: .linux))
        #expect(linux.manifest?.contributions.map(\.id) == ["2"])
        #expect(linux.manifest?.permissions.map(\.origin.description) == ["/commands/1/action/exec"])
        #expect(
            cocoLines(linux.findings) == [
                "warning coco.no-platforms /commands/2/platforms | \"platforms\" is an empty list, so this can be installed nowhere.",
                "notice coco.other-platform  | 2 of 3 sub-extensions do not run on Linux and are left out: '1', '3'.",
            ])
        #expect(CocoFixture.read(object).manifest?.contributions.count == 3)
        let empty = CocoFixture.holding([named("On") { $0["platforms"] = ["macos"] }])
        #expect(CocoFixture.read(empty, options: ReadingOptions(platform: .windows)).manifest?.contributions == [])
    }

    @Test("asks for the host of a page of the web") func pageHost() throws {
        func requests(_ page: String) throws -> [PermissionRequest] {
            try #require(CocoFixture.read(CocoFixture.changed(view) { $0["page"] = .string(page) }).manifest).permissions
        }
        #expect(try requests("https://app.example.org/x").map(\.text) == ["network:outbound:app.example.org"])
        #expect(try requests("http://app.example.org:8080?x").map(\.text) == ["network:outbound:http://app.example.org:8080"])
        #expect(try requests("https://app.example.org")[0].permission != nil)
        #expect(try requests("index.html") == [])
    }

    @Test("takes the last of two equal keys, as upstream does, and says so") func duplicateKeys() {
        let json = JSONValue.object(command).serialized().dropLast() + ",\n \"name\": \"Say bye\"}"
        let reading = CocoReader.read(CocoFixture.package(String(json)), options: ReadingOptions())
        #expect(reading.manifest?.name == "Say bye")
        #expect(
            cocoLines(reading.findings) == [
                "warning coco.duplicate-key 2:2 | The member \"name\" stands twice in this object. The last one counts."
            ])
    }

    @Test("is refused whole when its file cannot be read") func files() {
        func lines(_ change: (inout MemoryPackage) -> Void) -> [String] {
            var package = CocoFixture.package("{}")
            change(&package)
            return cocoLines(CocoReader.read(package, options: ReadingOptions()).findings)
        }
        #expect(lines { $0["plugin.json"] = nil } == ["error manifest.missing plugin.json | file 'plugin.json' does not exist"])
        #expect(
            lines { $0.unreadable = ["plugin.json"] } == [
                "error manifest.unreadable plugin.json | failed to read 'plugin.json': Permission denied"
            ])
        #expect(
            lines { $0.outside = ["plugin.json"] } == [
                "error coco.path-outside plugin.json | failed to read 'plugin.json': It is a link that leads out of the extension."
            ])
        #expect(
            lines { $0["plugin.json"] = String(repeating: " ", count: CocoReader.bytesMax + 1) } == [
                "error manifest.too-large plugin.json | failed to read 'plugin.json': It has more than 1048576 bytes."
            ])
    }

    @Test("reads nothing that a link leads out of the extension") func links() {
        var package = CocoFixture.package(
            JSONValue.object(CocoFixture.changed(view) { $0["screenshots"] = ["shot.png"] }).serialized())
        package.outside = ["index.html", "assets/clock.png", "assets/shot.png"]
        #expect(
            cocoLines(CocoReader.read(package, options: ReadingOptions()).findings) == [
                "error coco.path-outside /icon | The icon 'clock.png' lies outside the extension.",
                "error coco.path-outside /page | The page 'index.html' lies outside the extension.",
                "error coco.path-outside /screenshots/0 | The screenshot 'shot.png' lies outside the extension.",
            ])
    }

    @Test("needs a folder's name where it has no id") func withoutFolder() {
        let package = CocoFixture.package(JSONValue.object(command).serialized(), folder: "")
        #expect(
            cocoLines(CocoReader.read(package, options: ReadingOptions()).findings) == [
                "error coco.no-folder-name  | The extension has no id, and lies in no folder whose name could be one."
            ])
    }

    @Test(
        "makes do without a good developer's file",
        arguments: [
            ("{", "warning coco.developer"), ("[]", "warning coco.developer"), ("{}", "warning coco.developer"),
            (#"{"name": 1, "avatar": "a.png"}"#, "warning coco.developer"),
        ])
    func developers(_ json: String, _ start: String) throws {
        let package = CocoFixture.package(JSONValue.object(command).serialized(), parents: ["acme"], siblings: ["developer.json": json])
        let reading = CocoReader.read(package, options: ReadingOptions())
        #expect(!reading.findings.isEmpty)
        #expect(
            cocoLines(reading.findings).allSatisfy { $0.hasPrefix(start) && $0.contains("../developer.json") || $0.contains("not JSON") })
        #expect(reading.manifest?.publisher == Publisher(id: "acme", name: "acme"))
    }

    @Test(
        "gets a plugin id that no other extension gets",
        arguments: [
            NameCase(developer: "acme", folder: "demo-1_x", id: "acme.demo-1_x"),
            NameCase(developer: "Acme", folder: "2048", id: "Acme.2048"),
            NameCase(developer: "acme", folder: "two.dots", id: "acme.two.dots"),
            NameCase(developer: "acme", folder: "with space", id: "acme.with-space-"),
            NameCase(developer: "acme", folder: "with-space", id: "acme.with-space"),
            NameCase(developer: "acme", folder: "_x", id: "acme.x-"), NameCase(developer: "acme.two", folder: "dots", id: "acme-two.dots-"),
            NameCase(developer: "local", folder: "demo", id: "local.demo-"), NameCase(developer: "acme", folder: "计算器", id: "acme.x-"),
            NameCase(developer: "acme", folder: "x-0123456789", id: "acme.x-0123456789-"),
            NameCase(developer: "acme", folder: String(repeating: "x", count: 200), id: "acme.xxx"),
        ])
    private func names(_ name: NameCase) throws {
        let package = CocoFixture.package(
            JSONValue.object(command).serialized(), folder: name.folder, parents: [name.developer],
            siblings: ["developer.json": #"{"name": "x", "avatar": "x"}"#])
        let manifest = try #require(CocoReader.read(package, options: ReadingOptions()).manifest)
        #expect(manifest.upstreamID == "\(name.developer)/\(name.folder)")
        if name.id.hasSuffix("-") {
            #expect(manifest.id.rawValue.hasPrefix(name.id))
            #expect(manifest.id.rawValue.utf8.count == name.id.utf8.count + 10)
        } else if name.id == "acme.xxx" {
            #expect(manifest.id.rawValue.hasPrefix(name.id))
        } else {
            #expect(manifest.id.rawValue == name.id)
        }
    }

    @Test("survives any change to a good one, and never takes one that lost what it needs", arguments: 1...4)
    func fuzz(_ seed: UInt64) throws {
        var state = seed
        func random(_ bound: Int) -> Int {
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return Int((state >> 33) % UInt64(bound))
        }
        let odd: [JSONValue] = [.null, true, -1, 1.5, "", "../..", [], [:], ["x"], ["x": 1], "\u{202e}", [[]]]
        let good = CocoFixture.holding([command, link, view]) {
            $0["minimum_coco_version"] = "0.9.0"
            $0["platforms"] = ["linux"]
        }
        func mutated(_ value: JSONValue, _ depth: Int) -> JSONValue {
            if depth > 0, random(4) == 0 { return odd[random(odd.count)] }
            switch value {
            case .object(var object):
                guard !object.isEmpty else { return value }
                let key = object.keys[random(object.count)]
                object[key] = random(5) == 0 ? nil : mutated(object[key] ?? .null, depth + 1)
                return .object(object)
            case .array(var array):
                guard !array.isEmpty else { return value }
                let place = random(array.count)
                array[place] = mutated(array[place], depth + 1)
                return .array(array)
            default: return odd[random(odd.count)]
            }
        }
        for _ in 0..<500 {
            let changed = mutated(.object(good), 0)
            let reading = CocoReader.read(CocoFixture.package(changed.serialized()), options: ReadingOptions(platform: .linux))
            #expect(reading.isValid == reading.findings.errors.isEmpty)
            let lacks = ["name", "description", "icon", "type"].contains { changed[$0]?.stringValue == nil }
            #expect(!lacks || !reading.isValid)
            for finding in reading.findings {
                guard case .document(_, let pointer) = finding.place else { continue }
                #expect(changed.value(at: pointer) != nil, "\(finding) points at nothing")
            }
        }
    }

    @Test("has at most as many findings as anyone reads") func findingsMax() {
        let subs = JSONValue.array(Array(repeating: 1, count: 900))
        let reading = CocoFixture.read(CocoFixture.changed(CocoFixture.container) { $0["commands"] = subs })
        #expect(reading.findings.count == 501)
        #expect(reading.findings.last?.code == "coco.more-findings")
        #expect(!reading.isValid)
        let many = CocoFixture.read(
            CocoFixture.changed(CocoFixture.container) { $0["commands"] = .array(Array(repeating: 1, count: 1001)) })
        #expect(many.findings.map(\.code) == ["manifest.too-many"])
    }
}
