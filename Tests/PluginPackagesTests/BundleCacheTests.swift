import Foundation
import Glibc
import Manifests
import PluginModel
import Testing

@testable import PluginPackages

@Suite("The bundle cache") struct BundleCacheTests {
    @Test("answers the second time without the bundler, in less than its start takes") func hit() throws {
        let bench = try BundlerBench(["index.ts": "export const a: number = 1"])
        let first = try bench.bundle()
        #expect(!first.wasCached)
        let clock = ContinuousClock()
        let fastest = try (0..<5).map { _ in
            try clock.measure { _ = try bench.bundle() }
        }.min()
        #expect(try #require(fastest) < .milliseconds(10))
        let second = try bench.bundle()
        #expect((second.script, second.sourceMapBytes, second.files) == (first.script, first.sourceMapBytes, first.files))
        #expect(second.contentHash == first.contentHash)
    }

    @Test("needs no tools for what it has") func hitWithoutTools() throws {
        let bench = try BundlerBench(["index.ts": "export const a: number = 1"])
        _ = try bench.bundle()
        // The same esbuild is still looked at, because the key names it; bubblewrap is not needed any more.
        let bundler = Bundler(cache: bench.bundler.cache, tools: BundlerTools(bwrap: "/nowhere/bwrap"))
        #expect(
            try bundler.bundle(root: bench.plugin.path, entry: "index.ts", externals: BundlerBench.externals, pluginID: "acme.hello")
                .wasCached)
    }

    @Test("bundles anew when a file, its name, the entry or the externals change") func misses() throws {
        let bench = try BundlerBench(["index.ts": "export const a = 1", "other.ts": "export const b = 1"])
        let first = try bench.bundle()
        try bench.plugin.write("index.ts", "export const a = 2")
        let changed = try bench.bundle()
        #expect(!changed.wasCached)
        #expect(changed.contentHash != first.contentHash)
        try bench.plugin.write("unused.txt", "")
        #expect(try !bench.bundle().wasCached)
        #expect(try !bench.bundle("other.ts").wasCached)
        let bundler = bench.bundler
        #expect(try !bundler.bundle(root: bench.plugin.path, entry: "index.ts", externals: ["x"], pluginID: "acme.hello").wasCached)
    }

    @Test("gives the same content hash wherever the folder lies") func portableHash() throws {
        let files = ["index.ts": "export const a = 1", "sub/b.ts": "export const b = 1"]
        #expect(try BundlerBench(files).bundle().contentHash == BundlerBench(files).bundle().contentHash)
    }

    @Test("heals a damaged entry", arguments: ["script.js", "script.js.map", "meta.json"], ["emptied", "changed", "removed", "a folder"])
    func damage(_ file: String, _ how: String) throws {
        let bench = try BundlerBench(["index.ts": "export const a: number = 1"])
        let first = try bench.bundle()
        let bundles = "\(bench.cacheFolder.path)/bundles"
        let key = try #require(Folder.names(bundles)?.first)
        let name = "bundles/\(key)/\(file)"
        switch how {
        case "emptied": try bench.cacheFolder.write(name, "")
        case "changed": try bench.cacheFolder.write(name, bench.cacheFolder.text(name).replacing("a", with: "b"))
        default:
            unlink("\(bench.cacheFolder.path)/\(name)")
            if how == "a folder" { try bench.cacheFolder.write("\(name)/x", "") }
        }
        let healed = try bench.bundle()
        #expect(!healed.wasCached)
        #expect(healed.script == first.script)
        #expect(try bench.bundle().wasCached)
        #expect(Folder.names(bundles) == [key])
    }

    @Test("lets the longest unused go when it is full") func eviction() throws {
        let bench = try BundlerBench(
            ["a.ts": "export const a = 1", "b.ts": "export const b = 1", "c.ts": "export const c = 1"], entriesMax: 2)
        for entry in ["a.ts", "b.ts", "a.ts", "c.ts"] { _ = try bench.bundle(entry) }
        #expect(try bench.bundle("a.ts").wasCached)
        #expect(try bench.bundle("c.ts").wasCached)
        #expect(try !bench.bundle("b.ts").wasCached)
    }

    @Test("is done without when it cannot be written, and says so") func unwritable() throws {
        let bench = try BundlerBench(["index.ts": ""])
        let file = try TemporaryFolder(["file": ""])
        let bundler = Bundler(cache: BundleCache(folder: "\(file.path)/file/cache"))
        let error = #expect(throws: BundleError.self) {
            try bundler.bundle(root: bench.plugin.path, entry: "index.ts", externals: [], pluginID: "a")
        }
        guard case .cacheUnusable? = error else { Issue.record("\(String(describing: error))"); return }
    }

    @Test("bundles once for eight threads that ask at the same time") func concurrent() async throws {
        let bench = try BundlerBench(["index.ts": "export const a: number = 1"])
        let bundler = bench.bundler
        let root = bench.plugin.path
        let results = try await withThrowingTaskGroup(of: PluginBundle.self) { group in
            for _ in 0..<8 {
                group.addTask { try bundler.bundle(root: root, entry: "index.ts", externals: [], pluginID: "acme.hello") }
            }
            return try await group.reduce(into: []) { $0.append($1) }
        }
        #expect(results.count == 8)
        #expect(Set(results.map(\.script)).count == 1)
        #expect(results.filter { !$0.wasCached }.count == 1)
        #expect(Folder.names("\(bench.cacheFolder.path)/bundles")?.count == 1)
    }

    @Test(
        "lies where the environment says",
        arguments: [
            (["PATCHBAY_CACHE": "/p", "XDG_CACHE_HOME": "/x", "HOME": "/h"], "/p"),
            (["XDG_CACHE_HOME": "/x", "HOME": "/h"], "/x/patchbay"),
            (["XDG_CACHE_HOME": "relative", "HOME": "/h"], "/h/.cache/patchbay"),
            (["PATCHBAY_CACHE": "", "HOME": "/h"], "/h/.cache/patchbay"),
            ([:], nil),
        ] as [([String: String], String?)])
    func defaultFolder(_ environment: [String: String], _ folder: String?) {
        #expect(BundleCache.defaultFolder(environment: environment) == folder)
    }
}
