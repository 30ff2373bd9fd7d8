import Hub
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
        work.review.entries += configuration.plugins.map {
            FileEntry(plugin: $0.id, isEnabled: $0.isEnabled, config: $0.config, file: file.shown)
        }
        // Those given by a variable have no place of their own in the file.
        let place = file.place(["pluginPackages", "packages"])
        var listed: [Listed] = []
        for name in configuration.packages { listed.append(await find(name, place, file)) }
        let isRead = listed.allSatisfy { $0.manifest != nil }
        settle(&listed)
        for one in listed {
            let (settings, findings) = configuration.settings(for: one.kept, stock: one.ids.stock, file: file.shown)
            let isEnabled = settings.isEnabled ?? true
            var located = isEnabled ? one.located : Located()
            if isEnabled { located.findings += one.findings(place) + findings }
            if isEnabled, one.refusal == nil, let manifest = one.manifest {
                located.findings += values(of: manifest, one.kept, stock: one.ids.stock, settings, file)
            }
            add(ConfiguredPlugin(name: one.name, origin: .package, place: place, isEnabled: isEnabled, located: located), file, &work)
        }
        // Only a plugin that was read says all the names it goes by.
        guard isRead else { return }
        let known = Set(listed.flatMap(\.kept))
        for plugin in configuration.plugins where !known.contains(plugin.id) {
            work.note(
                Finding(
                    .warning, code: "configuration.unused-settings", place: file.place(["plugins", plugin.id]),
                    "No package of \"pluginPackages\" goes by '\(visible(plugin.id))', so these settings are used by nobody.",
                    remedy: nearMiss(plugin.id, among: known.sorted()).map { "Did you mean '\(visible($0))'?" }
                        ?? "Add its package, or remove them."), in: file)
        }
    }

    /// A package of the list.
    private struct Listed {
        let name: String
        let located: Located
        /// Nil where it is not found, or has errors.
        let manifest: PluginManifest?
        let ids: ForgePortalIDs
        /// The ids that are its own among all plugins, the shown one first.
        var kept: [String]
        /// Why another plugin keeps it from being loaded, in ForgePortal's words.
        var refusal: String?

        func findings(_ place: Finding.Place) -> [Finding] {
            if let refusal {
                return [
                    Finding(.error, code: "configuration.repeated", place: place, refusal, remedy: "Take one of the two off the list.")
                ]
            }
            guard manifest == nil, let folder = located.location else { return [] }
            return [
                Finding(
                    .warning, code: "configuration.plugin-invalid", place: place,
                    "The manifest of '\(visible(name))' has errors, so its settings cannot be checked.",
                    remedy: "See: patchbay plugin validate \(visible(folder))")
            ]
        }
    }

    private func find(_ name: String, _ place: Finding.Place, _ file: ReadFile) async -> Listed {
        var located = locator(file).package(named: name, at: place)
        var manifest: PluginManifest?
        if let folder = located.location {
            manifest = await packages.read(FoundPackage(path: folder, folder: folder, format: .forgePortal), platform: nil).manifest
        } else {
            let known = ForgePortalRoster.notInstalled(name, file: file.shown)
            located.findings = [Finding(.error, code: known.code, place: place, known.sentence, remedy: known.remedy)]
        }
        let routes = manifest?.contributions.compactMap { contribution -> String? in
            if case .route(let route) = contribution.detail { route.path } else { nil }
        }
        let ids = ForgePortalIDs(package: name, routes: routes ?? [])
        return Listed(name: name, located: located, manifest: manifest, ids: ids, kept: ids.all)
    }

    /// Gives each id to one plugin; what is not found takes none.
    private func settle(_ listed: inout [Listed]) {
        let found = listed.indices.filter { listed[$0].located.location != nil }
        let outcomes = ForgePortalRoster.settle(found.map { .init(package: listed[$0].name, ids: listed[$0].ids) })
        for (index, outcome) in zip(found, outcomes) {
            switch outcome {
            case .kept(let ids, _): listed[index].kept = ids
            case .refused(let message): listed[index].refusal = message
            }
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
