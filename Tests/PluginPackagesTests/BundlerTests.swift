import Foundation
import Glibc
import Manifests
import PluginModel
import Testing

@testable import PluginPackages

private let externals = ["@patchbay/plugin", "@roostorg/types"]

/// A plugin in one folder and a cache in another.
private struct Bench {
    let plugin: TemporaryFolder
    let cacheFolder: TemporaryFolder
    let bundler: Bundler

    init(_ files: [String: String], limits: BundleLimits = .default, tools: BundlerTools = .find(), entriesMax: Int = 512) throws {
        plugin = try TemporaryFolder(files)
        cacheFolder = try TemporaryFolder()
        bundler = Bundler(cache: BundleCache(folder: cacheFolder.path, entriesMax: entriesMax), tools: tools, limits: limits)
    }

    func bundle(_ entry: String = "index.ts") throws(BundleError) -> PluginBundle {
        try bundler.bundle(root: plugin.path, entry: entry, externals: externals, pluginID: "acme.hello")
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

private struct EntryCase: Sendable, CustomTestStringConvertible {
    let testDescription: String
    let entry: String
    let files: [String: String]
    let contains: [String]
    var sources: [String]? = nil
}

private struct ErrorCase: Sendable, CustomTestStringConvertible {
    let testDescription: String
    let files: [String: String]
    var entry = "index.ts"
    let code: String
    let place: String
    var remedy = ""
}

@Suite("The bundler") struct BundlerTests {
    @Test(
        "knows what a module exports, and says where only a run would tell",
        arguments: [
            ("export const a = 1; export function check() {}", ["a", "check"]),
            ("import { b } from './b.js'; export { b as check, b as 'two words' };", ["check", "two words"]),
            ("export * from './b.js'; export default {};", ["b", "default"]),
            ("await 0; export const check = 1; export default 2;", ["check", "default"]),
            ("const check = 1; console.log('export const check', check);", nil),
            ("export const a = '\\nmodule.exports = __toCommonJS(x);\\n__export(x, {\\n  check: () => 1\\n});';", ["a"]),
            ("exports.check = () => 1;", nil),
            ("module.exports = { check() {} };", nil),
        ] as [(String, [String]?)])
    func exports(_ code: String, _ expected: [String]?) throws {
        let bench = try Bench(["index.js": code, "b.js": "export const b = 1;"])
        for wasCached in [false, true] {
            let bundle = try bench.bundler.bundle(
                root: bench.plugin.path, entry: "index.js", externals: externals, pluginID: "acme.hello", allowsTopLevelAwait: true)
            #expect(bundle.exports == expected && bundle.wasCached == wasCached)
        }
    }

    @Test(
        "makes one CommonJS script of",
        arguments: [
            EntryCase(
                testDescription: "TypeScript of several files with JSON",
                entry: "src/index.ts",
                files: [
                    "src/index.ts":
                        "import { twice } from './lib';\nimport data from './data.json';\nexport const run = (n: number): number => twice(n) + data.a;\n",
                    "src/lib.ts": "export enum E { A = 2 }\nexport function twice<T extends number>(n: T): number { return n * E.A }\n",
                    "src/data.json": #"{"a": 41}"#,
                ],
                contains: ["module.exports = __toCommonJS(", "41"], sources: ["src/data.json", "src/index.ts", "src/lib.ts"]),
            EntryCase(
                testDescription: "TSX, classic JSX by default", entry: "view.tsx",
                files: ["view.tsx": "export const view = (name: string) => <b title={name}>hi</b>;"],
                contains: ["React.createElement(\"b\""]),
            EntryCase(
                testDescription: "CommonJS with a required file", entry: "main.cjs",
                files: [
                    "main.cjs": "const lib = require('./lib.cjs');\nmodule.exports = { run: lib.run };",
                    "lib.cjs": "exports.run = (n) => n + 1;",
                ],
                contains: ["require_lib", "module.exports"]),
            EntryCase(
                testDescription: "an ES module", entry: "main.mjs", files: ["main.mjs": "export default async function* () { yield 1 }"],
                contains: ["async function*"]),
            EntryCase(
                testDescription: "a JSON file", entry: "data.json", files: ["data.json": #"{"manifest": {"id": "X"}}"#],
                contains: ["manifest"]),
            EntryCase(
                testDescription: "imports of the hub's modules, left as require", entry: "index.ts",
                files: ["index.ts": "import { log } from '@patchbay/plugin';\nimport types from '@roostorg/types';\nlog.info(types);"],
                contains: [#"require("@patchbay/plugin")"#, #"require("@roostorg/types")"#]),
            EntryCase(
                testDescription: "a package in the folder's own node_modules, by its import condition", entry: "index.ts",
                files: [
                    "index.ts": "import { seven } from 'seven';\nexport { seven };",
                    "node_modules/seven/package.json": #"{"name": "seven", "exports": {"import": "./esm.mjs"}}"#,
                    "node_modules/seven/esm.mjs": "export const seven = 7;",
                ], contains: ["seven = 7"], sources: ["index.ts", "node_modules/seven/esm.mjs"]),
            EntryCase(
                testDescription: "a package that asks Node's environment for its mode", entry: "index.js",
                files: ["index.js": "export const mode = process.env.NODE_ENV; export const g = typeof global;"],
                contains: [#""production""#, "typeof globalThis"]),
            EntryCase(
                testDescription: "a file whose name looks like an option", entry: "--minify.js",
                files: ["--minify.js": "export const someLongName = 1;"],
                contains: ["someLongName"]),
        ])
    private func bundles(_ c: EntryCase) throws {
        let bundle = try Bench(c.files).bundle(c.entry)
        let script = String(decoding: bundle.script, as: UTF8.self)
        for text in c.contains { #expect(script.contains(text), "\(text) is not in\n\(script)") }
        #expect(bundle.scriptName == "plugin:acme.hello/\(c.entry)")
        #expect(bundle.contentHash.count == 64)
        if let sources = c.sources { #expect(bundle.files == sources) }
        #expect(try #require(bundle.sourceMap).sources.allSatisfy { bundle.files.contains($0) })
    }

    @Test(
        "says where and what to do about",
        arguments: [
            ErrorCase(
                testDescription: "a syntax error", files: ["index.ts": "export const a = 1;\nconst b = ;\n"], code: "bundle.syntax",
                place: "index.ts:2:11"),
            ErrorCase(
                testDescription: "an error after letters of several bytes", files: ["index.ts": "const é = '€'; const b = ;"],
                code: "bundle.syntax",
                place: "index.ts:1:26"),
            ErrorCase(
                testDescription: "an error in another file", files: ["src/index.ts": "import './lib'", "src/lib.ts": "let x = (;"],
                entry: "src/index.ts", code: "bundle.syntax", place: "src/lib.ts:1:10"),
            ErrorCase(
                testDescription: "const type parameters", files: ["index.ts": "export function f<const T>(x: T) { return x }"],
                code: "bundle.unsupported-syntax", place: "index.ts:1:19", remedy: "pre-bundled JavaScript"),
            ErrorCase(
                testDescription: "using", files: ["index.ts": "export function f() { using x = g(); return x }\ndeclare function g(): any"],
                code: "bundle.unsupported-syntax", place: "index.ts:1:29", remedy: "pre-bundled JavaScript"),
            ErrorCase(
                testDescription: "import attributes",
                files: ["index.ts": #"import d from "./d.json" with { type: "json" }; export { d }"#, "d.json": "{}"],
                code: "bundle.unsupported-syntax",
                place: "index.ts:1:26", remedy: "pre-bundled JavaScript"),
            ErrorCase(
                testDescription: "accessor members", files: ["index.ts": "export class A { accessor x = 1 }"],
                code: "bundle.unsupported-syntax",
                place: "index.ts:1:27", remedy: "pre-bundled JavaScript"),
            ErrorCase(
                testDescription: "decorators in JavaScript", files: ["index.js": "@dec class A {}\nexport { A }"], entry: "index.js",
                code: "bundle.unsupported-syntax", place: "index.js:1:1", remedy: "pre-bundled JavaScript"),
            ErrorCase(
                testDescription: "a Node module", files: ["index.ts": "import fs from 'node:fs';\nexport { fs }"],
                code: "bundle.node-module",
                place: "index.ts:1:16", remedy: "@patchbay/plugin"),
            ErrorCase(
                testDescription: "a Node module without its prefix", files: ["index.ts": "import { join } from 'path';\nexport { join }"],
                code: "bundle.node-module", place: "index.ts:1:22"),
            ErrorCase(
                testDescription: "a package that is not there", files: ["index.ts": "import _ from 'lodash';\nexport { _ }"],
                code: "bundle.missing-package", place: "index.ts:1:15", remedy: "npm install"),
            ErrorCase(
                testDescription: "a mistyped hub module", files: ["index.ts": "import _ from '@patchbay/plugn';\nexport { _ }"],
                code: "bundle.missing-package", place: "index.ts:1:15", remedy: "Did you mean '@patchbay/plugin'?"),
            ErrorCase(
                testDescription: "a file that is not there", files: ["src/index.ts": "import _ from './gone';\nexport { _ }"],
                entry: "src/index.ts",
                code: "bundle.missing-file", place: "src/index.ts:1:15"),
            ErrorCase(
                testDescription: "an export that is not there",
                files: ["index.ts": "import { gone } from './lib';\nconsole.log(gone)", "lib.ts": "export const here = 1"],
                code: "bundle.missing-export",
                place: "index.ts:1:10"),
            ErrorCase(
                testDescription: "a picture", files: ["index.ts": "import p from './p.png';\nexport { p }", "p.png": "x"],
                code: "bundle.unknown-file-type", place: "index.ts:1:15"),
            ErrorCase(
                testDescription: "an entry that is not there", files: ["index.tsx": ""], code: "bundle.entry-missing", place: "index.ts",
                remedy: "'index.tsx'"),
            ErrorCase(testDescription: "an entry outside", files: [:], entry: "../x.ts", code: "bundle.entry-outside", place: "../x.ts"),
            ErrorCase(
                testDescription: "an absolute entry", files: [:], entry: "/etc/passwd", code: "bundle.entry-outside", place: "/etc/passwd"),
            ErrorCase(
                testDescription: "an entry that is a text", files: ["a.txt": ""], entry: "a.txt", code: "bundle.entry-type", place: "a.txt"),
            ErrorCase(
                testDescription: "an entry with '='", files: ["a=b.ts": ""], entry: "a=b.ts", code: "bundle.entry-name", place: "a=b.ts"),
        ])
    private func refuses(_ c: ErrorCase) throws {
        let findings = try Bench(c.files).refusal(c.entry)
        let first = try #require(findings.errors.first)
        #expect(first.code == c.code)
        #expect(first.place.description == c.place)
        if !c.remedy.isEmpty { #expect(first.remedy?.contains(c.remedy) == true, "\(first)") }
    }

    @Test("shows the author's whole line, however long a screen is") func sourceLine() throws {
        let line = "const a = 1; /* \(String(repeating: "x", count: 150)) */ const b = ;"
        let finding = try #require(try Bench(["index.ts": line]).refusal().first)
        guard case .source(_, _, _, let text) = finding.place else { Issue.record("no source place: \(finding)"); return }
        #expect(text == line)
    }

    @Test("reports every unresolved import at once") func allAtOnce() throws {
        let findings = try Bench(["index.ts": "import a from 'a'; import b from './b'; import c from 'node:os'; export { a, b, c }"])
            .refusal()
        #expect(findings.map(\.code) == ["bundle.missing-package", "bundle.missing-file", "bundle.node-module"])
    }

    @Test("leaves out an imported style sheet, and says so") func styleSheet() throws {
        let bundle = try Bench(["index.ts": "import './a.css'; export const x = 1", "a.css": "b { color: red }"]).bundle()
        #expect(bundle.findings.map(\.code) == ["bundle.left-out"])
    }

    @Test("rewrites a real stack of bundled TypeScript into the author's places") func stack() throws {
        let bench = try Bench([
            "src/index.ts": "import { fail } from './lib';\n\n\nexport function run(): void {\n  fail();\n}\n",
            "src/lib.ts": "interface Unused { a: string }\n\nexport function fail(): never {\n  throw new Error('x');\n}\n",
        ])
        let bundle = try bench.bundle("src/index.ts")
        // The places an engine would report: of `new Error(` and of `fail(` in the script.
        let lines = String(decoding: bundle.script, as: UTF8.self).split(separator: "\n", omittingEmptySubsequences: false)
        func place(_ text: String) throws -> String {
            let line = try #require(lines.firstIndex { $0.contains(text) })
            let range = try #require(lines[line].firstRange(of: text))
            return "\(bundle.scriptName):\(line + 2):\(lines[line].distance(from: lines[line].startIndex, to: range.lowerBound) + 1)"
        }
        let stack = """
            fail@\(try place("new Error"))
            run@\(try place("fail();"))
            call@patchbay:prelude.js:10:2
            global code@\(bundle.scriptName):1:1
            """
        #expect(
            bundle.stackRewriter(lineOffset: 1).rewrite(stack: stack) == "    at fail (src/lib.ts:4:9)\n    at run (src/index.ts:5:3)")
    }
}

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
        let bench = try Bench(files)
        guard let name = try? SmallFile.read("/etc/hostname", bytesMax: 1000), !name.isEmpty else { return }
        switch Result(catching: { () throws(BundleError) in try bench.bundle() }) {
        case .success(let bundle):
            #expect(!String(decoding: bundle.script, as: UTF8.self).contains(String(decoding: name, as: UTF8.self)))
            #expect(bundle.files == ["index.ts"])
        case .failure(let error): #expect(!error.findings.errors.isEmpty)
        }
    }

    @Test("hide the .git folder, whose content is not part of the hash") func gitFolder() throws {
        let bench = try Bench(["index.ts": "import x from './.git/x.json'; export { x }", ".git/x.json": "{}"])
        #expect(try bench.refusal().map(\.code) == ["bundle.missing-file"])
    }

    @Test("let no entry leave through a symlink") func entrySymlink() throws {
        let bench = try Bench(["real.ts": ""])
        try bench.plugin.link("index.ts", to: "/etc/passwd")
        try bench.plugin.link("inside.ts", to: "real.ts")
        #expect(try bench.refusal().map(\.code) == ["bundle.entry-outside"])
        #expect(throws: Never.self) { try bench.bundle("inside.ts") }
    }

    @Test("refuse pipes, which a reader would wait for") func pipe() throws {
        let bench = try Bench(["index.ts": "import './data.json'"])
        #expect(mkfifo("\(bench.plugin.path)/data.json", 0o600) == 0)
        #expect(try bench.refusal().map(\.code) == ["bundle.special-file"])
    }

    @Test("refuse more files, bytes and depth than allowed") func folderLimits() throws {
        var limits = BundleLimits()
        limits.filesMax = 3
        #expect(try Bench(["index.ts": "", "a": "", "b": "", "c": ""], limits: limits).refusal().map(\.code) == ["bundle.too-many-files"])
        limits = BundleLimits()
        limits.sourceBytesMax = 1000
        let large = String(repeating: "x", count: 990)
        #expect(try Bench(["index.ts": "", "a": large, "b": large], limits: limits).refusal().map(\.code) == ["bundle.too-large"])
        limits = BundleLimits()
        limits.depthMax = 2
        #expect(try Bench(["index.ts": "", "a/b/c/d.ts": ""], limits: limits).refusal().map(\.code) == ["bundle.too-deep"])
    }

    @Test("are as wide as those of what may be installed, and no wider") func wide() throws {
        #expect(BundleLimits.default.filesMax == ArchiveLimits.default.entriesMax)
        #expect(BundleLimits.default.sourceBytesMax == ArchiveLimits.default.totalBytesMax)
        let bench = try Bench([
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
        let bench = try Bench(["index.ts": "import { a } from './a';\nexport const b = a;", "a.js": "exports.a = 1;"])
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
        let bench = try Bench(
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
        let findings = try Bench(["index.ts": "export const a = '\(String(repeating: "x", count: 3000))'"], limits: limits).refusal()
        #expect(findings.map(\.code) == ["bundle.output-too-large"])
    }

    @Test("end a bundler that takes too long, and leave nothing behind") func timeLimit() throws {
        var limits = BundleLimits()
        limits.timeLimit = .milliseconds(1)
        let bench = try Bench(["index.ts": "export const a = 1"], limits: limits)
        #expect(throws: BundleError.timedOut(.milliseconds(1))) { try bench.bundle() }
        #expect(Folder.names("\(bench.cacheFolder.path)/bundles") == [])
    }

    /// Ended at any moment of its start, also where bubblewrap's child does not yet follow its parent.
    @Test("leave no process of a bundler that took too long") func timeLimitProcesses() async throws {
        for milliseconds in 1...16 {
            var limits = BundleLimits()
            limits.timeLimit = .milliseconds(milliseconds)
            let bench = try Bench(["index.ts": "export const a = \(milliseconds)"], limits: limits)
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
        let findings = try Bench(["index.ts": "export const a = 1"], limits: limits).refusal()
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
        let bench = try Bench(
            ["index.ts": ""], tools: BundlerTools(esbuild: found.esbuild, bwrap: "\(tools.path)/bwrap", prlimit: found.prlimit))
        let error = #expect(throws: BundleError.self) { try bench.bundle() }
        guard case .sandboxUnavailable(let reason)? = error else { Issue.record("\(String(describing: error))"); return }
        #expect(reason.contains("namespace"))
        #expect(error?.fault.turn == .operator)
    }

    @Test("are named when they are missing") func missingTools() throws {
        let bench = try Bench(["index.ts": ""], tools: BundlerTools(esbuild: "/nowhere/esbuild"))
        #expect(throws: BundleError.toolsMissing(["esbuild"])) { try bench.bundle() }
    }
}

@Suite("The bundle cache") struct BundleCacheTests {
    @Test("answers the second time without the bundler, in less than its start takes") func hit() throws {
        let bench = try Bench(["index.ts": "export const a: number = 1"])
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
        let bench = try Bench(["index.ts": "export const a: number = 1"])
        _ = try bench.bundle()
        // The same esbuild is still looked at, because the key names it; bubblewrap is not needed any more.
        let bundler = Bundler(cache: bench.bundler.cache, tools: BundlerTools(bwrap: "/nowhere/bwrap"))
        #expect(try bundler.bundle(root: bench.plugin.path, entry: "index.ts", externals: externals, pluginID: "acme.hello").wasCached)
    }

    @Test("bundles anew when a file, its name, the entry or the externals change") func misses() throws {
        let bench = try Bench(["index.ts": "export const a = 1", "other.ts": "export const b = 1"])
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
        #expect(try Bench(files).bundle().contentHash == Bench(files).bundle().contentHash)
    }

    @Test("heals a damaged entry", arguments: ["script.js", "script.js.map", "meta.json"], ["emptied", "changed", "removed", "a folder"])
    func damage(_ file: String, _ how: String) throws {
        let bench = try Bench(["index.ts": "export const a: number = 1"])
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
        let bench = try Bench(["a.ts": "export const a = 1", "b.ts": "export const b = 1", "c.ts": "export const c = 1"], entriesMax: 2)
        for entry in ["a.ts", "b.ts", "a.ts", "c.ts"] { _ = try bench.bundle(entry) }
        #expect(try bench.bundle("a.ts").wasCached)
        #expect(try bench.bundle("c.ts").wasCached)
        #expect(try !bench.bundle("b.ts").wasCached)
    }

    @Test("is done without when it cannot be written, and says so") func unwritable() throws {
        let bench = try Bench(["index.ts": ""])
        let file = try TemporaryFolder(["file": ""])
        let bundler = Bundler(cache: BundleCache(folder: "\(file.path)/file/cache"))
        let error = #expect(throws: BundleError.self) {
            try bundler.bundle(root: bench.plugin.path, entry: "index.ts", externals: [], pluginID: "a")
        }
        guard case .cacheUnusable? = error else { Issue.record("\(String(describing: error))"); return }
    }

    @Test("bundles once for eight threads that ask at the same time") func concurrent() async throws {
        let bench = try Bench(["index.ts": "export const a: number = 1"])
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
