package import HubCore
package import JSON
import Manifests
package import PluginModel

/// Everything that is set for a plugin, by whom, for one organisation or for the hub; what the plugin gets follows from it.
///
/// Later layers stand before earlier ones, key by key: the manifest's defaults, configuration files, the environment (ForgePortal's plugins
/// only), the hub's settings, the organisation's. Secrets are here by whether they are set; their texts are opened only to start a worker.
package struct ConfigurationLayers: Sendable, Hashable {
    /// The raw values are the API's words.
    package enum Source: String, Sendable, Hashable, CaseIterable {
        case `default`, file, environment, hub, organisation
    }

    /// Where the text of a secret is.
    package enum SecretOrigin: Sendable, Hashable {
        /// In the vault, at a scope.
        case sealed(ConfigurationScope)
        /// As text, from a file or the environment.
        case text(String)
    }

    package let fields: [ConfigField]
    /// All values that are no secrets.
    package private(set) var values = JSONObject()
    package private(set) var sources: [String: Source] = [:]
    package private(set) var secrets: [String: SecretOrigin] = [:]
    /// Whether the plugin says that it is of no use without settings, whichever they are.
    private let needsAny: Bool
    /// What looks wrong and stops nothing.
    package private(set) var warnings: [String] = []

    /// `sealedHub` and `sealedOrganisation` are keys of secrets that the vault has for each.
    package init(
        manifest: PluginManifest, file: JSONObject = JSONObject(), environment: [String: String] = [:], hub: JSONObject = JSONObject(),
        sealedHub: Set<String> = [], organisation: (id: Organisation.ID, values: JSONObject, sealed: Set<String>)? = nil
    ) {
        fields = manifest.configuration
        needsAny = manifest.requiresConfiguration
        let secretKeys = Set(fields.lazy.filter(\.isSecret).map(\.key))
        for field in fields {
            if let value = field.defaultValue, !field.isSecret { set(field.key, value, .default) }
        }
        func lay(_ layer: JSONObject, _ source: Source) {
            for (key, value) in layer {
                if secretKeys.contains(key) {
                    if let text = Self.secretText(value) {
                        secrets[key] = .text(text)
                        sources[key] = source
                    }
                } else {
                    set(key, value, source)
                }
            }
        }
        lay(file, .file)
        if manifest.format == .forgePortal {
            let ids = manifest.everyID
            let read = ForgePortalPluginValues(
                ids: ids, stock: manifest.upstreamID, fields: fields, config: file, environment: environment)
            warnings = read.warnings
            for field in fields {
                guard let value = read.values[field.key], value != file[field.key], value != field.defaultValue || field.isSecret else {
                    continue
                }
                lay([field.key: value], .environment)
            }
        }
        func seal(_ keys: Set<String>, _ scope: ConfigurationScope, _ source: Source) {
            // A manifest without fields takes any value, and any secret.
            for key in keys where fields.isEmpty || secretKeys.contains(key) {
                values[key] = nil
                secrets[key] = .sealed(scope)
                sources[key] = source
            }
        }
        lay(hub, .hub)
        seal(sealedHub, .hub, .hub)
        if let organisation {
            lay(organisation.values, .organisation)
            seal(organisation.sealed, .organisation(organisation.id), .organisation)
        }
    }

    private mutating func set(_ key: String, _ value: JSONValue, _ source: Source) {
        values[key] = value
        sources[key] = source
    }

    private static func secretText(_ value: JSONValue) -> String? {
        switch value {
        case .null: nil
        case .string(let text): text
        default: value.serialized()
        }
    }

    /// Required fields without a value, in the manifest's order. An empty text is none.
    package var missing: [String] {
        fields.filter { field in
            guard field.isRequired else { return false }
            if field.isSecret {
                guard let origin = secrets[field.key] else { return true }
                return origin == .text("")
            }
            let value = values[field.key]
            return value == nil || value == .null || value == ""
        }.map(\.key)
    }

    /// Whether nobody has set anything for a plugin that has to be configured; its defaults are nobody's.
    package var lacksAll: Bool { needsAny && !sources.values.contains { $0 != .default } }

    /// What any user may see: no declared secret, and nothing undeclared whose name looks like a credential.
    package var publicConfig: JSONObject {
        let declared = Set(fields.map(\.key))
        return JSONObject(
            values.filter { declared.contains($0.key) || !CredentialName.isLikely(in: $0.key) }.map { ($0.key, $0.value) })
    }
}

extension PluginManifest {
    /// Every id that leads to the plugin, the shown one first.
    package var everyID: [String] {
        var ids: [String] = []
        for id in [id.rawValue, upstreamID] + aliases where !ids.contains(id) { ids.append(id) }
        return ids
    }
}
