package import JSON

/// One field of the form through which a plugin is configured, and the rule its value has to keep.
package struct ConfigField: Sendable, Hashable {
    /// What the stored value is.
    package enum Kind: Sendable, Hashable {
        case text
        /// Several lines.
        case longText
        case number
        case integer
        case boolean
        /// A list of texts, one a line.
        case list
        /// One of `options`.
        case choice
        /// Some of `options`.
        case choices
        /// Any JSON value.
        case json

        package var name: String { "\(self)" }
    }

    package struct Option: Sendable, Hashable {
        package var value: JSONValue
        package var label: String
        package init(value: JSONValue, label: String) { (self.value, self.label) = (value, label) }
    }

    /// What a value has to keep; nil where there is no such limit. Lengths count Unicode scalars.
    package struct Limits: Sendable, Hashable {
        package var minimum: Double?
        package var maximum: Double?
        package var lengthMin: Int?
        package var lengthMax: Int?
        package var countMax: Int?
        /// ECMA-262, unanchored.
        package var pattern: String?
        package init(
            minimum: Double? = nil, maximum: Double? = nil, lengthMin: Int? = nil, lengthMax: Int? = nil, countMax: Int? = nil,
            pattern: String? = nil
        ) {
            (self.minimum, self.maximum, self.lengthMin, self.lengthMax) = (minimum, maximum, lengthMin, lengthMax)
            (self.countMax, self.pattern) = (countMax, pattern)
        }
    }

    /// How the hub itself uses a secret, so that the plugin never holds it.
    package enum SecretUse: Sendable, Hashable {
        case header(name: String, prefix: String, hosts: [String])
        case query(name: String, hosts: [String])
        case basic(user: String, hosts: [String])
        case hmac(header: String, algorithm: String, hosts: [String])
    }

    package var key: String
    package var kind: Kind
    package var label: String
    package var help: String?
    package var placeholder: String?
    package var defaultValue: JSONValue?
    package var isRequired: Bool
    /// Stored sealed and never returned.
    package var isSecret: Bool
    package var secretUse: SecretUse?
    package var options: [Option]
    package var limits: Limits
    /// Where the field stands in the manifest.
    package var origin: JSONPointer

    package init(
        key: String, kind: Kind, label: String? = nil, help: String? = nil, placeholder: String? = nil, defaultValue: JSONValue? = nil,
        isRequired: Bool = false, isSecret: Bool = false, secretUse: SecretUse? = nil, options: [Option] = [], limits: Limits = Limits(),
        origin: JSONPointer
    ) {
        (self.key, self.kind, self.label, self.help, self.placeholder) = (key, kind, label ?? key, help, placeholder)
        (self.defaultValue, self.isRequired, self.isSecret, self.secretUse) = (defaultValue, isRequired, isSecret, secretUse)
        (self.options, self.limits, self.origin) = (options, limits, origin)
    }
}

extension [ConfigField] {
    /// What must not be shown of a configuration: every text, and every number as text, in the values of its secret fields.
    package func secretTexts(in configuration: JSONObject) -> [String] {
        func texts(_ value: JSONValue) -> [String] {
            switch value {
            case .null, .bool: []
            case .int, .double: [value.serialized()]
            case .string(let text): [text]
            case .array(let elements): elements.flatMap(texts)
            case .object(let object): object.flatMap { texts($0.value) }
            }
        }
        return filter(\.isSecret).compactMap { configuration[$0.key] }.flatMap(texts)
    }
}
