package import JSON
import PluginModel
import YAML

/// What `forgeportal.yaml` and the environment say about plugins.
///
/// The sections that configure ForgePortal itself are known and not used. Any error leaves no configuration, so that whoever has an earlier
/// one keeps it.
package struct ForgePortalConfiguration: Sendable, Hashable {
    package struct Plugin: Sendable, Hashable {
        /// As written: any of a plugin's ids.
        package let id: String
        /// Nil when the file does not say.
        package let isEnabled: Bool?
        package let config: JSONObject

        package init(id: String, isEnabled: Bool? = nil, config: JSONObject = JSONObject()) {
            (self.id, self.isEnabled, self.config) = (id, isEnabled, config)
        }
    }

    package static let fileName = "forgeportal.yaml"
    package static let bytesMax = 1 << 20
    package static let packagesMax = 1000
    package static let pluginsMax = 1000

    /// npm names, in load order.
    package let packages: [String]
    /// In file order.
    package let plugins: [Plugin]

    package init(packages: [String] = [], plugins: [Plugin] = []) { (self.packages, self.plugins) = (packages, plugins) }

    static let ownSections = ["pluginPackages", "plugins"]
    /// Of ForgePortal 1.x; the hub has settings of its own for them.
    static let foreignSections = ["db", "server", "auth", "scm", "discovery", "migrations", "docs", "scorecards", "encryptionKey"]

    /// Reads the file's bytes and lays the variables `FORGEPORTAL_…` over them.
    package static func read(
        _ bytes: [UInt8], environment: [String: String] = [:], file: String = fileName
    ) -> Reading<ForgePortalConfiguration> {
        var source: ConfigurationSource
        do {
            source = try ConfigurationSource(bytes, file: file, bytesMax: bytesMax)
        } catch {
            return Reading(manifest: nil, findings: [ConfigurationSource.refusal(error, file: file)])
        }
        var root = JSONObject()
        switch source.value {
        case .null: break
        case .object(let object): root = object
        default:
            issue(&source, [], "Expected object, received \(source.value.javaScriptType)")
            return Reading(manifest: nil, findings: source.findings)
        }
        source.noteUnknownKeys(.warning, root, JSONPointer(), known: ownSections + foreignSections)
        let foreign = foreignSections.filter { root[$0] != nil }
        if !foreign.isEmpty {
            source.note(
                .notice, code: "configuration.unused-section", JSONPointer(),
                "Only \"pluginPackages\" and \"plugins\" are read; \(foreign.joined(separator: ", ")) configure ForgePortal itself.")
        }
        let variables = ForgePortalEnvironment.apply(environment, to: &root)
        let packages = readPackages(root["pluginPackages"], &source)
        let plugins = readPlugins(root["plugins"], &source)
        let findings = source.findings + variables
        let isGood = findings.errors.isEmpty
        return Reading(
            manifest: isGood ? ForgePortalConfiguration(packages: packages, plugins: plugins) : nil, findings: findings)
    }

    /// What ForgePortal prints for such a file; nil where nothing is wrong with its contents.
    package static func report(_ findings: [Finding]) -> String? {
        let issues = findings.errors.filter { $0.code == "configuration.schema" }
        return issues.isEmpty ? nil : "Invalid ForgePortal configuration:\n" + issues.map { "  - \($0.sentence)" }.joined(separator: "\n")
    }

    /// A sentence as upstream's schema library writes it: `path: message`.
    private static func issue(_ source: inout ConfigurationSource, _ path: [String], _ message: String, _ remedy: String? = nil) {
        source.note(
            .error, code: "configuration.schema", JSONPointer(path), "\(path.map { visible($0) }.joined(separator: ".")): \(message)",
            remedy)
    }

    private static func readPackages(_ section: JSONValue?, _ source: inout ConfigurationSource) -> [String] {
        guard let section else { return [] }
        guard let object = section.objectValue else {
            issue(&source, ["pluginPackages"], "Expected object, received \(section.javaScriptType)")
            return []
        }
        source.noteUnknownKeys(.warning, object, JSONPointer(["pluginPackages"]), known: ["packages"])
        guard let value = object["packages"] else { return [] }
        let path = ["pluginPackages", "packages"]
        guard let list = value.arrayValue else {
            issue(&source, path, "Expected array, received \(value.javaScriptType)", "Write one package a line, each after a dash.")
            return []
        }
        guard list.count <= packagesMax else {
            issue(&source, path, "Array must contain at most \(packagesMax) element(s)")
            return []
        }
        var names: [String] = []
        for (index, entry) in list.enumerated() {
            let place = path + [String(index)]
            guard let name = entry.stringValue else {
                issue(&source, place, "Expected string, received \(entry.javaScriptType)")
                continue
            }
            if name.allSatisfy(\.isWhitespace) {
                issue(&source, place, "String must contain at least 1 character(s)")
            } else if names.contains(name) {
                source.note(
                    .warning, code: "configuration.repeated", JSONPointer(place), "The package '\(visible(name))' stands twice.",
                    "Remove one.")
            } else {
                names.append(name)
            }
        }
        return names
    }

    private static func readPlugins(_ section: JSONValue?, _ source: inout ConfigurationSource) -> [Plugin] {
        guard let section else { return [] }
        guard let object = section.objectValue else {
            issue(&source, ["plugins"], "Expected object, received \(section.javaScriptType)")
            return []
        }
        guard object.count <= pluginsMax else {
            issue(&source, ["plugins"], "Object must contain at most \(pluginsMax) plugins")
            return []
        }
        return object.compactMap { id, value in
            guard let settings = value.objectValue else {
                issue(&source, ["plugins", id], "Expected object, received \(value.javaScriptType)")
                return nil
            }
            source.noteUnknownKeys(.warning, settings, JSONPointer(["plugins", id]), known: ["enabled", "config"])
            var config = JSONObject()
            switch settings["config"] {
            case nil: break
            case .object(let values)?: config = values
            case let other?: issue(&source, ["plugins", id, "config"], "Expected object, received \(other.javaScriptType)")
            }
            return Plugin(id: id, isEnabled: settings["enabled"].map { enabled($0, id, &source) }, config: config)
        }
    }

    /// Upstream takes any text for true, also "false"; here that one means what it says.
    private static func enabled(_ value: JSONValue, _ id: String, _ source: inout ConfigurationSource) -> Bool {
        if let flag = value.boolValue { return flag }
        let meant =
            switch value {
            case .string(let text): !text.isEmpty && text != "false"
            case .null: false
            default: value.doubleValue != 0
            }
        source.note(
            .warning, code: "configuration.doubtful-boolean", JSONPointer(["plugins", id, "enabled"]),
            "\(visible(value.serialized(), scalarsMax: 60)) is no boolean; it is read as \(meant).", "Write \(meant) without quotes.")
        return meant
    }
}

extension JSONValue {
    /// The kind in the words of JavaScript's schema libraries.
    var javaScriptType: String {
        switch self {
        case .int, .double: "number"
        case .bool: "boolean"
        default: kindName
        }
    }
}
