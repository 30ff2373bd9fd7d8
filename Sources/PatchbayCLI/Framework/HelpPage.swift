/// Help pages, made from the same descriptions the parser reads. Examples come first: most readers need one to copy, not a grammar.
package struct HelpPage: Sendable {
    private let style: Style
    private let width: Int

    /// Pages are never wider than this, because long lines are hard to read.
    static let widthMax = 100

    package init(style: Style, width: Int) {
        self.style = style
        self.width = min(width, Self.widthMax)
    }

    /// The page of a command or a group.
    package func lines(for node: CommandNode, path: [String]) -> [String] {
        switch node {
        case .command(let type): page(for: type.spec, path: path)
        case .group(_, let summary, let children): groupPage(summary, children, path: path)
        }
    }

    private func page(for spec: CommandSpec, path: [String]) -> [String] {
        var lines = title(path, spec.summary)
        if !spec.examples.isEmpty {
            lines += heading("Examples")
            for example in spec.examples {
                lines += self.example(example)
            }
        }
        lines += heading("Usage")
        let usage = ([path.line] + spec.positionals.map(\.usage) + ["[options]"]).line
        lines += TextWrap.lines(usage, width: width - 2, indent: "    ").map { "  " + $0 }
        for paragraph in spec.discussion {
            lines.append("")
            lines += TextWrap.lines(paragraph, width: width)
        }
        if !spec.positionals.isEmpty {
            lines += heading("Arguments")
            lines += entries(spec.positionals.map { ($0.name, $0.help) })
        }
        lines += heading("Options")
        lines += entries(spec.options.map { ($0.label, $0.help + ($0.fallback.map { " [\($0)]" } ?? "")) })
        if !spec.topics.isEmpty {
            lines += heading("See also")
            lines += spec.topics.map { "  " + style.accent("patchbay help \($0)") }
        }
        return lines
    }

    private func groupPage(_ summary: String, _ children: [CommandNode], path: [String]) -> [String] {
        var lines = title(path, summary)
        let isRoot = path.count == 1
        if isRoot {
            lines += heading("Examples")
            for example in Patchbay.firstExamples {
                lines += self.example(example)
            }
        }
        lines += heading(isRoot ? "Commands" : "Subcommands")
        lines += entries(children.flatMap { leaves($0, under: []) })
        if isRoot {
            lines += heading("Topics")
            lines += entries(HelpTopic.all.map { ($0.name, $0.summary) })
        }
        lines.append("")
        let place = isRoot ? "COMMAND or patchbay help TOPIC" : "SUBCOMMAND"
        lines += TextWrap.lines("More: " + (["patchbay", "help"] + path.dropFirst() + [place]).line, width: width)
        return lines
    }

    /// A command's own line, or those of everything inside a group: `plugin call` is what one types, so that is what the list shows.
    private func leaves(_ node: CommandNode, under path: [String]) -> [(label: String, text: String)] {
        node.commands(under: path).map { ($0.path.line, $0.type.spec.summary) }
    }

    /// A page about an idea rather than a command.
    package func lines(for topic: HelpTopic) -> [String] {
        var lines = title([topic.name], topic.summary)
        for block in topic.blocks {
            switch block {
            case .heading(let text): lines += heading(text)
            case .paragraph(let text):
                lines.append("")
                lines += TextWrap.lines(text, width: width)
            case .entries(let rows): lines += [""] + entries(rows.map { ($0.0, $0.1) })
            case .code(let code): lines += [""] + code.map { "  " + style.accent($0) }
            }
        }
        return lines
    }

    private func title(_ path: [String], _ summary: String) -> [String] {
        let lines = TextWrap.lines(path.line + " — " + summary, width: width)
        return [style.bold(path.line) + lines[0].dropFirst(path.line.count)] + lines.dropFirst()
    }

    /// What it does as a comment, then the line, which is never broken because it is there to be copied.
    private func example(_ example: CommandSpec.Example) -> [String] {
        TextWrap.lines("# " + example.purpose, width: width - 2, indent: "# ").map { "  " + style.dim($0) } + [
            "  " + style.accent(example.line)
        ]
    }

    private func heading(_ text: String) -> [String] { ["", style.bold(text)] }

    private func entries(_ rows: [(label: String, text: String)]) -> [String] {
        let longest = rows.map(\.label.columns).max() ?? 0
        return TextWrap.columns(rows, indent: 2, labelWidth: min(longest, width / 3), width: width)
    }
}

extension CommandSpec.Option {
    /// `-q, --quiet` as the options list shows it; the indent of long-only options keeps the long names in one column.
    fileprivate var label: String { (short.map { "-\($0), " } ?? "    ") + usage }
}
