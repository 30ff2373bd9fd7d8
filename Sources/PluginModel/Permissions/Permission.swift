/// One power over the hub, as a manifest asks for it and an operator grants it: `capability:direction:resource`.
///
///     network:outbound:api.example.com          https, port 443, that host and no other
///     network:outbound:*.example.com:8443       https on 8443, one or more labels before .example.com, not example.com itself
///     network:outbound:http://printer.example   plain http, port 80; https is not included
///     network:inbound                           receives webhooks
///     network:private:10.0.0.0/8@nas.example    lets that one host resolve to addresses of that private range; operators grant it
///     event:publish:connector.*                 `*` is one token; a last `>` is one or more; case counts
///     data:read:persons, data:write:persons     one table each; writing does not imply reading
///     engine:jit, engine:wasm                   the engine's compilers, which trade walls for speed
///
/// Anything else is an error, never ignored. `description` is the canonical text: host in lower case, default ports left out.
public struct Permission: Hashable, Sendable, CustomStringConvertible {
    package enum Rule: Hashable, Sendable {
        case networkOutbound(OutboundRule)
        case networkInbound
        case networkPrivate(AddressRange, host: NetworkHost)
        case eventPublish(SubjectPattern)
        case dataRead(DataTable)
        case dataWrite(DataTable)
        case engine(EnginePower)
    }

    /// In bytes; longer texts are refused unread.
    public static let lengthMax = 512

    package let rule: Rule

    package init(_ rule: Rule) { self.rule = rule }

    /// Whether this permission, standing alone, covers what a host call is about to do.
    public func allows(_ need: Need) -> Bool {
        switch (rule, need) {
        case (.networkOutbound(let rule), .networkConnect(let scheme, let host, let port)):
            rule.allows(scheme: scheme, host: host, port: port)
        case (.networkInbound, .networkInbound): true
        case (.networkPrivate(let range, let owner), .privateAddress(let host, let address)):
            NetworkHost(exactly: host) == owner && range.contains(address)
        case (.eventPublish(let pattern), .eventPublish(let subject)): pattern.matches(subject)
        case (.dataRead(let table), .dataRead(let name)): table.rawValue == name
        case (.dataWrite(let table), .dataWrite(let name)): table.rawValue == name
        case (.engine(let power), .engine(let wanted)): power == wanted
        default: false
        }
    }

    /// Whether there is anything that both cover. A grant that overlaps nothing a plugin asks for does nothing: a need has to be asked for
    /// and granted.
    public func overlaps(_ other: Permission) -> Bool {
        switch (rule, other.rule) {
        case (.networkOutbound(let one), .networkOutbound(let two)): one.overlaps(two)
        case (.eventPublish(let one), .eventPublish(let two)): one.overlaps(two)
        // A range of addresses only opens the way to a host that is asked for.
        case (.networkPrivate(_, let owner), .networkOutbound(let rule)), (.networkOutbound(let rule), .networkPrivate(_, let owner)):
            rule.covers(owner)
        default: rule == other.rule
        }
    }

    public var description: String {
        switch rule {
        case .networkOutbound(let rule): "network:outbound:\(rule)"
        case .networkInbound: "network:inbound"
        case .networkPrivate(let range, let host): "network:private:\(range)@\(host)"
        case .eventPublish(let pattern): "event:publish:\(pattern)"
        case .dataRead(let table): "data:read:\(table.rawValue)"
        case .dataWrite(let table): "data:write:\(table.rawValue)"
        case .engine(let power): "engine:\(power.rawValue)"
        }
    }
}

/// A power over the script engine itself.
public enum EnginePower: String, Hashable, Sendable, CaseIterable {
    case jit
    case wasm
}

/// The tables of the entity store that a permission may name.
public enum DataTable: String, Hashable, Sendable, CaseIterable {
    case persons, organizations, channels, conversations, messages, events, documents
}
