import JSON
import Manifests
import PluginModel
import Testing

struct CocoFault: Sendable, CustomTestStringConvertible {
    let testDescription: String
    let json: String
    let lines: [String]
    var files = CocoFixture.files
    var options = ReadingOptions()

    init(
        _ description: String, _ json: String, files: [String: String] = CocoFixture.files, options: ReadingOptions = ReadingOptions(),
        _ lines: [String]
    ) {
        (testDescription, self.json, self.files, self.options, self.lines) = (description, json, files, options, lines)
    }

    init(
        _ description: String, _ object: JSONObject, _ key: String, _ value: JSONValue?, files: [String: String] = CocoFixture.files,
        options: ReadingOptions = ReadingOptions(), _ lines: [String]
    ) {
        self.init(
            description, JSONValue.object(CocoFixture.changed(object) { $0[key] = value }).serialized(), files: files, options: options,
            lines)
    }

    init(
        _ description: String, _ object: JSONObject, files: [String: String] = CocoFixture.files,
        options: ReadingOptions = ReadingOptions(), _ lines: [String]
    ) {
        self.init(description, JSONValue.object(object).serialized(), files: files, options: options, lines)
    }
}

private let command = CocoFixture.command
private let view = CocoFixture.view
private let link = CocoFixture.quicklink
private let container = CocoFixture.container
private let decode = "failed to decode 'plugin.json'"

private func sub(_ key: String, _ value: JSONValue?) -> JSONObject {
    CocoFixture.holding([CocoFixture.changed(command) { $0[key] = value }])
}

/// Of one main member with one fault.
private func wrong(_ key: String, _ value: JSONValue, _ wanted: String, _ got: String, in object: JSONObject = command) -> CocoFault {
    CocoFault(
        "\(key) is \(value.serialized())", object, key, value,
        ["error manifest.wrong-type /\(key) | \(decode): \"\(key)\" must be \(wanted), not \(got)"])
}

private func missing(_ key: String) -> CocoFault {
    CocoFault("no \(key)", command, key, nil, ["error manifest.missing  | \(decode): missing field `\(key)`"])
}

private func inner(
    _ key: String, _ value: JSONValue, _ place: String, _ text: String, code: String = "manifest.wrong-type", in object: JSONObject = view
) -> CocoFault {
    CocoFault("\(key) is \(value.serialized())", object, key, value, ["error \(code) \(place) | \(decode): \(text)"])
}

@Suite("A faulty plugin.json") struct CocoFaultTests {
    static let documents: [CocoFault] = [
        CocoFault("nothing", "", ["error manifest.malformed 1:1 | \(decode): There is no JSON value here, only emptiness."]),
        CocoFault("a list", "[]", ["error manifest.wrong-type  | \(decode): A manifest is an object, not an array."]),
        CocoFault("a text", "\"x\"", ["error manifest.wrong-type  | \(decode): A manifest is an object, not a string."]),
        CocoFault("null", "null", ["error manifest.wrong-type  | \(decode): A manifest is an object, not null."]),
        CocoFault(
            "a byte order mark", "\u{feff}\(JSONValue.object(command).serialized())",
            ["error manifest.malformed 1:1 | \(decode): It begins with a byte order mark."]),
        CocoFault(
            "an empty object", "{}",
            ["name", "description", "icon", "type"].map { "error manifest.missing  | \(decode): missing field `\($0)`" }),
    ]

