import JSON
import Manifests
import PluginModel
import PluginPackages

/// What `install --from FILE` installs: every plugin that a configuration names and does not switch off.
struct ConfigurationSources: Sendable {
    /// In load order, each once; also those that were not found, so that installing them says why.
    let sources: [PackageSource]
    /// Named by the id of what is installed, and not installed: there is nothing to install them from.
    let missing: [ConfiguredPlugin]

    /// Throws the first error of the configuration itself: of half a configuration nothing is installed.
    init(
        of path: String, as format: ConfigurationFormat, isLink: Bool, access: StoreAccess, in context: CommandContext
    ) async throws(CommandFailure) {
        let reviewer = ConfigurationReviewer(context: context, packages: access.reader) { [store = access.store] id in try? store.plugin(id)
        }
        let review = try await reviewer.review(path, as: format)
        if let first = review.files.flatMap(\.findings).errors.first {
            throw CommandFailure(
                Fault(
                    code: first.code, message: first.sentence, place: first.place.description,
                    remedy: "Mend the configuration; nothing was installed. Everything about it: patchbay config check \(path)",
                    turn: .operator))
        }
        var sources: [PackageSource] = []
        for plugin in review.plugins where plugin.isEnabled {
            guard var source = plugin.located.source else { continue }
            if isLink, case .folder(let folder) = source { source = .linked(folder) }
            if !sources.contains(source) { sources.append(source) }
        }
        self.sources = sources
        missing = review.plugins.filter { $0.origin == .store && $0.state == .missing }
    }
}

extension InstallReport {
    func show(_ plugin: ConfiguredPlugin) {
        guard !isJSON else { return }
        let rendering = ValidationRendering(style: terminal.output.style, width: terminal.output.width)
        terminal.output.lines(
            ["\(terminal.output.style.red("✗")) \(SafeText.line(plugin.name)) is not installed"]
                + plugin.located.findings.flatMap { rendering.lines($0) })
    }

    func json(_ plugin: ConfiguredPlugin) -> JSONValue {
        [
            "source": .string(plugin.name), "installed": false, "findings": .array(plugin.located.findings.map(\.checkedJSON)),
        ]
    }
}
