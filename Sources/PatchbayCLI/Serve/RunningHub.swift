import Glibc
import HTTPServer
import HostCalls
import Hub
import HubAPI
import HubCore
import JSON
import Moderation
import PluginModel
import PluginPackages
import PluginRuntime
import Sandbox
import Storage

/// A hub that answers: every room put together, started in order and stopped in the other.
final class RunningHub: Sendable {
    private let server: HTTPServer
    private let registry: PluginRegistry
    private let services: PluginServices
    private let store: SQLStore
    private let accounts: Accounts
    private let moderation: Moderation
    private let housekeeping: Task<Void, Never>
    private let takingAway: Task<Void, Never>
    private let watching: Task<Void, Never>?
    private let lock: FolderLock
    /// Of requests to the provider people sign in at; nil where there is none.
    private let outsideLoop: HostLoop?
    private let webhookLoop: HostLoop
    /// What whoever started it reads.
    let greeting: [String]

    private init(
        server: HTTPServer, registry: PluginRegistry, services: PluginServices, store: SQLStore, accounts: Accounts, moderation: Moderation,
        lock: FolderLock, outsideLoop: HostLoop?, webhookLoop: HostLoop, watching: Task<Void, Never>?, greeting: [String],
        log: @escaping @Sendable (String) -> Void
    ) {
        self.watching = watching
        self.moderation = moderation
        (self.server, self.registry, self.services, self.store) = (server, registry, services, store)
        (self.accounts, self.lock, self.outsideLoop, self.greeting) = (accounts, lock, outsideLoop, greeting)
        self.webhookLoop = webhookLoop
        housekeeping = Task { await Self.keepHouse(accounts, store, moderation.desk) }
        takingAway = Task { await accounts.keepTakingAway(log: log) }
    }

    /// Returns when the hub answers. `log` gets a line for whatever an operator should know.
    static func start(_ options: ServeOptions, log: @escaping @Sendable (String) -> Void) async throws(Fault) -> RunningHub {
        raiseFileLimit()
        let oidc = try OIDCSettings.read(options.environment)
        let layout = try layout()
        let machine = await MachineLook.take(layout)
        let waived = try machine.waived(allowsDegraded: options.allowsDegraded)
        let folders = try DataFolders(options.data)
        let lock = try await FolderLock.take(folders.root, as: .hub)
        let store = try await HubStores.open(
            options.database ?? folders.database,
            HubStoreOptions(backupFolder: folders.backups, isBackupWaived: options.waivesBackup))
        do throws(Fault) {
            return try await start(
                options, layout: layout, machine: machine, waived: waived, folders: folders, store: store, lock: lock, oidc: oidc,
                log: log)
        } catch {
            await store.close()
            lock.release()
            throw error
        }
    }

    private static func start(
        _ options: ServeOptions, layout: WorkerLayout, machine: MachineLook, waived: Set<String>, folders: DataFolders, store: SQLStore,
        lock: FolderLock, oidc: OIDCSettings?, log: @escaping @Sendable (String) -> Void
    ) async throws(Fault) -> RunningHub {
        let vault = try await Vault.start(store: store, keyFile: KeyFile(path: folders.vaultKey), environment: options.environment)
        let accounts = Accounts(store: store, hasher: PasswordHasher())
        let needsSetUp = try await accounts.needsSetUp()
        guard options.isLoopback || !needsSetUp else {
            throw Fault(
                code: "hub.not-set-up", message: "This hub has no account yet, so it listens on this machine only.",
                place: "--host \(options.host)",
                remedy: "Start it without --host, make the first account, then start it again.", turn: .operator)
        }
        var sandbox = SandboxRuntime.Options(layout: layout)
        sandbox.waivedLayers = waived
        let services = PluginServices(sandbox: sandbox, bundler: Bundler(cache: BundleCache(folder: folders.bundles)))
        do throws(Fault) {
            let integrations = IntegrationsFile(options, folders)
            let named = integrations?.first() ?? IntegrationsFile.Content()
            for note in named.notes { log(note) }
            let registry = try registry(options, named.entries, folders, services, store, vault, log)
            let report = try await registry.start()
            for note in report.notes { log("note \(note.code): \(note.message)") }
            return try await serve(
                options, machine, waived, folders, store, vault, accounts, needsSetUp, services, registry, lock, oidc,
                plugins: report.plugins, integrations: integrations, sources: named.sources, log)
        } catch {
            await services.stop()
            throw error
        }
    }