    static let members: [CocoFault] =
        [
            missing("name"), missing("description"), missing("icon"), missing("type"),
            wrong("name", 5, "a text", "an integer"), wrong("name", .null, "a text", "null"),
            wrong("description", ["x"], "a text", "an array"), wrong("icon", [:], "a text", "an object"),
            wrong("type", true, "a text", "a boolean"), wrong("platforms", "linux", "a list", "a string"),
            wrong("action", "echo", "an object", "a string"), wrong("quicklink", "x", "an object", "a string", in: link),
            wrong("alias", 1, "a text", "an integer"), wrong("hotkey", [], "a text", "an array"),
            wrong("enabled", .null, "true or false", "null"), wrong("enabled", "true", "true or false", "a string"),
            wrong("enabled", 1, "true or false", "an integer"), wrong("settings", true, "an object", "a boolean"),
            wrong("page", 1, "a text", "an integer", in: view), wrong("ui", [], "an object", "an array", in: view),
            wrong("permission", [], "an object", "an array"), wrong("commands", [:], "a list", "an object", in: container),
            wrong("views", "x", "a list", "a string", in: container),
            CocoFault(
                "a type nobody knows", command, "type", "comand",
                [
                    "error coco.unknown-type /type | \(decode): unknown variant `comand`, expected one of `group`, `extension`, `command`, "
                        + "`application`, `script`, `quicklink`, `setting`, `calculator`, `ai_extension`, `view`, `unknown`"
                ]),
            CocoFault(
                "platforms in capitals", command, "platforms", ["Linux", "macos", 1],
                [
                    "error coco.unknown-platform /platforms/0 | \(decode): unknown variant `Linux`, expected one of `macos`, `linux`, `windows`",
                    "error manifest.wrong-type /platforms/2 | \(decode): \"platforms\" must be a list of texts, not an integer",
                ]),
            inner("action", ["args": ["x"]], "/action", "missing field `exec`", code: "manifest.missing", in: command),
            inner("action", ["exec": 1], "/action/exec", "\"exec\" must be a text, not an integer", in: command),
            inner("action", ["exec": "a", "args": "x"], "/action/args", "\"args\" must be a list, not a string", in: command),
            inner(
                "action", ["exec": "a", "args": ["x", 1]], "/action/args/1", "\"args\" must be a list of texts, not an integer", in: command
            ),
            inner("quicklink", ["open_with": "x"], "/quicklink", "missing field `link`", code: "manifest.missing", in: link),
            inner("quicklink", ["link": 1], "/quicklink/link", "\"link\" must be a text, not an integer", in: link),
            inner(
                "quicklink", ["link": "x", "open_with": 1], "/quicklink/open_with", "\"open_with\" must be a text, not an integer", in: link
            ),
            inner(
                "quicklink", ["link": "https://example.org/{q"], "/quicklink/link", "Unmatched '{' at character 21",
                code: "coco.invalid-quicklink", in: link),
            inner(
                "quicklink", ["link": "x{name: \"q\"}"], "/quicklink/link", "Unknown key 'name'", code: "coco.invalid-quicklink", in: link),
            inner(
                "settings", ["hide_before_open": 1], "/settings/hide_before_open",
                "\"hide_before_open\" must be true or false, not an integer"),
            inner("ui", ["footer": "yes"], "/ui/footer", "\"footer\" must be true or false, not a string"),
            inner("ui", ["width": -1, "height": 1], "/ui/width", "\"width\" must be a whole number from 0 to 4294967295, not an integer"),
            inner("ui", ["width": 1, "height": 1.5], "/ui/height", "\"height\" must be a whole number from 0 to 4294967295, not a number"),
            inner(
                "ui", ["width": 4_294_967_296, "height": 1], "/ui/width",
                "\"width\" must be a whole number from 0 to 4294967295, not an integer"),
            inner("permission", ["fs": [:]], "/permission/fs", "\"fs\" must be a list, not an object"),
            inner("permission", ["fs": ["/tmp"]], "/permission/fs/0", "\"fs\" must be a list of objects, not a string"),
            inner("permission", ["fs": [["access": ["read"]]]], "/permission/fs/0", "missing field `path`", code: "manifest.missing"),
            inner("permission", ["fs": [["path": "/tmp"]]], "/permission/fs/0", "missing field `access`", code: "manifest.missing"),
            inner(
                "permission", ["fs": [["path": "/tmp", "access": "read"]]], "/permission/fs/0/access",
                "\"access\" must be a list, not a string"),
            inner(
                "permission", ["fs": [["path": "/tmp", "access": ["read", "execute"]]]], "/permission/fs/0/access/1",
                "unknown variant `execute`, expected one of `read`, `write`", code: "coco.unknown-access"),
            inner(
                "permission", ["fs": [["path": "/tmp", "access": [1]]]], "/permission/fs/0/access/0",
                "\"access\" must be a list of texts, not an integer"),
            inner("permission", ["http": ["x"]], "/permission/http/0", "\"http\" must be a list of objects, not a string"),
            inner("permission", ["http": [[:]]], "/permission/http/0", "missing field `host`", code: "manifest.missing"),
            inner("permission", ["http": [["host": 1]]], "/permission/http/0/host", "\"host\" must be a text, not an integer"),
            inner("permission", ["api": [1]], "/permission/api/0", "\"api\" must be a list of texts, not an integer"),
            CocoFault(
                "an alias of permission with a fault", view, "permissions", ["api": 1],
                [
                    "warning coco.permissions-alias /permissions | \"permissions\" is read as \"permission\"; Coco AI itself ignores it.",
                    "error manifest.wrong-type /permissions/api | \(decode): \"api\" must be a list, not an integer",
                ]),
            CocoFault(
                "a title without the legacy mode", "{\"title\": \"x\", \"description\": \"\", \"icon\": \"\", \"type\": \"group\"}",
                ["error manifest.missing  | \(decode): missing field `name`"]),
            CocoFault(
                "a sub that is no object", CocoFixture.holding([]), "commands", [1],
                ["error manifest.wrong-type /commands/0 | \(decode): \"commands\" must be a list of objects, not an integer"]),
            CocoFault(
                "a sub without anything", CocoFixture.holding([[:]]),
                ["name", "description", "icon", "type"].map { "error manifest.missing /commands/0 | \(decode): missing field `\($0)`" }),
            CocoFault(
                "faults on both levels, all at once", CocoFixture.holding([CocoFixture.changed(command) { $0["icon"] = nil }]), "icon", 1,
                [
                    "error manifest.wrong-type /icon | \(decode): \"icon\" must be a text, not an integer",
                    "error manifest.missing /commands/0 | \(decode): missing field `icon`",
                ]),
        ]

