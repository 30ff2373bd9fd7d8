import JSON
import PatchbayCLI
import PluginModel
import Testing

struct PageCase: Sendable, CustomTestStringConvertible {
    let words: [String]
    let golden: String
    var testDescription: String { "patchbay " + words.joined(separator: " ") }
}

struct HelpTests {
    @Test(
        "a help page reads as it was agreed",
        arguments: [
            PageCase(words: [], golden: "help.txt"),
            PageCase(words: ["help", "plugin"], golden: "help-plugin.txt"),
            PageCase(words: ["help", "plugin", "call"], golden: "help-plugin-call.txt"),
            PageCase(words: ["help", "plugin", "validate"], golden: "help-plugin-validate.txt"),
            PageCase(words: ["help", "plugin", "install"], golden: "help-plugin-install.txt"),
            PageCase(words: ["help", "plugin", "update"], golden: "help-plugin-update.txt"),
            PageCase(words: ["help", "config"], golden: "help-config.txt"),
            PageCase(words: ["help", "config", "check"], golden: "help-config-check.txt"),
            PageCase(words: ["help", "serve"], golden: "help-serve.txt"),
            PageCase(words: ["help", "admin"], golden: "help-admin.txt"),
            PageCase(words: ["help", "admin", "create-user"], golden: "help-admin-create-user.txt"),
            PageCase(words: ["help", "admin", "vault"], golden: "help-admin-vault.txt"),
            PageCase(words: ["help", "formats"], golden: "help-formats.txt"),
            PageCase(words: ["help", "run"], golden: "help-run.txt"),
            PageCase(words: ["help", "rule", "test"], golden: "help-rule-test.txt"),
            PageCase(words: ["help", "schema"], golden: "help-schema.txt"),
            PageCase(words: ["help", "schema", "check"], golden: "help-schema-check.txt"),
            PageCase(words: ["help", "schema", "test"], golden: "help-schema-test.txt"),
            PageCase(words: ["help", "doctor"], golden: "help-doctor.txt"),
            PageCase(words: ["help", "help"], golden: "help-help.txt"),
            PageCase(words: ["help", "completions"], golden: "help-completions.txt"),
            PageCase(words: ["help", "permissions"], golden: "help-permissions.txt"),
            PageCase(words: ["help", "sandbox"], golden: "help-sandbox.txt"),
            PageCase(words: ["help", "exit-codes"], golden: "help-exit-codes.txt"),
            PageCase(words: ["completions", "bash"], golden: "completions.bash"),
        ])
    func page(_ c: PageCase) async throws {
        let performed = await perform(c.words)
        #expect(performed.exitCode == .ok)
        #expect(performed.error.isEmpty)
        try expectGolden(performed.output, c.golden)
    }

    @Test("the page of a command is the same by 'help' and by '--help'", arguments: Patchbay.commands.commands().map(\.path))
    func bothWays(_ path: [String]) async {
        let words = Array(path.dropFirst())
        let byCommand = await perform(["help"] + words)
        let byOption = await perform(words + ["--help"])
        #expect(byCommand.output == byOption.output)
    }

    @Test("no line of a page is wider than the terminal", arguments: [60, 80, 120])
    func width(_ width: Int) async {
        let pages =
            Patchbay.commands.commands().map { ["help"] + Array($0.path.dropFirst()) } + HelpTopic.all.map { ["help", $0.name] } + [
                ["help"]
            ]
        for words in pages {
            for line in await perform(words, width: width).output.split(separator: "\n") {
                // Lines to be copied are never broken; everything else keeps to the width.
                let isExample = line.hasPrefix("  ") && line.contains("patchbay ")
                #expect(isExample || line.columns <= width, "\(words.joined(separator: " ")): \(line)")
            }
        }
    }

    @Test("colour is there for a person and can be refused")
    func colour() {
        let cases: [(isTTY: Bool, environment: [String: String], coloured: Bool)] = [
            (true, [:], true), (false, [:], false), (true, ["NO_COLOR": "1"], false), (true, ["NO_COLOR": ""], true),
            (true, ["TERM": "dumb"], false),
        ]
        for c in cases { #expect(Style.forTerminal(isTTY: c.isTTY, environment: c.environment).isColoured == c.coloured) }
    }

    @Test("colours change no letter of a page")
    func coloursOnly() {
        let plain = HelpPage(style: .plain, width: 80)
        let coloured = HelpPage(style: .coloured, width: 80)
        for found in Patchbay.commands.commands() {
            let a = plain.lines(for: .command(found.type), path: found.path).joined(separator: "\n")
            let b = coloured.lines(for: .command(found.type), path: found.path).joined(separator: "\n")
            #expect(withoutColours(b) == a)
            #expect(b != a)
        }
    }

    @Test("the version is one line")
    func version() async {
        let performed = await perform(["--version"])
        #expect(performed.output == "patchbay \(Patchbay.version)\n")
    }
}

/// The text without the codes `Style` writes.
func withoutColours(_ text: String) -> String {
    var result = ""
    var rest = text[...]
    while let start = rest.firstIndex(of: "\u{1B}") {
        result += rest[..<start]
        rest = rest[(rest[start...].firstIndex(of: "m") ?? rest.endIndex)...].dropFirst()
    }
    return result + rest
}
