package import JSON
package import PluginModel

/// Faults as people and programs read them.
package enum ErrorRendering {
    /// Most lines of a fault's details shown, e.g. of a stack; the rest is counted.
    static let detailLinesMax = 12

    /// Three parts, a line each where they fit: what and where, with the code; why; what to do, with whose turn it is.
    /// - Parameter label: `error` stands in red; anything milder, such as `notice`, in yellow.
    package static func lines(_ fault: Fault, label: String = "error", style: Style, width: Int) -> [String] {
        let width = max(40, min(width, 120))
        let head = "\(label)[\(SafeText.line(fault.code))]:"
        let place = fault.place.map { " — \(SafeText.line($0))" } ?? ""
        var sentence = SafeText.line(fault.message)
        if !place.isEmpty, sentence.hasSuffix(".") { sentence.removeLast() }
        let message = TextWrap.lines("\(head) \(sentence)\(place)", width: width, indent: "  ")
        let paint = { label == "error" ? style.red($0) : style.yellow($0) }
        var lines = [paint(String(message[0].prefix(head.count))) + message[0].dropFirst(head.count)] + message.dropFirst()
        let details = fault.details.map(Self.unindented) ?? []
        if details.count > 1 {
            // A stack or a listing keeps its own lines.
            lines += details.prefix(detailLinesMax).map { "       " + $0 }
            if details.count > detailLinesMax { lines.append(style.dim("       … \(details.count - detailLinesMax) more lines")) }
        } else if let why = details.first, !tells(place, why) {
            lines += part("why", why, style: style, width: width)
        }
        if let remedy = fault.remedy { lines += part(turnLabel(fault.turn), SafeText.line(remedy), style: style, width: width) }
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

    /// The lines of a text without the margin they share, so that a stack that comes indented is not indented twice.
    private static func unindented(_ text: String) -> [String] {
        let lines = SafeText.lines(text)
        let margin = lines.filter { !$0.isEmpty }.map { $0.prefix { $0 == " " }.count }.min() ?? 0
        return lines.map { String($0.dropFirst(margin)) }
    }

    /// Whether a place already names the position in which a stack of a single frame ends, as `(src/main.ts:4:11)`; a frame outside of any
    /// function has no parentheses of its own.
    private static func tells(_ place: String, _ frame: String) -> Bool {
        guard frame.hasPrefix("at ") else { return false }
        if frame.hasSuffix(")"), let start = frame.lastIndex(of: "(") { return place.contains(frame[start...]) }
        return place.contains("(\(frame.dropFirst(3)))")
    }

    private static func part(_ label: String, _ text: String, style: Style, width: Int) -> [String] {
        let head = "  \(label):"
        let indent = String(repeating: " ", count: head.count + 1)
        let lines = TextWrap.lines(head + " " + text, width: width, indent: indent)
        return [style.bold(head) + lines[0].dropFirst(head.count)] + lines.dropFirst()
    }
}
