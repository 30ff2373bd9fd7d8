package import PluginModel

/// What can be wrong with a command line, before anything has run.
package enum UsageError: Error, Sendable, Equatable {
    case unknownCommand(String, in: [String], known: [String])
    case missingCommand(in: [String], known: [String])
    case unknownOption(String, command: [String], known: [String])
    case missingValue(option: String, value: String, command: [String])
    case unexpectedValue(option: String, value: String, command: [String])
    case repeatedOption(String, command: [String])
    case missingArgument(String, help: String, command: [String])
    case unexpectedArgument(String, command: [String])
    case invalidValue(of: String, value: String, why: String, hint: String)
    case unknownTopic(String, known: [String])

    /// The error as people see it: what, why, and what to type instead.
    package var fault: Fault {
        switch self {
        case .unknownCommand(let word, let path, let known):
            make(
                "unknown-command", "'\(path.line)' has no subcommand '\(word)'",
                why: "the subcommands are: \(known.joined(separator: ", "))",
                remedy: suggestion(word, known, prefix: "") ?? helpAdvice(path))
        case .missingCommand(let path, let known):
            make(
                "missing-command", "'\(path.line)' needs a subcommand", why: "the subcommands are: \(known.joined(separator: ", "))",
                remedy: helpAdvice(path))
        case .unknownOption(let option, let path, let known):
            make(
                "unknown-option", "'\(path.line)' has no option '\(option)'",
                why: "its options are: \(known.joined(separator: ", "))",
                remedy: suggestion(option, known, prefix: "") ?? helpAdvice(path))
        case .missingValue(let option, let value, let path):
            make(
                "missing-value", "option '\(option)' needs a value", why: "it was the last word, or the next word is an option",
                remedy: "Write \(option) \(value), or \(option)=\(value) when the value itself starts with '--'. \(helpAdvice(path))")
        case .unexpectedValue(let option, let value, let path):
            make(
                "unexpected-value", "option '\(option)' takes no value, but got '\(value)'", why: "it is a switch: there or not there",
                remedy: "Write \(option) alone. \(helpAdvice(path))")
        case .repeatedOption(let option, let path):
            make(
                "repeated-option", "option '\(option)' is given more than once",
                why: "it holds a single value, and which one to take is unclear",
                remedy: "Keep one of them. \(helpAdvice(path))")
        case .missingArgument(let name, let help, let path):
            make("missing-argument", "'\(path.line)' needs \(name)", why: "\(name) is \(help.lowercasedFirst)", remedy: helpAdvice(path))
        case .unexpectedArgument(let word, let path):
            make(
                "unexpected-argument", "'\(path.line)' does not know what to do with '\(word)'", why: "all its arguments are already there",
                remedy: "Quote a value that holds spaces. \(helpAdvice(path))")
        case .invalidValue(let name, let value, let why, let hint):
            make("invalid-value", "\(name) cannot be '\(value.shortened(to: 60))'", why: why, remedy: hint)
        case .unknownTopic(let word, let known):
            make(
                "unknown-topic", "there is no help on '\(word)'", why: "help knows these: \(known.joined(separator: ", "))",
                remedy: suggestion(word, known, prefix: "patchbay help ") ?? "List everything: patchbay help")
        }
    }

    private func make(_ code: String, _ message: String, why: String, remedy: String) -> Fault {
        Fault(code: "usage.\(code)", message: message, place: nil, remedy: remedy, turn: .caller, details: why)
    }

    private func suggestion(_ word: String, _ known: [String], prefix: String) -> String? {
        // Half a word is no near miss of the whole by letters, yet it is the commonest guess: --time for --time-limit.
        let letters = word.drop { $0 == "-" }.count
        let begun = letters >= 3 ? known.filter { $0.hasPrefix(word) } : []
        return (begun.count == 1 ? begun[0] : nearMiss(word, among: known)).map { "Did you mean '\(prefix)\($0)'?" }
    }

    private func helpAdvice(_ path: [String]) -> String {
        "See: \((["patchbay", "help"] + path.dropFirst()).line)"
    }
}

extension [String] {
    /// Words of a command line joined as one types them.
    package var line: String { joined(separator: " ") }
}

extension String {
    fileprivate var lowercasedFirst: String { prefix(1).lowercased() + dropFirst() }

    /// At most `limit` characters, the last one an ellipsis when something was cut.
    package func shortened(to limit: Int) -> String { count <= limit ? self : prefix(max(0, limit - 1)) + "…" }
}
