/// The tree of subcommands: `patchbay` at the root, groups such as `plugin` inside, commands as leaves.
package indirect enum CommandNode: Sendable {
    case group(name: String, summary: String, children: [CommandNode])
    case command(any Command.Type)

    package var name: String {
        switch self {
        case .group(let name, _, _): name
        case .command(let type): type.spec.name
        }
    }

    package var summary: String {
        switch self {
        case .group(_, let summary, _): summary
        case .command(let type): type.spec.summary
        }
    }

    package var children: [CommandNode] {
        switch self {
        case .group(_, _, let children): children
        case .command: []
        }
    }

    package func child(_ name: String) -> CommandNode? { children.first { $0.name == name } }

    /// Every command below, each with the words that lead to it from this node (this node's own name first), in tree order.
    package func commands(under path: [String] = []) -> [(path: [String], type: any Command.Type)] {
        switch self {
        case .group(let name, _, let children): children.flatMap { $0.commands(under: path + [name]) }
        case .command(let type): [(path + [type.spec.name], type)]
        }
    }
}
