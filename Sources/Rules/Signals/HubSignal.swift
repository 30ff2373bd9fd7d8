/// Built-in signals that ask a hub for what it knows of users; outside one there is nobody to ask. Contract of Coop, section 19.
package enum HubSignal: String, Sendable, Hashable, CaseIterable {
    case userScore = "USER_SCORE"
    case userStrikeValue = "USER_STRIKE_VALUE"

    package var descriptor: SignalDescriptor {
        let output: ScoreType =
            switch self {
            case .userScore: ScoreType(.number, values: ["1", "2", "3", "4", "5"], isOrdered: true)
            case .userStrikeValue: ScoreType(.number)
            }
        return SignalDescriptor(type: rawValue, inputs: [.userID], output: output, cost: 10)
    }
}
