import HTTPServer
import Hub
import HubCore
import JSON
import PluginModel

/// Plugins whose signals judge content, in Coop's manner (its contract, section 9).
enum IntegrationEndpoints {
    static let all: [Endpoint] = [
        Endpoint(
            .get, "/integrations", "Every plugin with signals: its logos, model card, and whether it is configured",
            chapter: PluginEndpoints.chapter,
            access: .organisation(.pluginRead), answer: .list(.named("Integration"))
        ) { call in
            let organisation = call.organisation?.id
            return .json(
                .array(
                    await call.hub.registry.plugins(for: organisation).compactMap { view in
                        guard view.state.name != .disabled, let manifest = view.manifest,
                            manifest.hasSignalCatalog || manifest.contributions.contains(where: { $0.kind == .signal })
                        else { return nil }
                        return view.integration(manifest)
                    }))
        }
    ]
}

extension PluginView {
    /// Where the interface finds a picture of the plugin's; null where there is none.
    func address(of image: Image?) -> JSONValue {
        switch image {
        case .file(let path):
            .string("/api/v1/plugins/\(PercentCoding.encode(id.rawValue))/assets/\(PercentCoding.encodePath(path.text))")
        case .url(let url): .string(url)
        case .glyph, nil: .null
        }
    }

    fileprivate func integration(_ manifest: PluginManifest) -> JSONValue {
        let isBlocked = !state.takesCalls
        var members: JSONObject = [
            "id": .string(id.rawValue), "name": .string(manifest.upstreamID), "title": .string(manifest.name),
            "logo": logoAddress(manifest, withBackground: false),
            "logoWithBackground": logoAddress(manifest, withBackground: true),
        ]
        if let docs = manifest.docsURL { members["docsUrl"] = .string(docs) }
        members["requiresConfig"] = .bool(manifest.requiresConfiguration || manifest.configuration.contains(where: \.isRequired))
        members["isConfigured"] = .bool(state.missing.isEmpty && state.name != .needsConfiguration)
        members["modelCard"] = manifest.json["modelCard"] ?? .null
        if let url = manifest.modelCard?.learnMoreURL { members["modelCardLearnMoreUrl"] = .string(url) }
        members["hasContext"] = .bool(manifest.context != nil)
        members["hasCatalog"] = .bool(manifest.hasSignalCatalog)
        members["signals"] = .array(
            manifest.contributions.filter { $0.kind == .signal }.map { signal in
                var members: JSONObject = ["id": .string(signal.id), "title": .string(signal.title)]
                if let description = signal.description { members["description"] = .string(description) }
                if isBlocked {
                    members["disabled"] = true
                    members["disabledReason"] = .string(state.reason ?? "The plugin takes no calls now.")
                }
                return .object(members)
            })
        return .object(members)
    }
}