    static let checks: [CocoFault] = [
        CocoFault(
            "an alias on a container", container, "alias", "x",
            ["error coco.fields-not-allowed /alias | fields '[\"alias\"]' are not allowed for extensions of type 'Extension'"]),
        CocoFault(
            "a hotkey on a group", CocoFixture.changed(container) { $0["type"] = "group" }, "hotkey", "x",
            ["error coco.fields-not-allowed /hotkey | fields '[\"hotkey\"]' are not allowed for extensions of type 'Group'"]),
        CocoFault(
            "an empty sub-list on a command", command, "views", [],
            [
                "error coco.fields-not-allowed /views | fields '[\"commands\", \"scripts\", \"quicklinks\", \"views\"]' are not allowed for "
                    + "extensions of type 'Command'"
            ]),
        CocoFault(
            "settings on a container", container, "settings", [:],
            ["error coco.fields-not-allowed /settings | fields '[\"settings\"]' are not allowed for extensions of type 'Extension'"]),
        CocoFault(
            "an action on a view", view, "action", ["exec": "x"],
            ["error coco.fields-not-allowed /action | fields '[\"action\"]' are not allowed for extensions of type 'View'"]),
        CocoFault(
            "an action on a type that is not supported", command, "type", "ai_extension",
            [
                "error coco.fields-not-allowed /action | fields '[\"action\"]' are not allowed for extensions of type 'AI Extension'",
                "notice coco.unsupported-type /type | The type 'ai_extension' is not supported, so this is not listed.",
            ]),
        CocoFault(
            "a command without action", command, "action", nil,
            ["error coco.field-required  | an extensions of type 'Command' should have field 'action' set"]),
        CocoFault(
            "a command whose action is null", command, "action", .null,
            ["error coco.field-required  | an extensions of type 'Command' should have field 'action' set"]),
        CocoFault(
            "a quicklink on a command", command, "quicklink", ["link": "x"],
            ["error coco.fields-not-allowed /quicklink | fields '[\"quicklink\"]' are not allowed for extensions of type 'Command'"]),
        CocoFault(
            "a quicklink without its link", link, "quicklink", nil,
            ["error coco.field-required  | an extensions of type 'Quicklink' should have field 'quicklink' set"]),
        CocoFault(
            "a page on a command", command, "page", "index.html",
            ["error coco.fields-not-allowed /page | fields '[\"page\"]' are not allowed for extensions of type 'Command'"]),
        CocoFault(
            "a view without page", view, "page", nil,
            ["error coco.field-required  | an extensions of type 'View' should have field 'page' set"]),
        CocoFault(
            "ui on a command", command, "ui", [:],
            ["error coco.fields-not-allowed /ui | fields '[\"ui\"]' are not allowed for extensions of type 'Command'"]),
        CocoFault(
            "everything wrong with a container, in order",
            CocoFixture.changed(container) {
                for key in ["ui", "settings", "action", "quicklink"] { $0[key] = [:] }
                ($0["page"], $0["hotkey"], $0["alias"]) = ("x", "y", "z")
                $0["action"] = ["exec": "x"]
                $0["quicklink"] = ["link": "x"]
            },
            ["alias", "hotkey", "settings", "action", "quicklink", "page", "ui"].map {
                "error coco.fields-not-allowed /\($0) | fields '[\"\($0)\"]' are not allowed for extensions of type 'Extension'"
            }),
        CocoFault(
            "a container in a container", CocoFixture.holding([CocoFixture.changed(container) { $0["type"] = "group" }]),
            [
                "error coco.types-not-allowed-for-sub-extension /commands/0/type | invalid sub-extension '1': sub-extensions cannot be of "
                    + "types [Group, Extension]"
            ]),
        CocoFault(
            "lists in a sub", sub("scripts", []),
            [
                "error coco.fields-not-allowed-for-sub-extension /commands/0/scripts | invalid sub-extension '1': fields '[\"commands\", "
                    + "\"scripts\", \"quicklinks\", \"views\"]' are not allowed for sub-extensions"
            ]),
        CocoFault(
            "a developer in a sub", sub("developer", "x"),
            [
                "error coco.fields-not-allowed-for-sub-extension /commands/0/developer | invalid sub-extension '1': fields '[\"developer\"]' "
                    + "are not allowed for sub-extensions"
            ]),
        CocoFault(
            "a version in a sub", sub("minimum_coco_version", "0.1.0"),
            [
                "error coco.fields-not-allowed-for-sub-extension /commands/0/minimum_coco_version | invalid sub-extension '1': fields "
                    + "'[\"minimum_coco_version\"]' are not allowed for sub-extensions"
            ]),
        CocoFault(
            "a sub with more platforms", sub("platforms", ["windows", "linux", "macos"]), "platforms", ["linux"],
            [
                "error coco.sub-extension-has-more-supported-platforms /commands/0/platforms | invalid sub-extension '1': it supports "
                    + "platforms [\"macOS\", \"windows\"] that are not supported by the main extension"
            ]),
        CocoFault(
            "a sub-command without action", sub("action", nil),
            [
                "error coco.field-required /commands/0 | invalid sub-extension '1': an extensions of type 'Command' should have field "
                    + "'action' set"
            ]),
        CocoFault(
            "a sub-view without page", CocoFixture.holding([CocoFixture.changed(view) { $0["page"] = nil }], in: "views"),
            ["error coco.field-required /views/0 | invalid sub-extension '1': an extensions of type 'View' should have field 'page' set"]),
        CocoFault(
            "a sub-command with a page", sub("page", "index.html"),
            [
                "error coco.fields-not-allowed /commands/0/page | invalid sub-extension '1': fields '[\"page\"]' are not allowed for "
                    + "extensions of type 'Command'"
            ]),
        CocoFault(
            "two subs of one id, from the store",
            CocoFixture.holding([CocoFixture.changed(command) { $0["id"] = "a" }, CocoFixture.changed(command) { $0["id"] = "a" }]) {
                $0["id"] = "0123456789abcdef0123456789abcdef"
                $0["developer"] = ["id": "acme", "name": "Acme"]
            },
            [
                "error coco.duplicate-sub-extension-id /commands/1/id | invalid sub-extension 'a': duplicate ID, sub-extension with ID 'a' "
                    + "already exists"
            ]),
        CocoFault(
            "an id that counting gives again",
            CocoFixture.holding([CocoFixture.changed(command) { $0["id"] = "0" }, command]) {
                $0["id"] = "x"
                $0["developer"] = ["id": "acme"]
            },
            [
                "error coco.duplicate-sub-extension-id /commands/1 | invalid sub-extension '0': duplicate ID, sub-extension with ID '0' "
                    + "already exists"
            ]),
        CocoFault(
            "what each check finds, sub by sub",
            CocoFixture.holding([
                CocoFixture.changed(command) { ($0["developer"], $0["action"]) = ("x", nil) },
                CocoFixture.changed(command) { $0["ui"] = [:] },
            ]),
            [
                "error coco.fields-not-allowed-for-sub-extension /commands/0/developer | invalid sub-extension '1': fields '[\"developer\"]' "
                    + "are not allowed for sub-extensions",
                "error coco.field-required /commands/0 | invalid sub-extension '1': an extensions of type 'Command' should have field "
                    + "'action' set",
                "error coco.fields-not-allowed /commands/1/ui | invalid sub-extension '2': fields '[\"ui\"]' are not allowed for extensions "
                    + "of type 'Command'",
            ]),
    ]