    private static func registry(
        _ options: ServeOptions, _ said: [FileEntry], _ folders: DataFolders, _ services: PluginServices, _ store: SQLStore, _ vault: Vault,
        _ log: @escaping @Sendable (String) -> Void
    ) throws(Fault) -> PluginRegistry {
        let packages: PackageStore
        do throws(StoreError) {
            packages = try PackageStore(folder: folders.root, examiner: HubExaminer(services: services, builds: true))
        } catch { throw error.fault }
        var parts = PluginRegistry.Parts(
            packages: packages, services: services, store: store, secrets: vault, state: store,
            random: Entropy.system.bytes)
        parts.environment = options.environment
        options.configuration.apply(to: &parts)
        parts.files += said
        if options.logsAsJSON { parts.log = DescriptorLogSink(form: .jsonLines) }
        return PluginRegistry(parts)
    }

    private static func serve(
        _ options: ServeOptions, _ machine: MachineLook, _ waived: Set<String>, _ folders: DataFolders, _ store: SQLStore, _ vault: Vault,
        _ accounts: Accounts, _ needsSetUp: Bool, _ services: PluginServices, _ registry: PluginRegistry, _ lock: FolderLock,
        _ oidc: OIDCSettings?, plugins: Int, integrations: IntegrationsFile?, sources: [PackageSource],
        _ log: @escaping @Sendable (String) -> Void
    ) async throws(Fault) -> RunningHub {
        // The port is known only when the server listens, and the routes have to know it.
        let late = LateDispatcher()
        let server: HTTPServer
        let bound: ListenAddress
        do throws(ServerError) {
            let configuration = HTTPServerConfiguration(addresses: [ListenAddress(host: options.host, port: options.port)])
            server = try HTTPServer(configuration: configuration, dispatcher: late)
            bound = try server.start()[0]
        } catch {
            throw Fault(
                code: "hub.cannot-listen", message: "\(error)", place: "\(options.host):\(options.port)",
                remedy: "Choose another port with --port, or end what listens there.", turn: .operator)
        }
        let shownHost = options.host.contains(":") ? "[\(options.host)]" : options.host
        // Nobody types 0.0.0.0; on this machine the hub is at the loopback address then too.
        let publicURL = options.publicURL ?? "http://\(options.isEverywhere ? "127.0.0.1" : shownHost):\(bound.port)"
        let names = hosts(options, publicURL)
        let size = store
        var facts = HubFacts(
            publicURL: publicURL, origins: names.map { "http://\($0):\(bound.port)" } + [publicURL], bind: "\(shownHost):\(bound.port)",
            databaseKind: options.database == nil ? "SQLite" : "PostgreSQL", databaseBytes: { (try? await size.byteCount()) ?? 0 },
            machine: machine.report.json, layers: machine.layers, waivedLayers: waived.sorted(), stores: options.stores,
            npmFolder: folders.root, startedAt: Timestamp.system(), uploads: folders.uploads,
            interface: interface(options.environment, machine),
            pageSuffix: options.pageSuffix, isSecure: publicURL.hasPrefix("https://"))
        facts.trustedProxies = Set(options.trustedProxies)
        let outsideLoop = oidc.map { _ in HostLoop(name: "pb-oidc") }
        var outside = OutsideSignIn()
        if let oidc, let outsideLoop {
            outside.places = [try await oidc.place(publicURL: publicURL, vault: vault, loop: outsideLoop)]
        }
        let webhookLoop = HostLoop(name: "pb-webhooks")
        var judging = Moderation.Parts(store: store, events: registry.events)
        (judging.vault, judging.http, judging.log) = (vault, HTTPService(loop: webhookLoop), log)
        let signals = PluginSignals(registry: registry, contexts: ContextBook(store: store, events: registry.events))
        judging.signals = signals
        judging.networks = try WebhookNetworks(reading: options.environment[WebhookNetworks.variable] ?? "")
        let moderation = Moderation(judging)
        registry.setRules { [weak moderation] signals in await moderation?.rules.names(asking: signals) ?? [] }
        try await moderation.start()
        let parts = HubParts(
            registry: registry, accounts: accounts, vault: vault, store: store, facts: facts, log: RequestLog(log),
            shelf: StoreShelf(folders: options.stores, examiner: HubExaminer(services: services)),
            outside: outside, moderation: moderation, signals: signals)
        do { late.set(try HubAPI(parts).dispatcher(hosts: names)) } catch {
            throw Fault(code: "hub.unexpected", message: "\(error)", remedy: "Please report this.", turn: .hub)
        }
        if facts.interface == nil { log("note: the web interface was not built, so there is the API alone: make build") }
        if names.allSatisfy(ownNames.contains), !options.isLoopback {
            log(
                "note: the hub answers by \(names.joined(separator: ", ")) only; tell it the name people use: --public-url http://NAME:\(bound.port)"
            )
        }
        if let seed = options.seed, plugins == 0 { await Seeding.install(seed, into: registry, log: log) }
        await Seeding.install(options.configuration.sources + sources, into: registry, log: log)
        var greeting = ["Patchbay \(hubVersion) answers at \(publicURL)"]
        if let code = try await accounts.prepareSetUp() {
            greeting += ["", "Make the first account; this link works once:", "  \(publicURL)/setup#code=\(code)"]
        } else {
            greeting.append("Sign in with your e-mail address; a lost password: patchbay admin reset-password EMAIL")
        }
        if !waived.isEmpty {
            greeting.append("The sandbox is NOT whole here: \(waived.sorted().joined(separator: ", ")). See patchbay doctor.")
        }
        HubAddress.write(publicURL, in: folders.root)
        return RunningHub(
            server: server, registry: registry, services: services, store: store, accounts: accounts, moderation: moderation,
            lock: lock, outsideLoop: outsideLoop, webhookLoop: webhookLoop,
            watching: integrations.map { file in Task { await file.watch(registry, log: log) } }, greeting: greeting, log: log)
    }

