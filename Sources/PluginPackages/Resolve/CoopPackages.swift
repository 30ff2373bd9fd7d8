package import Manifests
package import PluginModel

/// A package of the configuration, found and bundled: what a worker needs to say what is in it.
package struct CoopPackage: Sendable {
    package let resolved: ResolvedPackage
    package let bundle: PluginBundle
    /// The name its scripts and workers go by; the integration's own id is known only when it has run.
    package let pluginID: PluginID

    package var spec: String { resolved.spec }
}

/// What became of one entry of the configuration.
package struct CoopPackageOutcome: Sendable {
    package let entry: IntegrationsConfiguration.Entry
    /// Nil when it cannot be loaded; the first error says so in upstream's words.
    package let package: CoopPackage?
    package let findings: [Finding]
    /// A trouble of this machine rather than of the package, such as a missing bundler; every package will have it.
    package let fault: Fault?
}

/// Finds and bundles the packages that `integrations.config.json` names.
package struct CoopPackages: Sendable {
    /// Modules the hub provides: the contract package under both of its names.
    package static let providedModules = ["@roostorg/coop-types", "@roostorg/types"]
    /// Where the worker's `module.exports` may be a promise; the facade waits for it.
    private static let allowsTopLevelAwait = true

    package let resolver: PackageResolver
    package let bundler: Bundler

    /// `folder` is the configuration file's.
    package init(folder: String, bundler: Bundler) {
        resolver = PackageResolver(folder: folder)
        self.bundler = bundler
    }

    /// Blocks while the bundler works. A package that fails costs only itself.
    package func load(_ entry: IntegrationsConfiguration.Entry) -> CoopPackageOutcome {
        do throws(ResolutionError) {
            let resolved = try resolver.resolve(entry.spec)
            let view = try FolderView.package(at: resolved.folder, provided: Self.providedModules)
            return load(entry, resolved, view)
        } catch {
            return refusal(entry, cause: error.cause, findings: [])
        }
    }

    /// `load` for callers that must not block.
    package func loadOnOwnThread(_ entry: IntegrationsConfiguration.Entry) async -> CoopPackageOutcome {
        await OwnThread.run { load(entry) }
    }

    private func load(_ entry: IntegrationsConfiguration.Entry, _ resolved: ResolvedPackage, _ view: FolderView) -> CoopPackageOutcome {
        let id = Self.pluginID(of: resolved)
        do throws(BundleError) {
            let bundle = try bundler.bundle(
                view: view, entry: resolved.entry, externals: Self.providedModules, pluginID: id.rawValue,
                allowsTopLevelAwait: Self.allowsTopLevelAwait)
            return CoopPackageOutcome(
                entry: entry, package: CoopPackage(resolved: resolved, bundle: bundle, pluginID: id),
                findings: resolved.findings + bundle.findings, fault: nil)
        } catch {
            let fault = error.fault
            guard fault.turn == .plugin else {
                return CoopPackageOutcome(entry: entry, package: nil, findings: resolved.findings, fault: fault)
            }
            let place = fault.place.map { " (\($0))" } ?? ""
            return refusal(
                entry, cause: fault.message + place, findings: resolved.findings + error.findings,
                remedy: fault.remedy ?? "Mend the package at the place named.")
        }
    }

    private func refusal(
        _ entry: IntegrationsConfiguration.Entry, cause: String, findings: [Finding], remedy: String? = nil
    ) -> CoopPackageOutcome {
        let finding = Finding(
            .error, code: "coop.cannot-load", place: .file(entry.spec), visible(CoopText.cannotLoad(entry.spec, cause), scalarsMax: 1000),
            remedy: remedy ?? "Check the package's name and that it is installed and built.")
        return CoopPackageOutcome(entry: entry, package: nil, findings: [finding] + findings, fault: nil)
    }

    /// `acme.demo` for `@acme/demo`; without a name, the last folder of its path.
    private static func pluginID(of resolved: ResolvedPackage) -> PluginID {
        let source = resolved.name.flatMap { $0.isEmpty ? nil : $0 } ?? Paths.lastComponent(resolved.folder)
        let plain = source.utf8.map { byte -> Character in
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "0")...UInt8(ascii: "9"),
                UInt8(ascii: "-"), UInt8(ascii: "_"):
                Character(UnicodeScalar(byte))
            default: "."
            }
        }
        let words = String(plain.prefix(PluginID.lengthMax)).split(separator: ".").joined(separator: ".")
        if words.isEmpty { return fallbackID }
        if let id = try? PluginID(words) { return id }
        // Begins with a hyphen or an underscore.
        return (try? PluginID("coop.\(words.prefix(PluginID.lengthMax - 5))")) ?? fallbackID
    }

    private static let fallbackID: PluginID = {
        do { return try PluginID("coop") } catch { preconditionFailure("'coop' is a plugin id by the rules beside it: \(error)") }
    }()
}
