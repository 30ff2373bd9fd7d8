import JSON
import Patterns

extension Evaluation {
    func applyValues(_ rules: [ValuesRule], _ value: JSONValue) -> Bool {
        var fits = true
        for rule in rules where !allows(rule, value) {
            let wanted =
                rule.values.count == 1 ? rule.values[0].shown : "one of " + rule.values.prefix(12).map(\.shown).joined(separator: ", ")
            let more = rule.values.count > 12 ? " and \(rule.values.count - 12) more" : ""
            fits = fail(rule.keyword, [rule.keyword], "This is \(value.shown) and has to be \(wanted)\(more).")
            if !isCollecting { return false }
        }
        return fits
    }

    private func allows(_ rule: ValuesRule, _ value: JSONValue) -> Bool {
        if let texts = rule.texts {
            guard case .string(let text) = value else { return false }
            return texts.position(of: text) != nil
        }
        guard charge(rule.values.count / 8) else { return false }
        return rule.values.contains { SameValue.areSame($0, value) }
    }

    func applyNumber(_ rules: NumberRules, _ value: JSONValue) -> Bool {
        var fits = true
        if let limit = rules.minimum, ExactNumbers.compare(value, limit) == .less {
            fits = fail("minimum", ["minimum"], "\(value.shown) is below \(limit.shown).")
        }
        if let limit = rules.maximum, ExactNumbers.compare(value, limit) == .greater {
            fits = fail("maximum", ["maximum"], "\(value.shown) is above \(limit.shown).")
        }
        if let limit = rules.exclusiveMinimum, ExactNumbers.compare(value, limit) != .greater {
            fits = fail("exclusiveMinimum", ["exclusiveMinimum"], "\(value.shown) is not above \(limit.shown).")
        }
        if let limit = rules.exclusiveMaximum, ExactNumbers.compare(value, limit) != .less {
            fits = fail("exclusiveMaximum", ["exclusiveMaximum"], "\(value.shown) is not below \(limit.shown).")
        }
        if let divisor = rules.multipleOf, !ExactNumbers.isMultiple(value, of: divisor) {
            fits = fail("multipleOf", ["multipleOf"], "\(value.shown) is no multiple of \(divisor.shown).")
        }
        return fits
    }

    func applyString(_ rules: StringRules, _ text: String) -> Bool {
        var fits = true
        if rules.minLength != nil || rules.maxLength != nil {
            let length = Self.codePoints(of: text)
            if let limit = rules.minLength, length < limit {
                fits = fail("minLength", ["minLength"], "The text has \(length) characters and needs at least \(limit).")
            }
            if let limit = rules.maxLength, length > limit {
                fits = fail("maxLength", ["maxLength"], "The text has \(length) characters and may have at most \(limit).")
            }
            if !fits, !isCollecting { return false }
        }
        if let pattern = rules.pattern, !match(pattern, text, ["pattern"]) {
            fits = fail("pattern", ["pattern"], "\(JSONValue.string(text).shown) does not match '\(shortened(pattern.source, to: 200))'.")
        }
        if let format = rules.format, !format.holds(text) {
            fits = fail("format", ["format"], "\(JSONValue.string(text).shown) is no \(format.rawValue).")
        }
        return fits
    }

    private static func codePoints(of text: String) -> Int {
        var text = text
        return text.withUTF8 { bytes in
            var count = 0
            for byte in bytes where byte & 0xC0 != 0x80 { count += 1 }
            return count
        }
    }
}
