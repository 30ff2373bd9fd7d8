package import HubCore

/// How long users' strikes count, and what their score is made of; listed in docs/limits.md.
package enum PeopleLimits {
    /// Of one policy, for one item.
    package static let strikesMax = 1_000
    /// How long a strike counts, and how far back items do for the score.
    package static let window: Duration = .seconds(90 * 86_400)
    /// Strikes that an organisation keeps; beyond them the oldest go.
    package static let strikesKeptMax = 1_000_000
    /// Users that an organisation knows; beyond them those who were not seen for longest are forgotten.
    package static let usersMax = 200_000
    /// Removed in one transaction.
    package static let sweptAtOnce = 500
    /// Strikes of one user that are shown.
    package static let historyMax = 200
    /// A user with fewer items is looked at as if they had so many: one bad item of one says little.
    package static let scoredItemsMin = 10
    /// Of a user's items, in percent, those on which rules may have acted for a score of 5, 4, 3 and 2.
    package static let scoreBounds = [1, 5, 15, 40]

    /// What counts begins then.
    static func start(at now: HubCore.Timestamp) -> HubCore.Timestamp { now.advanced(by: .zero - window) }

    /// The day of UTC of a moment, counted from 1970-01-01.
    static func day(of moment: HubCore.Timestamp) -> Int64 { moment.unixMilliseconds / 86_400_000 }
}

extension UserTally {
    /// 5 for users nobody acted on, nobody knows, or nearly so; 1 for the worst. See docs/rules.md § Users.
    package var score: Int {
        let percent = Double(acted) * 100 / Double(max(items, PeopleLimits.scoredItemsMin))
        let place = PeopleLimits.scoreBounds.firstIndex { percent < Double($0) } ?? PeopleLimits.scoreBounds.count
        return 5 - place
    }
}
