import Glibc
import Manifests
import PluginModel
import Testing

@testable import PluginPackages

/// The repository that these tests are part of.
private let repository = Paths.normalized("\(Paths.real(#filePath) ?? #filePath)/../../..")

@Suite("Packages of a Coop configuration") struct CoopPackagesTests {
    private func packages(_ folder: TemporaryFolder, cache: TemporaryFolder, tools: BundlerTools = .find()) -> CoopPackages {
        CoopPackages(folder: folder.path, bundler: Bundler(cache: BundleCache(folder: cache.path), tools: tools))
    }

    private func entry(_ spec: String) -> IntegrationsConfiguration.Entry { .init(spec: spec, isEnabled: true, index: 0) }

    @Test("are found and bundled, the hub's own example too") func example() throws {
        let file = ConfigurationFile(environment: [:], workingDirectory: repository)
        let configuration = try #require(file.reading.manifest)
        try #require(configuration.enabled.map(\.spec) == ["./plugins/coop-phrase-signals"])
        let cache = try TemporaryFolder()
        let loader = CoopPackages(folder: file.folder, bundler: Bundler(cache: BundleCache(folder: cache.path)))
        let outcome = loader.load(configuration.enabled[0])
        let package = try #require(outcome.package, "\(outcome.findings)")
        #expect(package.pluginID.rawValue == "patchbay.coop-phrase-signals")
        #expect(package.resolved.entry == "src/index.ts")
        #expect(outcome.findings.map(\.code) == ["integrations.built-from-source"])
        #expect(String(decoding: package.bundle.script, as: UTF8.self).contains(#"require("@roostorg/types")"#))
        #expect(package.bundle.scriptName == "plugin:patchbay.coop-phrase-signals/src/index.ts")
        guard
            case .servable(let logo, "image/svg+xml") = PackageLogo.look(try RelativePath("assets/logo.svg"), of: "X", in: package.resolved)
        else {
            Issue.record("no logo")
            return
        }
        #expect(logo.hasSuffix("/plugins/coop-phrase-signals/assets/logo.svg"))
    }

