package import JSON
package import PluginModel

/// The values one plugin of ForgePortal runs with, put together from its settings, the environment and its manifest's defaults.
package struct ForgePortalPluginValues: Sendable, Hashable {
    /// Everything, secrets included.
    package private(set) var values: JSONObject
    package private(set) var secretKeys: Set<String> = []
    /// Why the plugin cannot start; a plugin without any can. Joined by `; ` they are its error message.
    package private(set) var errors: [String] = []
    package private(set) var warnings: [String] = []

    /// What any user may see: no declared secret, and nothing undeclared whose name looks like a credential.
    package var publicConfig: JSONObject {
        JSONObject(
            values.filter { !secretKeys.contains($0.key) && (declared.contains($0.key) || !CredentialName.isLikely(in: $0.key)) }.map {
                ($0.key, $0.value)
            })
    }

    private let declared: Set<String>

    /// `ids` are all of the plugin's, the shown one first; `stock` is the one whose variables count most.
    package init(
        ids: [String], stock: String, fields: [ConfigField], config: JSONObject, environment: [String: String]
    ) {
        let shown = ids.first ?? stock
        let order = [stock] + ids.filter { $0 != stock }
        values = config
        declared = Set(fields.map(\.key))
        for field in fields {
            if field.isSecret { secretKeys.insert(field.key) }
            if let text = Self.variable(field.key, order, environment) {
                values[field.key] = Self.coerced(text, to: field.kind)
            } else if !field.isSecret, values[field.key] == nil, let value = field.defaultValue {
                values[field.key] = value
            }
        }
        validate(fields, id: shown)
    }

    package static func variableName(_ id: String, _ key: String) -> String {
        ForgePortalEnvironment.pluginPrefix + ForgePortalEnvironment.variablePart(id) + "_" + key.uppercased()
    }

    /// `APITOKEN` before `API_TOKEN`, the stock id before the others.
    private static func variable(_ key: String, _ ids: [String], _ environment: [String: String]) -> String? {
        for id in ids {
            let front = ForgePortalEnvironment.pluginPrefix + ForgePortalEnvironment.variablePart(id) + "_"
            for part in [key.uppercased(), ForgePortalEnvironment.snake(key)] {
                if let text = environment[front + part] { return text }
            }
        }
        return nil
    }

    /// A text that does not look like the declared type stays a text, which the validation then names.
    private static func coerced(_ text: String, to kind: ConfigField.Kind) -> JSONValue {
        switch kind {
        case .boolean: text == "true" ? true : text == "false" ? false : .string(text)
        case .number, .integer:
            if let value = Int64(text) {
                .int(value)
            } else if let value = Double(text), value.isFinite {
                .double(value)
            } else {
                .string(text)
            }
        default: .string(text)
        }
    }

    private mutating func validate(_ fields: [ConfigField], id: String) {
        // A manifest without fields takes anything.
        guard !fields.isEmpty else { return }
        for field in fields {
            let value = values[field.key]
            let isMissing = value == nil || value == .null || value == ""
            if isMissing, field.isRequired {
                errors.append(
                    field.isSecret
                        ? "Plugin \"\(id)\" requires secret config field \"\(field.key)\". Set env var: \(Self.variableName(id, field.key))=<value>"
                        : "Plugin \"\(id)\" requires config field \"\(field.key)\" but it is not set. Add it to forgeportal.yaml under plugins.\(id).config.\(field.key)"
                )
            }
            if let value, !value.isNull, !ForgePortalFields.value(value, fits: field.kind) {
                warnings.append(
                    "The value of \"\(field.key)\" for plugin \"\(id)\" is a \(value.javaScriptType), and its manifest says \(field.kind.name)."
                )
            }
        }
        for (key, _) in values where !declared.contains(key) {
            warnings.append("The manifest of plugin \"\(id)\" does not declare \"\(key)\"; the plugin gets it all the same.")
        }
    }
}

extension ForgePortalConfiguration {
    /// What the file says about one plugin under all its ids: where several have a value for a key, the stock id's counts, with a warning.
    package func settings(for ids: [String], stock: String, file: String = fileName) -> (plugin: Plugin, findings: [Finding]) {
        let order = [stock] + ids.filter { $0 != stock }
        let found = order.compactMap { id in plugins.first { $0.id == id } }
        var config = JSONObject()
        for settings in found.reversed() { for (key, value) in settings.config { config[key] = value } }
        var findings: [Finding] = []
        if found.count > 1 {
            findings.append(
                Finding(
                    .warning, code: "configuration.several-ids",
                    place: .document(file: file, pointer: JSONPointer(["plugins", found[1].id])),
                    "One plugin is configured under \(found.map { "'\(visible($0.id))'" }.joined(separator: " and ")); of two values for a key, that of '\(visible(found[0].id))' counts.",
                    remedy: "Keep one of them."))
        }
        let plugin = Plugin(id: ids.first ?? stock, isEnabled: found.lazy.compactMap(\.isEnabled).first, config: config)
        return (plugin, findings)
    }
}