    static let names: [CocoFault] = [
        CocoFault(
            "no id, from the store", container, "developer", ["id": "acme"],
            ["error manifest.missing  | \(decode): missing field `id`"]),
        CocoFault(
            "a developer without id", CocoFixture.changed(container) { $0["id"] = "x" }, "developer", ["name": "Acme"],
            ["error manifest.missing /developer | \(decode): missing field `id`"]),
        CocoFault(
            "an id that is no text", CocoFixture.changed(container) { $0["id"] = 7 }, "developer", ["id": "acme"],
            ["error manifest.wrong-type /id | \(decode): \"id\" must be a text, not an integer"]),
        CocoFault(
            "an id that climbs", CocoFixture.changed(container) { $0["id"] = "../x" }, "developer", ["id": "acme"],
            ["error coco.unsafe-id /id | \"id\" is '../x', which cannot be the name of one folder."]),
        CocoFault(
            "a developer that is two dots", CocoFixture.changed(container) { $0["id"] = "demo" }, "developer", "..",
            ["error coco.unsafe-id /developer | \"developer\" is '..', which cannot be the name of one folder."]),
        CocoFault(
            "an empty id, installed", CocoFixture.changed(container) { $0["id"] = "" }, "developer", "acme",
            ["error coco.unsafe-id /id | \"id\" is '', which cannot be the name of one folder."]),
        CocoFault(
            "a sub without id, installed", CocoFixture.holding([command]) { ($0["id"], $0["developer"]) = ("demo", "acme") },
            ["error manifest.missing /commands/0 | \(decode): missing field `id`"]),
        CocoFault(
            "a sub whose id is a number, from the store",
            CocoFixture.holding([CocoFixture.changed(command) { $0["id"] = 1 }]) {
                ($0["id"], $0["developer"]) = ("demo", ["id": "acme"])
            },
            ["error manifest.wrong-type /commands/0/id | \(decode): \"id\" must be a text, not an integer"]),
    ]

