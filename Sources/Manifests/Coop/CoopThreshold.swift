package import JSON

/// What a score is compared with, and what a score is: contract of Coop, sections 6.2 and 15.
package enum CoopThreshold: Sendable, Hashable, CustomStringConvertible {
    case string(String)
    case number(Double)
    case boolean(Bool)

    package init?(_ value: JSONValue) {
        switch value {
        case .string(let text): self = .string(text)
        case .int, .double: self = .number(value.doubleValue ?? .nan)
        case .bool(let flag): self = .boolean(flag)
        default: return nil
        }
    }

    package var description: String {
        switch self {
        case .string(let text): text
        case .number(let number): number == number.rounded() && abs(number) < 1e15 ? String(Int(number)) : String(number)
        case .boolean(let flag): String(flag)
        }
    }
}

/// One run of a signal, as the facade in the worker reports it.
package enum CoopRun: Sendable, Hashable {
    /// `output` is what the run says it is, and nil where it says nothing that can be used.
    case scored(CoopThreshold, output: CoopOutput?, matchedValue: String?)
    case failed(name: String, message: String, stack: String?)

    /// The name under which the facade tells runs that did not settle in time.
    package static let lateName = "RunTimeLimit"

    /// What is kept of the texts of a run: of a worker that was taken over the facade's own limits hold nothing.
    package static let (nameMax, messageMax, stackMax, matchedMax, scoreMax) = (100, 2_000, 8_000, 4_000, 100_000)
    package static let (enumMax, enumTextMax) = (1_000, 1_000)

    private static func text(_ value: JSONValue?, _ max: Int) -> String? {
        guard let text = value?.stringValue else { return nil }
        return text.utf8.count <= max ? text : String(text.unicodeScalars.prefix(max))
    }

    /// Reads `{ ok: { score, number?, outputType?, matchedValue? } }` or `{ error: { name, message, stack? } }`. Whatever else a worker
    /// sends is a failed run.
    package init(_ answer: JSONValue) {
        guard let ok = answer["ok"] else {
            let error = answer["error"]
            self = .failed(
                name: Self.text(error?["name"], Self.nameMax) ?? "Error",
                message: Self.text(error?["message"], Self.messageMax) ?? "The worker's answer cannot be read.",
                stack: Self.text(error?["stack"], Self.stackMax))
            return
        }
        let score: CoopThreshold?
        switch ok["number"]?.stringValue {
        case "NaN": score = .number(.nan)
        case "Infinity": score = .number(.infinity)
        case "-Infinity": score = .number(-.infinity)
        default:
            score =
                Self.text(ok["score"], Self.scoreMax).map { .string($0) } ?? ok["score"].flatMap { CoopThreshold($0) }
        }
        guard let score else {
            self = .failed(name: "InvalidResult", message: "The signal gave no score.", stack: nil)
            return
        }
        self = .scored(
            score, output: ok["outputType"].flatMap { CoopOutput($0) }, matchedValue: Self.text(ok["matchedValue"], Self.matchedMax))
    }
}

extension CoopOutput {
    /// Reads `{ scalarType, enum?, ordered? }`; nil when the scalar is none.
    package init?(_ value: JSONValue) {
        guard let scalar = value["scalarType"]?.stringValue.flatMap(CoopScalar.init) else { return nil }
        let values = value["enum"]?.arrayValue?.prefix(CoopRun.enumMax).compactMap { value in
            CoopThreshold(value).map { String($0.description.unicodeScalars.prefix(CoopRun.enumTextMax)) }
        }
        self.init(scalar, values: values, isOrdered: value["ordered"]?.boolValue ?? false)
    }
}
