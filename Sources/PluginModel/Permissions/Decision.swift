/// The answer to a need.
public enum Decision: Hashable, Sendable {
    case allow
    case deny(Denial)
}

/// Which of the two questions was answered with no.
public enum Denial: Hashable, Sendable {
    /// The manifest does not ask for it: the author's turn.
    case notInManifest
    /// The manifest asks, but nobody has said yes: the operator's turn.
    case notGranted
}

/// Asks twice: does the manifest declare it, and has the operator granted it?
///
/// What `asking` leaves to the operator is asked once: a private address always, and connections where the format lists no hosts.
public func decide(_ need: Need, declared: [Permission], granted: GrantSet, asking: Asking = .listed) -> Decision {
    if asking.leavesToOperator(need) { return granted.allows(need) ? .allow : .deny(.notGranted) }
    guard declared.contains(where: { $0.allows(need) }) else { return .deny(.notInManifest) }
    return granted.allows(need) ? .allow : .deny(.notGranted)
}

/// Throws the refusal where `decide` denies.
package func require(
    _ need: Need, of plugin: PluginID, declared: [Permission], granted: GrantSet, asking: Asking = .listed
) throws(PermissionDenied) {
    guard case .deny(let denial) = decide(need, declared: declared, granted: granted, asking: asking) else { return }
    throw PermissionDenied(
        plugin: plugin, need: need, denial: denial, declaredAt: declared.firstIndex { $0.allows(need) }, asking: asking)
}

/// A host call that was refused at the boundary; never retried.
public struct PermissionDenied: Error, Hashable, Sendable, CustomStringConvertible {
    public let plugin: PluginID
    public let need: Need
    public let denial: Denial
    /// The place in the manifest's list of permissions that asks for it.
    public let declaredAt: Int?
    public let asking: Asking

    public init(plugin: PluginID, need: Need, denial: Denial, declaredAt: Int? = nil, asking: Asking = .listed) {
        self.plugin = plugin
        self.need = need
        self.denial = denial
        self.declaredAt = declaredAt
        self.asking = asking
    }

    /// The name of the error a script sees.
    public static let scriptName = "PermissionDenied"

    /// The message of the error a script sees. Which private address a name leads to is not told to it.
    public var scriptMessage: String {
        if case .privateAddress(let host, _) = need { return "a private address for \(visible(host)) is not granted to \(plugin)" }
        return switch denial {
        case .notInManifest: "\(need.permission) is not declared by \(plugin)"
        case .notGranted: "\(need.permission) is not granted to \(plugin)"
        }
    }

    /// `PermissionDenied: network:outbound:api.acme.test is not declared by acme.weather`, the sentence of the published contract.
    public var description: String { "\(Self.scriptName): \(scriptMessage)" }

    package var fault: Fault {
        let start = "plugin '\(plugin)' may not \(need.deed)."
        // What a script asks for can be nonsense; such a text is not offered as something to paste.
        let remediable = (try? Permission(parsing: need.permission)) != nil
        switch denial {
        case .notInManifest:
            return Fault(
                code: "permission.not-declared", message: "\(start) \(self).", place: "patchbay.json /permissions",
                remedy: remediable
                    ? "Add \"\(need.permission)\" to the manifest's permissions." : "No permission covers such a call; change the call.",
                turn: .plugin)
        case .notGranted where asking == .openForNetwork:
            return Fault(
                code: "permission.not-granted", message: "\(start) The operator has not granted it.",
                remedy: remediable
                    ? "Grant it among the permissions of the plugin: \(need.permission). On the command line: --grant \(shellWord(need.permission))"
                    : nil, turn: .operator)
        case .notGranted:
            let why =
                declaredAt == nil ? "The operator has not granted it." : "Its manifest asks for this, but no operator has granted it."
            return Fault(
                code: "permission.not-granted", message: "\(start) \(why)", place: declaredAt.map { "patchbay.json /permissions/\($0)" },
                remedy: remediable ? "Allow it: patchbay plugin call … --grant \(shellWord(need.permission))" : nil, turn: .operator)
        }
    }
}
