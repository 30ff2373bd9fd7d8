import Glibc
import JSON
import PatchbayCLI
import Testing

/// The package commands of the built program, on the example plugins and on what people get wrong.
@Suite struct PackageProgram {
    private let program = try! Program()

    private func plugin(_ words: String...) async throws -> (exit: Int32, output: String, error: String) {
        try await program.run(["plugin"] + words)
    }

    private func json(_ words: String..., exit expected: Int32 = 0) async throws -> JSONValue {
        let ran = try await program.run(["plugin"] + words + ["--json"])
        #expect(ran.exit == expected, "\(ran.error)")
        return try JSONValue(parsing: ran.output)
    }

    // MARK: validate

    @Test func `the example plugins of every format are valid, without a warning`() async throws {
        let packages = try #require(try await json("validate", "plugins").arrayValue)
        #expect(Set(packages.compactMap { $0["format"]?.stringValue }) == ["patchbay", "coop", "coco", "made-open", "forgeportal"])
        for package in packages {
            let path = package["path"]?.stringValue ?? ""
            #expect(package["valid"] == true, "\(path)")
            #expect(package["findings"]?.arrayValue?.allSatisfy { $0["severity"] == "notice" } == true, "\(path): \(package)")
            #expect(package["id"]?.stringValue?.isEmpty == false && package["name"]?.stringValue?.isEmpty == false, "\(path)")
        }
    }

    @Test func `one object a package, with the members scripts rely on`() async throws {
        let package = try #require(try await json("validate", "plugins/coco/patchbay/desk").arrayValue?.first)
        let keys = package.objectValue?.map(\.key) ?? []
        for key in ["path", "format", "valid", "id", "name", "version", "contributions", "permissions", "findings"] {
            #expect(keys.contains(key), "\(key)")
        }
        #expect(package["path"] == "plugins/coco/patchbay/desk" && package["contributions"]?["command"] == 4)
    }

