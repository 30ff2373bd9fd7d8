extension Permission {
    /// The capability and direction of every permission there is. A new one needs a rule, a line in the docs and a test.
    package static let heads = [
        "network:outbound", "network:inbound", "network:private", "event:publish", "data:read", "data:write", "engine:jit", "engine:wasm",
    ]

    /// Reads a permission; whatever is not understood to the last character is refused.
    public init(parsing text: String) throws(PermissionError) {
        guard text.utf8.count <= Self.lengthMax else {
            throw PermissionError(.malformed, text, "is longer than \(Self.lengthMax) bytes")
        }
        let parts = text.split(separator: ":", maxSplits: 2, omittingEmptySubsequences: false).map(String.init)
        let head = parts.prefix(2).joined(separator: ":")
        guard Self.heads.contains(head) else { throw Self.unknown(text, head: head, resource: parts.count > 2 ? parts[2] : nil) }
        let resource = parts.count > 2 ? parts[2] : nil
        do throws(ResourceError) {
            rule = try Self.rule(head, resource)
        } catch {
            throw PermissionError(.malformed, text, error.reason, suggestion: error.suggestion.map { "\(head):\($0)" })
        }
    }

    private static func rule(_ head: String, _ resource: String?) throws(ResourceError) -> Rule {
        switch head {
        case "network:inbound", "engine:jit", "engine:wasm":
            guard resource == nil else { throw ResourceError("ends after '\(head)'; nothing may follow it") }
            switch head {
            case "engine:jit": return .engine(.jit)
            case "engine:wasm": return .engine(.wasm)
            default: return .networkInbound
            }
        case "network:outbound": return .networkOutbound(try OutboundRule(required(resource, "a host, such as api.example.com")))
        case "network:private": return try privateRule(required(resource, "a range and a host, such as 127.0.0.1/32@localhost"))
        case "event:publish": return .eventPublish(try SubjectPattern(required(resource, "a subject, such as connector.*")))
        case "data:read": return .dataRead(try table(required(resource, "a table, such as persons")))
        default: return .dataWrite(try table(required(resource, "a table, such as persons")))
        }
    }

    private static func required(_ resource: String?, _ what: String) throws(ResourceError) -> String {
        guard let resource, !resource.isEmpty else { throw ResourceError("lacks its third part: \(what)") }
        return resource
    }

    private static func table(_ name: String) throws(ResourceError) -> DataTable {
        if let table = DataTable(rawValue: name) { return table }
        let known = DataTable.allCases.map(\.rawValue)
        if name == "*" { throw ResourceError("names all tables at once; each is asked for by name (\(known.joined(separator: ", ")))") }
        throw ResourceError(
            "names the table '\(visible(name))', which does not exist; there are \(known.joined(separator: ", "))",
            suggestion: nearMiss(name, among: known))
    }

    private static func privateRule(_ resource: String) throws(ResourceError) -> Rule {
        let parts = resource.split(separator: "@", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
        guard parts.count == 2 else {
            throw ResourceError("needs the one host it is for, after an '@': 127.0.0.1/32@localhost")
        }
        return .networkPrivate(try AddressRange(parts[0]), host: try NetworkHost(parts[1]))
    }

    private static func unknown(_ text: String, head: String, resource: String?) -> PermissionError {
        let suggestion = nearMiss(head, among: heads).map { near in resource.map { "\(near):\($0)" } ?? near }
        return PermissionError(
            .unknownCapability, text, "names no capability of this hub; there are \(heads.joined(separator: ", "))",
            suggestion: suggestion.flatMap { (try? Permission(parsing: $0))?.description })
    }
}

/// Why a text is no permission.
public struct PermissionError: Error, Hashable, Sendable, CustomStringConvertible {
    public enum Kind: String, Hashable, Sendable {
        case unknownCapability = "permission.unknown-capability"
        case malformed = "permission.malformed"
    }

    public let kind: Kind
    public let text: String
    /// Goes on from "the permission …".
    public let reason: String
    /// A permission that was probably meant.
    public let suggestion: String?

    init(_ kind: Kind, _ text: String, _ reason: String, suggestion: String? = nil) {
        self.kind = kind
        self.text = text
        self.reason = reason
        self.suggestion = suggestion
    }

    public var description: String {
        "The permission '\(visible(text))' \(reason)." + (suggestion.map { " Did you mean '\(visible($0))'?" } ?? "")
    }

    /// `turn` is the operator's where the text came from a grant, the plugin's where it came from a manifest.
    package func fault(place: String? = nil, turn: Fault.Turn = .plugin) -> Fault {
        Fault(
            code: kind.rawValue, message: description, place: place,
            remedy: suggestion.map { "Write \(shellWord($0)) instead." }
                ?? "Correct the permission; its grammar stands in docs/permissions.md.",
            turn: turn)
    }
}

/// Why the third part of a permission is wrong, before the whole text is known.
struct ResourceError: Error {
    let reason: String
    /// Of the third part only.
    let suggestion: String?

    init(_ reason: String, suggestion: String? = nil) {
        self.reason = reason
        self.suggestion = suggestion
    }
}
