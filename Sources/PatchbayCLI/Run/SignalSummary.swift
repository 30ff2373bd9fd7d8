package import JSON
import PluginModel

/// What one signal said about all texts, gathered decision by decision in constant memory but for the scores, 8 bytes each.
package struct SignalSummary: Sendable {
    package let signal: LoadedSignal
    package let threshold: Threshold
    package private(set) var texts = 0
    package private(set) var matched = 0
    package private(set) var errors = 0
    /// Faults by code with how often each came, and the first of each to show.
    package private(set) var faults: [String: (count: Int, first: TextDecision)] = [:]
    /// The matches worth showing: the highest scores, of equal ones the first.
    package private(set) var examples: [TextDecision] = []
    private var scores: [Double] = []

    package static let examplesMax = 5
    /// Kinds of faults kept apart; a plugin that invents codes does not fill the memory.
    static let faultKindsMax = 20

    package init(signal: LoadedSignal, threshold: Threshold) {
        self.signal = signal
        self.threshold = threshold
    }

    package mutating func add(_ decision: TextDecision) {
        texts += 1
        if let number = decision.numericScore { scores.append(number) }
        switch decision.verdict {
        case .passed: break
        case .matched:
            matched += 1
            keep(decision)
        case .error(let fault):
            errors += 1
            let code = faults[fault.code] != nil || faults.count < Self.faultKindsMax ? fault.code : "other"
            faults[code] = (count: (faults[code]?.count ?? 0) + 1, first: faults[code]?.first ?? decision)
        }
    }

    private mutating func keep(_ decision: TextDecision) {
        let score = decision.numericScore ?? 0
        let place = examples.firstIndex { ($0.numericScore ?? 0) < score } ?? examples.count
        guard place < Self.examplesMax else { return }
        examples.insert(decision, at: place)
        if examples.count > Self.examplesMax { examples.removeLast() }
    }

    /// Smallest, middle and largest score, and how many fell into each of equal steps between; nil without a comparable score.
    package func spread(steps: Int = 12) -> Spread? { Spread(scores, steps: steps) }

    package struct Spread: Sendable, Equatable {
        package let least: Double
        package let median: Double
        package let greatest: Double
        /// Counts from the least to the greatest score; a single step when all are equal.
        package let counts: [Int]

        package init?(_ scores: [Double], steps: Int) {
            let sorted = scores.filter(\.isFinite).sorted()
            guard let first = sorted.first, let last = sorted.last else { return nil }
            (least, greatest) = (first, last)
            let middle = sorted.count / 2
            median = sorted.count % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2
            guard first < last else {
                counts = [sorted.count]
                return
            }
            var counts = Array(repeating: 0, count: steps)
            // Halved before subtracting, so that the two ends of the range of Double do not overflow; what halving makes nothing of is one step.
            let half = last / 2 - first / 2
            for score in sorted {
                let fraction = half > 0 ? (score / 2 - first / 2) / half : 0
                counts[min(steps - 1, Int(fraction * Double(steps)))] += 1
            }
            self.counts = counts
        }

        /// `█▃▁ ▂`: heights relative to the fullest step, a step with anything in it never empty.
        package var drawing: String {
            let most = counts.max() ?? 0
            let heights = Array("▁▂▃▄▅▆▇█")
            return String(counts.map { $0 == 0 ? " " : heights[$0 * (heights.count - 1) / most] })
        }
    }

    package var json: JSONValue {
        var object = JSONObject([
            ("signal", .string(signal.type)), ("integration", .string(signal.integration)), ("texts", .int(Int64(texts))),
            ("matched", .int(Int64(matched))), ("errors", .int(Int64(errors))),
        ])
        if let value = threshold.value { object["threshold"] = .double(value) }
        if let spread = spread() {
            object["min"] = .double(spread.least)
            object["median"] = .double(spread.median)
            object["max"] = .double(spread.greatest)
            object["histogram"] = .array(spread.counts.map { .int(Int64($0)) })
        }
        return .object(object)
    }
}

extension TextDecision {
    /// The score as a number, booleans as 0 and 1; nil for texts and for what is no finite number.
    package var numericScore: Double? {
        guard let score else { return nil }
        if let isTrue = score.boolValue { return isTrue ? 1 : 0 }
        return score.doubleValue.flatMap { $0.isFinite ? $0 : nil }
    }
}
