import Manifests
package import PluginModel

extension PackageStore {
    /// The plugin that an id or an alias leads to; nil for nobody's. An id beats another plugin's alias, and of two plugins with the same alias the
    /// one whose version, or link, has been here longer has it.
    package func owner(of name: String) -> PluginID? {
        let plugins = list().plugins
        if let plugin = plugins.first(where: { $0.id.rawValue == name }) { return plugin.id }
        return plugins.filter { $0.aliases.contains(name) }.min { ($0.since, $0.id.rawValue) < ($1.since, $1.id.rawValue) }?.id
    }

    /// Throws `package.id-taken` for a package of another name under an id that is in use, where the format's packages have names of their own.
    func checkOwner(_ manifest: PluginManifest, _ format: PackageFormat) throws(StoreError) {
        guard format == .forgePortal, let first = try folders.read(manifest.id)?.currentVersion, first.format == format,
            first.title != manifest.name
        else { return }
        // ForgePortal's words.
        throw .refused(
            "package.id-taken", "id \(manifest.id) already used by \(visible(first.title))",
            remedy: "Remove that plugin, or do without this one.", turn: .caller)
    }

    /// What a plugin's names run into: aliases that lead to others, and others' aliases that its id takes.
    func nameFindings(_ manifest: PluginManifest) -> [Finding] {
        var findings: [Finding] = []
        let others = list().plugins.filter { $0.id != manifest.id }
        func add(_ code: String, _ sentence: String, _ remedy: String) {
            findings.append(Finding(.warning, code: code, place: .file(manifest.id.rawValue), sentence, remedy: remedy))
        }
        for alias in manifest.aliases {
            guard let owner = others.first(where: { $0.id.rawValue == alias }) ?? others.first(where: { $0.aliases.contains(alias) }) else {
                continue
            }
            add(
                "package.alias-taken", "The alias '\(visible(alias))' leads to '\(owner.id)', which had it first.",
                "Name this plugin '\(manifest.id)' in configuration and addresses.")
        }
        for other in others where other.aliases.contains(manifest.id.rawValue) {
            add(
                "package.alias-lost", "The id '\(manifest.id)' was an alias of '\(other.id)', and leads to this plugin from now on.",
                "Name the other plugin '\(other.id)' in configuration and addresses.")
        }
        return findings
    }
}

extension InstalledPlugin {
    /// Of what is in use.
    var aliases: [String] { isLinked ? link?.aliases ?? [] : currentVersion?.aliases ?? [] }
    /// Seconds since 1970.
    fileprivate var since: Int64 { isLinked ? link?.linkedAt ?? .max : currentVersion?.installedAt ?? .max }
}
