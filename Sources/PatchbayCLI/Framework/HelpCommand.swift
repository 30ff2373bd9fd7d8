/// `patchbay help [WORDS…]`: the page of a command, a group or a topic.
package struct HelpCommand: Command {
    package static let spec = CommandSpec(
        name: "help", summary: "Explain a command or a topic",
        examples: [
            .init("about a command", "patchbay help plugin call"),
            .init("about an idea", "patchbay help permissions"),
        ],
        positionals: [
            .init("NAME", "A command, a group of commands or a topic", isRequired: false),
            .init("SUBCOMMAND", "A subcommand of the group", isRequired: false, repeats: true),
        ])

    private let page: Page

    private enum Page: Sendable {
        case node(CommandNode, path: [String])
        case topic(HelpTopic)
    }

    package init(_ arguments: ParsedArguments) throws(UsageError) {
        let words = [arguments.positional("NAME")].compactMap(\.self) + arguments.positionals("SUBCOMMAND")
        if words.count == 1, let topic = HelpTopic.named(words[0]) {
            page = .topic(topic)
            return
        }
        var node = Patchbay.commands
        var path = [node.name]
        for word in words {
            guard let child = node.child(word) else {
                if path.count > 1 { throw .unknownCommand(word, in: path, known: node.children.map(\.name)) }
                throw .unknownTopic(word, known: node.children.map(\.name) + HelpTopic.all.map(\.name))
            }
            node = child
            path.append(word)
        }
        page = .node(node, path: path)
    }

    package func run(in context: CommandContext) async throws(CommandFailure) -> ExitCode {
        let output = context.terminal.output
        let help = HelpPage(style: output.style, width: output.width)
        switch page {
        case .node(let node, let path): output.lines(help.lines(for: node, path: path))
        case .topic(let topic): output.lines(help.lines(for: topic))
        }
        return .ok
    }
}
