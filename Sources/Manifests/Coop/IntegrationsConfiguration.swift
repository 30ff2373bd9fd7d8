import JSON
import PluginModel

/// The list of Coop integrations to load: `integrations.config.json`, in the shape that Coop publishes.
///
/// `{ "integrations": [ { "package": string, "enabled"?: bool, "config"?: object } ] }`
package struct IntegrationsConfiguration: Sendable, Hashable {
    package struct Entry: Sendable, Hashable {
        /// An npm name, or a path relative to the configuration file's folder.
        package let spec: String
        /// A disabled package is not even looked for.
        package let isEnabled: Bool
        /// Its place in the list, from 0.
        package let index: Int

        package init(spec: String, isEnabled: Bool = true, index: Int = 0) {
            self.spec = spec
            self.isEnabled = isEnabled
            self.index = index
        }
    }

    package static let fileName = "integrations.config.json"
    package static let bytesMax = 1 << 20
    package static let entriesMax = 1000

    /// In file order, which is load order.
    package let entries: [Entry]

    package init(entries: [Entry]) { self.entries = entries }

    package var enabled: [Entry] { entries.filter(\.isEnabled) }

    /// Reads the file's bytes.
    ///
    /// No configuration comes back only when the file as a whole cannot be used; whoever has an earlier one keeps it. An entry that cannot
    /// be used is an error of its own, and the others stand.
    package static func read(_ bytes: [UInt8], file: String = fileName) -> Reading<IntegrationsConfiguration> {
        let document: JSONValue
        do {
            document = try JSONValue(parsing: bytes, limits: JSONLimits(bytesMax: bytesMax, depthMax: 64))
        } catch {
            let place = Finding.Place.source(file: file, line: error.line, column: error.column, text: nil)
            return refusal(
                "malformed", place, "The configuration is not JSON: \(error.message)", "Correct the file; until then nothing changes.")
        }
        let whole = Finding.Place.document(file: file, pointer: JSONPointer())
        guard let object = document.objectValue else {
            return refusal("wrong-type", whole, "The configuration is an object, not \(document.kindPhrase).", example)
        }
        var reader = ObjectReader(object, file: file, area: "integrations")
        let list = reader.value("integrations")
        reader.noteUnknownKeys()
        guard let list else {
            reader.note(.warning, "missing", "There is no list \"integrations\", so no integration is loaded.", remedy: example)
            return Reading(manifest: IntegrationsConfiguration(entries: []), findings: reader.findings)
        }
        guard let items = list.arrayValue else {
            return refusal(
                "wrong-type", .document(file: file, pointer: JSONPointer(["integrations"])),
                "\"integrations\" must be a list, not \(list.kindPhrase).", example)
        }
        if items.count > entriesMax {
            reader.note(.error, "too-many", at: "integrations", "Only the first \(entriesMax) of \(items.count) entries are read.")
        }
        var entries: [Entry] = []
        var findings = reader.findings
        for (index, item) in items.prefix(entriesMax).enumerated() {
            let pointer = JSONPointer(["integrations", String(index)])
            guard let object = item.objectValue else {
                findings.append(
                    Finding(
                        .error, code: "integrations.wrong-type", place: .document(file: file, pointer: pointer),
                        "This entry is \(item.kindPhrase) and names no package; it is passed over.", remedy: example))
                continue
            }
            var reader = ObjectReader(object, file: file, pointer: pointer, area: "integrations")
            if let entry = entry(&reader, index: index) { entries.append(entry) }
            findings += reader.findings
        }
        return Reading(manifest: IntegrationsConfiguration(entries: entries), findings: findings)
    }

    private static let example = #"The shape is { "integrations": [ { "package": "@acme/demo" } ] }."#

    private static func entry(_ reader: inout ObjectReader, index: Int) -> Entry? {
        let spec = reader.requiredString("package", what: "an npm name or a path relative to this file", lengthMax: 1024)
        let enabled = reader.value("enabled")
        if let enabled, enabled.boolValue == nil {
            reader.note(
                .warning, "enabled", at: "enabled", "Only the literal false disables a package; this one stays enabled.",
                remedy: "Write false without quotes to disable it.")
        }
        if reader.value("config") != nil {
            reader.note(
                .notice, "config-ignored", at: "config",
                "\"config\" is not used: an integration's settings are kept by the hub, per organisation.",
                remedy: "Remove it; secrets do not belong in this file.")
        }
        reader.noteUnknownKeys()
        return spec.map { Entry(spec: $0, isEnabled: enabled != .bool(false), index: index) }
    }

    private static func refusal(
        _ code: String, _ place: Finding.Place, _ sentence: String, _ remedy: String
    ) -> Reading<IntegrationsConfiguration> {
        Reading(manifest: nil, findings: [Finding(.error, code: "integrations.\(code)", place: place, sentence, remedy: remedy)])
    }
}
