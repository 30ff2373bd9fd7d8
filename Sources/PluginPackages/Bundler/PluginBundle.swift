package import Manifests

/// A plugin's code as one CommonJS script, ready for a worker.
package struct PluginBundle: Sendable, Hashable {
    /// The body of `(function (module, exports, require) { … })`; the worker wraps it. UTF-8 (esbuild writes ASCII).
    package let script: [UInt8]
    /// What the engine shall call the script: `plugin:<id>/<entry>`.
    package let scriptName: String
    /// Source map version 3, with the author's paths relative to the plugin's folder.
    package let sourceMapBytes: [UInt8]
    /// BLAKE2b-256 over every file of the plugin and of the dependencies bundled with it: the same on every machine, whatever the bundler.
    package let contentHash: String
    /// The author's files that went into the script, relative to the plugin's folder, sorted.
    package let files: [String]
    /// The names its module exports, sorted; nil where only a run would tell, as for an entry in CommonJS. An object that is exported may hold more.
    package let exports: [String]?
    /// What the bundler had to say although it succeeded.
    package let findings: [Finding]
    /// Whether the bundle came from the cache.
    package let wasCached: Bool

    package init(
        script: [UInt8], scriptName: String, sourceMapBytes: [UInt8], contentHash: String, files: [String], exports: [String]? = nil,
        findings: [Finding], wasCached: Bool
    ) {
        self.script = script
        self.scriptName = scriptName
        self.sourceMapBytes = sourceMapBytes
        self.contentHash = contentHash
        self.files = files
        self.exports = exports
        self.findings = findings
        self.wasCached = wasCached
    }

    /// The map, decoded anew on each access: it is wanted only when something fails, and starting a plugin should not pay for it.
    package var sourceMap: SourceMap? { SourceMap(bytes: sourceMapBytes) }

    /// Rewrites this script's stacks into the author's places.
    package func stackRewriter(lineOffset: Int = 0, firstLineColumnOffset: Int = 0) -> StackRewriter {
        StackRewriter(scriptName: scriptName, map: sourceMap, lineOffset: lineOffset, firstLineColumnOffset: firstLineColumnOffset)
    }
}
