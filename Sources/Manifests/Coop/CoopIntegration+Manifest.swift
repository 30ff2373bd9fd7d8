package import JSON
package import PluginModel

/// An integration in the words of the one model.
extension CoopIntegration {
    /// What the package says, as every other format says it.
    ///
    /// Pointers lead into what the package said when it was evaluated: `/manifest/…`, `/signals/…`.
    package func manifest() -> PluginManifest {
        guard let pluginID = try? PluginID(id) else { preconditionFailure("Only integrations with an id of capitals and digits are read.") }
        let origin = JSONPointer(["manifest"])
        var manifest = PluginManifest(format: .coop, id: pluginID, name: name)
        manifest.dialect = generation.rawValue
        manifest.version = version
        manifest.description = description
        manifest.docsURL = docsURL
        manifest.logos = Logos(plain: logo.map(Image.init), withBackground: logoWithBackground.map(Image.init))
        manifest.icon = manifest.logos.plain
        manifest.modelCard = ModelCard(modelCard, learnMoreURL: modelCardLearnMoreURL)
        let fields = origin.appending("configurationFields")
        manifest.configuration = configurationFields.enumerated().map { index, field in
            ConfigField(field, origin: fields.appending(index))
        }
        manifest.requiresConfiguration = requiresConfig
        manifest.takesFurtherConfiguration = configurationFields.isEmpty
        manifest.asking = .openForNetwork
        manifest.hasSignalCatalog = hasCatalog
        manifest.context = context
        manifest.contributions = signals.enumerated().map { index, signal in
            Contribution(signal, origin: JSONPointer(["signals", String(index)]))
        }
        return manifest
    }
}

extension Image {
    fileprivate init(_ logo: CoopLogo) {
        switch logo {
        case .file(let path): self = .file(path)
        case .url(let address): self = .url(address)
        }
    }
}

extension ModelCard {
    fileprivate init(_ card: CoopModelCard, learnMoreURL: String?) {
        func fields(_ fields: [CoopModelCard.Section.Field]) -> [Field] { fields.map { Field(label: $0.label, value: $0.value) } }
        let sections = card.sections.map { section in
            Section(
                id: section.id, title: section.title, groups: section.groups.map { Group(title: $0.title, fields: fields($0.fields)) },
                fields: fields(section.fields))
        }
        self.init(
            modelName: card.modelName, version: card.version, releaseDate: card.releaseDate, sections: sections, learnMoreURL: learnMoreURL)
    }
}

extension ConfigField {
    fileprivate init(_ field: CoopConfigField, origin: JSONPointer) {
        var kind = Kind.text
        var options: [Option] = []
        switch field.input {
        case .text, .password: break
        case .json: kind = .json
        case .array: kind = .list
        case .select(let choices):
            kind = .choice
            options = choices.map { Option(value: .string($0.value), label: $0.label) }
        }
        self.init(
            key: field.key, kind: kind, label: field.label, help: field.description, placeholder: field.placeholder,
            isRequired: field.isRequired, isSecret: field.input == .password, options: options, origin: origin)
    }
}

extension Contribution {
    package init(_ signal: CoopSignal, origin: JSONPointer) {
        var languages: [String] = []
        if case .some(let names) = signal.languages { languages = names }
        var detail = Signal(
            inputs: signal.eligibleInputs.map(\.description), outputType: signal.output.scalar.rawValue, languages: languages)
        detail.outputValues = (signal.output.values ?? []).map { text in
            signal.output.scalar == .number ? Double(text).map { JSONValue($0) } ?? .string(text) : .string(text)
        }
        detail.outputIsOrdered = signal.output.isOrdered
        detail.thresholds = signal.recommendedThresholds.map {
            Signal.Thresholds(highPrecision: $0.highPrecision.json, highRecall: $0.highRecall.json)
        }
        detail.cost = signal.cost.isFinite ? signal.cost : nil
        detail.pricing = signal.pricing.map { $0 == .free ? .free : .subscription }
        detail.docsURL = signal.docsURL
        detail.needsMatchingValues = signal.needsMatchingValues
        detail.needsActionPenalties = signal.needsActionPenalties
        detail.isAllowedInAutomatedRules = signal.isAllowedInAutomatedRules
        detail.tellsAvailability = signal.hasDisabledInfo
        detail.subcategories = signal.subcategories
        detail.context = signal.context
        self.init(
            .signal, id: signal.type, title: signal.displayName, description: signal.description.isEmpty ? nil : signal.description,
            detail: .signal(detail), origin: origin)
    }
}

extension CoopThreshold {
    fileprivate var json: JSONValue {
        switch self {
        case .string(let text): .string(text)
        case .number(let number): JSONValue(number)
        case .boolean(let flag): .bool(flag)
        }
    }
}

extension JSONValue {
    /// Whole numbers as such.
    fileprivate init(_ number: Double) { self = Int64(exactly: number).map(JSONValue.int) ?? .double(number) }
}
