import Foundation
import Glibc
import Manifests
import PluginModel
import Testing

@testable import PluginPackages

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
        let bench = try BundlerBench(["index.js": code, "b.js": "export const b = 1;"])
        for wasCached in [false, true] {
            let bundle = try bench.bundler.bundle(
                root: bench.plugin.path, entry: "index.js", externals: BundlerBench.externals, pluginID: "acme.hello",
                allowsTopLevelAwait: true)
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
        let bundle = try BundlerBench(c.files).bundle(c.entry)
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
        let findings = try BundlerBench(c.files).refusal(c.entry)
        let first = try #require(findings.errors.first)
        #expect(first.code == c.code)
        #expect(first.place.description == c.place)
        if !c.remedy.isEmpty { #expect(first.remedy?.contains(c.remedy) == true, "\(first)") }
    }

    @Test("shows the author's whole line, however long a screen is") func sourceLine() throws {
        let line = "const a = 1; /* \(String(repeating: "x", count: 150)) */ const b = ;"
        let finding = try #require(try BundlerBench(["index.ts": line]).refusal().first)
        guard case .source(_, _, _, let text) = finding.place else { Issue.record("no source place: \(finding)"); return }
        #expect(text == line)
    }

    @Test("reports every unresolved import at once") func allAtOnce() throws {
        let findings = try BundlerBench(["index.ts": "import a from 'a'; import b from './b'; import c from 'node:os'; export { a, b, c }"])
            .refusal()
        #expect(findings.map(\.code) == ["bundle.missing-package", "bundle.missing-file", "bundle.node-module"])
    }

    @Test("leaves out an imported style sheet, and says so") func styleSheet() throws {
        let bundle = try BundlerBench(["index.ts": "import './a.css'; export const x = 1", "a.css": "b { color: red }"]).bundle()
        #expect(bundle.findings.map(\.code) == ["bundle.left-out"])
    }

    @Test("rewrites a real stack of bundled TypeScript into the author's places") func stack() throws {
        let bench = try BundlerBench([
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
