import HubCore
package import JSON
package import PluginModel

/// What somebody wants to set; null or nil takes a value away. Keys that are not named stay as they are.
package struct ConfigurationChange: Sendable {
    package var values: JSONObject
    package var secrets: [String: String?]

    package init(values: JSONObject = JSONObject(), secrets: [String: String?] = [:]) { (self.values, self.secrets) = (values, secrets) }
}

/// One value that cannot be taken, by its place in the request.
package struct FieldFinding: Error, Sendable, Hashable {
    package var code: String
    /// `/values/key` or `/secrets/key`.
    package var pointer: String
    package var message: String
    package var remedy: String?

    package init(code: String, pointer: String, message: String, remedy: String? = nil) {
        (self.code, self.pointer, self.message, self.remedy) = (code, pointer, message, remedy)
    }
}

/// Why settings were not taken.
package enum ConfigurationError: Error, Sendable {
    /// Every value that is wrong, at once.
    case invalid([FieldFinding])
    case refused(Fault)

    package var fault: Fault {
        switch self {
        case .refused(let fault): fault
        case .invalid(let findings):
            Fault(
                code: findings.first?.code ?? "settings.invalid-value",
                message: findings.first?.message ?? "These settings cannot be taken.", place: findings.first?.pointer,
                remedy: findings.first?.remedy, turn: .caller,
                details: findings.count > 1 ? findings.dropFirst().map { "\($0.pointer): \($0.message)" }.joined(separator: "\n") : nil)
        }
    }
}

/// The form through which a plugin is configured in one scope, with what is set. Secrets are there by whether they are set.
package struct ConfigurationForm: Sendable, Hashable {
    package struct Field: Sendable, Hashable {
        package var field: ConfigField
        /// Never a secret's.
        package var value: JSONValue?
        package var isSet: Bool
        package var source: ConfigurationLayers.Source
    }

    package var plugin: PluginID
    package var scope: ConfigurationScope
    package var fields: [Field]
    package var missing: [String]
    /// Of this scope's own settings; 0 before there are any.
    package var revision: Int
    /// Whether the plugin offers a check of its settings.
    package var canTest: Bool
    /// Of a plugin whose manifest names no fields and that takes any settings: what is set.
    package var further: Further?

    package struct Further: Sendable, Hashable {
        /// What is no secret, but for values whose names look like a credential's: those are known to be there, and not shown.
        package var values: JSONObject
        package var hidden: [String]
        package var secrets: [String]
    }
}

/// What a plugin said about settings it was asked to try.
package struct ConfigurationTest: Sendable, Hashable {
    package var isGood: Bool
    package var message: String
    package var details: JSONValue?
    package var milliseconds: Int
}

extension ConfigurationLayers {
    /// What is set without a field.
    var further: ConfigurationForm.Further {
        let shown = publicConfig
        return ConfigurationForm.Further(
            values: shown, hidden: values.filter { shown[$0.key] == nil }.map(\.key).sorted(), secrets: secrets.keys.sorted())
    }
}
