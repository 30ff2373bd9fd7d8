import JSON

/// Small readings that several parts of a Coop manifest share.
enum CoopReader {
    static func isWebAddress(_ text: String) -> Bool {
        let lower = text.prefix(8).lowercased()
        guard text.utf8.count <= 2000, lower.hasPrefix("https://") || lower.hasPrefix("http://") else { return false }
        return text.utf8.allSatisfy { $0 > 0x20 && $0 != 0x7f }
    }
}

extension CoopModelCard {
    private static let sectionsMax = 100
    private static let fieldsMax = 500
    private static let placeholdersShown = 10

    /// Nil, with upstream's words, when there is none.
    static func read(_ value: JSONValue?, integration: String, _ notes: inout CoopNotes) -> CoopModelCard? {
        let pointer = JSONPointer(["manifest", "modelCard"])
        guard let value, value.objectValue != nil else {
            notes.add(
                .error, "no-model-card", pointer, CoopText.noModelCard(integration, notes.spec), remedy: "Add a modelCard to the manifest.")
            return nil
        }
        for key in ["modelName", "version"] where value[key]?.stringValue == nil {
            notes.add(.warning, "model-card", pointer.appending(key), "The model card has no \(key).")
        }
        let sections = (value["sections"]?.arrayValue ?? []).prefix(sectionsMax).enumerated().compactMap { index, item in
            section(item, at: pointer.appending("sections").appending(index), &notes)
        }
        let card = CoopModelCard(
            modelName: value["modelName"]?.stringValue ?? "", version: value["version"]?.stringValue ?? "",
            releaseDate: value["releaseDate"]?.stringValue, sections: Array(sections))
        if card.isFirstGeneration {
            notes.add(
                .notice, "model-card-generation", pointer,
                "The model card has the two sections of the first generation (modelDetails, technicalIntegration); upstream no longer takes it.",
                remedy: "Write the sections \(requiredSectionIDs.joined(separator: ", ")).")
        } else if !card.missingSectionIDs.isEmpty {
            notes.add(
                .warning, "model-card-sections", pointer.appending("sections"),
                "\(CoopText.missingSections(card.missingSectionIDs)) Package: \"\(notes.spec)\".",
                remedy: "Add them; upstream refuses to start without.")
        }
        let unwritten = card.placeholders(max: placeholdersShown)
        if !unwritten.isEmpty {
            notes.add(
                .notice, "model-card-placeholder", pointer.appending("sections"),
                "The model card holds placeholders: \(unwritten.joined(separator: "; ")).",
                remedy: "Write what belongs there, or leave the field out.")
        }
        return card
    }

    private static func section(_ value: JSONValue, at pointer: JSONPointer, _ notes: inout CoopNotes) -> Section? {
        guard let id = value["id"]?.stringValue else {
            notes.add(.warning, "model-card", pointer, "This section has no id and is left out.")
            return nil
        }
        let groups = (value["subsections"]?.arrayValue ?? []).prefix(sectionsMax).map { group in
            Section.Group(title: group["title"]?.stringValue ?? "", fields: fields(group["fields"]))
        }
        return Section(id: id, title: value["title"]?.stringValue ?? id, groups: Array(groups), fields: fields(value["fields"]))
    }

    private static func fields(_ value: JSONValue?) -> [Section.Field] {
        (value?.arrayValue ?? []).prefix(fieldsMax).compactMap { field in
            guard let label = field["label"]?.stringValue, let value = field["value"]?.stringValue else { return nil }
            return Section.Field(label: label, value: value)
        }
    }
}

extension CoopConfigField {
    private static let optionsMax = 200

    static func read(_ value: JSONValue, at pointer: JSONPointer, _ notes: inout CoopNotes) -> CoopConfigField? {
        func leftOut(_ reason: String, _ notes: inout CoopNotes, remedy: String? = nil) -> CoopConfigField? {
            notes.add(.warning, "configuration-field", pointer, "This field \(reason) and is left out of the form.", remedy: remedy)
            return nil
        }
        guard let key = value["key"]?.stringValue, !key.isEmpty else { return leftOut("has no key", &notes) }
        let kinds = ["text", "password", "json", "array", "select"]
        let kind = value["inputType"]?.stringValue ?? ""
        let input: Input
        switch kind {
        case "text": input = .text
        case "password": input = .password
        case "json": input = .json
        case "array": input = .array
        case "select":
            let options = (value["options"]?.arrayValue ?? []).prefix(optionsMax).compactMap { option -> Option? in
                guard let value = option["value"]?.stringValue else { return nil }
                return Option(value: value, label: option["label"]?.stringValue ?? value)
            }
            guard !options.isEmpty else { return leftOut("is a select without options", &notes) }
            input = .select(Array(options))
        default:
            return leftOut(
                "has the unknown inputType \"\(kind)\"", &notes,
                remedy: didYouMean(kind, among: kinds) ?? "Known: \(kinds.joined(separator: ", ")).")
        }
        return CoopConfigField(
            key: key, label: value["label"]?.stringValue ?? key, isRequired: value["required"]?.boolValue ?? false, input: input,
            placeholder: value["placeholder"]?.stringValue, description: value["description"]?.stringValue)
    }
}