    @Test func `what is wrong is all told at once, each at its place`() async throws {
        try program.write(
            "bad/patchbay.json", #"{"id": "not an id", "version": "1", "entry": "../x.ts", "permissions": ["network:outbound:"]}"#)
        let folder = "\(program.home)/bad"
        let package = try #require(try await json("validate", folder, exit: 1).arrayValue?.first)
        #expect(package["valid"] == false && package["format"] == "patchbay" && package["id"] == "not an id")
        let findings = package["findings"]?.arrayValue ?? []
        let pointers = Set(findings.filter { $0["severity"] == "error" }.compactMap { $0["pointer"]?.stringValue })
        #expect(pointers.isSuperset(of: ["/id", "/version", "/entry", "/permissions/0"]), "\(pointers)")
        for finding in findings { for key in ["code", "severity", "message", "remedy"] { #expect(finding[key] != nil, "\(finding)") } }
        let plain = try await plugin("validate", folder)
        #expect(plain.exit == 1 && plain.output.contains("error[") && plain.output.contains("/permissions/0"), "\(plain.output)")
    }

    @Test func `a folder without a manifest is a finding that says what was looked for`() async throws {
        try program.write("empty/readme.txt", "nothing")
        let package = try #require(try await json("validate", "\(program.home)/empty", exit: 1).arrayValue?.first)
        #expect(package["valid"] == false && package["format"] == .null)
        #expect(package["findings"]?[0]?["message"]?.stringValue?.contains("patchbay.json") == true)
    }

    @Test(arguments: [
        ["validate", "no/such/path"], ["validate"], ["validate", "plugins", "--format", "cocoa"],
        ["validate", "plugins", "--platform", "beos"],
        ["validate", "README.md"], ["inspect"], ["install", "./no-such-folder"], ["update", "patchbay.hello", "./nothing"],
        ["sign", "plugins/hello"],
    ]) func `a command line that names nothing ends with 2 and says what to do`(_ words: [String]) async throws {
        let ran = try await program.run(["plugin"] + words)
        #expect(ran.exit == 2 || words.first == "update", "\(ran.error)")
        #expect(ran.exit != 0 && ran.error.contains("error[") && ran.error.contains("you:"), "\(ran.error)")
        #expect(ran.output.isEmpty)
    }

    @Test(arguments: ["made-open", "MadeOpen", "made_open"]) func `a format is known by how people write it`(_ word: String) async throws {
        let package = try await json("validate", "plugins/made-open/channels/webhook", "--format", word)
        #expect(package[0]?["format"] == "made-open")
    }

    @Test func `a platform leaves out what does not run there`() async throws {
        let all = try await json("validate", "plugins/coco/patchbay/desk")
        let linux = try await json("validate", "plugins/coco/patchbay/desk", "--platform", "linux")
        #expect(all[0]?["contributions"]?["command"] == 4 && linux[0]?["contributions"]?["command"] == 3)
    }

    @Test func `everything a package says is shown before it is installed`() async throws {
        let shown = try await json("inspect", "plugins/field-notes")
        #expect(shown["manifest"]?["contributions"]?.arrayValue?.count ?? 0 >= 14)
        #expect(shown["manifest"]?["configuration"]?.arrayValue?.contains { $0["secret"] == true } == true)
        let page = try await plugin("inspect", "plugins/field-notes")
        #expect(page.exit == 0 && ["Adds", "Asks for", "Settings"].allSatisfy(page.output.contains), "\(page.output)")
    }

    @Test func `a name that two rules lead to is shown once`() async throws {
        try program.write("plugin-weather/package.json", #"{"name":"@acme/plugin-weather","version":"1.0.0","main":"index.js"}"#)
        try program.write("plugin-weather/index.js", "export function registerBackendPlugin() {}")
        try program.write(
            "plugin-weather/forgeportal-plugin.json",
            #"{"name":"@acme/plugin-weather","version":"1.0.0","forgeportal":{"engineVersion":"^1.0.0","type":"backend"}}"#)
        let page = try await plugin("inspect", "\(program.home)/plugin-weather")
        let row = page.output.split(separator: "\n").first { $0.contains("also known as") }
        #expect(row.map { $0.split(separator: " ").map(String.init) } == ["also", "known", "as", "plugin-weather"], "\(page.output)")
    }

    // MARK: The store

    @Test func `a plugin goes in, is listed, updated with a look, rolled back, verified and removed`() async throws {
        try program.write("v1/patchbay.json", manifest("1.0.0", permissions: #"["network:outbound:example.com"]"#))
        try program.write("v1/index.ts", "export const go = (): number => 1;")
        try program.write("v2/patchbay.json", manifest("1.1.0", permissions: #"["network:outbound:example.com", "network:inbound"]"#))
        try program.write("v2/index.ts", "export const go = (): number => 2;")
        let installed = try await json("install", "\(program.home)/v1")
        #expect(installed[0]?["installed"] == true && installed[0]?["current"] == true && installed[0]?["id"] == "test.notes")
        #expect(try await json("install", "\(program.home)/v1")[0]?["new"] == false)
        #expect(try await json("list")[0]?["version"] == "1.0.0")

        let look = try await json("update", "test.notes", "\(program.home)/v2", "--dry-run")
        #expect(look["updated"] == false && look["diff"]?["permissions"]?["added"] == ["network:inbound"])
        #expect(try await json("versions", "test.notes").arrayValue?.count == 1, "a look keeps nothing")
        let waiting = try await json("update", "test.notes", "\(program.home)/v2", exit: 3)
        #expect(waiting["waits"] == true && waiting["diff"]?["files"]?["changed"] == ["index.ts", "patchbay.json"])
        #expect(try await json("list")[0]?["version"] == "1.0.0", "what asks for more waits")
        #expect(try await json("update", "test.notes", "--yes")["updated"] == true)
        #expect(try await json("list")[0]?["version"] == "1.1.0")
        #expect(try await json("rollback", "test.notes")["to"] == "1.0.0")
        #expect(try await json("verify").arrayValue?.allSatisfy { $0["good"] == true } == true)

        #expect(try await json("inspect", "test.notes")["version"] == "1.0.0", "an installed plugin is shown by its id")

        let going = try await json("remove", "test.notes", "--dry-run")
        #expect(going["removed"] == false && going["versions"]?.arrayValue?.count == 2)
        #expect(try await json("remove", "test.notes")["removed"] == true)
        #expect(try await json("list") == [])
        #expect(try await plugin("versions", "test.notes").exit == 2)
    }

    @Test func `a package whose code cannot be built is not installed, and nothing of it is left`() async throws {
        try program.write("broken/patchbay.json", manifest("1.0.0", permissions: "[]"))
        try program.write("broken/index.ts", "export const go = (: number => 1;")
        let refused = try await json("install", "\(program.home)/broken", exit: 1)
        #expect(refused[0]?["installed"] == false)
        #expect(refused[0]?["findings"]?.arrayValue?.contains { $0["file"] == "index.ts" && $0["line"] == 1 } == true, "\(refused)")
        #expect(try await json("list") == [])
    }

    @Test func `a packed and signed plugin installs by its hash, and a changed file is found`() async throws {
        try program.write("notes/patchbay.json", manifest("1.0.0", permissions: "[]"))
        try program.write("notes/index.ts", "export const go = () => 1;")
        let folder = "\(program.home)/notes"
        let key = "\(program.home)/acme.key"
        #expect(try await json("sign", folder, "--key", key, "--new-key", "--publisher", "Acme")["publisher"] == "Acme")
        let archive = "\(program.home)/notes.tgz"
        let packed = try await json("pack", folder, "-o", archive)
        let integrity = try #require(packed["integrity"]?.stringValue)
        let wrong = try await plugin("install", archive, "--integrity", "sha512-" + String(repeating: "A", count: 86) + "==")
        #expect(wrong.exit != 0 && wrong.error.contains("error["), "\(wrong.error) \(wrong.output)")
        let installed = try await json("install", archive, "--integrity", integrity)
        #expect(installed[0]?["trust"] == "signed")
        // Others cannot take its place: an unsigned version is refused.
        try program.write("other/patchbay.json", manifest("2.0.0", permissions: "[]"))
        try program.write("other/index.ts", "export const go = () => 3;")
        let unsigned = try await plugin("update", "test.notes", "\(program.home)/other")
        #expect(unsigned.exit != 0 && unsigned.error.contains("error[signature."), "\(unsigned.error)")

        let hash = try #require(installed[0]?["hash"]?.stringValue)
        let root = "\(program.home)/.local/share/patchbay/packages/test.notes/1.0.0+\(hash)"
        let file = try #require(Self.find("index.ts", below: root))
        try PatchbayCLITests.write("export const go = () => 666;", to: file)
        let checked = try await json("verify", exit: 1)
        #expect(checked[0]?["findings"]?[0]?["code"] == "package.file-changed" && checked[0]?["findings"]?[0]?["file"] == "index.ts")
    }

    @Test func `what does not run where the hub does is not installed, unless one says so`() async throws {
        try program.write(
            "mac/plugin.json",
            #"{"name":"Mac","description":"d","icon":"font_x","type":"command","platforms":["macos"],"action":{"exec":"pmset"},"version":{"number":"1.0.0"}}"#
        )
        let refused = try await json("install", "\(program.home)/mac", exit: 1)
        #expect(refused[0]?["findings"]?.arrayValue?.contains { $0["code"] == "coco.incompatible-platform" } == true, "\(refused)")
        #expect(try await json("install", "\(program.home)/mac", "--platform", "macos")[0]?["installed"] == true)
    }

    @Test func `a linked folder is read anew each time`() async throws {
        try program.write("live/patchbay.json", manifest("1.0.0", permissions: "[]"))
        try program.write("live/index.ts", "export const go = () => 1;")
        #expect(try await json("install", "--link", "\(program.home)/live")[0]?["linked"] == true)
        #expect(try await json("list")[0]?["linked"] == true)
        let removed = try await plugin("remove", "test.notes")
        #expect(removed.exit == 0 && Files.kind("\(program.home)/live/index.ts") == .file, "the folder itself stays")
    }

    private func manifest(_ version: String, permissions: String) -> String {
        #"{"id": "test.notes", "name": "Notes", "version": "\#(version)", "entry": "index.ts", "permissions": \#(permissions)}"#
    }

    private static func find(_ name: String, below folder: String) -> String? {
        for entry in (try? Files.names(in: folder)) ?? [] {
            let path = "\(folder)/\(entry)"
            if entry == name { return path }
            if Files.kind(path) == .folder, let found = find(name, below: path) { return found }
        }
        return nil
    }
}