    static let versions: [CocoFault] =
        [
            ("0.9", "The version '0.9' needs three numbers, such as 1.0.0."),
            ("v0.9.0", "The version 'v0.9.0' has 'v0' where a number belongs."),
            ("0.9.0-abc", "The version '0.9.0-abc' has '-abc' where only '-<digits>' or '-SNAPSHOT-<digits>' may stand."),
            (
                "0.9.0-SNAPSHOT-xyz",
                "The version '0.9.0-SNAPSHOT-xyz' has '-SNAPSHOT-xyz' where only '-<digits>' or '-SNAPSHOT-<digits>' may stand."
            ), ("", "The version '' needs three numbers, such as 1.0.0."),
        ].map { version, why in
            CocoFault(
                "the version \(version)", command, "minimum_coco_version", .string(version),
                ["error coco.invalid-minimum-version /minimum_coco_version | failed to parse field 'minimum_coco_version': \(why)"])
        } + [
            CocoFault(
                "a version that is a number", command, "minimum_coco_version", 1,
                [
                    "error coco.invalid-minimum-version /minimum_coco_version | failed to parse field 'minimum_coco_version': field "
                        + "'minimum_coco_version' should be a string, but it is not"
                ]),
            CocoFault(
                "a manifest from the future, which is not called invalid",
                #"{"minimum_coco_version": "1.0.0", "type": "hologram", "name": 5}"#,
                [
                    "error coco.incompatible-app /minimum_coco_version | extension is incompatible with your Coco AI app: It requires 1.0.0, "
                        + "and this hub announces 0.10.0."
                ]),
            CocoFault(
                "a hub that announces nonsense", command, "minimum_coco_version", "0.10.0",
                options: {
                    var options = ReadingOptions()
                    options.cocoVersion = "ten"
                    return options
                }(),
                [
                    "error coco.invalid-announced-version /minimum_coco_version | The version of Coco AI that the hub announces cannot be "
                        + "compared: The version 'ten' needs three numbers, such as 1.0.0."
                ]),
        ]

