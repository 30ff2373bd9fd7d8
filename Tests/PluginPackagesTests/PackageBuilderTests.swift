import Manifests
import PluginModel
import Testing

@testable import PluginPackages

/// What becomes of a package with an entry for the server and one for the browser, of which only the sources are there.
@Suite("Building a package") struct PackageBuilderTests {
    /// A package of a workspace: it leaves its SDK to the hub, and its compiler's options to a file two folders above.
    private static let files = [
        "packages/weather/package.json": #"{"name":"@acme/plugin-weather","dependencies":{"@forgeportal/plugin-sdk":"workspace:*"}}"#,
        "packages/weather/tsconfig.json": #"{"extends":"../../tsconfig.base.json","compilerOptions":{"jsx":"react-jsx"}}"#,
        "packages/weather/src/index.ts": """
        import { Agent } from 'undici';
        import type { BackendSDK } from '@forgeportal/plugin-sdk';
        import { place } from './shared.js';
        export function registerBackendPlugin(sdk: BackendSDK): void { sdk.logger.info(place(new Agent())); }
        """,
        "packages/weather/src/ui.ts": """
        import { WeatherTab } from './WeatherTab.js';
        export function registerPlugin(sdk): void { sdk.registerEntityTab({ id: 'weather-tab', component: WeatherTab }); }
        """,
        "packages/weather/src/WeatherTab.tsx": """
        import { useApi } from '@forgeportal/plugin-sdk/react';
        import { place } from './shared.js';
        export function WeatherTab({ entity }) { return <p>{place(useApi(entity.id).data)}</p>; }
        """,
        "packages/weather/src/shared.ts": "export const place = (value: unknown): string => `at ${value}`;\n",
    ]

    private static func build(_ folder: TemporaryFolder, cache: TemporaryFolder) throws -> PackageBuilder.Outcome {
        var manifest = PluginManifest(format: .forgePortal, id: try PluginID("weather"), name: "@acme/plugin-weather")
        manifest.entry = try RelativePath("dist/index.js")
        manifest.uiEntry = try RelativePath("dist/ui.js")
        return try PackageBuilder(bundler: Bundler(cache: BundleCache(folder: cache.path, entriesMax: 8)))
            .build(manifest, in: "\(folder.path)/packages/weather")
    }

    @Test func `both entries are built from source, and what they share is told once`() throws {
        let (folder, cache) = (try TemporaryFolder(Self.files), try TemporaryFolder())
        let outcome = try Self.build(folder, cache: cache)
        #expect(outcome.findings.map(\.code) == ["package.built-from-source", "bundle.warning", "package.built-from-source"])
        let warning = try #require(outcome.findings.first { $0.severity == .warning })
        #expect(warning.place.description == "tsconfig.json:1:12")
        #expect(warning.sentence.contains("../../tsconfig.base.json") && warning.remedy?.contains("tsconfig.json") == true)
        #expect(outcome.bundles.count == 2)
        let scripts = outcome.bundles.map { String(decoding: $0.script, as: UTF8.self) }
        #expect(scripts[0].contains(#"require("undici")"#))
        #expect(scripts[1].contains(#"require("react/jsx-runtime")"#) && scripts[1].contains(#"require("@forgeportal/plugin-sdk/react")"#))
    }

    @Test func `a file that both entries import is wrong once`() throws {
        let (folder, cache) = (try TemporaryFolder(Self.files), try TemporaryFolder())
        try folder.write("packages/weather/src/shared.ts", "export const place = ;\n")
        let outcome = try Self.build(folder, cache: cache)
        #expect(outcome.bundles.isEmpty)
        #expect(outcome.findings.filter { $0.severity == .error }.map { "\($0.code) \($0.place)" } == ["bundle.syntax src/shared.ts:1:22"])
    }
}
