import Manifests
import Testing

@testable import PluginPackages

private struct ResolveCase: Sendable, CustomTestStringConvertible {
    let testDescription: String
    var from = "app"
    let spec: String
    let files: [String: String]
    /// `folder | entry`, or the cause of the refusal with `@` for the test's folder.
    let expected: String
    var findings: [String] = []
}

private func package(_ more: String = "") -> String { #"{"name": "demo", "version": "1.0.0"\#(more.isEmpty ? "" : ", " + more)}"# }
private let npm = "app/node_modules/@acme/demo"

@Suite("A package") struct ResolveTests {
    @Test(
        "is found:",
        arguments: [
            ResolveCase(
                testDescription: "an npm name, by main", spec: "@acme/demo",
                files: ["\(npm)/package.json": package(#""main": "dist/index.js""#), "\(npm)/dist/index.js": ""],
                expected: "\(npm) | dist/index.js"),
            ResolveCase(
                testDescription: "in a folder above", from: "app/server/config", spec: "@acme/demo",
                files: ["\(npm)/package.json": package(), "\(npm)/index.js": "", "app/server/config/x": ""], expected: "\(npm) | index.js"),
            ResolveCase(
                testDescription: "nearest first", from: "app/server", spec: "demo",
                files: [
                    "app/node_modules/demo/index.js": "", "app/server/node_modules/demo/index.js": "",
                    "app/server/node_modules/demo/package.json": package(),
                ], expected: "app/server/node_modules/demo | index.js"),
            ResolveCase(
                testDescription: "main without its ending", spec: "@acme/demo",
                files: ["\(npm)/package.json": package(#""main": "./lib/main""#), "\(npm)/lib/main.js": ""],
                expected: "\(npm) | lib/main.js"),
            ResolveCase(
                testDescription: "main that is a folder", spec: "@acme/demo",
                files: ["\(npm)/package.json": package(#""main": "lib""#), "\(npm)/lib/index.cjs": ""], expected: "\(npm) | lib/index.cjs"),
            ResolveCase(
                testDescription: "index when main is missing", spec: "@acme/demo",
                files: ["\(npm)/package.json": package(#""main": "gone.js""#), "\(npm)/index.js": ""], expected: "\(npm) | index.js"),
            ResolveCase(
                testDescription: "exports as a text", spec: "@acme/demo",
                files: ["\(npm)/package.json": package(#""exports": "./a.js", "main": "b.js""#), "\(npm)/a.js": "", "\(npm)/b.js": ""],
                expected: "\(npm) | a.js"),
            ResolveCase(
                testDescription: "exports with only an import condition", spec: "@acme/demo",
                files: ["\(npm)/package.json": package(#""exports": {"import": "./a.mjs"}"#), "\(npm)/a.mjs": ""],
                expected: "\(npm) | a.mjs"),
            ResolveCase(
                testDescription: "exports with import, require and default, nested under '.'", spec: "@acme/demo",
                files: [
                    "\(npm)/package.json": package(
                        #""exports": {".": {"require": "./a.cjs", "import": {"types": "./a.d.ts", "default": "./a.mjs"}}}"#),
                    "\(npm)/a.mjs": "", "\(npm)/a.cjs": "",
                ], expected: "\(npm) | a.mjs"),
            ResolveCase(
                testDescription: "exports with only require", spec: "@acme/demo",
                files: ["\(npm)/package.json": package(#""exports": {"require": "./a.cjs"}"#), "\(npm)/a.cjs": ""],
                expected: "\(npm) | a.cjs"),
            ResolveCase(
                testDescription: "exports as a list", spec: "@acme/demo",
                files: ["\(npm)/package.json": package(#""exports": [{"browser": "./b.js"}, "./a.js"]"#), "\(npm)/a.js": ""],
                expected: "\(npm) | a.js"),
            ResolveCase(
                testDescription: "a subpath by a pattern", spec: "@acme/demo/plugins/one",
                files: ["\(npm)/package.json": package(##""exports": {"./plugins/*": "./dist/*.js"}"##), "\(npm)/dist/one.js": ""],
                expected: "\(npm) | dist/one.js"),
            ResolveCase(
                testDescription: "a subpath without exports", spec: "@acme/demo/lib/two",
                files: ["\(npm)/package.json": package(), "\(npm)/lib/two.js": ""], expected: "\(npm) | lib/two.js"),
            ResolveCase(
                testDescription: "a relative folder, ignoring its exports", spec: "../local",
                files: [
                    "local/package.json": package(#""exports": "./a.js", "main": "b.js""#), "local/a.js": "", "local/b.js": "", "app/x": "",
                ],
                expected: "local | b.js"),
            ResolveCase(
                testDescription: "a relative folder without a package.json", spec: "./plugins/demo/",
                files: ["app/plugins/demo/index.mjs": ""],
                expected: "app/plugins/demo | index.mjs"),
            ResolveCase(
                testDescription: "a relative file", spec: "./plugins/demo.cjs", files: ["app/plugins/demo.cjs": ""],
                expected: "app/plugins | demo.cjs"),
            ResolveCase(
                testDescription: "a JSON file", spec: "./plugins/demo.json", files: ["app/plugins/demo.json": "{}"],
                expected: "app/plugins | demo.json"),
            ResolveCase(
                testDescription: "a file in a package, with the package as its folder", spec: "../local/dist/a.mjs",
                files: ["local/package.json": package(), "local/dist/a.mjs": "", "app/x": ""], expected: "local | dist/a.mjs"),
            ResolveCase(
                testDescription: "a file in the operator's own project, with only its folder", spec: "./plugins/a.js",
                files: ["app/package.json": package(), "app/plugins/a.js": ""], expected: "app/plugins | a.js"),
            ResolveCase(
                testDescription: "a file beside the configuration, with a warning", spec: "./a.js",
                files: ["app/package.json": package(), "app/a.js": ""],
                expected: "app | a.js", findings: ["integrations.shared-folder"]),
            ResolveCase(
                testDescription: "a file without its ending", spec: "./plugins/demo", files: ["app/plugins/demo.js": ""],
                expected: "app/plugins | demo.js"),
            ResolveCase(
                testDescription: "the source of a build that was not run", spec: "../local",
                files: ["local/package.json": package(#""main": "dist/index.js""#), "local/src/index.ts": "", "app/x": ""],
                expected: "local | src/index.ts",
                findings: ["integrations.built-from-source"]),
            ResolveCase(
                testDescription: "the source of a build that exports name", spec: "@acme/demo",
                files: ["\(npm)/package.json": package(#""exports": {"import": "./dist/esm/a/main.mjs"}"#), "\(npm)/src/a/main.mts": ""],
                expected: "\(npm) | src/a/main.mts", findings: ["integrations.built-from-source"]),
            ResolveCase(
                testDescription: "a source without a folder of its own", spec: "../local",
                files: ["local/package.json": package(#""main": "lib/plugin.js""#), "local/plugin.ts": "", "app/x": ""],
                expected: "local | plugin.ts",
                findings: ["integrations.built-from-source"]),
        ])
    private func found(_ c: ResolveCase) throws {
        let folder = try TemporaryFolder(c.files)
        let resolved = try PackageResolver(folder: "\(folder.path)/\(c.from)").resolve(c.spec)
        #expect("\(Paths.relative(resolved.folder, to: folder.path)) | \(resolved.entry)" == c.expected)
        #expect(resolved.findings.map(\.code) == c.findings)
    }

    @Test(
        "is refused:",
        arguments: [
            ResolveCase(
                testDescription: "not installed", spec: "@acme/gone", files: ["app/x": ""],
                expected: "Cannot find module '@acme/gone' from '@/app'"),
            ResolveCase(
                testDescription: "no such path", spec: "./gone", files: ["app/x": ""], expected: "Cannot find module './gone' from '@/app'"),
            ResolveCase(
                testDescription: "exports without the main", spec: "@acme/demo",
                files: ["\(npm)/package.json": package(#""exports": {"./x": "./x.js"}"#), "\(npm)/x.js": ""],
                expected: "No exports main defined in @/\(npm)/package.json"),
            ResolveCase(
                testDescription: "exports that forbid", spec: "@acme/demo",
                files: ["\(npm)/package.json": package(#""exports": {".": null}"#)],
                expected: "No exports main defined in @/\(npm)/package.json"),
            ResolveCase(
                testDescription: "exports that leave the package", spec: "@acme/demo",
                files: ["\(npm)/package.json": package(#""exports": "./../other/x.js""#), "app/node_modules/@acme/other/x.js": ""],
                expected: "No exports main defined in @/\(npm)/package.json"),
            ResolveCase(
                testDescription: "exports to a missing file", spec: "@acme/demo",
                files: ["\(npm)/package.json": package(#""exports": "./a.js""#)],
                expected: "Cannot find module '@/\(npm)/a.js'"),
            ResolveCase(
                testDescription: "a subpath that is not exported", spec: "@acme/demo/b",
                files: ["\(npm)/package.json": package(#""exports": "./a.js""#), "\(npm)/a.js": "", "\(npm)/b.js": ""],
                expected: "Package subpath './b' is not defined by exports in @/\(npm)/package.json"),
            ResolveCase(
                testDescription: "a main that leaves the package", spec: "@acme/demo",
                files: ["\(npm)/package.json": package(#""main": "../other.js""#), "app/node_modules/@acme/other.js": ""],
                expected: "The entry '@/\(npm)/../other.js' leaves the package '@/\(npm)'"),
            ResolveCase(
                testDescription: "no main, no index", spec: "../local", files: ["local/package.json": package(), "app/x": ""],
                expected: "Cannot find module '@/local': it has no \"main\" and no index file"),
            ResolveCase(
                testDescription: "a broken package.json", spec: "../local", files: ["local/package.json": "{", "app/x": ""],
                expected: "Invalid package config @/local/package.json."),
            ResolveCase(
                testDescription: "a name with a step up", spec: "demo/../../x", files: ["app/node_modules/demo/index.js": ""],
                expected: "Cannot find module 'demo/../../x' from '@/app'"),
            ResolveCase(testDescription: "no name", spec: "", files: [:], expected: "'' is neither a package's name nor a path"),
            ResolveCase(
                testDescription: "a name of Windows", spec: "C:\\x", files: [:], expected: "'C:\\x' is neither a package's name nor a path"),
        ])
    private func refused(_ c: ResolveCase) throws {
        let folder = try TemporaryFolder(c.files)
        let error = #expect(throws: ResolutionError.self) { try PackageResolver(folder: "\(folder.path)/\(c.from)").resolve(c.spec) }
        #expect(error?.cause.replacing(folder.path, with: "@").hasPrefix(c.expected) == true, "\(String(describing: error))")
    }

    @Test("is refused when its entry is a symlink that leaves it") func symlink() throws {
        let folder = try TemporaryFolder(["local/package.json": package(#""main": "a.js""#), "secret.js": "", "app/x": ""])
        try folder.link("local/a.js", to: "../secret.js")
        let error = #expect(throws: ResolutionError.self) { try PackageResolver(folder: "\(folder.path)/app").resolve("../local") }
        #expect(error?.cause.contains("symlink that leaves") == true)
    }

    @Test("has the root nearest to its entry") func root() throws {
        let folder = try TemporaryFolder([
            "local/package.json": package(#""main": "dist/a.js""#), "local/dist/package.json": "{}", "local/dist/a.js": "", "app/x": "",
        ])
        let resolved = try PackageResolver(folder: "\(folder.path)/app").resolve("../local")
        #expect(resolved.packageRoot == "\(folder.path)/local/dist")
        #expect(resolved.folder == "\(folder.path)/local")
        #expect((resolved.name, resolved.version) == ("demo", "1.0.0"))
    }
}

@Suite("A package's dependencies") struct DependencyTests {
    private func bundle(_ folder: TemporaryFolder, _ spec: String, from: String = "app") throws -> PluginBundle {
        let resolved = try PackageResolver(folder: "\(folder.path)/\(from)").resolve(spec)
        let view = try FolderView.package(at: resolved.folder, provided: ["@roostorg/types"])
        let cache = try TemporaryFolder()
        return try Bundler(cache: BundleCache(folder: cache.path))
            .bundle(view: view, entry: resolved.entry, externals: ["@roostorg/types"], pluginID: "demo")
    }

    @Test("are bundled from beside it, above it, in a scope, and through each other") func hoisted() throws {
        let folder = try TemporaryFolder([
            "app/server/node_modules/@acme/demo/package.json":
                #"{"main": "i.js", "dependencies": {"@acme/one": "1", "two": "1"}, "peerDependencies": {"@roostorg/types": "*"}}"#,
            "app/server/node_modules/@acme/demo/i.js":
                "import { one } from '@acme/one'; import { two } from 'two'; import '@roostorg/types'; export default one + two;",
            "app/server/node_modules/@acme/one/package.json": "{}",
            "app/server/node_modules/@acme/one/index.js": "export const one = 'ONE'",
            "app/node_modules/two/package.json": #"{"dependencies": {"three": "1"}}"#,
            "app/node_modules/two/index.js": "export { three as two } from 'three'",
            "app/node_modules/three/package.json": "{}", "app/node_modules/three/index.js": "export const three = 'THREE'",
            "app/server/x": "",
        ])
        let bundle = try bundle(folder, "@acme/demo", from: "app/server")
        let script = String(decoding: bundle.script, as: UTF8.self)
        for text in ["ONE", "THREE", "require(\"@roostorg/types\")"] { #expect(script.contains(text), "\(script)") }
        #expect(
            bundle.files == [
                "i.js", "node_modules/three/index.js", "node_modules/two/index.js", "server/node_modules/@acme/one/index.js",
            ])
    }

    @Test("are found in the layout of a store with symlinks") func store() throws {
        let folder = try TemporaryFolder([
            "app/node_modules/.store/demo@1/node_modules/demo/package.json": #"{"main": "i.js", "dependencies": {"one": "1"}}"#,
            "app/node_modules/.store/demo@1/node_modules/demo/i.js": "export { one } from 'one'",
            "app/node_modules/.store/one@1/node_modules/one/package.json": "{}",
            "app/node_modules/.store/one@1/node_modules/one/index.js": "export const one = 'ONE'",
        ])
        try folder.link("app/node_modules/demo", to: ".store/demo@1/node_modules/demo")
        try folder.link("app/node_modules/.store/demo@1/node_modules/one", to: "../../one@1/node_modules/one")
        #expect(String(decoding: try bundle(folder, "demo").script, as: UTF8.self).contains("ONE"))
    }

    @Test("that are not named stay out of sight") func unnamed() throws {
        let folder = try TemporaryFolder([
            "app/node_modules/demo/package.json": #"{"main": "i.js"}"#, "app/node_modules/demo/i.js": "export { one } from 'one'",
            "app/node_modules/one/package.json": "{}", "app/node_modules/one/index.js": "export const one = 'ONE'",
        ])
        let error = #expect(throws: BundleError.self) { _ = try bundle(folder, "demo") }
        #expect(error?.findings.map(\.code) == ["bundle.missing-package"])
    }

    @Test("cannot be widened by names or symlinks of the plugin's own making") func hostile() throws {
        let folder = try TemporaryFolder([
            "app/node_modules/demo/package.json":
                #"{"main": "i.js", "dependencies": {"../../secret": "1", "..": "1", "/etc": "1", "own": "1"}}"#,
            "app/node_modules/demo/i.js": "export { key } from 'own'", "secret/package.json": "{}",
            "secret/index.js": "export const key = 'TOP-SECRET'",
        ])
        try folder.link("app/node_modules/demo/node_modules/own", to: "\(folder.path)/secret")
        let resolved = try PackageResolver(folder: "\(folder.path)/app").resolve("demo")
        #expect(try FolderView.package(at: resolved.folder, provided: []).folders.map(\.hostPath) == [resolved.folder])
        #expect(throws: BundleError.self) { _ = try bundle(folder, "demo") }
    }

    @Test("change the bundle when they change") func hashed() throws {
        let folder = try TemporaryFolder([
            "app/node_modules/demo/package.json": #"{"main": "i.js", "dependencies": {"one": "1"}}"#,
            "app/node_modules/demo/i.js": "export { one } from 'one'",
            "app/node_modules/one/package.json": "{}", "app/node_modules/one/index.js": "export const one = 1",
        ])
        let before = try bundle(folder, "demo")
        try folder.write("app/node_modules/one/index.js", "export const one = 2")
        let after = try bundle(folder, "demo")
        #expect(before.contentHash != after.contentHash)
        #expect(before.script != after.script)
    }
}

private struct ConfigurationCase: Sendable, CustomTestStringConvertible {
    let testDescription: String
    var variable: String?
    let files: [String: String]
    let path: String
    /// Specs in order, disabled ones with a `-`; nil when there is no usable configuration.
    let specs: [String]?
    var findings: [String] = []
}

@Suite("The configuration file") struct ConfigurationFileTests {
    @Test(
        "is",
        arguments: [
            ConfigurationCase(
                testDescription: "in the working directory",
                files: ["integrations.config.json": #"{"integrations": [{"package": "a"}, {"package": "./b", "enabled": false}]}"#],
                path: "integrations.config.json", specs: ["a", "-./b"]),
            ConfigurationCase(
                testDescription: "below server, when not here",
                files: ["server/integrations.config.json": #"{"integrations": [{"package": "a"}]}"#],
                path: "server/integrations.config.json", specs: ["a"]),
            ConfigurationCase(
                testDescription: "here, when in both places",
                files: ["integrations.config.json": #"{"integrations": []}"#, "server/integrations.config.json": "{"],
                path: "integrations.config.json", specs: []),
            ConfigurationCase(
                testDescription: "where the environment says", variable: "conf/../my.json",
                files: ["my.json": #"{"integrations": [{"package": "a"}]}"#, "integrations.config.json": "{"], path: "my.json", specs: ["a"]
            ),
            ConfigurationCase(testDescription: "missing", files: [:], path: "integrations.config.json", specs: []),
            ConfigurationCase(
                testDescription: "missing where the environment says", variable: "gone.json", files: [:], path: "gone.json", specs: [],
                findings: ["notice integrations.no-file"]),
            ConfigurationCase(
                testDescription: "a folder", files: ["integrations.config.json/x": ""], path: "integrations.config.json", specs: nil,
                findings: ["error integrations.unreadable"]),
            ConfigurationCase(
                testDescription: "malformed", files: ["integrations.config.json": #"{"integrations": [}"#],
                path: "integrations.config.json", specs: nil,
                findings: ["error integrations.malformed"]),
        ])
    private func located(_ c: ConfigurationCase) throws {
        let folder = try TemporaryFolder(c.files)
        let environment = c.variable.map { [ConfigurationFile.pathVariable: $0] } ?? [ConfigurationFile.pathVariable: ""]
        let file = ConfigurationFile(environment: environment, workingDirectory: folder.path)
        #expect(Paths.relative(file.path, to: folder.path) == c.path)
        #expect(file.reading.manifest?.entries.map { ($0.isEnabled ? "" : "-") + $0.spec } == c.specs)
        #expect(file.reading.findings.map { "\($0.severity.rawValue) \($0.code)" } == c.findings)
    }
}
