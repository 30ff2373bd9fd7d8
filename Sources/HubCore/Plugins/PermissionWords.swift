import PluginModel

/// How much harm a permission can do if its plugin is bad.
package enum PermissionRisk: String, Sendable, Hashable, CaseIterable, Comparable {
    case low, medium, high

    package static func < (a: Self, b: Self) -> Bool { a.rank < b.rank }

    private var rank: Int {
        switch self {
        case .low: 0
        case .medium: 1
        case .high: 2
        }
    }
}

/// A permission in words for somebody who decides about it, and how much is at stake.
///
/// The rule of the risk: *high* is what reaches beyond named places or takes a wall away (hosts by wildcard, connections that others can read,
/// private networks, writing data, compilers, files and programs of this machine); *medium* is what can carry data to or from a place that is
/// named; *low* is what stays inside the hub, and what only a person's own role lets through.
package struct PermissionWords: Sendable, Hashable {
    /// One plain sentence, from "It may …".
    package var sentence: String
    package var risk: PermissionRisk

    package init(_ permission: String) {
        guard let parsed = try? Permission(parsing: permission) else {
            (sentence, risk) = Self.foreign(permission)
            return
        }
        (sentence, risk) = Self.own(parsed)
    }

    private static func own(_ permission: Permission) -> (String, PermissionRisk) {
        switch permission.rule {
        case .networkOutbound(let rule):
            let host = rule.description
            let isOpen = rule.scheme == .http
            let isWide = host.contains("*.")
            let plain = isOpen ? String(host.dropFirst("http://".count)) : host
            var words =
                isWide
                ? "It may send data to every host below \(plain.replacing("*.", with: "")), and read their answers"
                : "It may send data to \(plain), and read its answers"
            if isOpen { words += ", over a connection that others can read and change" }
            return (words + ".", isWide || isOpen ? .high : .medium)
        case .networkInbound: return ("It may receive requests from outside, such as webhooks.", .medium)
        case .networkPrivate(let range, let host):
            return ("It may reach \(host) at addresses of your own network (\(range)).", .high)
        case .eventPublish(let pattern):
            let isWide = pattern.description.contains { $0 == "*" || $0 == ">" }
            return ("It may announce events named \(pattern) to the hub and its other plugins.", isWide ? .medium : .low)
        case .dataRead(let table): return ("It may read all \(table.rawValue) that the hub keeps.", .medium)
        case .dataWrite(let table): return ("It may add, change and delete \(table.rawValue) that the hub keeps.", .high)
        case .engine(.jit): return ("It runs with the engine's compiler: faster, and with one wall less around it.", .high)
        case .engine(.wasm): return ("It may run WebAssembly, with one wall less around it.", .high)
        }
    }

    /// What other hosts' manifests ask for, in grammars of their own.
    private static func foreign(_ text: String) -> (String, PermissionRisk) {
        let parts = text.split(separator: ":", maxSplits: 2, omittingEmptySubsequences: false).map { visible(String($0)) }
        if parts.count == 3 {
            switch (parts[0], parts[1]) {
            case ("file", "read"): return ("It may read the files below \(parts[2]) on this machine.", .high)
            case ("file", "write"): return ("It may change the files below \(parts[2]) on this machine.", .high)
            case ("process", "run"): return ("It may run the program \(parts[2]) on this machine, as you.", .high)
            case ("page", "call"): return ("Its pages may ask the hub for \(parts[2]).", .medium)
            default: break
            }
        }
        if HubAction(rawValue: text) != nil {
            return ("Whoever uses it needs the right '\(visible(text))'; the plugin itself gets nothing by it.", .low)
        }
        return ("It asks for '\(visible(text))', which this hub does not know and does not give.", .low)
    }
}
