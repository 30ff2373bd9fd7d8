import JSON
import PluginModel

/// A manifest as a person reads it before installing: what the plugin is, each thing it adds, each thing it asks for and why, and its settings.
struct ManifestRendering: Sendable {
    let style: Style
    let width: Int

    private static let labelWidth = 18

    func lines(_ manifest: PluginManifest) -> [String] {
        identity(manifest) + contributions(manifest) + permissions(manifest) + settings(manifest)
    }

    private func identity(_ manifest: PluginManifest) -> [String] {
        var rows: [(label: String, text: String)] = [("id", manifest.id.rawValue)]
        func add(_ label: String, _ text: String?) { if let text, !text.isEmpty { rows.append((label, SafeText.line(text))) } }
        let names = (manifest.aliases.contains(manifest.upstreamID) ? [] : [manifest.upstreamID]) + manifest.aliases
        add("also known as", names.filter { $0 != manifest.id.rawValue }.joined(separator: ", "))
        add("about", manifest.description)
        add("publisher", manifest.publisher.map { $0.name + ($0.url.map { " · \($0)" } ?? "") })
        add("with", manifest.contributors.map(\.name).joined(separator: ", "))
        add("category", manifest.category)
        add("tags", manifest.tags.joined(separator: ", "))
        add("documentation", manifest.docsURL)
        add("licence", manifest.license)
        add("platforms", manifest.platforms.map { $0.isEmpty ? "none" : $0.sorted().map(\.rawValue).joined(separator: ", ") })
        add("made for", manifest.engine.map { "\($0.engine) \($0.range) (here: \($0.offered))" })
        add("languages", manifest.localisations.keys.sorted().joined(separator: ", "))
        add("model", manifest.modelCard.map { "\($0.modelName) \($0.version), a card of \($0.sections.count) sections" })
        return section("", rows)
    }

    private func contributions(_ manifest: PluginManifest) -> [String] {
        section(
            "Adds",
            manifest.contributions.map { contribution in
                var text = contribution.title
                if contribution.title != contribution.id { text += " (\(contribution.id))" }
                if let group = contribution.group { text = "\(group) › " + text }
                if let detail = contribution.detail.brief { text += " — \(detail)" }
                if let platforms = contribution.platforms { text += " · \(platforms.sorted().map(\.rawValue).joined(separator: ", "))" }
                return (contribution.kind.phrase(count: 1).dropFirst(2).description, SafeText.line(text))
            })
    }

    private func permissions(_ manifest: PluginManifest) -> [String] {
        section(
            "Asks for",
            manifest.permissions.flatMap { request -> [(label: String, text: String)] in
                let text = request.reason.map { "“\(SafeText.line($0))”" } ?? "no reason given"
                return [(SafeText.line(request.text), (request.isOptional ? "optional · " : "") + text)]
            })
    }

    private func settings(_ manifest: PluginManifest) -> [String] {
        section(
            "Settings",
            manifest.configuration.map { field in
                var parts = [field.kind.name]
                if field.isRequired { parts.append("required") }
                if field.isSecret { parts.append("secret") }
                if let value = field.defaultValue, !field.isSecret { parts.append("default \(value.serialized().shortened(to: 40))") }
                if !field.options.isEmpty { parts.append("one of " + field.options.map(\.label).joined(separator: ", ").shortened(to: 60)) }
                let label = field.label == field.key ? "" : field.label + " · "
                return (
                    SafeText.line(field.key), SafeText.line(label + parts.joined(separator: ", ") + (field.help.map { ". \($0)" } ?? ""))
                )
            })
    }

    private func section(_ title: String, _ rows: [(label: String, text: String)]) -> [String] {
        guard !rows.isEmpty else { return [] }
        let labels = min(Self.labelWidth, rows.map(\.label.columns).max() ?? 0)
        return (title.isEmpty ? [] : ["", style.bold(title)]) + TextWrap.columns(rows, indent: 2, labelWidth: labels, width: width)
    }
}

extension Contribution.Detail {
    /// What there is to say of it in a few words; nil when the title says it all.
    var brief: String? {
        switch self {
        case .none: nil
        case .command(let command): ([command.program] + command.arguments).joined(separator: " ").shortened(to: 80)
        case .view(let view):
            switch view.source {
            case .file(let path): path.text
            case .url(let url): url
            }
        case .quicklink(let link): link.link
        case .signal(let signal): signal.brief
        case .action(let action): action.version
        case .entityPart(let part): part.kinds.isEmpty ? nil : part.kinds.joined(separator: ", ")
        case .page(let page): page.path
        case .route(let route): (route.methods.isEmpty ? "" : route.methods.joined(separator: ", ") + " ") + route.path
        case .connector(let connector): connector.receivesWebhooks ? "receives webhooks" : connector.schedule
        case .channel(let channel): channel.medium
        }
    }
}

extension Contribution.Signal {
    /// What it takes and gives, and what a rule's author has to know before choosing it.
    var brief: String? {
        var parts: [String] = []
        if !inputs.isEmpty {
            var output = outputType ?? "?"
            if !outputValues.isEmpty {
                let values = outputValues.map { $0.stringValue ?? $0.serialized() }
                output += " (\(values.joined(separator: outputIsOrdered ? " < " : ", ").shortened(to: 60)))"
            }
            parts.append("\(inputs.joined(separator: ", ")) → \(output)")
        }
        if let thresholds {
            let texts = [thresholds.highPrecision, thresholds.highRecall].map { $0.stringValue ?? $0.serialized() }
            parts.append("recommended: \(texts[0]) for precision, \(texts[1]) for recall")
        }
        if let cost { parts.append("cost \(JSONValue.double(cost).serialized())") }
        if let pricing { parts.append(pricing.rawValue) }
        if !subcategories.isEmpty {
            parts.append("\(count(subcategories)) subcategories")
        }
        if needsMatchingValues { parts.append("needs values to compare with") }
        if !isAllowedInAutomatedRules { parts.append("routing rules only") }
        return parts.isEmpty ? nil : parts.joined(separator: " · ")
    }

    private func count(_ subcategories: [Subcategory]) -> Int { subcategories.reduce(0) { $0 + 1 + count($1.children) } }
}
