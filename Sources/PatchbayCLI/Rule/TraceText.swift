import JSON
import Rules

/// A trace in one line: `text CONTAINS_TEXT = true ✓ AND (posts LESS_THAN 3 = 70 ✗ OR …)`.
enum TraceText {
    static func line(_ trace: TraceNode, style: Style) -> String { text(trace, isInside: false, style) }

    private static func text(_ trace: TraceNode, isInside: Bool, _ style: Style) -> String {
        switch trace {
        case .leaf(let leaf, _, let result): return text(leaf, result, style)
        case .set(let conjunction, let children, _, _):
            let joined = children.map { text($0, isInside: true, style) }.joined(separator: " \(style.bold(conjunction.rawValue)) ")
            return isInside && children.count > 1 ? "(\(joined))" : joined
        }
    }

    private static func text(_ leaf: LeafCondition, _ result: LeafTrace?, _ style: Style) -> String {
        var parts = [name(leaf.input)]
        if let signal = leaf.signal { parts.append(signal.type) }
        if let comparator = leaf.comparator { parts.append(comparator.rawValue) }
        if let threshold = leaf.threshold { parts.append(shown(threshold.description)) }
        let question = SafeText.line(parts.joined(separator: " "))
        guard let result else { return style.dim("\(question) · skipped") }
        var text = question
        if let score = result.deciding?.score { text += " = \(SafeText.line(shown(score.description)))" }
        if let matched = result.deciding?.matched { text += " “\(SafeText.line(shown(matched)))”" }
        switch result.outcome {
        case .passed: return text + " " + style.green("✓")
        case .failed: return text + " " + style.dim("✗")
        case .inapplicable: return text + " " + style.dim("– nothing there")
        case .errored:
            let error = result.error ?? result.deciding?.error
            return text + " " + style.red("! \(SafeText.line(error?.sentence ?? "it could not be told"))")
        }
    }

    private static func name(_ input: ConditionInput) -> String {
        switch input {
        case .userID: "user"
        case .fullItem: "item"
        case .field(let name, _): name
        case .gathered(let input): "“\(input.rawValue)”"
        case .derived: "derived field"
        }
    }

    private static func shown(_ text: String) -> String { text.count > 60 ? text.prefix(60) + "…" : text }
}
