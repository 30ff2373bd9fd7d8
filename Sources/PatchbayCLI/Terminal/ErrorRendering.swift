package import JSON
package import PluginModel

/// Faults as people and programs read them.
package enum ErrorRendering {
    /// Most lines of a fault's details shown, e.g. of a stack; the rest is counted.
    static let detailLinesMax = 12

    /// Three parts, a line each where they fit: what and where; why and the code; what to do, with whose turn it is.
    /// - Parameter label: `error` stands in red; anything milder, such as `notice`, in yellow.
    package static func lines(_ fault: Fault, label: String = "error", style: Style, width: Int) -> [String] {
        let place = fault.place.map { " (\(SafeText.line($0)))" } ?? ""
        var lines = wrapped(
            label, SafeText.line(fault.message) + place, style: { label == "error" ? style.red($0) : style.yellow($0) }, width: width)
        let details = fault.details.map(SafeText.lines) ?? []
        if details.count > 1 {
            // A stack or a listing keeps its own lines.
            lines += wrapped("why", fault.code, style: style.bold, width: width)
            lines += details.prefix(detailLinesMax).map { "         " + $0 }
            if details.count > detailLinesMax { lines.append(style.dim("         … \(details.count - detailLinesMax) more lines")) }
        } else {
            let why = details.first.map { "\($0) [\(fault.code)]" } ?? "[\(fault.code)]"
            lines += wrapped("why", why, style: style.bold, width: width)
        }
        if let remedy = fault.remedy {
            lines += wrapped(turnLabel(fault.turn), SafeText.line(remedy), style: style.bold, width: width)
        }
        return lines
    }

    /// The object `--json` prints: `{"error":{"code","message","place","details","remedy","turn","exit"}}`, absent parts left out.
    package static func json(_ failure: CommandFailure) -> JSONValue {
        let fault = failure.fault
        var error = JSONObject()
        error["code"] = .string(fault.code)
        error["message"] = .string(fault.message)
        if let place = fault.place { error["place"] = .string(place) }
        if let details = fault.details { error["details"] = .string(details) }
        if let remedy = fault.remedy { error["remedy"] = .string(remedy) }
        error["turn"] = .string("\(fault.turn)")
        error["exit"] = .int(Int64(failure.exitCode.rawValue))
        return .object(JSONObject([("error", .object(error))]))
    }

    /// Who has to act, as a label in front of what there is to do.
    private static func turnLabel(_ turn: Fault.Turn) -> String {
        switch turn {
        case .caller, .operator: "you"
        case .plugin: "author"
        case .hub: "hub"
        case .downstream: "service"
        }
    }

    private static func wrapped(_ label: String, _ text: String, style: (String) -> String, width: Int) -> [String] {
        let column = 9
        let head = (label + ":").padded(to: column)
        let lines = TextWrap.lines(text, width: max(30, min(width, 120) - column))
        return lines.enumerated().map { index, line in
            index == 0 ? style(head) + line : String(repeating: " ", count: column) + line
        }
    }
}
