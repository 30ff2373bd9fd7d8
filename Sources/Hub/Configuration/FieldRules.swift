import HostCalls
package import JSON
import JSONSchema
package import PluginModel

/// Holds a value against the rule of its field.
package struct FieldRules: Sendable {
    package let limits: RegistryLimits

    package init(limits: RegistryLimits = RegistryLimits()) { self.limits = limits }

    /// Every finding of a change. `granted` is what the plugin may do: a secret that the hub sends must not be for a host beyond it.
    package func check(_ change: ConfigurationChange, fields: [ConfigField], allowed: (Permission) -> Bool) -> [FieldFinding] {
        var findings: [FieldFinding] = []
        let known = Dictionary(fields.map { ($0.key, $0) }, uniquingKeysWith: { first, _ in first })
        for (key, value) in change.values {
            let pointer = JSONPointer(["values", key]).description
            guard let field = known[key] else {
                // A manifest without fields takes anything, as ForgePortal's do.
                if !fields.isEmpty { findings.append(unknown(key, pointer, known.keys.sorted())) }
                continue
            }
            if field.isSecret {
                findings.append(
                    FieldFinding(
                        code: "settings.secret", pointer: pointer, message: "\"\(visible(field.label))\" is a secret.",
                        remedy: "Send it under \"secrets\"."))
            } else if !value.isNull {
                findings += check(value, field, pointer)
            }
        }
        if JSONValue.object(change.values).serializedBytes().count > limits.settingsBytesMax {
            findings.append(
                FieldFinding(
                    code: "settings.too-large", pointer: "/values",
                    message: "The settings are larger than \(limits.settingsBytesMax) bytes.", remedy: "Shorten them."))
        }
        for (key, text) in change.secrets.sorted(by: { $0.key < $1.key }) {
            let pointer = JSONPointer(["secrets", key]).description
            if fields.isEmpty, Self.isName(key) {
                // Whoever takes anything takes secrets of any name.
                if let text, text.utf8.count > limits.secretBytesMax { findings.append(tooLong(pointer)) }
                continue
            }
            guard let field = known[key], field.isSecret else {
                findings.append(unknown(key, pointer, known.values.filter(\.isSecret).map(\.key).sorted()))
                continue
            }
            if let text { findings += check(secret: text, field, pointer, allowed) }
        }
        return findings
    }

    /// What a secret without a field may be called.
    private static func isName(_ key: String) -> Bool {
        (1...128).contains(key.utf8.count)
            && key.unicodeScalars.allSatisfy { !$0.properties.isWhitespace && $0.properties.generalCategory != .control }
    }

    private func tooLong(_ pointer: String) -> FieldFinding {
        FieldFinding(
            code: "settings.too-large", pointer: pointer, message: "The secret is longer than \(limits.secretBytesMax) bytes.",
            remedy: "Shorten it.")
    }

    private func unknown(_ key: String, _ pointer: String, _ known: [String]) -> FieldFinding {
        FieldFinding(
            code: "settings.unknown-field", pointer: pointer, message: "The plugin has no such setting as '\(visible(key))'.",
            remedy: nearMiss(key, among: known).map { "Did you mean '\($0)'?" } ?? "Leave it out.")
    }

    /// One value of a field that is no secret.
    package func check(_ value: JSONValue, _ field: ConfigField, _ pointer: String) -> [FieldFinding] {
        switch field.kind {
        case .text, .longText:
            guard let text = value.stringValue else { return [wrongKind("a text", value, field, pointer)] }
            return check(text: text, field, pointer)
        case .number, .integer:
            guard let number = value.doubleValue, field.kind == .number || value.intValue != nil else {
                return [wrongKind(field.kind == .number ? "a number" : "a whole number", value, field, pointer)]
            }
            return check(number: number, field, pointer)
        case .boolean: return value.boolValue == nil ? [wrongKind("true or false", value, field, pointer)] : []
        case .list:
            guard let list = value.arrayValue else { return [wrongKind("a list of texts", value, field, pointer)] }
            return check(count: list.count, field, pointer)
                + list.enumerated().flatMap { place, item -> [FieldFinding] in
                    guard let text = item.stringValue else { return [wrongKind("a text", item, field, "\(pointer)/\(place)")] }
                    return check(text: text, field, "\(pointer)/\(place)")
                }
        case .choice: return field.options.contains { $0.value == value } ? [] : [noOption(value, field, pointer)]
        case .choices:
            guard let list = value.arrayValue else { return [wrongKind("a list", value, field, pointer)] }
            return check(count: list.count, field, pointer)
                + list.enumerated().compactMap { place, item in
                    field.options.contains { $0.value == item } ? nil : noOption(item, field, "\(pointer)/\(place)")
                }
        case .json: return []
        }
    }

    private func check(secret text: String, _ field: ConfigField, _ pointer: String, _ allowed: (Permission) -> Bool) -> [FieldFinding] {
        func finding(_ code: String, _ message: String, _ remedy: String) -> FieldFinding {
            FieldFinding(code: code, pointer: pointer, message: message, remedy: remedy)
        }
        guard text.utf8.count <= limits.secretBytesMax else {
            return [tooLong(pointer)]
        }
        var findings = check(text: text, field, pointer)
        guard let use = field.secretUse else { return findings }
        switch use {
        case .header(let name, _, _), .hmac(let name, _, _):
            if !HTTPSecrets.mayCarry(header: name) {
                findings.append(
                    finding("settings.secret-use", "The header '\(visible(name))' cannot carry a secret.", "Ask the plugin's author."))
            }
        case .query, .basic: break
        }
        if case .header = use, !HTTPSecrets.fitsHeader(text) {
            findings.append(
                finding(
                    "settings.invalid-value", "The secret has a line break or a control character, which no header takes.", "Paste it anew."
                ))
        }
        for host in use.hosts {
            guard let permission = try? Permission(parsing: "network:outbound:\(host)"), allowed(permission) else {
                findings.append(
                    finding(
                        "settings.host-not-granted", "The secret is for \(visible(host)), which the plugin may not connect to.",
                        "Grant network:outbound:\(visible(host)) first."))
                continue
            }
        }
        return findings
    }

    // MARK: Single rules

    private func wrongKind(_ wanted: String, _ value: JSONValue, _ field: ConfigField, _ pointer: String) -> FieldFinding {
        FieldFinding(
            code: "settings.wrong-type", pointer: pointer,
            message: "\"\(visible(field.label))\" takes \(wanted); there came a value of type \(value.kindName).")
    }

    private func noOption(_ value: JSONValue, _ field: ConfigField, _ pointer: String) -> FieldFinding {
        let known = field.options.map { $0.value.stringValue ?? $0.value.serialized() }
        let shown = value.stringValue ?? value.serialized()
        return FieldFinding(
            code: "settings.not-an-option", pointer: pointer,
            message: "\"\(visible(field.label))\" has no option '\(visible(shown))'.",
            remedy: nearMiss(shown, among: known).map { "Did you mean '\($0)'?" }
                ?? "Options: \(known.prefix(20).map { visible($0) }.joined(separator: ", ")).")
    }

    private func check(count: Int, _ field: ConfigField, _ pointer: String) -> [FieldFinding] {
        guard let max = field.limits.countMax, count > max else { return [] }
        return [out("has \(count) entries; at most \(max) are taken", field, pointer)]
    }

    private func check(number: Double, _ field: ConfigField, _ pointer: String) -> [FieldFinding] {
        if let minimum = field.limits.minimum, number < minimum { return [out("is less than \(Self.plain(minimum))", field, pointer)] }
        if let maximum = field.limits.maximum, number > maximum { return [out("is more than \(Self.plain(maximum))", field, pointer)] }
        return []
    }

    private func check(text: String, _ field: ConfigField, _ pointer: String) -> [FieldFinding] {
        let length = text.unicodeScalars.count
        if field.isRequired, text.isEmpty { return [out("is empty", field, pointer)] }
        if let min = field.limits.lengthMin, length < min { return [out("is shorter than \(min) characters", field, pointer)] }
        if let max = field.limits.lengthMax, length > max { return [out("is longer than \(max) characters", field, pointer)] }
        guard let pattern = field.limits.pattern else { return [] }
        // The same reader of patterns as for schemas; one that cannot be read was a finding of the manifest and forbids nothing here.
        let schema: JSONValue = ["pattern": .string(pattern)]
        guard let compiled = try? JSONSchema(schema) else { return [] }
        return compiled.isValid(.string(text))
            ? [] : [out("does not have the form '\(visible(pattern))'", field, pointer)]
    }

    private func out(_ why: String, _ field: ConfigField, _ pointer: String) -> FieldFinding {
        FieldFinding(code: "settings.invalid-value", pointer: pointer, message: "\"\(visible(field.label))\" \(why).")
    }

    private static func plain(_ number: Double) -> String { Int64(exactly: number).map(String.init) ?? "\(number)" }
}

extension ConfigField.SecretUse {
    var hosts: [String] {
        switch self {
        case .header(_, _, let hosts), .query(_, let hosts), .basic(_, let hosts), .hmac(_, _, let hosts): hosts
        }
    }
}
