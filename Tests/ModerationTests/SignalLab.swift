import Glibc
import HostCalls
import Hub
import HubCore
import JSON
import Moderation
import PluginModel
import PluginPackages
import PluginRuntime
import Rules
import Sandbox
import Synchronization
import Testing

/// Tests with real workers, one after the other: side by side they would measure each other.
@Suite(.serialized) enum LiveSignals {}

/// A real registry with integrations in real workers, and signals over it; its records are in memory.
final class SignalLab: Sendable {
    let folder: String
    let registry: PluginRegistry
    let store: MemoryHubStore
    let state: MemoryStateStore
    let signals: PluginSignals

    static let admin = Initiator(actor: "user-1", name: "Ada", correlation: "request-1")
    static let red = Organisation.ID("red")
    static let blue = Organisation.ID("blue")
    private static let key = VaultKey.make()

    /// One sandbox and one bundler for all tests.
    static let services: PluginServices = {
        do {
            var options = SandboxRuntime.Options(layout: try WorkerLayout.find())
            options.poolSize = 2
            return PluginServices(sandbox: options, bundler: Bundler(cache: BundleCache(folder: try temporaryFolder())))
        } catch { fatalError("\(error)") }
    }()

    static func temporaryFolder() throws -> String {
        var template = Array("/tmp/patchbay-signals-XXXXXX".utf8CString)
        guard mkdtemp(&template) != nil else { throw Incomplete("mkdtemp \(errno)") }
        return String(decoding: template.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }

    struct Incomplete: Error {
        let what: String
        init(_ what: String) { self.what = what }
    }

    /// - Parameter last: A lab that was stopped: the same disk and records under a registry that knows nothing yet.
    init(
        limits: SignalLimits = SignalLimits(), sandbox: SandboxLimits = SandboxLimits(), after last: SignalLab? = nil,
        adjust: (inout PluginRegistry.Parts) -> Void = { _ in }
    ) async throws {
        folder = try last?.folder ?? Self.temporaryFolder()
        (store, state) = (last?.store ?? MemoryHubStore(), last?.state ?? MemoryStateStore())
        let packages = try PackageStore(folder: folder + "/data", examiner: HubExaminer(services: Self.services))
        let vault = try await Vault.start(store: store, keyRing: KeyRing(active: Self.key))
        var parts = PluginRegistry.Parts(
            packages: packages, services: Self.services, store: store, secrets: vault, state: state, random: Entropy.system.bytes)
        parts.sandbox = sandbox
        adjust(&parts)
        registry = PluginRegistry(parts)
        _ = try await registry.start()
        signals = PluginSignals(registry: registry, limits: limits)
    }

    func end() async {
        await registry.stop()
        Self.remove(folder)
    }

    private static func remove(_ path: String) {
        var info = stat()
        guard lstat(path, &info) == 0 else { return }
        if info.st_mode & S_IFMT == S_IFDIR, let folder = opendir(path) {
            while let entry = readdir(folder) {
                let name = withUnsafePointer(to: &entry.pointee.d_name) {
                    $0.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
                }
                if name != ".", name != ".." { remove(path + "/" + name) }
            }
            closedir(folder)
            rmdir(path)
        } else {
            unlink(path)
        }
    }

    // MARK: Integrations

    /// Installs a package whose only file is `code`, a CommonJS module, and lets it run.
    @discardableResult
    func install(_ name: String, _ code: String, version: String = "1.0.0") async throws -> PluginID {
        let place = "\(folder)/source/\(name)-\(version)"
        for made in ["\(folder)/source", place] { mkdir(made, 0o755) }
        try Self.write(
            #"{"name":"@acme/\#(name)","version":"\#(version)","main":"index.js","dependencies":{"@roostorg/coop-types":"*"}}"#,
            to: place + "/package.json")
        try Self.write(code, to: place + "/index.js")
        let begun = try await registry.install(InstallRequest(.folder(place)), by: Self.admin)
        let deadline = ContinuousClock.now + .seconds(30)
        while ContinuousClock.now < deadline {
            let shown = try await registry.installation(begun.id)
            if shown.state.isOver {
                guard let id = shown.plugin else { throw Incomplete("\(shown)") }
                try await registry.consent(to: id, grants: [], by: Self.admin)
                return id
            }
            try await Task.sleep(for: .milliseconds(10))
        }
        throw Incomplete("the installation of \(name) is not over")
    }

    private static func write(_ text: String, to path: String) throws {
        guard let file = fopen(path, "we") else { throw Incomplete("\(path) \(errno)") }
        defer { fclose(file) }
        let bytes = Array(text.utf8)
        guard fwrite(bytes, 1, bytes.count, file) == bytes.count else { throw Incomplete("\(path) \(errno)") }
    }

    func configure(_ plugin: PluginID, _ organisation: Organisation.ID, _ values: JSONObject) async throws {
        _ = try await registry.configure(plugin, in: .organisation(organisation), ConfigurationChange(values: values), by: Self.admin)
    }

    /// A module of an integration. `signals` is the body of `createSignals({ getCredential })`, with `signal(type, run, more)` at hand.
    static func module(_ id: String, manifest: String = "requiresConfig: false", more: String = "", _ signals: String) -> String {
        """
        const sections = ['trainingData', 'policyAndTaxonomy', 'annotationMethodology', 'performanceBenchmarks', 'biasAndLimitations',
          'implementationGuidance', 'relevantLinks'].map((id) => ({ id, title: id, fields: [{ label: 'l', value: 'v' }] }));
        const signal = (type, run, more = {}) => ({ signalTypeId: type, signal: {
          id: { type }, displayName: type, description: 'about ' + type, docsUrl: null, recommendedThresholds: null,
          supportedLanguages: 'ALL', pricingStructure: { type: 'FREE' }, eligibleInputs: ['STRING'], outputType: { scalarType: 'NUMBER' },
          getCost: () => 3, run, getDisabledInfo: async () => ({ disabled: false }), needsMatchingValues: false, eligibleSubcategories: [],
          needsActionPenalties: false, integration: '\(id)', allowedInAutomatedRules: true, ...more } });
        const score = (score, outputType = { scalarType: 'NUMBER' }) => ({ outputType, score });
        module.exports = {
          manifest: { id: '\(id)', name: 'The \(id)', version: '1.0.0', modelCard: { modelName: 'm', version: '1', sections }, \(manifest) },
          createSignals: (context) => { const { getCredential } = context; \(signals) }, \(more)
        };
        """
    }

    // MARK: Deciding

    static let post = ItemType(
        id: "post", name: "Post",
        fields: [.init("text", .scalar(.string)), .init("language", .scalar(.string)), .init("lines", .array(of: .string))])

    static func items(_ texts: [String]) -> [Item] {
        texts.enumerated().map { index, text in
            Item(id: "\(index)", type: post, fields: [.one(.text(text)), nil, nil])
        }
    }

    static func asking(_ signal: String, _ comparator: Comparator? = nil, _ threshold: Score? = nil, subcategory: String? = nil) -> Rule {
        Rule(
            id: signal,
            conditions: ConditionSet(
                .and,
                [
                    .leaf(
                        LeafCondition(
                            .field(name: "text", typeID: "post"), signal: SignalChoice(signal, subcategory: subcategory), comparator,
                            threshold))
                ]))
    }

    /// Decides texts by rules, for an organisation.
    func decide(
        _ texts: [String], by rules: [Rule], for organisation: Organisation.ID, time: Duration = .seconds(5), items: [Item]? = nil
    ) async -> [ItemDecision] {
        let program = RuleProgram(rules, types: [Self.post], signals: await signals.signals(for: organisation))
        return await RuleEvaluator(program, runner: signals.runner(for: organisation), signalTime: time)
            .decide(items ?? Self.items(texts), orgID: organisation.rawValue, traces: .all)
    }
}

extension RuleResult {
    /// What became of its only condition.
    var result: JSONValue? { trace?.json["conditions"]?[0]?["result"] }
    var errorCode: String? { result?["error"]?["code"]?.stringValue }
}
