import JSON
import PluginModel

extension ConditionReader {
    /// Null stands for nothing, as upstream stores it.
    func present(_ value: JSONValue?) -> JSONValue? { value.flatMap { $0.isNull ? nil : $0 } }

    mutating func object(_ value: JSONValue, _ what: String, _ members: [String], at pointer: JSONPointer) -> JSONObject? {
        guard let object = value.objectValue else {
            notes.error(
                "rule.wrong-type", at: pointer, "\(what) is an object, and this is \(value.kindWithArticle).",
                remedy: "Write an object with: \(members.joined(separator: ", ")).")
            return nil
        }
        // `result` and `cost` are what an annotated tree has beside a condition: such a tree may be read as the rule it came from.
        for (key, _) in object where !members.contains(key) && key != "result" && key != "cost" {
            notes.warning(
                "rule.unknown-member", at: pointer.appending(key), "\(what) has no '\(key)'; it is passed over.",
                remedy: nearMiss(key, among: members).map { "Did you mean '\($0)'?" } ?? "Leave it out.")
        }
        return object
    }

    /// One of the words of an enumeration.
    mutating func word<Word: RawRepresentable & CaseIterable>(
        _ value: JSONValue?, at pointer: JSONPointer, _ what: String
    ) -> Word? where Word.RawValue == String {
        let known = Word.allCases.map(\.rawValue)
        guard let text = present(value)?.stringValue else {
            notes.error(
                "rule.missing", at: pointer, "\(what), a word.", remedy: "Write one of: \(known.joined(separator: ", ")).")
            return nil
        }
        if let word = Word(rawValue: text) { return word }
        unknown(text, among: known, at: pointer, "word here")
        return nil
    }

    mutating func unknown(_ text: String, among known: [String], at pointer: JSONPointer, _ what: String) {
        notes.error(
            "rule.unknown-word", at: pointer, "'\(text.prefix(100))' is no \(what).",
            remedy: nearMiss(text, among: known).map { "Did you mean '\($0)'?" } ?? "Write one of: \(known.joined(separator: ", ")).")
    }

    mutating func text(_ value: JSONValue?, at pointer: JSONPointer, _ what: String) -> String? {
        guard let text = present(value)?.stringValue, !text.isEmpty, text.utf8.count <= RuleLimits.textBytesMax else {
            notes.error(
                present(value) == nil ? "rule.missing" : "rule.wrong-type", at: pointer,
                "\(what) is a text of 1 to \(RuleLimits.textBytesMax) bytes.", remedy: "Write it.")
            return nil
        }
        return text
    }

    mutating func texts(_ value: JSONValue, at pointer: JSONPointer, _ what: String) -> [String]? {
        guard let list = value.arrayValue, list.count <= RuleLimits.matchingValuesMax else {
            notes.error(
                "rule.wrong-type", at: pointer, "\(what) are a list of at most \(RuleLimits.matchingValuesMax) texts.",
                remedy: "Write a list, or name a bank.")
            return nil
        }
        var texts: [String] = []
        for (index, entry) in list.enumerated() {
            if let text = text(entry, at: pointer.appending(index), "An entry") { texts.append(text) }
        }
        return texts.count == list.count ? texts : nil
    }

    mutating func threshold(_ value: JSONValue, at pointer: JSONPointer) -> Score? {
        guard let score = Score(value) else {
            notes.error(
                "rule.wrong-type", at: pointer, "A threshold is a text, a number or a boolean, and this is \(value.kindWithArticle).",
                remedy: "Write what the score is compared with.")
            return nil
        }
        if case .text(let text) = score, text.utf8.count > RuleLimits.textBytesMax {
            notes.error(
                "rule.wrong-type", at: pointer, "A threshold has at most \(RuleLimits.textBytesMax) bytes.", remedy: "Shorten it.")
            return nil
        }
        return score
    }

    /// The signal's type stands twice: in `type`, and in the text of JSON that is its `id`. One is enough; two must agree.
    mutating func signal(_ value: JSONValue, at pointer: JSONPointer) -> SignalChoice? {
        guard let object = object(value, "A signal", ["id", "type", "name", "subcategory", "args"], at: pointer) else { return nil }
        let inside =
            object["id"]?.stringValue.flatMap { try? JSONValue(parsing: $0)["type"]?.stringValue } ?? object["id"]?["type"]?.stringValue
        if let id = present(object["id"]), inside == nil {
            notes.error(
                "rule.wrong-type", at: pointer.appending("id"), "'\(id.serialized().prefix(100))' is no id of a signal.",
                remedy: "Write it as a text: \"{\\\"type\\\":\\\"SIGNAL_TYPE\\\"}\"; or leave it out and write the type.")
            return nil
        }
        guard let type = present(object["type"])?.stringValue ?? inside, !type.isEmpty, type.utf8.count <= RuleLimits.textBytesMax else {
            notes.error(
                "rule.missing", at: pointer.appending("type"), "A signal has a type, a text.",
                remedy: "Write the type of a signal that is installed.")
            return nil
        }
        if let inside, inside != type {
            notes.error(
                "rule.contradiction", at: pointer.appending("id"), "The id names the signal '\(inside)', and the type '\(type)'.",
                remedy: "Let both name the same.")
            return nil
        }
        return SignalChoice(
            type, name: object["name"]?.stringValue, subcategory: object["subcategory"]?.stringValue, arguments: present(object["args"]))
    }

    mutating func matchingValues(_ value: JSONValue, at pointer: JSONPointer) -> MatchingValues? {
        let members = ["strings", "textBankIds", "locations", "locationBankIds", "imageBankIds"]
        guard let object = object(value, "Matching values", members, at: pointer) else { return nil }
        var lists: [String: [String]] = [:]
        for member in members where member != "locations" {
            if let list = present(object[member]) { lists[member] = texts(list, at: pointer.appending(member), "They") }
        }
        var locations: [JSONValue] = []
        if let value = present(object["locations"]) {
            let list = value.arrayValue ?? []
            if value.arrayValue == nil || list.count > RuleLimits.matchingValuesMax {
                notes.error(
                    "rule.wrong-type", at: pointer.appending("locations"),
                    "Locations are a list of at most \(RuleLimits.matchingValuesMax).", remedy: "Write a list, or name a bank.")
            }
            for (index, entry) in list.prefix(RuleLimits.matchingValuesMax).enumerated() where LocationArea(entry) == nil {
                notes.error(
                    "rule.wrong-type", at: pointer.appending("locations").appending(index), "This is no place.",
                    remedy: "Write a geohash, or {\"geometry\": {\"center\": {\"lat\", \"lng\"}, \"radius\"}} in degrees and metres.")
            }
            locations = list
        }
        return MatchingValues(
            strings: lists["strings"] ?? [], textBankIDs: lists["textBankIds"] ?? [], locations: locations,
            locationBankIDs: lists["locationBankIds"] ?? [], imageBankIDs: lists["imageBankIds"] ?? [])
    }
}
