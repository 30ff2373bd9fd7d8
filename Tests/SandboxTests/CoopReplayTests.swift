import Glibc
import HostCalls
import JSON
import Manifests
import PluginModel
import PluginPackages
import PluginRuntime
import Sandbox
import Testing

/// The repository that these tests are part of, with a slash at its end.
private let repository = String(#filePath.dropLast("Tests/SandboxTests/CoopReplayTests.swift".count))

/// The facade for Coop in a real, confined worker, against the cases that every implementation of it replays.
@Suite struct CoopReplayTests {
    /// A folder of Conformance/coop.
    struct Case: Sendable, CustomTestStringConvertible {
        let testDescription: String
        var folder: String { "\(repository)Conformance/coop/\(testDescription)" }

        static let all: [Case] = {
            guard let directory = opendir("\(repository)Conformance/coop") else { return [] }
            defer { closedir(directory) }
            var names: [String] = []
            while let entry = readdir(directory) {
                let name = withUnsafeBytes(of: &entry.pointee.d_name) { String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self) }
                if !name.hasPrefix("."), access("\(repository)Conformance/coop/\(name)/case.json", R_OK) == 0 { names.append(name) }
            }
            return names.sorted().map(Case.init(testDescription:))
        }()
    }

    @Test func `the cases are there`() { #expect(Case.all.count >= 60) }

    /// One at a time: each starts a worker of its own.
    @Test(.serialized, arguments: Case.all) func `a published case replays in the sandbox`(_ c: Case) async throws {
        let plugin = try Self.plugin(Shared.bytes(of: "\(c.folder)/plugin.js"))
        let document = try JSONValue(parsing: Shared.bytes(of: "\(c.folder)/case.json"), limits: JSONLimits(loneSurrogates: .replace))
        let calls = try #require(document["calls"]?.arrayValue)
        try #require(!calls.isEmpty)
        for (index, call) in calls.enumerated() {
            let entry = try #require(call["entry"]?.stringValue)
            let answer = try await plugin.json(entry, call["argument"] ?? .null)
            let misfit = Self.misfit(answer, try #require(call["expected"]))
            #expect(misfit == nil, "call \(index), \(entry), gave \(answer.serialized())")
        }
        await plugin.stop()
    }

    private static func plugin(_ script: [UInt8]) throws -> RunnablePlugin {
        let services = Workshop.services
        let types = try services.layout.part("modules/coop-types")
        var settings = RunnablePlugin.Settings(log: MemoryLogSink())
        settings.policy = .forgiving
        return RunnablePlugin(
            id: try PluginID("test.coop"), version: "1.0.0",
            bundle: PluginBundle(
                script: script, scriptName: "plugin:test.coop/plugin.js", sourceMapBytes: [], contentHash: "", files: [], findings: [],
                wasCached: false),
            declared: [], modules: Dictionary(uniqueKeysWithValues: CoopPackages.providedModules.map { ($0, types) }),
            facade: PluginProgram.Facade(name: "coop", source: try services.layout.part("facades/coop")), settings: settings,
            services: services)
    }

    /// Where an answer does not fit what was expected, by the rules of Conformance/coop/README.md; nil where it does.
    private static func misfit(_ answer: JSONValue?, _ expected: JSONValue, at place: String = "") -> String? {
        switch (expected, answer) {
        case (.null, nil), (.null, .null?): return nil
        case (.object(let members), .object?):
            for (key, value) in members {
                if let misfit = misfit(answer?[key], value, at: "\(place)/\(key)") { return misfit }
            }
            return nil
        case (.array(let items), .array(let found)?) where items.count == found.count:
            for (index, value) in items.enumerated() {
                if let misfit = misfit(found[index], value, at: "\(place)/\(index)") { return misfit }
            }
            return nil
        case (.int, _), (.double, _): return answer?.doubleValue == expected.doubleValue ? nil : place + " differs"
        case (.string, _), (.bool, _): return answer == expected ? nil : place + " differs"
        default: return place + " is of another kind or length"
        }
    }
}

/// The example integration as `patchbay run` loads it.
@Suite struct CoopExampleTests {
    /// One text of the example's own list.
    struct Example: Sendable, CustomTestStringConvertible {
        let value: JSONValue
        var signal: String { value["signal"]?.stringValue ?? "" }
        var text: String { value["text"]?.stringValue ?? "" }
        var testDescription: String { "\(signal) on '\(text)'\(value["credential"] == nil ? "" : " with settings")" }

        static let all: [Example] = {
            let list = try? JSONValue(parsing: Shared.bytes(of: "\(repository)plugins/coop-phrase-signals/examples.json"))
            return (list?.arrayValue ?? []).map(Example.init(value:))
        }()
    }

    /// One worker for the whole table; it ends with this process.
    private static let example = Task {
        let finder = CoopPackages(folder: repository, bundler: Workshop.services.bundler)
        let outcome = await finder.loadOnOwnThread(.init(spec: "./plugins/coop-phrase-signals", isEnabled: true, index: 0))
        return try await LoadedCoopPackage.load(
            try #require(outcome.package, "\(outcome.findings)"), log: MemoryLogSink(), limits: SandboxLimits(), services: Workshop.services
        )
    }

    @Test func `the example loads without a complaint, with its signals and logos`() async throws {
        let loaded = try await Self.example.value
        #expect(loaded.findings.isEmpty, "\(loaded.findings)")
        #expect(Set(loaded.integration.signals.map(\.type)) == Set(Example.all.map(\.signal)))
        guard case .servable(_, "image/svg+xml") = loaded.logo else {
            Issue.record("the logo is \(String(describing: loaded.logo))")
            return
        }
    }

    @Test(arguments: Example.all) func `an example text gets the score its author promises`(_ example: Example) async throws {
        let loaded = try await Self.example.value
        let answer = try await loaded.plugin.json(
            "run",
            [
                "signalTypeId": .string(example.signal), "credential": example.value["credential"] ?? .null,
                "input": [
                    "signal": ["type": .string(example.signal)], "value": ["type": "STRING", "value": .string(example.text)],
                    "orgId": "local",
                ],
            ])
        let run = CoopRun(answer)
        if let error = example.value["error"]?.stringValue {
            guard case .failed(_, let message, _) = run else { Issue.record("no error but \(answer.serialized())"); return }
            #expect(message == error)
            return
        }
        guard case .scored(let score, _, let matched) = run else { Issue.record("\(answer.serialized())"); return }
        #expect(matched == example.value["matchedValue"]?.stringValue)
        switch (score, example.value["score"]) {
        case (.boolean(let flag), let expected?): #expect(expected.boolValue == flag)
        // The list rounds to four digits.
        case (.number(let number), let expected?): #expect(abs(number - (expected.doubleValue ?? .nan)) <= 0.000_05, "\(number)")
        default: Issue.record("\(answer.serialized())")
        }
    }

    @Test func `many texts in one message get what each gets alone`() async throws {
        let loaded = try await Self.example.value
        let examples = Example.all.filter { $0.signal == "QUESTION_PRESENT" }
        let runs = try await loaded.run("QUESTION_PRESENT", onTexts: examples.map(\.text), orgID: "local")
        let flags = runs.map { run -> Bool? in if case .scored(.boolean(let flag), _, _) = run { flag } else { nil } }
        #expect(flags == examples.map { $0.value["score"]?.boolValue })
        #expect(examples.count >= 5)
    }
}

/// A package's logos are looked at where they lie, when it is loaded.
@Suite struct CoopLogoTests {
    struct LogoCase: Sendable, CustomTestStringConvertible {
        let testDescription: String
        /// Members of the manifest, as JavaScript.
        let members: String
        /// The codes of what is found; nil when the package is refused.
        let findings: [String]?
        /// The path of the refusal's text.
        var outside = ""
        /// Whether each of the two logos may be served.
        var servable = [false, false]
    }

    @Test(
        .serialized,
        arguments: [
            LogoCase(testDescription: "none", members: "", findings: []),
            LogoCase(testDescription: "an address", members: "logoUrl: 'https://example.com/a.png',", findings: []),
            LogoCase(
                testDescription: "both inside", members: "logoPath: 'a.png', logoWithBackgroundPath: '/art/b.svg',", findings: [],
                servable: [true, true]),
            LogoCase(
                testDescription: "one missing", members: "logoPath: 'gone.png', logoWithBackgroundPath: 'art/b.svg',",
                findings: ["coop.logo-missing"], servable: [false, true]),
            LogoCase(
                testDescription: "both missing", members: "logoPath: 'gone.png', logoWithBackgroundPath: 'gone.svg',",
                findings: ["coop.logo-missing", "coop.logo-missing"]),
            LogoCase(testDescription: "no picture", members: "logoPath: 'index.js',", findings: ["coop.logo-type"]),
            LogoCase(testDescription: "a link out", members: "logoPath: 'out.png',", findings: nil, outside: "out.png"),
            LogoCase(
                testDescription: "the second through a folder that leads out",
                members: "logoPath: 'a.png', logoWithBackgroundPath: 'up/secret.png',", findings: nil, outside: "up/secret.png"),
            LogoCase(testDescription: "dots that lead out", members: "logoPath: '../secret.png',", findings: nil, outside: "../secret.png"),
        ]) func `what a manifest says of its logos`(_ c: LogoCase) async throws
    {
        let folder = try Self.package(members: c.members)
        defer { Self.remove(folder) }
        let outcome = await CoopPackages(folder: folder, bundler: Workshop.services.bundler)
            .loadOnOwnThread(.init(spec: "./p", isEnabled: true, index: 0))
        let package = try #require(outcome.package, "\(outcome.findings)")
        do throws(Fault) {
            let loaded = try await LoadedCoopPackage.load(
                package, log: MemoryLogSink(), limits: SandboxLimits(), services: Workshop.services)
            await loaded.plugin.stop()
            let codes = loaded.findings.map(\.code).filter { $0.hasPrefix("coop.logo") }
            #expect(codes == c.findings)
            #expect(loaded.findings.errors.isEmpty)
            #expect([loaded.logo, loaded.logoWithBackground].map { if case .servable = $0 { true } else { false } } == c.servable)
        } catch {
            let fault = error
            #expect(c.findings == nil, "\(fault)")
            #expect(fault.code == "coop.logo-outside")
            #expect(fault.message == "Integration \"LOGO_DEMO\" logo path must be inside the package: \(c.outside)")
            #expect(fault.turn == .plugin && fault.remedy != nil)
        }
    }

    /// A folder with a package `p` and, beside it, a picture that is none of its business.
    private static func package(members: String) throws -> String {
        var template = Array("/tmp/patchbay-tests-XXXXXX".utf8CString)
        guard let made = mkdtemp(&template) else { throw POSIXFailure(errno) }
        let folder = String(cString: made)
        for name in ["p", "p/art"] { mkdir("\(folder)/\(name)", 0o755) }
        let sections = [
            "trainingData", "policyAndTaxonomy", "annotationMethodology", "performanceBenchmarks", "biasAndLimitations",
            "implementationGuidance", "relevantLinks",
        ].map { "{ id: '\($0)', title: '\($0)', fields: [{ label: 'a', value: 'b' }] }" }.joined(separator: ", ")
        let script = """
            exports.default = { manifest: { id: 'LOGO_DEMO', name: 'Logo', version: '1.0.0', requiresConfig: false, \(members)
              modelCard: { modelName: 'm', version: '1', sections: [\(sections)] } }, createSignals: () => [] };
            """
        for (name, text) in [
            "p/package.json": #"{"name": "logo-demo", "main": "index.js"}"#, "p/index.js": script, "p/a.png": "", "p/art/b.svg": "<svg/>",
            "secret.png": "",
        ] {
            guard let file = fopen("\(folder)/\(name)", "we") else { throw POSIXFailure(errno) }
            fputs(text, file)
            fclose(file)
        }
        guard symlink("../secret.png", "\(folder)/p/out.png") == 0, symlink("..", "\(folder)/p/up") == 0 else { throw POSIXFailure(errno) }
        return folder
    }

    private static func remove(_ folder: String) {
        for name in ["p/package.json", "p/index.js", "p/a.png", "p/art/b.svg", "p/out.png", "p/up", "secret.png"] {
            unlink("\(folder)/\(name)")
        }
        for name in ["/p/art", "/p", ""] { rmdir(folder + name) }
    }

    private struct POSIXFailure: Error {
        let reason: String
        init(_ code: Int32) { reason = String(cString: strerror(code)) }
    }
}
