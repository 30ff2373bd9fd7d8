package import JSON
package import PluginModel

/// The hosts that an integration asks for: `"patchbay": { "permissions": ["network:outbound:api.example.com"] }` in its package.json.
///
/// An addition of this hub's: upstream has no place for it and does not look there. An entry is a text, or `{ permission, reason?, optional? }`
/// as in our own format. What cannot be used is told and passed over, since an operator can grant hosts that nobody asked for.
package enum CoopPermissions {
    /// More entries are left out.
    package static let entriesMax = 100

    package static func read(_ value: JSONValue?, spec: String) -> (requests: [PermissionRequest], findings: [Finding]) {
        let pointer = JSONPointer(["patchbay", "permissions"])
        var notes = CoopNotes(spec: spec)
        guard let value, !value.isNull else { return ([], []) }
        guard let list = value.arrayValue else {
            notes.add(.warning, "permissions", pointer, "patchbay.permissions is \(value.kindPhrase), not a list; nothing is asked for.")
            return ([], notes.findings)
        }
        if list.count > entriesMax {
            notes.add(.warning, "permissions", pointer, "There are \(list.count) permissions; the first \(entriesMax) are read.")
        }
        var requests: [PermissionRequest] = []
        for (index, item) in list.prefix(entriesMax).enumerated() {
            let place = pointer.appending(index)
            guard let text = item.stringValue ?? item["permission"]?.stringValue else {
                notes.add(.warning, "permission", place, "A permission is a text, not \(item.kindPhrase); it is passed over.")
                continue
            }
            do throws(PermissionError) {
                let permission = try Permission(parsing: text)
                guard case .networkOutbound = permission.rule else {
                    notes.add(
                        .warning, "permission", place, "An integration may ask for hosts alone; \"\(text)\" is passed over.",
                        remedy: "Ask for network:outbound:HOST.")
                    continue
                }
                guard !requests.contains(where: { $0.permission == permission }) else { continue }
                requests.append(
                    PermissionRequest(
                        permission, reason: item["reason"]?.stringValue, isOptional: item["optional"]?.boolValue ?? false, origin: place))
            } catch {
                notes.add(.warning, "permission", place, "\(error.description) It is passed over.", remedy: error.fault().remedy)
            }
        }
        return (requests, notes.findings)
    }
}
