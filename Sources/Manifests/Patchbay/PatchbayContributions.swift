import JSON
import PluginModel

/// Reads the lists beneath `contributions`.
enum PatchbayContributions {
    /// Of one kind.
    static let countMax = 500

    /// The list of each kind, in the order they are read.
    static let lists: [(key: String, kind: Contribution.Kind)] = [
        ("signals", .signal), ("connectors", .connector), ("channels", .channel), ("conditionOperators", .conditionOperator),
        ("actionOperators", .actionOperator), ("commands", .command), ("views", .view), ("quicklinks", .quicklink), ("actions", .action),
        ("routes", .route), ("catalogProviders", .catalogProvider), ("entityTabs", .entityTab), ("entityCards", .entityCard),
        ("pages", .page),
    ]

    /// As they stand in a sentence.
    static let words: [Contribution.Kind: String] = [
        .signal: "signal", .connector: "connector", .channel: "channel", .conditionOperator: "condition operator",
        .actionOperator: "action operator", .command: "command", .view: "view", .quicklink: "quicklink", .action: "action",
        .route: "route", .catalogProvider: "catalog provider", .entityTab: "entity tab", .entityCard: "entity card", .page: "page",
    ]

    /// Whether a function of the plugin's entry is behind it.
    static func needsCode(_ kind: Contribution.Kind) -> Bool {
        switch kind {
        case .signal, .connector, .channel, .conditionOperator, .actionOperator, .action, .route, .catalogProvider: true
        case .command, .view, .quicklink, .entityTab, .entityCard, .page: false
        }
    }

    /// `hasInterface`: the manifest names a `uiEntry`, whether or not that is right.
    static func read(_ reader: inout PatchbayObject, of manifest: PluginManifest, hasInterface: Bool) -> [Contribution] {
        var contributions: [Contribution] = []
        for (key, kind) in lists {
            var ids: Set<String> = []
            contributions += reader.objects(key, countMax: countMax) { inner -> Contribution? in
                // By the text alone, so that a contribution with other faults counts as well.
                if let id = inner.reader.object["id"]?.stringValue, !ids.insert(id).inserted {
                    inner.note(
                        .error, "duplicate-id", at: "id", "Two of \"\(key)\" have the id '\(visible(id))'.", remedy: "Rename one.")
                }
                return contribution(kind, &inner, of: manifest, hasInterface: hasInterface)
            }
        }
        return contributions
    }

    private static func contribution(
        _ kind: Contribution.Kind, _ reader: inout PatchbayObject, of manifest: PluginManifest, hasInterface: Bool
    ) -> Contribution? {
        let id = id(&reader)
        let title = reader.requiredText("title", what: "what people call it")
        var contribution = Contribution(kind, id: id ?? "", title: title ?? "", origin: reader.pointer)
        contribution.description = reader.text("description", lengthMax: 2000)
        contribution.icon = reader.image("icon")
        contribution.platforms = PatchbayReader.platforms(&reader)
        contribution.group = reader.text("group")
        contribution.groupCountsInSearch = reader.flag("groupInSearch")
        if contribution.groupCountsInSearch, !reader.has("group") {
            reader.note(
                .warning, "unused-key", at: "groupInSearch", "\"groupInSearch\" means something beside \"group\" only.",
                remedy: "Remove it.")
        }
        contribution.initialState = initialState(&reader)
        let detail = detail(kind, &reader, hasInterface: hasInterface)
        if let here = contribution.platforms, let all = manifest.platforms, !all.isEmpty, !here.isSubset(of: all) {
            let extra = here.subtracting(all).sorted().map(\.rawValue).joined(separator: ", ")
            reader.note(
                .warning, "extra-platforms", at: "platforms", "The plugin itself is not made for \(extra).",
                remedy: "Add it to the plugin's \"platforms\", or remove it here.")
        }
        guard id != nil, title != nil, let detail else { return nil }
        contribution.detail = detail
        return contribution
    }

    private static func id(_ reader: inout PatchbayObject) -> String? {
        guard let text = reader.requiredText("id", what: "a name that stays, such as daily-report", lengthMax: PluginID.lengthMax) else {
            return nil
        }
        do {
            return try PluginID(text).rawValue
        } catch {
            reader.note(.error, "invalid-id", at: "id", "The id '\(visible(text))' \(error.reason).")
            return nil
        }
    }

    /// What a person may change: off at first, a short name, a key.
    static func initialState(_ reader: inout PatchbayObject) -> InitialState {
        let isEnabled = reader.flag("enabled", otherwise: true)
        let alias = reader.text("alias")
        return InitialState(isEnabled: isEnabled, alias: alias, hotkey: reader.text("hotkey"))
    }
}
