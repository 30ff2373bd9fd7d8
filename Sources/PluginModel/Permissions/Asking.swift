/// Who has the first say on what a plugin may be granted.
public enum Asking: Sendable, Hashable {
    /// Its manifest lists what it needs; granting what stands nowhere in it does nothing.
    case listed
    /// Its format has no place to list hosts, so that for connections the operator's yes counts alone. All else has to be listed.
    case openForNetwork

    /// Whether the operator's yes is enough for this need.
    func leavesToOperator(_ need: Need) -> Bool {
        switch need {
        // A manifest cannot know the addresses of the network it will be run in, and the connection itself is asked about before.
        case .privateAddress: true
        case .networkConnect: self == .openForNetwork
        case .networkInbound, .eventPublish, .dataRead, .dataWrite, .engine: false
        }
    }

    /// Whether granting this does anything for a plugin that lists `declared`.
    package func takes(_ permission: Permission, declared: [Permission]) -> Bool {
        if declared.contains(where: permission.overlaps) { return true }
        guard self == .openForNetwork else { return false }
        switch permission.rule {
        case .networkOutbound, .networkPrivate: return true
        case .networkInbound, .eventPublish, .dataRead, .dataWrite, .engine: return false
        }
    }
}