    @Test("fail one by one, in upstream's words") func failures() throws {
        let folder = try TemporaryFolder(["good/index.js": "exports.a = 1", "bad/index.js": "let = ;\n", "node/index.js": "require('fs')"])
        let cache = try TemporaryFolder()
        let loader = packages(folder, cache: cache)
        #expect(loader.load(entry("./good")).package != nil)
        #expect(
            loader.load(entry("@acme/gone")).findings.map(\.sentence) == [
                "Failed to load integration package \"@acme/gone\": Cannot find module '@acme/gone' from '\(folder.path)'"
            ])
        let bad = loader.load(entry("./bad"))
        #expect(bad.package == nil)
        #expect(bad.findings.map(\.code) == ["coop.cannot-load", "bundle.syntax"])
        #expect(bad.findings[0].sentence.hasPrefix("Failed to load integration package \"./bad\": "))
        #expect(bad.findings[0].sentence.hasSuffix("(index.js:1:7)"), "\(bad.findings[0])")
        #expect(loader.load(entry("./node")).findings.map(\.code) == ["coop.cannot-load", "bundle.node-module"])
    }

    @Test("may be loaded without standing in anybody's way") func ownThread() async throws {
        let folder = try TemporaryFolder(["good/index.js": "exports.a = 1"])
        let cache = try TemporaryFolder()
        let loader = packages(folder, cache: cache)
        let good = entry("./good")
        let outcomes = await withTaskGroup(of: CoopPackageOutcome.self) { group in
            for _ in 0..<4 { group.addTask { await loader.loadOnOwnThread(good) } }
            return await group.reduce(into: []) { $0.append($1) }
        }
        #expect(outcomes.allSatisfy { $0.package != nil })
        let view = try FolderView.package(at: "\(folder.path)/good", provided: [])
        await #expect(throws: BundleError.self) {
            _ = try await loader.bundler.bundleOnOwnThread(view: view, entry: "gone.js", externals: [], pluginID: "a")
        }
    }

    @Test("are not blamed for what this machine lacks") func machine() throws {
        let folder = try TemporaryFolder(["good/index.js": ""])
        let cache = try TemporaryFolder()
        let outcome = packages(folder, cache: cache, tools: BundlerTools(esbuild: "/nowhere/esbuild")).load(entry("./good"))
        #expect(outcome.package == nil)
        #expect(outcome.findings.errors.isEmpty)
        #expect(outcome.fault?.code == "bundle.tools-missing")
        #expect(outcome.fault?.turn == .operator)
    }

    @Test(
        "go by a name that is a plugin id",
        arguments: [
            ("@acme/demo", "acme.demo"), ("demo", "demo"), ("@a/../b", "a.b"), ("---", "coop.---"), ("", "p"), ("é", "coop"),
            ("Ünder", "nder"),
            (String(repeating: "n", count: 300), String(repeating: "n", count: 128)),
        ])
    func names(_ name: String, _ id: String) throws {
        let folder = try TemporaryFolder(["p/index.js": "", "p/package.json": #"{"name": "\#(name)"}"#])
        let cache = try TemporaryFolder()
        #expect(packages(folder, cache: cache).load(entry("./p")).package?.pluginID.rawValue == id)
    }

    @Test("may await at their top level; the script then promises its exports, and its places stay true") func topLevelAwait() throws {
        let source = """
            import types, { ScalarTypes } from '@roostorg/types';
            import { later } from './later';
            const manifest = await Promise.resolve({ id: ScalarTypes.ID });
            class Unused {}
            export { Unused, manifest as 'odd-name' };
            export default { manifest, types };
            export function fail() { throw new Error(later); }
            """
        let folder = try TemporaryFolder(["p/index.ts": source, "p/later.ts": "export const later = await 'x';"])
        let cache = try TemporaryFolder()
        let outcome = packages(folder, cache: cache).load(entry("./p"))
        let bundle = try #require(outcome.package?.bundle, "\(outcome.findings)")
        let script = String(decoding: bundle.script, as: UTF8.self)
        #expect(script.hasPrefix("const __patchbay_require = require; module.exports = (async () => {\n"))
        #expect(script.contains(#"__patchbay_require("@roostorg/types")"#))
        #expect(script.contains(#"get "odd-name"() { return manifest; }"#))
        #expect(!script.contains("\nexport "))
        #expect(bundle.files == ["index.ts", "later.ts"])
        let lines = script.split(separator: "\n", omittingEmptySubsequences: false)
        let line = try #require(lines.firstIndex { $0.contains("new Error(") })
        let column = try #require(lines[line].firstRange(of: "new Error(")).lowerBound
        let place = "\(bundle.scriptName):\(line + 2):\(lines[line].distance(from: lines[line].startIndex, to: column) + 1)"
        #expect(bundle.stackRewriter(lineOffset: 1).rewrite(stack: "fail@\(place)") == "    at fail (index.ts:7:32)")
        #expect(packages(folder, cache: cache).load(entry("./p")).package?.bundle.wasCached == true)
    }
}

@Suite("A module with top-level await") struct AsyncModuleTests {
    @Test(
        "becomes a script only when it ends in its exports",
        arguments: [
            ("a;\nexport {\n  a\n};\n", "get a() { return a; }"),
            ("a;\nexport {\n  x as default,\n  y as \"b c\"\n};\n", "get default() { return x; }, get \"b c\"() { return y; }"),
            ("await 1;\n", "return { __proto__: null };"), ("`\nexport {\n  fake\n};\n`;\nexport {\n  a\n};\n", "get a() { return a; }"),
        ])
    func script(_ module: String, _ part: String) throws {
        let script = String(decoding: try #require(AsyncModule.script(of: Array(module.utf8))), as: UTF8.self)
        #expect(script.contains(part))
    }

    @Test("is refused where something follows its exports", arguments: ["export {\n  a\n};\nb;\n", "\nexport {\n  a b c d\n};\n"])
    func refused(_ module: String) { #expect(AsyncModule.script(of: Array(("x;\n" + module).utf8)) == nil) }
}

@Suite("A package's logo") struct PackageLogoTests {
    @Test("is served only where it is a picture inside the package") func look() throws {
        let folder = try TemporaryFolder([
            "p/package.json": "{}", "p/index.js": "", "p/a.png": "", "p/b.SVG": "", "p/c.html": "", "p/dir.png/x": "", "secret.png": "",
        ])
        try folder.link("p/out.png", to: "../secret.png")
        try folder.link("p/in.png", to: "a.png")
        try folder.link("p/up", to: "..")
        let package = try PackageResolver(folder: folder.path).resolve("./p")
        func look(_ path: String) throws -> String {
            switch PackageLogo.look(try RelativePath(path), of: "DEMO", in: package) {
            case .servable(let path, let type): "\(Paths.lastComponent(path)) \(type)"
            case .absent(let finding): "\(finding.severity.rawValue) \(finding.code)"
            case .outside(let finding): "\(finding.code): \(finding.sentence)"
            }
        }
        #expect(try look("a.png") == "a.png image/png")
        #expect(try look("in.png") == "a.png image/png")
        #expect(try look("b.SVG") == "b.SVG image/svg+xml")
        #expect(try look("c.html") == "warning coop.logo-type")
        #expect(try look("gone.png") == "warning coop.logo-missing")
        #expect(try look("dir.png") == "warning coop.logo-not-a-file")
        #expect(try look("out.png") == "coop.logo-outside: Integration \"DEMO\" logo path must be inside the package: out.png")
        #expect(try look("up/secret.png") == "coop.logo-outside: Integration \"DEMO\" logo path must be inside the package: up/secret.png")
    }
}

@Suite("The example plugin of our own format") struct HelloPluginTests {
    @Test("has a faultless manifest and bundles") func bundles() throws {
        let folder = "\(repository)/plugins/hello"
        let reading = PatchbayManifest.read(
            try SmallFile.read("\(folder)/\(PatchbayManifest.fileName)", bytesMax: PatchbayManifest.bytesMax))
        #expect(reading.findings.isEmpty)
        let manifest = try #require(reading.manifest)
        let cache = try TemporaryFolder()
        let bundle = try Bundler(cache: BundleCache(folder: cache.path))
            .bundle(root: folder, entry: manifest.entry.text, externals: ["@patchbay/plugin"], pluginID: manifest.id.rawValue)
        #expect(bundle.findings.isEmpty)
        #expect(bundle.files == ["src/greeting.ts", "src/index.ts"])
    }
}
