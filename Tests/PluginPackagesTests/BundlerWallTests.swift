import Foundation
import Glibc
import Manifests
import PluginModel
import Testing

@testable import PluginPackages

@Suite("The bundler's walls") struct BundlerWallTests {
    @Test("hide a file above the plugin's folder") func pathEscape() throws {
        let outer = try TemporaryFolder([
            "secret.json": #"{"key": "TOP-SECRET"}"#, "plugin/index.ts": "import x from '../secret.json'; export { x }",
        ])
        let cache = try TemporaryFolder()
        let error = #expect(throws: BundleError.self) {
            try Bundler(cache: BundleCache(folder: cache.path)).bundle(
                root: "\(outer.path)/plugin", entry: "index.ts", externals: [], pluginID: "a")
        }
        #expect(error?.findings.map(\.code) == ["bundle.outside-folder"])
    }

    @Test(
        "hide what a symlink points to",
        arguments: ["../secret.json", "ABSOLUTE/secret.json", "/etc/hostname", "/proc/self/environ", "../"])
    func symlinkEscape(_ target: String) throws {
        let outer = try TemporaryFolder([
            "secret.json": #"{"key": "TOP-SECRET"}"#,
            "plugin/index.ts": "import x from './link.json'; export { x }",
            "plugin/deep.ts": "import x from './link.json/secret.json'; export { x }",
        ])
        try outer.link("plugin/link.json", to: target.replacing("ABSOLUTE", with: outer.path))
        let cache = try TemporaryFolder()
        for entry in ["index.ts", "deep.ts"] {
            let error = #expect(throws: BundleError.self) {
                try Bundler(cache: BundleCache(folder: cache.path))
                    .bundle(root: "\(outer.path)/plugin", entry: entry, externals: [], pluginID: "a")
            }
            let findings = try #require(error).findings
            #expect(!findings.errors.isEmpty)
            #expect(!findings.description.contains("TOP-SECRET"))
        }
    }

    @Test(
        "hide files named by absolute paths and by package.json, tsconfig.json and comments",
        arguments: [
            ["index.ts": "import x from '/etc/hostname'; export { x }"],
            ["index.ts": "export * from 'evil'", "node_modules/evil/package.json": #"{"main": "../../../../../../../../etc/hostname"}"#],
            [
                "index.ts": "export const x: unknown = 1",
                "tsconfig.json": #"{"extends": "/etc/hostname.json", "compilerOptions": {"paths": {"x": ["/etc/hostname"]}}}"#,
            ],
        ]) func otherEscapes(_ files: [String: String]) throws
    {
        let bench = try BundlerBench(files)
        guard let name = try? SmallFile.read("/etc/hostname", bytesMax: 1000), !name.isEmpty else { return }
        switch Result(catching: { () throws(BundleError) in try bench.bundle() }) {
        case .success(let bundle):
            #expect(!String(decoding: bundle.script, as: UTF8.self).contains(String(decoding: name, as: UTF8.self)))
            #expect(bundle.files == ["index.ts"])
        case .failure(let error): #expect(!error.findings.errors.isEmpty)
        }
    }

    @Test("hide the .git folder, whose content is not part of the hash") func gitFolder() throws {
        let bench = try BundlerBench(["index.ts": "import x from './.git/x.json'; export { x }", ".git/x.json": "{}"])
        #expect(try bench.refusal().map(\.code) == ["bundle.missing-file"])
    }

    @Test("let no entry leave through a symlink") func entrySymlink() throws {
        let bench = try BundlerBench(["real.ts": ""])
        try bench.plugin.link("index.ts", to: "/etc/passwd")
        try bench.plugin.link("inside.ts", to: "real.ts")
        #expect(try bench.refusal().map(\.code) == ["bundle.entry-outside"])
        #expect(throws: Never.self) { try bench.bundle("inside.ts") }
    }

    @Test("refuse pipes, which a reader would wait for") func pipe() throws {
        let bench = try BundlerBench(["index.ts": "import './data.json'"])
        #expect(mkfifo("\(bench.plugin.path)/data.json", 0o600) == 0)
        #expect(try bench.refusal().map(\.code) == ["bundle.special-file"])
    }

    @Test("refuse more files, bytes and depth than allowed") func folderLimits() throws {
        var limits = BundleLimits()
        limits.filesMax = 3
        #expect(
            try BundlerBench(["index.ts": "", "a": "", "b": "", "c": ""], limits: limits).refusal().map(\.code) == ["bundle.too-many-files"]
        )
        limits = BundleLimits()
        limits.sourceBytesMax = 1000
        let large = String(repeating: "x", count: 990)
        #expect(try BundlerBench(["index.ts": "", "a": large, "b": large], limits: limits).refusal().map(\.code) == ["bundle.too-large"])
        limits = BundleLimits()
        limits.depthMax = 2
        #expect(try BundlerBench(["index.ts": "", "a/b/c/d.ts": ""], limits: limits).refusal().map(\.code) == ["bundle.too-deep"])
    }

    @Test("are as wide as those of what may be installed, and no wider") func wide() throws {
        #expect(BundleLimits.default.filesMax == ArchiveLimits.default.entriesMax)
        #expect(BundleLimits.default.sourceBytesMax == ArchiveLimits.default.totalBytesMax)
        let bench = try BundlerBench([
            "index.ts": "import { a } from 'many';\nexport const b = a;", "node_modules/many/index.js": "exports.a = 1;",
        ])
        let folder = "\(bench.plugin.path)/node_modules/many"
        for index in 0..<490 {
            try Folder.make("\(folder)/d\(index)")
            for file in 0..<100 { try SmallFile.write([UInt8(ascii: ";")], toNew: "\(folder)/d\(index)/\(file).js") }
        }
        let (first, again) = (try bench.timed(), try bench.timed())
        #expect(!first.bundle.wasCached && again.bundle.wasCached)
        print("49,000 files beside a plugin: bundled in \(first.time), found again in \(again.time)")
        // 49,495 entries so far; two more folders of files go beyond.
        for index in 490..<496 {
            try Folder.make("\(folder)/d\(index)")
            for file in 0..<100 { try SmallFile.write([UInt8(ascii: ";")], toNew: "\(folder)/d\(index)/\(file).js") }
        }
        #expect(try bench.refusal().map(\.code) == ["bundle.too-many-files"])
    }

    @Test("take large data along without reading it, and all of the code") func largeFiles() throws {
        let bench = try BundlerBench(["index.ts": "import { a } from './a';\nexport const b = a;", "a.js": "exports.a = 1;"])
        func grow(_ name: String, to bytes: Int) throws {
            let file = try #require(fopen("\(bench.plugin.path)/\(name)", "a"))
            defer { fclose(file) }
            #expect(ftruncate(fileno(file), bytes) == 0)
        }
        for index in 0..<3 { try grow("model-\(index).onnx", to: 100 << 20) }
        let (first, again) = (try bench.timed(), try bench.timed())
        #expect(!first.bundle.wasCached && again.bundle.wasCached)
        print("300 MiB of data beside a plugin: bundled in \(first.time), found again in \(again.time)")
        // Another size is another package; a page that is not imported is read all the same.
        try grow("model-0.onnx", to: (100 << 20) + 1)
        #expect(try !bench.bundle().wasCached)
        try grow("unused.js", to: 200 << 20)
        let code = try bench.timed()
        #expect(!code.bundle.wasCached)
        print("and 200 MiB of code that is not imported: bundled in \(code.time)")
        try grow("model-3.onnx", to: 20 << 20)
        #expect(try bench.refusal().map(\.code) == ["bundle.too-large"])
    }

    @Test("know code from data by what the bundler reads") func kinds() throws {
        var limits = BundleLimits()
        limits.dataBytesMin = 4
        let bench = try BundlerBench(
            ["index.ts": "export const b = 1;", "a.png": "12345", "b.txt": "12345", "c.png": "1234", "LICENSE": "12345"], limits: limits)
        #expect(try !bench.bundle().wasCached)
        try bench.plugin.write("a.png", "54321")
        #expect(try bench.bundle().wasCached, "the bytes of large data do not matter")
        for (name, text) in [("b.txt", "54321"), ("c.png", "4321"), ("LICENSE", "54321"), ("a.png", "654321")] {
            try bench.plugin.write(name, text)
            #expect(try !bench.bundle().wasCached, "\(name) matters")
        }
        try bench.plugin.write("index.ts", "import p from './a.png';\nexport const b = p;")
        #expect(try bench.refusal().first?.severity == .error, "data is never part of a script")
    }

    @Test("refuse a script larger than allowed") func outputLimit() throws {
        var limits = BundleLimits()
        limits.scriptBytesMax = 2000
        let findings = try BundlerBench(["index.ts": "export const a = '\(String(repeating: "x", count: 3000))'"], limits: limits).refusal()
        #expect(findings.map(\.code) == ["bundle.output-too-large"])
    }

    @Test("end a bundler that takes too long, and leave nothing behind") func timeLimit() throws {
        var limits = BundleLimits()
        limits.timeLimit = .milliseconds(1)
        let bench = try BundlerBench(["index.ts": "export const a = 1"], limits: limits)
        #expect(throws: BundleError.timedOut(.milliseconds(1))) { try bench.bundle() }
        #expect(Folder.names("\(bench.cacheFolder.path)/bundles") == [])
    }

    /// Ended at any moment of its start, also where bubblewrap's child does not yet follow its parent.
    @Test("leave no process of a bundler that took too long") func timeLimitProcesses() async throws {
        for milliseconds in 1...16 {
            var limits = BundleLimits()
            limits.timeLimit = .milliseconds(milliseconds)
            let bench = try BundlerBench(["index.ts": "export const a = \(milliseconds)"], limits: limits)
            _ = try? bench.bundle()
            var left = [""]
            for _ in 0..<500 where !left.isEmpty {
                left = Self.commandLines(naming: bench.plugin.path)
                if !left.isEmpty { try await Task.sleep(for: .milliseconds(10)) }
            }
            #expect(left == [], "after \(milliseconds) ms")
        }
    }

    private static func commandLines(naming word: String) -> [String] {
        let pids = (try? FileManager.default.contentsOfDirectory(atPath: "/proc"))?.compactMap { Int32($0) } ?? []
        return pids.compactMap { try? String(contentsOfFile: "/proc/\($0)/cmdline", encoding: .utf8) }.filter { $0.contains(word) }
    }

    @Test("end a bundler that wants too much memory") func memoryLimit() throws {
        var limits = BundleLimits()
        limits.memoryBytesMax = 60 << 20
        let findings = try BundlerBench(["index.ts": "export const a = 1"], limits: limits).refusal()
        #expect(findings.map(\.code) == ["bundle.out-of-memory"])
    }

    @Test("are never done without: a machine that refuses namespaces is told what to change") func noNamespaces() throws {
        // The real bubblewrap, as a user who may have no further process.
        let tools = try TemporaryFolder()
        try tools.write(
            "bwrap",
            """
            #!/bin/sh
            if [ "$(id -u)" = 0 ]; then exec setpriv --reuid=65534 --regid=65534 --clear-groups prlimit --nproc=1 /usr/bin/bwrap "$@"; fi
            exec prlimit --nproc=1 /usr/bin/bwrap "$@"
            """)
        chmod("\(tools.path)/bwrap", 0o755)
        chmod(tools.path, 0o755)
        let found = BundlerTools.find()
        let bench = try BundlerBench(
            ["index.ts": ""], tools: BundlerTools(esbuild: found.esbuild, bwrap: "\(tools.path)/bwrap", prlimit: found.prlimit))
        let error = #expect(throws: BundleError.self) { try bench.bundle() }
        guard case .sandboxUnavailable(let reason)? = error else { Issue.record("\(String(describing: error))"); return }
        #expect(reason.contains("namespace"))
        #expect(error?.fault.turn == .operator)
    }

    @Test("are named when they are missing") func missingTools() throws {
        let bench = try BundlerBench(["index.ts": ""], tools: BundlerTools(esbuild: "/nowhere/esbuild"))
        #expect(throws: BundleError.toolsMissing(["esbuild"])) { try bench.bundle() }
    }
}
