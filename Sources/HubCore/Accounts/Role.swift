/// What somebody may do in an organisation; each role contains those before it. The names and their order are ForgePortal's.
package enum Role: String, Sendable, Hashable, CaseIterable, Comparable {
    case viewer
    case developer
    case teamAdmin = "team-admin"
    case templateAdmin = "template-admin"
    case platformAdmin = "platform-admin"

    /// The number ForgePortal gives it; higher contains lower.
    package var rank: Int {
        switch self {
        case .viewer: 20
        case .developer: 40
        case .teamAdmin: 60
        case .templateAdmin: 80
        case .platformAdmin: 100
        }
    }

    package static func < (a: Self, b: Self) -> Bool { a.rank < b.rank }
}
