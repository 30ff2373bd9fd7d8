import PluginModel
import Testing

@testable import Manifests

private struct FormatCase: Sendable, CustomTestStringConvertible {
    let testDescription: String
    let files: [String: String]
    let format: PackageFormat?
    let codes: [String]
    var parents: [String] = []

    init(_ testDescription: String, _ files: [String: String], _ format: PackageFormat?, _ codes: String..., in parents: [String] = []) {
        (self.testDescription, self.files, self.format, self.codes, self.parents) = (testDescription, files, format, codes, parents)
    }
}

@Suite("The format of a package") struct FormatRecognitionTests {
    @Test(
        "is told by its files:",
        arguments: [
            FormatCase("our own", ["patchbay.json": "{}"], .patchbay),
            FormatCase("our own, broken", ["patchbay.json": "{"], .patchbay),
            FormatCase("ForgePortal", ["forgeportal-plugin.json": "{}", "package.json": "{}"], .forgePortal),
            FormatCase("Coco AI", ["plugin.json": #"{"type": "extension"}"#], .coco),
            FormatCase("Coco AI, its store form", ["plugin.json": #"{"type": "view", "permissions": {"fs": []}}"#], .coco),
            FormatCase("Coco AI, broken", ["plugin.json": "{"], .coco, in: ["acme", "extensions"]),
            FormatCase("Made Open", ["plugin.json": #"{"type": "connector", "entrypoint": "./index.ts"}"#, "index.ts": ""], .madeOpen),
            FormatCase("Made Open without a type", ["plugin.json": #"{"entrypoint": "./index.ts"}"#], .madeOpen),
            FormatCase("Made Open, second shape", ["plugin.json": #"{"permissions": {"network": []}}"#], .madeOpen),
            FormatCase("Made Open, broken", ["plugin.json": "{"], .madeOpen, in: ["channels", "plugins"]),
            FormatCase("Coop, second generation", ["package.json": #"{"peerDependencies": {"@roostorg/types": "^2"}}"#], .coop),
            FormatCase("Coop under its other name", ["package.json": #"{"devDependencies": {"@roostorg/coop-types": "*"}}"#], .coop),
            FormatCase("Coop by keyword", ["package.json": #"{"keywords": ["coop-integration"]}"#], .coop),
            FormatCase(
                "Coop by what it exports",
                ["package.json": #"{"main": "dist/index.js"}"#, "src/index.ts": "{ requiresConfig: true, modelCard }"],
                .coop),
            FormatCase("any npm package", ["package.json": #"{"main": "a.js"}"#, "a.js": "modelCard"], nil, "manifest.unknown-format"),
            FormatCase("nothing", [:], nil, "manifest.unknown-format"),
            FormatCase(
                "ours beside another", ["patchbay.json": "{}", "plugin.json": #"{"type": "command"}"#], .patchbay, "manifest.other-formats"),
            FormatCase(
                "two others", ["forgeportal-plugin.json": "{}", "plugin.json": #"{"type": "command"}"#], nil, "manifest.ambiguous-format"),
        ])
    private func recognised(_ c: FormatCase) {
        let recognition = PackageFormat.recognise(MemoryPackage(c.files, parentNames: c.parents))
        #expect(recognition.format == c.format)
        #expect(recognition.findings.map(\.code) == c.codes)
        #expect((recognition.format == nil) == !recognition.findings.errors.isEmpty)
    }

    @Test("that is none says what was looked for, and where one lies further down") func nothing() throws {
        let finding = try #require(PackageFormat.recognise(MemoryPackage(["package/plugin.json": "{}"])).findings.first)
        for name in Set(PackageFormat.allCases.map(\.manifestFileName)) { #expect(finding.sentence.contains(name)) }
        #expect(finding.remedy?.contains("plugin.json") == true)
    }
}
