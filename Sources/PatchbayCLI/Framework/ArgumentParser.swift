/// What a command line asks for.
package enum Invocation: Sendable {
    case run(any Command)
    /// A page about the node these words lead to; the first word is `patchbay`.
    case help([String])
    case version
}

/// Reads command lines. Pure: words in, invocation or usage error out, so that every rule is a row in a table of tests.
///
/// Rules: options and positional values may stand in any order; `--key value` and `--key=value` mean the same; after `--` everything is
/// positional; a lone `-` and anything that looks like a negative number is positional; `-h` or `--help` anywhere before `--` asks for the page of
/// the command named so far.
package struct ArgumentParser: Sendable {
    package let root: CommandNode

    package init(root: CommandNode) { self.root = root }

    package func parse(_ words: [String]) throws(UsageError) -> Invocation {
        var node = root
        var path = [root.name]
        var rest = words[...]
        while case .group = node {
            guard let word = rest.popFirst() else {
                if path.count == 1 { return .help(path) }
                throw .missingCommand(in: path, known: node.children.map(\.name))
            }
            if word == "-h" || word == "--help" { return .help(path) }
            if word == "--version", path.count == 1 { return .version }
            guard let child = node.child(word) else {
                if word.hasPrefix("-") {
                    throw .unknownOption(word, command: path, known: path.count == 1 ? ["--help", "--version"] : ["--help"])
                }
                throw .unknownCommand(word, in: path, known: node.children.map(\.name))
            }
            path.append(word)
            node = child
        }
        guard case .command(let type) = node else { return .help(path) }
        guard let arguments = try sort(rest, for: type.spec, path: path) else { return .help(path) }
        return .run(try type.init(arguments))
    }

    /// Sorts the words after the command's name; nil when they ask for help.
    private func sort(_ words: ArraySlice<String>, for spec: CommandSpec, path: [String]) throws(UsageError) -> ParsedArguments? {
        var result = ParsedArguments(command: path)
        var positionals = spec.positionals[...]
        var rest = words
        var onlyPositionals = false
        // Help wins over every mistake on the line: who asks for it is usually mending one.
        if words.prefix(while: { $0 != "--" }).contains(where: { $0 == "-h" || $0 == "--help" }) { return nil }
        while let word = rest.popFirst() {
            if !onlyPositionals, word == "--" {
                onlyPositionals = true
            } else if !onlyPositionals, Self.isOption(word) {
                try take(option: word, from: &rest, spec: spec, into: &result)
            } else if let positional = positionals.first {
                result.add(word, positional: positional.name)
                if !positional.repeats { positionals.removeFirst() }
            } else {
                throw .unexpectedArgument(word, command: path)
            }
        }
        if let missing = positionals.first(where: { $0.isRequired && result.positional($0.name) == nil }) {
            throw .missingArgument(missing.name, help: missing.help, command: path)
        }
        return result
    }

    private func take(
        option word: String, from rest: inout ArraySlice<String>, spec: CommandSpec, into result: inout ParsedArguments
    ) throws(UsageError) {
        let parts = word.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
        let (typed, attached) = (parts[0], parts.count == 2 ? parts[1] : nil)
        guard let option = spec.options.first(where: { "--\($0.name)" == typed || $0.short.map { "-\($0)" } == typed }) else {
            throw .unknownOption(typed, command: result.command, known: spec.options.map { "--\($0.name)" })
        }
        guard let value = option.value else {
            if let attached { throw .unexpectedValue(option: typed, value: attached, command: result.command) }
            return result.set(flag: option.name)
        }
        if !option.repeats, result.value(option.name) != nil { throw .repeatedOption(typed, command: result.command) }
        if let attached { return result.add(attached, to: option.name) }
        guard let next = rest.first, !next.hasPrefix("--") else {
            throw .missingValue(option: typed, value: value, command: result.command)
        }
        rest.removeFirst()
        result.add(next, to: option.name)
    }

    private static func isOption(_ word: String) -> Bool {
        guard word.hasPrefix("-"), word.count > 1 else { return false }
        let second = word[word.index(after: word.startIndex)]
        return !(second.isNumber || second == ".")
    }
}
