package import JSON

/// When a score counts as a match, and who said so.
package struct Threshold: Sendable, Equatable {
    package enum Source: Sendable, Equatable {
        /// Typed by the person who runs it.
        case asked
        /// The signal's own recommendation.
        case recommended
        /// None is needed: a boolean matches when it is true, a text when there is one.
        case truth
        /// Nobody named one for a number: no score matches, since any line drawn here would be an invention of ours.
        case missing
    }

    package let source: Source
    /// Scores at or above match; nil with `truth` and `missing`.
    package let value: Double?
    /// What the signal says it gives.
    private let outputType: String

    /// The one for a signal: asked for by its type, asked for in general, recommended by the signal, or none.
    ///
    /// Only number scores are compared; for booleans and strings a general threshold is passed over, because 0.8 says nothing about them.
    package init(for signal: LoadedSignal, asked: ThresholdOptions) {
        outputType = signal.outputType
        if let value = asked.byType[signal.type] {
            (source, self.value) = (.asked, value)
        } else if signal.outputType == "NUMBER", let value = asked.general {
            (source, self.value) = (.asked, value)
        } else if signal.outputType == "NUMBER", let value = signal.highPrecisionThreshold {
            (source, self.value) = (.recommended, value)
        } else {
            (source, value) = (signal.outputType == "NUMBER" ? .missing : .truth, nil)
        }
    }

    /// Whether a score matches; nil when it cannot be compared (not a number, or a kind that has no order).
    package func matches(_ score: JSONValue) -> Bool? {
        switch (score, value) {
        case (.bool(let isTrue), nil): isTrue
        case (.string(let text), nil): !text.isEmpty
        case (.int, let threshold), (.double, let threshold):
            score.doubleValue.flatMap { number in
                number.isNaN ? nil : threshold.map { number >= $0 } ?? (source != .missing && number != 0)
            }
        case (.bool(let isTrue), let threshold?): (isTrue ? 1 : 0) >= threshold
        default: nil
        }
    }

    /// `≥ 0.85 (recommended)`
    package var text: String {
        switch (source, value) {
        case (.asked, let value?): "≥ \(Quantity.exact(value))"
        case (.recommended, let value?): "≥ \(Quantity.exact(value)) (recommended)"
        case (.missing, _): "never: give --threshold"
        default: outputType == "STRING" ? "is not empty" : "is true"
        }
    }
}

/// The thresholds typed: `--threshold 0.8` for every number, `--threshold TOXICITY=0.9` for one signal.
package struct ThresholdOptions: Sendable, Equatable {
    package private(set) var general: Double?
    package private(set) var byType: [String: Double] = [:]

    package init(_ texts: [String] = []) throws(UsageError) {
        for text in texts {
            let parts = text.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            guard let number = parts.last.flatMap({ Double($0) }), number.isFinite, parts.count == 1 || !parts[0].isEmpty else {
                throw .invalidValue(
                    of: "--threshold", value: text, why: "it is not a number, nor SIGNAL=number",
                    hint: "Write --threshold 0.8 for all signals, or --threshold TOXICITY=0.8 for one.")
            }
            let isRepeated = parts.count == 1 ? general != nil : byType[String(parts[0])] != nil
            guard !isRepeated else {
                throw .invalidValue(
                    of: "--threshold", value: text, why: "this signal's threshold was already given",
                    hint: "Keep one of them; a threshold without a name holds for all signals that have none of their own.")
            }
            if parts.count == 1 { general = number } else { byType[String(parts[0])] = number }
        }
    }
}
