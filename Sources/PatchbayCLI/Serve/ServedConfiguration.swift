import Hub
import Manifests
import PluginModel
import PluginPackages
import Sandbox

/// What a configuration file adds to a hub: plugins to be there, and what it says about them.
package struct ServedConfiguration: Sendable, Hashable {
    /// In load order, each once.
    private(set) var sources: [PackageSource] = []
    private(set) var entries: [FileEntry] = []
    private var limits = PatchbayConfiguration.Limits()

    /// None.
    package init() {}

    /// Throws `usage.…` for a file that cannot be read, and the first error of a file: a hub does not start with half of what it was told. A plugin
    /// that is not found is a line for `log`, and the others are there.
    static func read(
        _ path: String, as format: ConfigurationFormat, _ store: StoreArguments, in context: CommandContext, log: (String) -> Void
    ) async throws(CommandFailure) -> ServedConfiguration {
        let packages = context.services.packages()
        let reviewer = ConfigurationReviewer(context: context, packages: packages, installed: InstalledPlugins(store, in: context).find)
        let review: ConfigurationReview
        do throws(CommandFailure) { review = try await reviewer.review(path, as: format) } catch {
            await packages.finish()
            throw error
        }
        await packages.finish()
        if let first = review.files.flatMap(\.findings).errors.first {
            throw CommandFailure(
                Fault(
                    code: first.code, message: first.sentence, place: first.place.description,
                    remedy:
                        "\(first.remedy ?? "Mend the configuration.") Then start the hub again. Everything about it: patchbay config check \(path)",
                    turn: .operator))
        }
        for finding in review.findings where finding.severity != .notice {
            log("note \(finding.code): \(finding.place): \(finding.sentence)")
        }
        var configuration = ServedConfiguration()
        (configuration.entries, configuration.limits) = (review.entries, review.limits)
        for plugin in review.plugins where plugin.state == .found {
            if let source = plugin.located.source, !configuration.sources.contains(source) { configuration.sources.append(source) }
        }
        return configuration
    }

    func apply(to parts: inout PluginRegistry.Parts) {
        parts.files = entries
        if let milliseconds = limits.callMilliseconds { parts.sandbox.callTime = .milliseconds(milliseconds) }
        if let bytes = limits.memoryBytes { parts.sandbox.memoryBytes = bytes }
    }
}
