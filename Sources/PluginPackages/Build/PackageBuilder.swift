package import Manifests
package import PluginModel

/// Builds the code of a package when it is installed, so that a plugin that cannot be built is refused before anybody counts on it.
///
/// Each entry becomes one script in the bundle cache, found again by content when the plugin starts. A built file that the manifest names
/// and the package lacks is made from its source where that is there, as in a checkout without build output.
package struct PackageBuilder: Sendable {
    package let bundler: Bundler

    package init(bundler: Bundler) { self.bundler = bundler }

    /// What came of it: a bundle an entry, and everything worth telling; an error finding means that an entry cannot be built.
    package struct Outcome: Sendable {
        package var bundles: [PluginBundle] = []
        package var findings: [Finding] = []

        /// Entries share files, and so what is wrong with them; it is told once.
        fileprivate mutating func tell(_ told: [Finding]) {
            for finding in told where !findings.contains(finding) { findings.append(finding) }
        }
    }

    /// Modules that the hub provides to plugins of a format. Code asks for them by name and does not bring them.
    package static func providedModules(_ format: PackageFormat) -> [String] {
        switch format {
        case .patchbay: ["@patchbay/plugin"]
        case .coop: CoopPackages.providedModules
        case .coco: []
        case .madeOpen: ["@made-open/plugin-sdk"]
        case .forgePortal:
            [
                "@forgeportal/plugin-sdk", "@forgeportal/plugin-sdk/react", "react", "react-dom", "react/jsx-runtime",
                "react/jsx-dev-runtime",
                "@tanstack/react-query", "undici",
            ]
        }
    }

    static let everyProvidedModule = Set(PackageFormat.allCases.flatMap(providedModules)).sorted()

    /// Blocks while the bundler works; milliseconds when the cache has everything.
    /// - Throws: what is a trouble of this machine, such as a missing bundler, and not of the package.
    package func build(_ manifest: PluginManifest, in folder: String) throws(Fault) -> Outcome {
        var outcome = Outcome()
        for entry in [manifest.entry, manifest.uiEntry].compactMap(\.self) {
            let (path, notice) = Self.source(of: entry, in: folder)
            outcome.tell(notice.map { [$0] } ?? [])
            do throws(BundleError) {
                let bundle = try bundler.bundle(
                    root: folder, entry: path, externals: Self.providedModules(manifest.format), pluginID: manifest.id.rawValue,
                    allowsTopLevelAwait: manifest.format != .patchbay)
                outcome.bundles.append(bundle)
                outcome.tell(bundle.findings)
            } catch {
                let fault = error.fault
                guard fault.turn == .plugin else { throw fault }
                outcome.tell(error.findings.isEmpty ? [Self.finding(fault, entry: path)] : error.findings)
            }
        }
        return outcome
    }

    /// `build` for callers that must not block.
    package func buildOnOwnThread(_ manifest: PluginManifest, in folder: String) async throws(Fault) -> Outcome {
        try await OwnThread.run { () -> Result<Outcome, Fault> in
            Result { () throws(Fault) in try build(manifest, in: folder) }
        }.get()
    }

    private static func source(of entry: RelativePath, in folder: String) -> (path: String, notice: Finding?) {
        guard SmallFile.kind(Paths.join(folder, entry.text)) != .file,
            let source = SourceSearch.source(ofBuilt: entry.text, in: folder)
        else { return (entry.text, nil) }
        return (
            source,
            Finding(
                .notice, code: "package.built-from-source", place: .file(entry.text),
                "\(entry.text) is not in the package; it is built from \(source).")
        )
    }

    private static func finding(_ fault: Fault, entry: String) -> Finding {
        Finding(.error, code: fault.code, place: .file(fault.place ?? entry), fault.message, remedy: fault.remedy)
    }
}
