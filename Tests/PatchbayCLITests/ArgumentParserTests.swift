import JSON
import PatchbayCLI
import PluginModel
import Testing

/// A command that shows what the parser understood.
private struct Probe: Command {
    static let spec = CommandSpec(
        name: "probe", summary: "Show the words",
        positionals: [.init("FIRST", "The first word"), .init("SECOND", "The second word", isRequired: false)],
        options: [
            .init("many", value: "WORD", repeats: true, help: "Words"), .init("one", short: "o", value: "WORD", help: "A word"),
            .init("flag", short: "f", help: "A switch"),
        ])
    let arguments: ParsedArguments
    init(_ arguments: ParsedArguments) throws(UsageError) { self.arguments = arguments }
    func run(in context: CommandContext) async throws(CommandFailure) -> ExitCode { .ok }
}

private let tree = CommandNode.group(
    name: "patchbay", summary: "", children: [.group(name: "group", summary: "", children: [.command(Probe.self)])])

/// What the parser made of a line, in words short enough for a table.
private func understood(_ line: String) -> String {
    let words = line.isEmpty ? [] : line.split(separator: " ", omittingEmptySubsequences: false).map(String.init)
    do throws(UsageError) {
        switch try ArgumentParser(root: tree).parse(words) {
        case .version: return "version"
        case .help(let path): return "help " + path.joined(separator: "/")
        case .run(let command):
            guard let probe = command as? Probe else { return "another command" }
            let arguments = probe.arguments
            var parts = ["FIRST=\(arguments.required("FIRST"))"]
            if let second = arguments.positional("SECOND") { parts.append("SECOND=\(second)") }
            if !arguments.values("many").isEmpty { parts.append("many=\(arguments.values("many"))") }
            if let one = arguments.value("one") { parts.append("one=\(one)") }
            if arguments.has("flag") { parts.append("flag") }
            return parts.joined(separator: " ")
        }
    } catch {
        return error.fault.code + ": " + error.fault.message
    }
}

struct LineCase: Sendable, CustomTestStringConvertible {
    let testDescription: String
    let line: String
    let expected: String
    init(_ name: String, _ line: String, _ expected: String) { (testDescription, self.line, self.expected) = (name, line, expected) }
}

