import JSON
import Manifests
import PluginModel

extension ConfigurationReviewer {
    /// Reads the file with the environment laid over it, then each plugin's settings by its manifest. Values appear in no finding.
    func readForgePortal(_ bytes: [UInt8], _ file: ReadFile, _ work: inout Work) async {
        let reading = ForgePortalConfiguration.read(bytes, environment: context.environment, file: file.shown)
        begin(
            file, isUsable: reading.manifest != nil, report: ForgePortalConfiguration.report(reading.findings), reading.findings, &work)
        guard let configuration = reading.manifest else { return }
        var known: Set<String> = []
        var areAllFound = true
        for name in configuration.packages {
            // Those given by a variable have no place of their own in the file.
            let place = file.place(["pluginPackages", "packages"])
            var located = locator(file).package(named: name, at: place)
            var manifest: PluginManifest?
            if let folder = located.location {
                manifest = await packages.read(FoundPackage(path: folder, folder: folder, format: .forgePortal), platform: nil).manifest
            } else {
                let known = ForgePortalRoster.notInstalled(name, file: file.shown)
                located.findings = [Finding(.error, code: known.code, place: place, known.sentence, remedy: known.remedy)]
            }
            areAllFound = areAllFound && manifest != nil
            let names = ForgePortalIDs(package: name)
            let ids = names.all + (manifest?.aliases ?? []).filter { !names.all.contains($0) }
            known.formUnion(ids)
            let (settings, findings) = configuration.settings(for: ids, stock: names.stock, file: file.shown)
            let isEnabled = settings.isEnabled ?? true
            if isEnabled {
                located.findings += findings
                if let manifest {
                    located.findings += values(of: manifest, ids, stock: names.stock, settings, file)
                } else if let folder = located.location {
                    located.findings.append(
                        Finding(
                            .warning, code: "configuration.plugin-invalid", place: place,
                            "The manifest of '\(visible(name))' has errors, so its settings cannot be checked.",
                            remedy: "See: patchbay plugin validate \(visible(folder))"))
                }
            } else {
                located = Located()
            }
            add(ConfiguredPlugin(name: name, origin: .package, place: place, isEnabled: isEnabled, located: located), file, &work)
        }
        // Only a plugin that was read says all the names it goes by.
        guard areAllFound else { return }
        for plugin in configuration.plugins where !known.contains(plugin.id) {
            work.note(
                Finding(
                    .warning, code: "configuration.unused-settings", place: file.place(["plugins", plugin.id]),
                    "No package of \"pluginPackages\" goes by '\(visible(plugin.id))', so these settings are used by nobody.",
                    remedy: nearMiss(plugin.id, among: known.sorted()).map { "Did you mean '\(visible($0))'?" }
                        ?? "Add its package, or remove them."), in: file)
        }
    }

    private func values(
        of manifest: PluginManifest, _ ids: [String], stock: String, _ settings: ForgePortalConfiguration.Plugin, _ file: ReadFile
    ) -> [Finding] {
        let values = ForgePortalPluginValues(
            ids: ids, stock: stock, fields: manifest.configuration, config: settings.config, environment: context.environment)
        let place = file.place(["plugins", ids.first ?? stock])
        return values.errors.map {
            Finding(
                .error, code: "configuration.plugin-value", place: place, $0,
                remedy: "Set it, or switch the plugin off; it cannot start without.")
        } + values.warnings.map { Finding(.warning, code: "configuration.plugin-value", place: place, $0) }
    }
}
