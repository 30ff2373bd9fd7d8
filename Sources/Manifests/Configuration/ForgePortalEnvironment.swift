import JSON
import PluginModel

/// The variables `FORGEPORTAL_<SECTION>__<KEY>`, which override `forgeportal.yaml`.
///
/// A double underscore goes one level down; each segment is lower-cased and turned from snake to camel case. Beyond upstream, a plugin's id
/// is found with `_` for `-`, and the list of packages may be given with commas. `FORGEPORTAL_PLUGIN_…` are values of plugins.
package enum ForgePortalEnvironment {
    static let prefix = "FORGEPORTAL_"
    static let pluginPrefix = "FORGEPORTAL_PLUGIN_"
    /// The one section whose name begins like a plugin's value.
    private static let packagesPrefix = "FORGEPORTAL_PLUGIN_PACKAGES__"
    private static let depthMax = 16

    /// Changes the document, and says which variables lead nowhere.
    static func apply(_ environment: [String: String], to root: inout JSONObject) -> [Finding] {
        var findings: [Finding] = []
        let sections = ForgePortalConfiguration.ownSections + ForgePortalConfiguration.foreignSections
        for (name, value) in environment.sorted(by: { $0.key < $1.key }) where name.hasPrefix(prefix) {
            guard !name.hasPrefix(pluginPrefix) || name.hasPrefix(packagesPrefix) else { continue }
            let raw = segments(String(name.dropFirst(prefix.count)))
            let section = camel(raw[0])
            guard sections.contains(section), raw.count <= depthMax, raw.allSatisfy({ !$0.isEmpty }) else {
                let meant = sections.first { raw.count == 1 && section.hasPrefix($0) && section.count > $0.count }
                findings.append(
                    Finding(
                        .warning, code: "configuration.unused-variable", place: .file(visible(name)),
                        "The variable \(visible(name)) leads to no section of forgeportal.yaml and is ignored.",
                        remedy: meant.map { "Go down with two underscores: \(prefix)\(snake($0))__…" }
                            ?? didYouMean(section, among: sections)))
                continue
            }
            let path = path(raw, section, root)
            let isList = path == ["pluginPackages", "packages"]
            set(isList ? list(value) : coerced(value), at: path[...], in: &root)
        }
        return findings
    }

    /// Each segment in camel case, except a plugin's id.
    private static func path(_ raw: [String], _ section: String, _ root: JSONObject) -> [String] {
        var path = [section] + raw.dropFirst().map(camel)
        if section == "plugins", raw.count > 1 { path[1] = pluginID(raw[1], root) }
        return path
    }

    /// An id that is known, from its settings or from its package's name, or else the plainest that the segment can mean.
    private static func pluginID(_ segment: String, _ root: JSONObject) -> String {
        let packages = root["pluginPackages"]?["packages"]?.arrayValue?.compactMap(\.stringValue) ?? []
        let known = (root["plugins"]?.objectValue?.keys ?? []) + packages.flatMap { ForgePortalIDs(package: $0).all }
        return known.first { variablePart($0) == segment.uppercased() } ?? segment.lowercased().replacing("_", with: "-")
    }

    private static func set(_ value: JSONValue, at path: ArraySlice<String>, in object: inout JSONObject) {
        guard let key = path.first else { return }
        if path.count == 1 {
            object[key] = value
        } else {
            var inner = object[key]?.objectValue ?? JSONObject()
            set(value, at: path.dropFirst(), in: &inner)
            object[key] = .object(inner)
        }
    }

    /// Splits at every double underscore from the left, as JavaScript's `split` does.
    private static func segments(_ text: String) -> [String] {
        var segments: [String] = [""]
        var rest = text[...]
        while let next = rest.first {
            if rest.hasPrefix("__") {
                segments.append("")
                rest = rest.dropFirst(2)
            } else {
                segments[segments.count - 1].append(next)
                rest = rest.dropFirst()
            }
        }
        return segments
    }

    static func camel(_ segment: String) -> String {
        let parts = segment.lowercased().split(separator: "_", omittingEmptySubsequences: false)
        return (parts.first.map(String.init) ?? "") + parts.dropFirst().map { $0.prefix(1).uppercased() + $0.dropFirst() }.joined()
    }

    /// `apiToken` as `API_TOKEN`.
    static func snake(_ key: String) -> String {
        var text = ""
        var followsLower = false
        for character in key {
            if character.isUppercase, followsLower { text.append("_") }
            followsLower = character.isLowercase || character.isNumber
            text += character == "-" ? "_" : character.uppercased()
        }
        return text
    }

    /// An id as it stands in variables: `slack-notify` as `SLACK_NOTIFY`.
    static func variablePart(_ id: String) -> String { id.uppercased().replacing("-", with: "_") }

    /// `true`, `false` and decimals become what they look like.
    static func coerced(_ text: String) -> JSONValue {
        if text == "true" { return .bool(true) }
        if text == "false" { return .bool(false) }
        let parts = text.split(separator: ".", omittingEmptySubsequences: false)
        let isDecimal =
            parts.count <= 2
            && parts.allSatisfy { !$0.isEmpty && $0.utf8.allSatisfy { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) } }
        guard isDecimal else { return .string(text) }
        if parts.count == 1, let value = Int64(text) { return .int(value) }
        return Double(text).flatMap { $0.isFinite ? .double($0) : nil } ?? .string(text)
    }

    private static func list(_ text: String) -> JSONValue {
        .array(
            text.split(separator: ",").map { part in
                let front = part.drop { $0.isWhitespace }
                let back = front.reversed().drop { $0.isWhitespace }
                return .string(String(back.reversed()))
            }.filter { $0 != "" })
    }

    /// What a plugin may see as `process.env`: its own `FORGEPORTAL_PLUGIN_<ID>_…` under every id, and the names an operator granted.
    ///
    /// A variable belongs to the plugin whose id matches it furthest: `FORGEPORTAL_PLUGIN_GIT_HUB_TOKEN` is `git-hub`'s where there is such
    /// a plugin among `others`, and not `git`'s.
    package static func variables(of ids: [String], others: [String] = [], granted: [String] = [], in environment: [String: String])
        -> [String: String]
    {
        let own = ids.map { pluginPrefix + variablePart($0) + "_" }
        let foreign = others.filter { !ids.contains($0) }.map { pluginPrefix + variablePart($0) + "_" }
        return environment.filter { name, _ in
            if granted.contains(name) { return true }
            let mine = own.filter { name.hasPrefix($0) }.map(\.utf8.count).max() ?? 0
            return mine > 0 && !foreign.contains { name.hasPrefix($0) && $0.utf8.count > mine }
        }
    }
}
