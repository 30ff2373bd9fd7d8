import Glibc
import HostCalls
import Manifests
import PluginModel
import PluginPackages
import PluginRuntime
import Sandbox
import Testing

/// Packages of Coop's read as `patchbay plugin validate` reads them.
@Suite struct CoopReadingTests {
    /// The checkout this file lies in, with a slash at its end.
    private static let repository = String(#filePath.dropLast("Tests/SandboxTests/CoopReadingTests.swift".count))

    private static func read(_ folder: String) async throws(Fault) -> PackageReading {
        try await LoadedCoopPackage.reading(of: folder, log: MemoryLogSink(), limits: SandboxLimits(), services: Workshop.services)
    }

    private static func package(_ script: String) throws -> String {
        var template = Array("/tmp/patchbay-tests-XXXXXX".utf8CString)
        let made = try #require(mkdtemp(&template))
        let folder = String(cString: made)
        for (name, text) in [("package.json", #"{"name": "@acme/read-me", "version": "1.2.3", "main": "index.js"}"#), ("index.js", script)]
        {
            let file = try #require(fopen("\(folder)/\(name)", "wxe"))
            fputs(text, file)
            fclose(file)
        }
        return folder
    }

    private static func remove(_ folder: String) {
        for name in ["package.json", "index.js"] { unlink("\(folder)/\(name)") }
        rmdir(folder)
    }

    @Test func `the example is read into the one model, and the second time without a worker`() async throws {
        let folder = "\(Self.repository)plugins/coop-phrase-signals"
        let reading = try await Self.read(folder)
        // Its build output is not kept with it.
        #expect(reading.findings.filter { $0.severity != .notice } == [], "\(reading.findings)")
        #expect(reading.format == .coop)
        let manifest = try #require(reading.manifest)
        #expect(manifest.contributionCounts[.signal, default: 0] > 0 && manifest.dialect != nil && manifest.entry != nil)
        #expect(reading.claim.id == manifest.id.rawValue)
        // Services that could start no worker: what the package said has to come from the cache.
        let layout = WorkerLayout(executable: "/nonexistent/patchbay-worker", runtime: Workshop.services.layout.runtime)
        var options = SandboxRuntime.Options(layout: layout)
        options.poolSize = 0
        let broken = PluginServices(sandbox: options, bundler: Workshop.services.bundler)
        let again = try await LoadedCoopPackage.reading(of: folder, log: MemoryLogSink(), limits: SandboxLimits(), services: broken)
        await broken.stop()
        #expect(again.manifest == manifest)
    }

    @Test func `what is wrong with a package are findings in upstream's words`() async throws {
        let folder = try Self.package("exports.default = { manifest: { id: 'X' } };")
        defer { Self.remove(folder) }
        let reading = try await Self.read(folder)
        let spec = "./\(folder.split(separator: "/").last ?? "")"
        #expect(
            reading.findings.errors.first?.sentence
                == "Integration package \"\(spec)\" does not export a valid CoopIntegrationPlugin (manifest with id, name, version, requiresConfig)."
        )
        #expect(reading.manifest == nil)
        #expect(reading.claim == .init(id: "acme.read-me", name: "@acme/read-me", version: "1.2.3"))
    }

    @Test func `a package that throws while it loads is told so, and not cached`() async throws {
        let folder = try Self.package("throw new Error('no luck');")
        defer { Self.remove(folder) }
        for _ in 0..<2 {
            let reading = try await Self.read(folder)
            let finding = try #require(reading.findings.errors.first)
            #expect(finding.code == "coop.cannot-load")
            #expect(finding.sentence.hasPrefix("Failed to load integration package \"./") && finding.sentence.contains("no luck"))
        }
    }

    @Test func `a folder without an entry is a finding`() async throws {
        let reading = try await Self.read("/tmp/patchbay-no-such-folder")
        #expect(reading.findings.errors.map(\.code) == ["coop.cannot-load"] && !reading.isValid)
    }
}
