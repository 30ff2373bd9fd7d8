/// What a command's line may hold, as data: the parser, the help pages and the completions all read this one description.
package struct CommandSpec: Sendable {
    /// The word one types, e.g. `call`.
    package let name: String
    /// One line without a full stop, shown in lists.
    package let summary: String
    /// Paragraphs shown below the summary on the command's own page.
    package let discussion: [String]
    /// Shown first on the command's page.
    package let examples: [Example]
    package let positionals: [Positional]
    package let options: [Option]
    /// Names of help topics worth reading next.
    package let topics: [String]

    package init(
        name: String, summary: String, discussion: [String] = [], examples: [Example] = [], positionals: [Positional] = [],
        options: [Option] = [], topics: [String] = []
    ) {
        self.name = name
        self.summary = summary
        self.discussion = discussion
        self.examples = examples
        self.positionals = positionals
        self.options = options + [.help]
        self.topics = topics
    }

    package struct Example: Sendable {
        /// What the example does, one short line.
        package let purpose: String
        /// The whole command line as one would type it.
        package let line: String

        package init(_ purpose: String, _ line: String) {
            self.purpose = purpose
            self.line = line
        }
    }

    /// A word that is recognised by its place.
    package struct Positional: Sendable {
        /// Shown in capitals, e.g. `DIR`; also the key under which the value is read back.
        package let name: String
        package let help: String
        package let isRequired: Bool
        /// Takes every further word; only the last positional may.
        package let repeats: Bool
        package let completion: Completion

        package init(_ name: String, _ help: String, isRequired: Bool = true, repeats: Bool = false, completion: Completion = .none) {
            self.name = name
            self.help = help
            self.isRequired = isRequired
            self.repeats = repeats
            self.completion = completion
        }

        /// `DIR`, `PATH…`, or `[JSON]` when it may be left out.
        package var usage: String {
            let name = name + (repeats ? "…" : "")
            return isRequired ? name : "[\(name)]"
        }
    }

    /// A word that starts with `--`.
    package struct Option: Sendable {
        /// Without the dashes, e.g. `time-limit`.
        package let name: String
        package let short: Character?
        /// The value's name in capitals, e.g. `DURATION`; nil for a flag, which takes no value.
        package let value: String?
        package let repeats: Bool
        package let help: String
        /// What holds when the option is absent, as help shows it.
        package let fallback: String?
        package let completion: Completion

        package init(
            _ name: String, short: Character? = nil, value: String? = nil, repeats: Bool = false, help: String, fallback: String? = nil,
            completion: Completion = .none
        ) {
            self.name = name
            self.short = short
            self.value = value
            self.repeats = repeats
            self.help = help
            self.fallback = fallback
            self.completion = completion
        }

        /// `--grant PERMISSION…`
        package var usage: String { "--\(name)" + (value.map { " \($0)" } ?? "") + (repeats ? "…" : "") }
    }

    /// What a shell may offer for a word.
    package enum Completion: Sendable, Equatable {
        case none, file, directory
        case words([String])
    }
}

extension CommandSpec.Option {
    package static let help = CommandSpec.Option("help", short: "h", help: "Show this page")
    package static let json = CommandSpec.Option("json", help: "Print JSON, an object a line, and errors as JSON too")
    package static let quiet = CommandSpec.Option("quiet", short: "q", help: "No progress, no notes; results and errors only")
    package static let verbose = CommandSpec.Option("verbose", short: "v", help: "Say more on standard error: steps, times, sizes")
}
