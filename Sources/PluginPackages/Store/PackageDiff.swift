package import JSON
package import PluginModel

/// What another version of a plugin would change: for the person who is asked to agree.
package struct PackageDiff: Sendable, Hashable {
    package struct Changes<Value: Sendable & Hashable>: Sendable, Hashable {
        package struct Change: Sendable, Hashable {
            package let before: Value
            package let after: Value
        }

        package let added: [Value]
        package let removed: [Value]
        package let changed: [Change]

        package var isEmpty: Bool { added.isEmpty && removed.isEmpty && changed.isEmpty }

        /// In the order of `after`, then of `before`. `plain` takes away what is no change, such as where a thing stands in its file.
        init(_ before: [Value], _ after: [Value], by key: (Value) -> String, plain: (Value) -> Value = { $0 }) {
            let old = Dictionary(before.map { (key($0), $0) }, uniquingKeysWith: { first, _ in first })
            let new = Set(after.map(key))
            added = after.filter { old[key($0)] == nil }
            removed = before.filter { !new.contains(key($0)) }
            changed = after.compactMap { value in
                old[key(value)].flatMap { plain($0) == plain(value) ? nil : Change(before: $0, after: value) }
            }
        }

        /// Of what was not there before.
        package init(allNew values: [Value]) { (added, removed, changed) = (values, [], []) }
    }

    package let versionBefore: String?
    package let versionAfter: String?
    /// By their canonical text.
    package let permissions: Changes<PermissionRequest>
    /// By kind and id.
    package let contributions: Changes<Contribution>
    /// By key.
    package let configuration: Changes<ConfigField>
    /// By path.
    package let files: Changes<ContentListing.File>

    /// Whether the operator has something new to grant.
    package var asksForMore: Bool { !permissions.added.isEmpty }
    package var isEmpty: Bool { permissions.isEmpty && contributions.isEmpty && configuration.isEmpty && files.isEmpty }

    package init(
        from before: PluginManifest, _ filesBefore: ContentListing, to after: PluginManifest, _ filesAfter: ContentListing
    ) {
        (versionBefore, versionAfter) = (before.version, after.version)
        permissions = Changes(before.permissions, after.permissions, by: \.text) {
            var plain = $0
            plain.origin = JSONPointer()
            return plain
        }
        contributions = Changes(before.contributions, after.contributions, by: { "\($0.kind.rawValue) \($0.id)" }) {
            var plain = $0
            plain.origin = JSONPointer()
            return plain
        }
        configuration = Changes(before.configuration, after.configuration, by: \.key) {
            var plain = $0
            plain.origin = JSONPointer()
            return plain
        }
        files = Changes(filesBefore.files, filesAfter.files, by: \.path)
    }
}

extension PackageDiff {
    /// For programs: `{ from, to, permissions, contributions, configuration, files }`, each of the last four `{ added, removed, changed }` with what
    /// names the thing.
    package var json: JSONValue {
        func names<Value>(_ changes: Changes<Value>, _ name: (Value) -> String) -> JSONValue {
            [
                "added": .array(changes.added.map { .string(name($0)) }), "removed": .array(changes.removed.map { .string(name($0)) }),
                "changed": .array(changes.changed.map { .string(name($0.after)) }),
            ]
        }
        return [
            "from": versionBefore.map(JSONValue.string) ?? .null, "to": versionAfter.map(JSONValue.string) ?? .null,
            "permissions": names(permissions, \.text), "contributions": names(contributions) { "\($0.kind.rawValue) \($0.id)" },
            "configuration": names(configuration, \.key), "files": names(files, \.path),
        ]
    }
}
