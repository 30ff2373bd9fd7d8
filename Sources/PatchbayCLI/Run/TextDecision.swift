package import JSON
package import PluginModel

/// What one signal says about one text, and what the threshold makes of it.
package struct TextDecision: Sendable, Equatable {
    package enum Verdict: Sendable, Equatable {
        case matched, passed
        case error(Fault)
    }

    package let text: CorpusText
    package let signal: String
    package let verdict: Verdict
    package let score: JSONValue?
    package let matchedValue: String?

    package init(_ outcome: SignalOutcome, on text: CorpusText, signal: String, threshold: Threshold) {
        self.text = text
        self.signal = signal
        switch outcome {
        case .failed(let fault): (verdict, score, matchedValue) = (.error(fault), nil, nil)
        case .score(let value, let matched):
            score = value
            matchedValue = matched
            switch threshold.matches(value) {
            case true?: verdict = .matched
            case false?: verdict = .passed
            case nil:
                verdict = .error(
                    Fault(
                        code: "signal.not-comparable", message: "the score \(value.serialized().shortened(to: 40)) cannot be compared",
                        place: signal, remedy: "Run it without --threshold for this signal.", turn: .plugin,
                        details: "a score is a number, a boolean or a text, and only numbers and booleans have a threshold"))
            }
        }
    }

    /// The line `--json` prints: `{"file","number","signal","decision":"match"|"pass"|"error",…}`.
    package var json: JSONValue {
        var object = JSONObject([
            ("file", .string(text.file)), ("number", .int(Int64(text.number))), ("signal", .string(signal)),
        ])
        switch verdict {
        case .matched: object["decision"] = "match"
        case .passed: object["decision"] = "pass"
        case .error(let fault):
            object["decision"] = "error"
            object["error"] = .object(JSONObject([("code", .string(fault.code)), ("message", .string(fault.message))]))
        }
        if let score { object["score"] = score }
        if let matchedValue { object["matched"] = .string(matchedValue) }
        return .object(object)
    }
}
