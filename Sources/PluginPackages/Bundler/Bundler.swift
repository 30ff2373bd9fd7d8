import Glibc
import Manifests
import PluginModel

/// Turns a plugin's entry (ES module, CommonJS, TypeScript, JSX) into one CommonJS script, at install time.
///
/// esbuild does the work, inside a bubblewrap sandbox that holds nothing but the plugin's own files; results are kept by content. JSX is
/// left to esbuild's defaults (`React.createElement`, or what the plugin's tsconfig.json says): no React is provided to plugins yet.
/// Unknown to Debian's esbuild 0.17: TypeScript 5 syntax, `using`, import attributes; such plugins ship pre-bundled JavaScript.
package struct Bundler: Sendable {
    package let cache: BundleCache
    package let tools: BundlerTools
    package let limits: BundleLimits

    package init(cache: BundleCache, tools: BundlerTools = .find(), limits: BundleLimits = .default) {
        self.cache = cache
        self.tools = tools
        self.limits = limits
    }

    /// The bundle of a plugin whose folder holds all it needs.
    ///
    /// Blocks the calling thread: about a millisecond when the cache has it, else as long as esbuild takes, at most `limits.timeLimit`.
    /// - Parameters:
    ///   - root: the plugin's folder.
    ///   - entry: its entry file, relative to `root`.
    ///   - externals: modules the worker provides; the script asks for them with `require`.
    ///   - pluginID: names the script in stacks; nothing else depends on it.
    ///   - allowsTopLevelAwait: whether `module.exports` may be a promise of the exports, for an entry that awaits at its top level. Where it
    ///     may not, such an entry is refused.
    package func bundle(
        root: String, entry: String, externals: [String], pluginID: String, allowsTopLevelAwait: Bool = false
    ) throws(BundleError) -> PluginBundle {
        guard let folder = Paths.real(root), SmallFile.kind(folder) == .folder else {
            throw .rejected([Finding(.error, code: "bundle.no-folder", place: .file(root), "There is no folder here.")])
        }
        return try bundle(
            view: FolderView(root: folder), entry: entry, externals: externals, pluginID: pluginID, allowsTopLevelAwait: allowsTopLevelAwait
        )
    }

    /// The bundle of a plugin that may also use the other folders of its view.
    package func bundle(
        view: FolderView, entry: String, externals: [String], pluginID: String, allowsTopLevelAwait: Bool = false
    ) throws(BundleError) -> PluginBundle {
        let entry = try EntryCheck(view: view, pluginID: pluginID).checked(entry)
        let externals = externals.filter(Self.isModuleName).sorted()
        // Twice, so that a folder that was being written to gets a second chance.
        for _ in 0..<2 {
            let survey = try TreeSurvey(of: view, limits: limits)
            let key = key(contentHash: survey.contentHash, entry: entry, externals: externals, allowsTopLevelAwait)
            if let known = cache.entry(key, limits: limits) { return bundle(known, pluginID: pluginID, entry: entry, wasCached: true) }
            guard tools.missing.isEmpty else { throw .toolsMissing(tools.missing) }

            let built = try BuildLock.hold(key: key, cache: cache, patience: limits.timeLimit) { () throws(BundleError) -> PluginBundle? in
                if let known = cache.entry(key, limits: limits) { return bundle(known, pluginID: pluginID, entry: entry, wasCached: true) }
                var built = try EsbuildRun(bundler: self, view: view, entry: entry, externals: externals).build(
                    contentHash: survey.contentHash, allowsTopLevelAwait: allowsTopLevelAwait)
                // The bundler read the files after the survey did; only if nothing changed meanwhile does the key tell the truth.
                guard try TreeSurvey(of: view, limits: limits).contentHash == survey.contentHash else { return nil }
                do throws(BundleError) {
                    try cache.store(built, as: key)
                } catch {
                    built.findings.append(
                        Finding(
                            .notice, code: "bundle.not-cached", place: .file(cache.folder), error.fault.message, remedy: error.fault.remedy)
                    )
                }
                return bundle(built, pluginID: pluginID, entry: entry, wasCached: false)
            }
            if let built { return built }
        }
        throw .filesChanged
    }

    /// `bundle` for callers that must not block: the work is done on a thread of its own.
    package func bundleOnOwnThread(
        view: FolderView, entry: String, externals: [String], pluginID: String, allowsTopLevelAwait: Bool = false
    ) async throws(BundleError) -> PluginBundle {
        try await OwnThread.run { () -> Result<PluginBundle, BundleError> in
            Result { () throws(BundleError) in
                try bundle(view: view, entry: entry, externals: externals, pluginID: pluginID, allowsTopLevelAwait: allowsTopLevelAwait)
            }
        }.get()
    }

    private func bundle(_ entry: BundleCache.Entry, pluginID: String, entry path: String, wasCached: Bool) -> PluginBundle {
        PluginBundle(
            script: entry.script, scriptName: "plugin:\(pluginID)/\(path)", sourceMapBytes: entry.sourceMap, contentHash: entry.contentHash,
            files: entry.files, exports: entry.exports, findings: entry.findings, wasCached: wasCached)
    }

    private func key(contentHash: String, entry: String, externals: [String], _ allowsTopLevelAwait: Bool) -> String {
        let digest = Digest(purpose: allowsTopLevelAwait ? "patchbay bundle, async" : "patchbay bundle")
        for field in [EsbuildCommand.optionsVersion, tools.fingerprint, contentHash, entry] + externals { digest.field(field) }
        return digest.finish()
    }

    /// Names of modules as npm allows them, with a path behind; anything else could be read as an option or a pattern by esbuild.
    private static func isModuleName(_ name: String) -> Bool {
        !name.isEmpty && name.utf8.count <= 214 && !name.hasPrefix("-")
            && name.utf8.allSatisfy { byte in
                switch byte {
                case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "0")...UInt8(ascii: "9"):
                    true
                case UInt8(ascii: "@"), UInt8(ascii: "/"), UInt8(ascii: "-"), UInt8(ascii: "_"), UInt8(ascii: "."), UInt8(ascii: ":"): true
                default: false
                }
            }
    }
}
