import Manifests
import PluginModel
import Testing

@testable import PluginPackages

/// A plugin in one folder and a cache in another.
struct BundlerBench {
    static let externals = ["@patchbay/plugin", "@roostorg/types"]

    let plugin: TemporaryFolder
    let cacheFolder: TemporaryFolder
    let bundler: Bundler

    init(_ files: [String: String], limits: BundleLimits = .default, tools: BundlerTools = .find(), entriesMax: Int = 512) throws {
        plugin = try TemporaryFolder(files)
        cacheFolder = try TemporaryFolder()
        bundler = Bundler(cache: BundleCache(folder: cacheFolder.path, entriesMax: entriesMax), tools: tools, limits: limits)
    }

    func bundle(_ entry: String = "index.ts") throws(BundleError) -> PluginBundle {
        try bundler.bundle(root: plugin.path, entry: entry, externals: Self.externals, pluginID: "acme.hello")
    }

    func timed() throws -> (bundle: PluginBundle, time: Duration) {
        let start = ContinuousClock.now
        return (try bundle(), start.duration(to: .now))
    }

    func refusal(_ entry: String = "index.ts") throws -> [Finding] {
        let error = #expect(throws: BundleError.self) { try bundle(entry) }
        return try #require(error).findings
    }
}