    /// Until the task is cancelled.
    func run() async { await server.run() }

    /// Answers what is in hand, then closes everything in the other order.
    func stop() async {
        housekeeping.cancel()
        takingAway.cancel()
        watching?.cancel()
        await server.shutdown(grace: .seconds(10))
        await moderation.stop()
        await registry.stop()
        await services.stop()
        outsideLoop?.stop()
        webhookLoop.stop()
        await store.close()
        lock.release()
    }

    // MARK: Parts

    private static func layout() throws(Fault) -> WorkerLayout {
        do throws(WorkerLayout.NotFound) { return try WorkerLayout.find() } catch {
            throw Fault(code: "hub.incomplete", message: error.description, remedy: "Build it: make build", turn: .hub)
        }
    }

    private static let ownNames = ["127.0.0.1", "localhost", "[::1]"]

    /// The names by which the hub answers; a request for any other is refused (DNS rebinding).
    private static func hosts(_ options: ServeOptions, _ publicURL: String) -> [String] {
        var names = ownNames
        if !options.isEverywhere { names.append(options.host.contains(":") ? "[\(options.host)]" : options.host) }
        if let authority = publicURL.split(separator: "/").dropFirst().first, let parsed = Authority(parsing: String(authority)) {
            names.append(parsed.host)
        }
        return Array(Set(names)).sorted()
    }

    /// The built web interface: beside the worker's runtime, or where the environment says.
    private static func interface(_ environment: [String: String], _ machine: MachineLook) -> String? {
        let folder = environment["PATCHBAY_WEB"] ?? Files.absolute("../web", from: machine.runtime)
        return access(folder + "/index.html", R_OK) == 0 ? folder : nil
    }

    /// Connections, workers and files need descriptors; a login's usual 1,024 are few.
    private static func raiseFileLimit() {
        var limit = rlimit()
        guard getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit) == 0 else { return }
        limit.rlim_cur = min(limit.rlim_max, 65_536)
        setrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit)
    }

    /// Every hour: what is over goes.
    private static func keepHouse(_ accounts: Accounts, _ store: SQLStore, _ desk: ItemDesk) async {
        while !Task.isCancelled {
            // A round that fails is tried again in an hour; what is over opens nothing meanwhile.
            _ = try? await accounts.sweep()
            let day = Timestamp.system().advanced(by: .seconds(-24 * 3600))
            _ = try? await store.write { (records) throws(Fault) in try records.removeAnswers(before: day) }
            try? await desk.sweep()
            try? await Task.sleep(for: .seconds(3600))
        }
    }
}
