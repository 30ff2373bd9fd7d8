import JSON
import PluginModel
import PluginPackages

extension PackageTrust {
    /// For people.
    var phrase: String {
        switch self {
        case .unsigned: "unsigned"
        case .signed(_, let publisher): "signed by \(SafeText.line(publisher))"
        }
    }

    /// For programs.
    var word: String { isSigned ? "signed" : "unsigned" }
}

extension PackageDiff {
    /// `{from, to, permissions, contributions, configuration, files}`, each with what was added, removed and changed.
    var json: JSONValue {
        func list<Value>(_ changes: Changes<Value>, _ text: (Value) -> String) -> JSONValue {
            [
                "added": .array(changes.added.map { .string(text($0)) }), "removed": .array(changes.removed.map { .string(text($0)) }),
                "changed": .array(changes.changed.map { .string(text($0.after)) }),
            ]
        }
        return [
            "from": versionBefore.map { .string($0) } ?? .null, "to": versionAfter.map { .string($0) } ?? .null,
            "permissions": list(permissions, \.text), "contributions": list(contributions) { "\($0.kind.rawValue) \($0.id)" },
            "configuration": list(configuration, \.key), "files": list(files, \.path),
        ]
    }

    /// What changes, for the person who is asked to agree: `+` for what comes, `-` for what goes, `~` for what is different.
    func lines(style: Style, width: Int) -> [String] {
        func list<Value>(_ title: String, _ changes: Changes<Value>, countMax: Int = 100, _ text: (Value) -> String) -> [String] {
            guard !changes.isEmpty else { return [] }
            let rows =
                changes.added.map { style.green("+ " + SafeText.line(text($0))) }
                + changes.removed.map { style.red("- " + SafeText.line(text($0))) }
                + changes.changed.map { style.yellow("~ " + SafeText.line(text($0.after))) }
            let more = rows.count > countMax ? [style.dim("… \(Quantity.grouped(rows.count - countMax)) more")] : []
            return ["", style.bold(title)] + (rows.prefix(countMax) + more).map { "  " + $0 }
        }
        let all =
            list("Asks for", permissions) { $0.text + ($0.reason.map { " — “\($0)”" } ?? "") }
            + list("Adds", contributions) { "\($0.kind.phrase(count: 1).dropFirst(2)) \($0.title)" }
            + list("Settings", configuration) { $0.label == $0.key ? $0.key : "\($0.key) (\($0.label))" }
            + list("Files", files, countMax: 20, \.path)
        return all.isEmpty ? [style.dim("Nothing changes: the files are the same.")] : Array(all.dropFirst())
    }
}