    static let platforms: [CocoFault] = [
        CocoFault(
            "another platform", command, "platforms", ["windows", "macos"], options: ReadingOptions(platform: .linux),
            [
                "error coco.incompatible-platform /platforms | extension is incompatible with your current platform 'Linux', it can be "
                    + "installed on '[\"macOS\", \"windows\"]'"
            ]),
        CocoFault(
            "no platform at all", command, "platforms", [], options: ReadingOptions(platform: .macos),
            [
                "warning coco.no-platforms /platforms | \"platforms\" is an empty list, so this can be installed nowhere.",
                "error coco.incompatible-platform /platforms | extension is incompatible with your current platform 'macOS', it can be "
                    + "installed on '[]'",
            ]),
    ]

    static let paths: [CocoFault] =
        [
            ("nowhere.html", "missing-file", "The page 'nowhere.html' does not exist."), ("", "missing-file", "The page '' is empty."),
            ("assets", "missing-file", "The page 'assets' is a folder."), (".", "missing-file", "The page '.' names the folder itself."),
            ("/index.html", "path-outside", "The page '/index.html' lies outside the extension."),
            ("../index.html", "path-outside", "The page '../index.html' lies outside the extension."),
            ("a/../../index.html", "path-outside", "The page 'a/../../index.html' lies outside the extension."),
            ("C:\\index.html", "path-outside", "The page 'C:\\index.html' lies outside the extension."),
            ("a\\index.html", "missing-file", "The page 'a\\index.html' holds a backslash; folders are separated by '/'."),
        ].map { page, code, text in
            CocoFault("the page \(page)", view, "page", .string(page), ["error coco.\(code) /page | \(text)"])
        } + [
            CocoFault(
                "an icon that climbs", command, "icon", "../../x.png",
                ["error coco.path-outside /icon | The icon '../../x.png' lies outside the extension."]),
            CocoFault(
                "a screenshot that climbs", command, "screenshots", [["title": "", "url": "../../x.png"]],
                ["error coco.path-outside /screenshots/0/url | The screenshot '../../x.png' lies outside the extension."]),
            CocoFault(
                "a program that climbs", command, "action", ["exec": "../x"],
                ["error coco.path-outside /action/exec | The program '../x' lies outside the extension."]),
            CocoFault(
                "a page of a sub", CocoFixture.holding([view], in: "views"), files: ["assets/clock.png": ""],
                ["error coco.missing-file /views/0/page | The page 'index.html' does not exist."]),
        ]

    @Test(
        "is told all its faults, each with its code, place and text",
        arguments: documents + members + checks + names + versions + platforms + paths)
    func faults(_ fault: CocoFault) {
        let reading = CocoReader.read(CocoFixture.package(fault.json, files: fault.files), options: fault.options)
        #expect(cocoLines(reading.findings) == fault.lines)
        #expect(reading.manifest == nil)
        #expect(reading.format == .coco)
    }

    @Test("is covered by more than eighty cases") func count() {
        #expect([Self.documents, Self.members, Self.checks, Self.names, Self.versions, Self.platforms, Self.paths].joined().count > 80)
    }
}
