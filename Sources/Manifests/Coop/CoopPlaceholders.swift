/// Texts of a model card that somebody meant to write and has not.
enum CoopPlaceholders {
    /// As a text begins, or is.
    private static let beginnings = [
        "todo", "tbd", "fixme", "xxx", "lorem ipsum", "placeholder", "to be determined", "to be written", "coming soon",
    ]
    /// Anywhere in it.
    private static let parts = ["lorem ipsum dolor", "<insert ", "[insert ", "{{", "your text here", "[todo", "(todo", "<todo"]
    private static let whole = ["", "-", "–", "—", "...", "…", "n/a", "na", "?", "none yet", "example", "value"]

    static func holds(_ text: String) -> Bool {
        let plain = text.lowercased().split(whereSeparator: \.isWhitespace).joined(separator: " ")
        if whole.contains(plain) || parts.contains(where: { plain.contains($0) }) { return true }
        return beginnings.contains { word in
            guard plain.hasPrefix(word) else { return false }
            // "Todos are …" is a sentence about something.
            return plain.dropFirst(word.count).first.map { !$0.isLetter && !$0.isNumber } ?? true
        }
    }
}

extension CoopModelCard {
    /// Labels of what is still to be written, at most `max`, in the card's order.
    func placeholders(max: Int) -> [String] {
        var found: [String] = []
        func look(_ label: String, _ text: String) {
            if found.count < max, CoopPlaceholders.holds(text) { found.append(label) }
        }
        // One that is missing has been told of.
        if !modelName.isEmpty { look("modelName", modelName) }
        for section in sections {
            for field in section.fields + section.groups.flatMap(\.fields) { look("\(section.title): \(field.label)", field.value) }
        }
        return found
    }
}
