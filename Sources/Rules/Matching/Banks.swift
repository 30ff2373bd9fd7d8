package import JSON
import PluginModel

/// Values that many rules compare with, kept in one place by id.
package struct Banks: Sendable {
    /// Texts or patterns: which they are is for the signal that asks.
    package var texts: [String: [String]] = [:]
    package var locations: [String: [LocationArea]] = [:]
    package var images: [String: [PerceptualHash]] = [:]
    /// Ids of banks that are there and were not read, since all of them together are too large.
    package var leftOut: Set<String> = []

    package init() {}

    /// Reads `{ texts?: {ID: [text]}, locations?: {ID: [area]}, images?: {ID: [pdq]} }`.
    package static func read(_ value: JSONValue, at pointer: JSONPointer = JSONPointer()) -> RuleReading<Banks> {
        var notes = RuleNotes()
        var banks = Banks()
        guard let object = value.objectValue else {
            notes.error(
                "rule.bad-bank", at: pointer, "Banks are an object, and this is \(value.kindWithArticle).",
                remedy: "Write {\"texts\": {\"ID\": [\"…\"]}}.")
            return RuleReading(nil, notes.findings)
        }
        for (kind, _) in object where !["texts", "locations", "images"].contains(kind) {
            notes.error(
                "rule.bad-bank", at: pointer.appending(kind), "'\(kind)' is no kind of bank.",
                remedy: nearMiss(kind, among: ["texts", "locations", "images"]).map { "Did you mean '\($0)'?" }
                    ?? "Write texts, locations or images.")
        }
        banks.texts = entries(
            value["texts"], at: pointer.appending("texts"), "a text", &notes
        ) { $0.stringValue.flatMap { $0.isEmpty ? nil : $0 } }
        banks.locations = entries(
            value["locations"], at: pointer.appending("locations"),
            "a geohash or {\"geometry\": {\"center\": {\"lat\", \"lng\"}, \"radius\"}}", &notes
        ) { LocationArea($0) }
        banks.images = entries(value["images"], at: pointer.appending("images"), "a PDQ hash of 64 hexadecimal digits", &notes) {
            $0.stringValue.flatMap { PerceptualHash($0) }
        }
        return RuleReading(banks, notes.findings)
    }

    private static func entries<Entry>(
        _ value: JSONValue?, at pointer: JSONPointer, _ wanted: String, _ notes: inout RuleNotes, _ read: (JSONValue) -> Entry?
    ) -> [String: [Entry]] {
        var banks: [String: [Entry]] = [:]
        guard let value, !value.isNull else { return banks }
        guard let object = value.objectValue else {
            notes.error(
                "rule.bad-bank", at: pointer, "Banks of a kind are an object, and this is \(value.kindWithArticle).",
                remedy: "Write {\"ID\": […]}.")
            return banks
        }
        for (id, list) in object {
            guard let list = list.arrayValue, list.count <= RuleLimits.bankEntriesMax else {
                notes.error(
                    "rule.bad-bank", at: pointer.appending(id), "A bank is a list of at most \(RuleLimits.bankEntriesMax) entries.",
                    remedy: "Write a list, or make two banks of it.")
                continue
            }
            banks[id] = list.enumerated().compactMap { index, entry in
                if let read = read(entry) { return read }
                notes.error(
                    "rule.bad-bank", at: pointer.appending(id).appending(index), "This entry cannot be used.", remedy: "Write \(wanted).")
                return nil
            }
        }
        return banks
    }
}
