package import HubCore
package import JSON
package import PluginModel
import Rules

/// A rule being tried, or having been tried, on items that were submitted: it decides each anew, and nothing follows from it.
package struct Backtest: Sendable {
    package typealias ID = Identifier<Backtest>

    package enum State: String, Sendable, Hashable, CaseIterable {
        case running, done, failed, cancelled
    }

    package struct Result: Sendable {
        package var items = 0
        package var passed = 0
        /// Could not be told, or no longer fit their type.
        package var errored = 0
        /// Items that the live version of the rule passes on.
        package var livePassed = 0
        /// Items that pass now and do not by the live version.
        package var wouldStart = 0
        package var wouldStop = 0
        /// Of items that change, the latest; at most `BacktestLimits.samplesMax`.
        package var samples: [Sample] = []
        package var signalRuns = 0
    }

    package struct Sample: Sendable {
        package let itemID: String
        package let sequence: Int64
        /// Whether the live version passes.
        package let was: Bool
        package let now: Bool
        package let decision: TestDecision
    }

    package let id: ID
    package let organisation: Organisation.ID
    /// The rule that is there and was tried or compared with; nil: a draft that is nowhere.
    package let rule: RuleRecord.ID?
    package let ruleName: String
    /// Whether there is a live version to compare with.
    package let hasLiveVersion: Bool
    package var state = State.running
    package var done = 0
    package var total: Int
    package let startedAt: HubCore.Timestamp
    package var endedAt: HubCore.Timestamp?
    /// What is known so far.
    package var result = Result()
    package var problem: Fault?
    /// Since it began.
    package var elapsed: Duration = .zero

    package var ratePerSecond: Int {
        let seconds = elapsed / .seconds(1)
        return seconds > 0 ? Int(Double(done) / seconds) : 0
    }
}

/// How much backtests may take. Listed in docs/limits.md.
package enum BacktestLimits {
    /// Of one backtest.
    package static let itemsMax = 10_000
    /// Items that are read and decided together.
    package static let batchItems = 200
    /// At work at once, in the hub and of one organisation.
    package static let runningMax = 4
    package static let runningPerOrganisationMax = 2
    /// Items whose outcome would change that are shown with their traces.
    package static let samplesMax = 50
    /// How long one that ended can be looked at.
    package static let keptTime: Duration = .seconds(3600)
    /// Of one organisation; older ones that ended make room.
    package static let keptPerOrganisationMax = 20
    /// Listeners hear of progress not more often than this.
    package static let tellingTime: Duration = .milliseconds(250)
}

/// What a backtest is asked for.
package struct BacktestRequest: Sendable {
    /// The latest so many items.
    package var last: Int
    /// Ids of item types; empty: those the rule looks at.
    package var itemTypeIDs: [String]
    /// The rule that is tried, or with which `draft` is compared.
    package var rule: RuleRecord.ID?
    /// Tried instead of what is kept of the rule.
    package var draft: JSONValue?

    package init(last: Int, itemTypeIDs: [String] = [], rule: RuleRecord.ID? = nil, draft: JSONValue? = nil) {
        (self.last, self.itemTypeIDs, self.rule, self.draft) = (last, itemTypeIDs, rule, draft)
    }
}
