/// A bash completion script written from the command tree: subcommands by place, options of the command typed so far, files and fixed words as values.
package enum BashCompletions {
    package static func script(for root: CommandNode) -> String {
        var cases: [String] = []
        visit(root, path: []) { path, node in cases.append(entry(path.line, node)) }
        return """
            # bash completion for \(root.name); source it, or save it as \(root.name) in a completions folder.
            _\(root.name)() {
                local current="${COMP_WORDS[COMP_CWORD]}" previous="" path="" words="" options="" kind="" word index
                (( COMP_CWORD > 0 )) && previous="${COMP_WORDS[COMP_CWORD - 1]}"
                for (( index = 1; index < COMP_CWORD; index++ )); do
                    word="${COMP_WORDS[index]}"
                    case "$path/$word" in
            \(branches(root, path: []).joined(separator: "\n"))
                    esac
                done
                case "$path" in
            \(cases.joined(separator: "\n"))
                esac
                case "$kind" in
                    file) mapfile -t COMPREPLY < <(compgen -f -- "$current"); return ;;
                    directory) mapfile -t COMPREPLY < <(compgen -d -- "$current"); return ;;
                    value) return ;;
                esac
                if [[ "$current" == -* ]]; then words="$options"; fi
                mapfile -t COMPREPLY < <(compgen -W "$words" -- "$current")
                if [[ "$current" != -* && ${#COMPREPLY[@]} -eq 0 && -z "$words" ]]; then mapfile -t COMPREPLY < <(compgen -f -- "$current"); fi
            }
            complete -o filenames -F _\(root.name) \(root.name)

            """
    }

    private static func visit(_ node: CommandNode, path: [String], _ body: ([String], CommandNode) -> Void) {
        body(path, node)
        for child in node.children { visit(child, path: path + [child.name], body) }
    }

    /// `plugin/call) path="plugin call" ;;` for every edge of the tree: how a further word changes the place one is at.
    private static func branches(_ node: CommandNode, path: [String]) -> [String] {
        node.children.flatMap { child -> [String] in
            let next = path + [child.name]
            return ["            \"\(path.line)/\(child.name)\") path=\"\(next.line)\" ;;"] + branches(child, path: next)
        }
    }

    private static func entry(_ path: String, _ node: CommandNode) -> String {
        let indent = "        "
        guard case .command(let type) = node else {
            let options = path.isEmpty ? "--help --version" : "--help"
            return "\(indent)\"\(path)\") words=\"\(node.children.map(\.name).line)\" options=\"\(options)\" ;;"
        }
        let spec = type.spec
        var words = spec.positionals.flatMap { positional -> [String] in
            if case .words(let words) = positional.completion { words } else { [] }
        }
        if spec.name == "help" { words = Patchbay.commands.children.map(\.name) + HelpTopic.all.map(\.name) }
        var lines = [
            "\(indent)\"\(path)\")", "\(indent)    words=\"\(words.line)\" options=\"\(spec.options.map { "--\($0.name)" }.line)\"",
        ]
        let valued = spec.options.filter { $0.value != nil }
        if !valued.isEmpty {
            lines.append("\(indent)    case \"$previous\" in")
            for option in valued { lines.append("\(indent)        --\(option.name)) \(valueKind(option)) ;;") }
            lines.append("\(indent)    esac")
        }
        return (lines + ["\(indent)    ;;"]).joined(separator: "\n")
    }

    private static func valueKind(_ option: CommandSpec.Option) -> String {
        switch option.completion {
        case .none: "kind=value"
        case .file: "kind=file"
        case .directory: "kind=directory"
        case .words(let words): "words=\"\(words.line)\""
        }
    }
}
