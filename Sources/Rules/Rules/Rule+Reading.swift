package import JSON
import PluginModel

extension Rule {
    static let members = [
        "id", "name", "description", "ruleType", "status", "expirationTime", "contentTypeIds", "actionIds", "policyIds", "tags",
        "maxDailyActions", "conditionSet",
    ]

    /// Reads a rule as it is stored. A rule without an id takes the one given here; upstream's `statusIfUnexpired` is read as `status`.
    package static func read(_ value: JSONValue, id fallback: String = "rule", at pointer: JSONPointer = JSONPointer()) -> RuleReading<Rule>
    {
        var reader = ConditionReader()
        let rule = read(value, id: fallback, at: pointer, &reader)
        return RuleReading(rule, reader.notes.findings)
    }

    private static func read(_ value: JSONValue, id: String, at pointer: JSONPointer, _ reader: inout ConditionReader) -> Rule? {
        guard let object = reader.object(value, "A rule", members + ["statusIfUnexpired"], at: pointer) else { return nil }
        guard let conditions = reader.set(object["conditionSet"] ?? .null, at: pointer.appending("conditionSet"), depth: 1) else {
            return nil
        }
        var rule = Rule(
            id: object["id"].flatMap { ScalarReading.identifier($0) } ?? id, name: object["name"]?.stringValue, conditions: conditions)
        rule.description = object["description"]?.stringValue
        if let word = reader.present(object["ruleType"]) {
            rule.kind = reader.word(word, at: pointer.appending("ruleType"), "A rule has a type") ?? .content
        }
        if let word = reader.present(object["status"] ?? object["statusIfUnexpired"]) {
            rule.status = reader.word(word, at: pointer.appending("status"), "A rule has a status") ?? .draft
        }
        if let text = reader.present(object["expirationTime"]) {
            rule.expirationTime = text.stringValue
            rule.expiresAt = text.stringValue.flatMap { Timestamp(iso8601: $0) }
            if rule.expiresAt == nil {
                reader.notes.error(
                    "rule.wrong-type", at: pointer.appending("expirationTime"), "This is no date and time of ISO 8601.",
                    remedy: "Write it as 2026-12-31T23:59:59Z.")
            }
        }
        if let number = reader.present(object["maxDailyActions"]) {
            rule.maxDailyActions = number.intValue
            if (number.intValue ?? -1) < 0 {
                reader.notes.error(
                    "rule.wrong-type", at: pointer.appending("maxDailyActions"), "How often a rule acts in a day is a whole number from 0.",
                    remedy: "Write a number, or leave it out for no limit.")
            }
        }
        func list(_ member: String, _ what: String) -> [String] {
            guard let value = reader.present(object[member]) else { return [] }
            return reader.texts(value, at: pointer.appending(member), what) ?? []
        }
        rule.itemTypeIDs = list("contentTypeIds", "Item types")
        rule.actionIDs = list("actionIds", "Actions")
        rule.policyIDs = list("policyIds", "Policies")
        rule.tags = list("tags", "Tags")
        return rule
    }
}
