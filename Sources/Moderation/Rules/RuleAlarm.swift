package import HubCore
import Rules

/// That a rule at work passes far more or less often today than in the days before: mostly its author's mistake, or the world's news.
package struct RuleAlarm: Sendable, Hashable {
    package enum Direction: String, Sendable, Hashable, CaseIterable { case more, less }

    package let direction: Direction
    package let today: RuleTally
    /// All of the days before that it is compared with.
    package let before: RuleTally

    /// Nil where there is nothing to tell, or too little to tell it from.
    package init?(today: RuleTally, before: RuleTally) {
        (self.today, self.before) = (today, before)
        guard before.looked >= RuleBookLimits.alarmLookedMin, today.looked > 0 else { return nil }
        let (times, min) = (Double(RuleBookLimits.alarmTimes), Double(RuleBookLimits.alarmPassesMin))
        // What as many items as today's had passed before.
        let usual = before.rate * Double(today.looked)
        if Double(today.passed) > min, Double(today.passed) > usual * times {
            direction = .more
        } else if usual > min, Double(today.passed) * times < usual {
            direction = .less
        } else {
            return nil
        }
    }

    package var sentence: String {
        "Today \(Self.percent(today.rate)) of items pass, \(Self.percent(before.rate)) of those of the \(RuleBookLimits.alarmDays) days before: "
            + (direction == .more ? "far more than usual." : "far fewer than usual.")
    }

    /// To a tenth, without a locale.
    private static func percent(_ rate: Double) -> String {
        let tenths = Int((rate * 1000).rounded())
        return "\(tenths / 10).\(tenths % 10) %"
    }
}

extension RuleTally {
    /// Of what it looked at, the share that passed: 0 to 1.
    package var rate: Double { looked > 0 ? Double(passed) / Double(looked) : 0 }
}