struct ArgumentParserTests {
    @Test(
        "a command line is understood",
        arguments: [
            LineCase("one positional", "group probe a", "FIRST=a"),
            LineCase("two positionals", "group probe a b", "FIRST=a SECOND=b"),
            LineCase("value after a space", "group probe a --one x", "FIRST=a one=x"),
            LineCase("value after an equals sign", "group probe a --one=x", "FIRST=a one=x"),
            LineCase("value that holds an equals sign", "group probe a --one=x=y", "FIRST=a one=x=y"),
            LineCase("empty value", "group probe a --one=", "FIRST=a one="),
            LineCase("value that looks like an option, attached", "group probe a --one=--flag", "FIRST=a one=--flag"),
            LineCase("short option with a value", "group probe a -o x", "FIRST=a one=x"),
            LineCase("short switch", "group probe -f a", "FIRST=a flag"),
            LineCase("repeated option keeps its order", "group probe a --many x --many=y", "FIRST=a many=[\"x\", \"y\"]"),
            LineCase("options before, between and after", "group probe --flag a --one x b", "FIRST=a SECOND=b one=x flag"),
            LineCase("a switch given twice is still on", "group probe a -f --flag", "FIRST=a flag"),
            LineCase("a lone dash is a word", "group probe a -", "FIRST=a SECOND=-"),
            LineCase("a negative number is a word", "group probe a -5", "FIRST=a SECOND=-5"),
            LineCase("a negative fraction is a word", "group probe a -.5", "FIRST=a SECOND=-.5"),
            LineCase("a negative number is a value", "group probe a --one -5", "FIRST=a one=-5"),
            LineCase("after -- everything is a word", "group probe -- --flag -h", "FIRST=--flag SECOND=-h"),
            LineCase("an empty word is a word", "group probe  x", "FIRST= SECOND=x"),
            LineCase("nothing at all shows the first page", "", "help patchbay"),
            LineCase("help of the root", "--help", "help patchbay"),
            LineCase("help of a group", "group -h", "help patchbay/group"),
            LineCase("help of a command", "group probe --help", "help patchbay/group/probe"),
            LineCase("help wins over a mistake", "group probe --wrong --help", "help patchbay/group/probe"),
            LineCase("help wins over a missing word", "group probe -h", "help patchbay/group/probe"),
            LineCase("version", "--version", "version"),
        ])
    func understands(_ c: LineCase) { #expect(understood(c.line) == c.expected) }

    @Test(
        "a wrong command line says what is wrong",
        arguments: [
            LineCase("unknown subcommand", "gruop", "usage.unknown-command: 'patchbay' has no subcommand 'gruop'"),
            LineCase("unknown subcommand of a group", "group x", "usage.unknown-command: 'patchbay group' has no subcommand 'x'"),
            LineCase("group alone", "group", "usage.missing-command: 'patchbay group' needs a subcommand"),
            LineCase("option of the root", "--verzion", "usage.unknown-option: 'patchbay' has no option '--verzion'"),
            LineCase("version below the root", "group --version", "usage.unknown-option: 'patchbay group' has no option '--version'"),
            LineCase("unknown option", "group probe a --flags", "usage.unknown-option: 'patchbay group probe' has no option '--flags'"),
            LineCase(
                "unknown option with a value", "group probe a --ona=1", "usage.unknown-option: 'patchbay group probe' has no option '--ona'"
            ),
            LineCase("joined short options", "group probe a -fo", "usage.unknown-option: 'patchbay group probe' has no option '-fo'"),
            LineCase(
                "long option with one dash", "group probe a -flag", "usage.unknown-option: 'patchbay group probe' has no option '-flag'"),
            LineCase("value missing at the end", "group probe a --one", "usage.missing-value: option '--one' needs a value"),
            LineCase("value missing before an option", "group probe a --one --flag", "usage.missing-value: option '--one' needs a value"),
            LineCase("value for a switch", "group probe a --flag=1", "usage.unexpected-value: option '--flag' takes no value, but got '1'"),
            LineCase("single option twice", "group probe a --one x -o y", "usage.repeated-option: option '-o' is given more than once"),
            LineCase("word missing", "group probe", "usage.missing-argument: 'patchbay group probe' needs FIRST"),
            LineCase(
                "one word too many", "group probe a b c",
                "usage.unexpected-argument: 'patchbay group probe' does not know what to do with 'c'"),
        ])
    func refuses(_ c: LineCase) { #expect(understood(c.line) == c.expected) }

    @Test("a near miss is suggested, a far one is not")
    func suggestions() {
        #expect(remedy("gruop") == "Did you mean 'group'?")
        #expect(remedy("group probe a --flags") == "Did you mean '--flag'?")
        #expect(remedy("group probe a --zzz") == "See: patchbay help group probe")
        #expect(remedy("group probe a --man") == "Did you mean '--many'?")
        #expect(remedy("group probe a --m") == "See: patchbay help group probe")
        #expect(remedy("elephants") == "See: patchbay help")
    }

    private func remedy(_ line: String) -> String? {
        do throws(UsageError) {
            _ = try ArgumentParser(root: tree).parse(line.split(separator: " ").map(String.init))
            return nil
        } catch { return error.fault.remedy }
    }
}

/// Every description is read by the parser, the help and the completions; what they rely on is checked once here.
struct CommandTreeTests {
    @Test("every command's description is sound", arguments: Patchbay.commands.commands().map { $0.path.joined(separator: " ") })
    func soundSpec(_ line: String) throws {
        let found = try #require(Patchbay.commands.commands().first { $0.path.joined(separator: " ") == line })
        let spec = found.type.spec
        #expect(!spec.summary.isEmpty && !spec.summary.hasSuffix("."), "a summary is one line without a full stop")
        #expect(Set(spec.options.map(\.name)).count == spec.options.count, "two options share a name")
        let shorts = spec.options.compactMap(\.short)
        #expect(Set(shorts).count == shorts.count, "two options share a letter")
        #expect(Set(spec.positionals.map(\.name)).count == spec.positionals.count)
        let firstOptional = spec.positionals.firstIndex { !$0.isRequired } ?? spec.positionals.endIndex
        #expect(spec.positionals[firstOptional...].allSatisfy { !$0.isRequired }, "a required word after an optional one cannot be reached")
        for topic in spec.topics { #expect(HelpTopic.named(topic) != nil, "no help topic '\(topic)'") }
    }

    @Test("every example in the help is a line the parser accepts", arguments: exampleLines())
    func examplesParse(_ line: String) throws {
        let words = try shellWords(line)
        #expect(words.first == "patchbay")
        _ = try ArgumentParser(root: Patchbay.commands).parse(Array(words.dropFirst()))
    }

    @Test("the permissions page lists every permission there is, once")
    func permissionDrift() {
        let described = HelpTopic.permissionForms.map { $0.form.split(separator: ":").prefix(2).joined(separator: ":") }
        #expect(described.sorted() == Permission.heads.sorted())
    }

    private static func exampleLines() -> [String] {
        (Patchbay.firstExamples + Patchbay.commands.commands().flatMap { $0.type.spec.examples }).map(\.line)
    }

    /// The words of the first command on a line, read as a shell reads them as far as our examples go: single quotes; pipes, redirections and
    /// `&&` end it.
    private func shellWords(_ line: String) throws -> [String] {
        let inner = line.hasPrefix("source <(") ? String(line.dropFirst(9).dropLast()) : line
        var words: [String] = []
        var word: String?
        var isQuoted = false
        for character in inner + " " {
            switch character {
            case "'":
                isQuoted.toggle()
                word = word ?? ""
            case " " where !isQuoted:
                if let done = word {
                    if ["|", ">", "<", "&&"].contains(done) { return words }
                    words.append(done)
                }
                word = nil
            default: word = (word ?? "") + String(character)
            }
        }
        try #require(!isQuoted, "a quote stays open in: \(line)")
        return words
    }
}
