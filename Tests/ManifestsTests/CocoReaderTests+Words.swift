import JSON
import PluginModel
import Testing

@testable import Manifests

private struct WordCase: Sendable, CustomTestStringConvertible {
    let testDescription: String
    let object: JSONObject
    var options = ReadingOptions()
    let lines: [String]

    init(_ description: String, _ object: JSONObject, options: ReadingOptions = ReadingOptions(), _ lines: [String]) {
        (testDescription, self.object, self.options, self.lines) = (description, object, options, lines)
    }

    init(_ description: String, _ object: JSONObject, _ key: String, _ value: JSONValue, _ lines: [String]) {
        self.init(description, CocoFixture.changed(object) { $0[key] = value }, lines)
    }
}

private let command = CocoFixture.command
private let view = CocoFixture.view
private let legacy = {
    var options = ReadingOptions()
    options.acceptsLegacyCoco = true
    return options
}()

extension CocoReaderTests {
    @Test(
        "is told what is doubtful, and taken",
        arguments: [
            WordCase("nothing to say", command, []),
            WordCase("unknown keys and those of others", command, "author", "x", []),
            WordCase(
                "everything older manifests carry",
                CocoFixture.changed(CocoFixture.holding([CocoFixture.changed(command) { $0["commands"] = .null }])) {
                    for key in ["author", "quick_links", "snapshots", "id", "title", "created", "updated", "zebra"] { $0[key] = 1 }
                }, []),
            WordCase("an empty name", command, "name", "", []),
            WordCase(
                "a misspelt key", command, "desciption", "x",
                ["warning manifest.unknown-key /desciption | \"desciption\" means nothing here and is ignored."]),
            WordCase(
                "a misspelt key inside", command, "action", ["exec": "x", "arg": []],
                ["warning manifest.unknown-key /action/arg | \"arg\" means nothing here and is ignored."]),
            WordCase(
                "the guide's plural", view, "permissions", ["api": ["fs:read_dir"]],
                ["warning coco.permissions-alias /permissions | \"permissions\" is read as \"permission\"; Coco AI itself ignores it."]),
            WordCase(
                "both words", CocoFixture.changed(view) { $0["permission"] = [:] }, "permissions", ["api": 1],
                [
                    "warning coco.permissions-alias /permissions | \"permission\" stands here too and is the one that counts; \"permissions\" "
                        + "is ignored."
                ]),
            WordCase(
                "titles, where they are allowed",
                CocoFixture.changed(
                    CocoFixture.holding([
                        CocoFixture.changed(command) { ($0["name"], $0["title"]) = (nil, "Sub") }
                    ])
                ) { ($0["name"], $0["title"]) = (nil, "Main") }, options: legacy,
                ["warning coco.legacy-title /title | \"title\" is read as \"name\" in this manifest, as older ones wrote it."]),
            WordCase(
                "half a size", view, "ui", ["width": 100],
                ["warning coco.half-size /ui/width | \"width\" takes effect only together with \"height\"."]),
            WordCase(
                "an icon that is not there", command, "icon", "x.png",
                ["warning coco.missing-picture /icon | There is no icon 'x.png' in assets/; a default one is shown."]),
            WordCase(
                "an icon by its whole path", command, "icon", "/usr/share/x.png",
                [
                    "warning coco.icon-outside /icon | The icon '/usr/share/x.png' lies outside the extension, where none is read; a default "
                        + "one is shown."
                ]),
            WordCase(
                "a screenshot that is not there", command, "screenshots", ["x.png", 5, ["title": ""]],
                ["warning coco.missing-picture /screenshots/0 | The screenshot 'x.png' does not exist in the extension."]),
            WordCase("screenshots of any kind", command, "screenshots", 5, []),
            WordCase(
                "a program that is not there", command, "action", ["exec": "./run"],
                ["warning coco.missing-program /action/exec | The program './run' does not exist in the extension."]),
            WordCase("a program of the system", command, "action", ["exec": "/bin/zsh", "args": .null], []),
            WordCase("no rights, on a command", command, "permission", [:], []),
            WordCase("no rights, spelled out", command, "permission", ["fs": .null, "http": [], "api": .null], []),
            WordCase(
                "rights without a view", command, "permission", ["api": ["fs:read_dir"]],
                [
                    "warning coco.permission-without-view /permission | These rights are asked for by an extension of type 'Command', and only "
                        + "the page of a view can use them."
                ]),
            WordCase(
                "rights that mean nothing", view, "permission",
                ["fs": [["path": "~/x", "access": []]], "http": [["host": "a b"]], "api": ["fs:write"]],
                [
                    "warning coco.relative-path /permission/fs/0/path | The path '~/x' is not absolute, and '~' and variables stay as they are, "
                        + "so no request will match it.",
                    "warning coco.invalid-host /permission/http/0/host | 'a b' is no host that can be granted.",
                    "warning coco.unknown-api /permission/api/0 | There is no function 'fs:write' for pages, so this grants nothing.",
                ]),
            WordCase(
                "a page of the web", view, "page", "https://app.example.org/x?y",
                [
                    "notice coco.undeclared-page-host /page | The page lies outside the package on a host that \"permission\" does not name; it "
                        + "is asked for."
                ]),
            WordCase(
                "a page of the web, declared", CocoFixture.changed(view) { $0["page"] = "https://app.example.org/" }, "permission",
                ["http": [["host": "*.example.org"]]], []),
            WordCase(
                "a page of nobody", view, "page", "http://user@/",
                ["warning coco.invalid-host /page | The page 'http://user@/' names no host that can be granted."]),
            WordCase(
                "an id that is not the folder", CocoFixture.changed(command) { $0["id"] = "other" }, "developer", "acme",
                [
                    "warning coco.id-not-folder /id | The id is 'other' and the folder is called 'demo'; Coco AI skips such an extension."
                ]),
            WordCase(
                "a sub that is not supported",
                CocoFixture.holding([CocoFixture.changed(command) { ($0["type"], $0["action"]) = ("script", nil) }]),
                [
                    "notice coco.unsupported-type /commands/0/type | Sub-extension '1': The type 'script' is not supported, so this is not listed."
                ]),
            WordCase("a view among commands, which counts by its type", CocoFixture.holding([view]), []),
            WordCase("a build's number", command, "minimum_coco_version", "0.10.0-2518", []),
            WordCase("no version", command, "minimum_coco_version", .null, []),
        ])
    private func words(_ word: WordCase) throws {
        let reading = CocoFixture.read(word.object, options: word.options)
        #expect(cocoLines(reading.findings) == word.lines)
        #expect(reading.isValid)
    }
}
