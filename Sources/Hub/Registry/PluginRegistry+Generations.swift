import HostCalls
import HubCore
import JSON
import Manifests
import PluginModel
import PluginPackages
import PluginRuntime
import Sandbox

extension PluginRegistry {
    // MARK: Code

    /// The code of one version, built or from the cache. Throws `plugin.no-code` for plugins of formats that this hub does not run.
    func generation(_ reading: VersionReading, of id: PluginID) async throws(Fault) -> Generation {
        guard let manifest = reading.manifest else { throw RegistryFault.noVersion(id) }
        let folder = reading.folder
        switch manifest.format {
        case .patchbay where manifest.entry != nil:
            let outcome = try await PackageBuilder(bundler: parts.services.bundler).buildOnOwnThread(manifest, in: folder)
            guard let bundle = outcome.bundles.first else {
                let first = outcome.findings.errors.first
                throw Fault(
                    code: first?.code ?? "plugin.no-code", message: first?.sentence ?? "The code of '\(id)' cannot be built.",
                    place: first?.place.description, remedy: first?.remedy, turn: .plugin)
            }
            return Generation(plugin: id, name: reading.name, manifest: manifest, code: .native(bundle))
        case .coop:
            guard let slash = folder.lastIndex(of: "/") else { throw RegistryFault.noVersion(id) }
            let packages = CoopPackages(folder: String(folder[..<slash]), bundler: parts.services.bundler)
            let outcome = await packages.loadOnOwnThread(.init(spec: "./" + folder[folder.index(after: slash)...]))
            if let fault = outcome.fault { throw fault }
            guard let package = outcome.package else {
                let first = outcome.findings.errors.first
                throw Fault(
                    code: first?.code ?? "coop.cannot-load", message: first?.sentence ?? "The code of '\(id)' cannot be built.",
                    place: first?.place.description, remedy: first?.remedy, turn: .plugin)
            }
            return Generation(plugin: id, name: reading.name, manifest: manifest, code: .coop(package))
        case .patchbay, .coco, .madeOpen, .forgePortal: throw RegistryFault.noCode(id)
        }
    }

    // MARK: Instances

    /// One version with the settings of one scope, not yet started.
    func instance(
        of generation: Generation, _ scope: ConfigurationScope, layers: ConfigurationLayers, granted: GrantSet,
        trying texts: [String: String] = [:]
    ) async throws(Fault) -> Instance {
        let id = generation.plugin
        guard let live = directory.live(id) else { throw RegistryFault.notFound(id.rawValue) }
        let secrets = try await open(layers, of: id).merging(texts) { _, new in new }
        let sink = InstanceLogSink(
            plugin: id, version: generation.version, organisation: scope.organisation, log: live.log, events: events, onward: parts.log)
        switch generation.code {
        case .coop(let package):
            var limits = sandbox(of: id)
            // A loop is known by it early enough for the other values of its message.
            limits.callCPUTime = min(limits.callCPUTime, CoopAskingLimits.callCPUTime)
            var settings = RunnablePlugin.Settings(log: sink)
            (settings.granted, settings.limits, settings.policy) = (granted, limits, parts.policy)
            settings.redacted = Array(secrets.values)
            let loaded = try await LoadedCoopPackage.load(package, settings: settings, services: parts.services)
            return Instance(.coop(loaded), scope: scope, redactor: Redactor(secrets: secrets.values))
        case .native(let bundle):
            var settings = RunnablePlugin.Settings(log: sink)
            (settings.granted, settings.limits, settings.policy) = (granted, sandbox(of: id), parts.policy)
            settings.state = parts.state
            settings.configuration = layers.values
            var sent: [HTTPSecret] = []
            for field in layers.fields {
                guard field.isSecret, let text = secrets[field.key] else { continue }
                if let use = field.secretUse {
                    sent.append(contentsOf: try [Self.sent(text, use, granted)].compactMap(\.self))
                } else {
                    settings.configuration[field.key] = .string(text)
                }
            }
            settings.secrets = HTTPSecrets(sent)
            settings.redacted = Array(secrets.values)
            var modules: [String: PluginProgram.Source] = [:]
            do throws(WorkerLayout.NotFound) {
                for name in PackageBuilder.providedModules(.patchbay) {
                    modules[name] = try parts.services.layout.part(
                        "modules/" + name.dropFirst().map { $0 == "/" ? "-" : String($0) }.joined())
                }
            } catch { throw Fault(code: "hub.incomplete", message: error.description, remedy: "Build it: make build", turn: .hub) }
            let plugin = RunnablePlugin(
                id: id, version: generation.version, bundle: bundle, declared: generation.manifest.permissions.compactMap(\.permission),
                modules: modules, settings: settings, services: parts.services)
            return Instance(.native(plugin), scope: scope, redactor: Redactor(secrets: Array(secrets.values) + settings.secrets.texts))
        }
    }

    /// The limits of a plugin's workers: the hub's, but for what a configuration file says.
    private func sandbox(of id: PluginID) -> SandboxLimits {
        var limits = parts.sandbox
        guard let file = entries[id]?.file else { return limits }
        if let callTime = file.callTime { limits.callTime = callTime }
        if let memoryBytes = file.memoryBytes { limits.memoryBytes = memoryBytes }
        return limits
    }

    /// A secret that the hub sends, for those of its hosts that the plugin may connect to; nil when none is left.
    private static func sent(_ text: String, _ use: ConfigField.SecretUse, _ granted: GrantSet) throws(Fault) -> HTTPSecret? {
        let hosts = use.hosts.compactMap { try? Permission(parsing: "network:outbound:\($0)") }
            .filter { host in granted.permissions.contains { $0.overlaps(host) } }
        guard !hosts.isEmpty else { return nil }
        switch use {
        case .header(let name, let prefix, _):
            guard HTTPSecrets.mayCarry(header: name), HTTPSecrets.fitsHeader(prefix + text) else { return nil }
            return HTTPSecret(hosts: hosts, use: .header(name: name, prefix: prefix), value: text)
        case .query(let name, _): return HTTPSecret(hosts: hosts, use: .query(name: name), value: text)
        case .basic(let user, _): return HTTPSecret(hosts: hosts, use: .basic(user: user), value: text)
        case .hmac(let header, let algorithm, _):
            guard HTTPSecrets.mayCarry(header: header), let sign = Signatures.hmac(algorithm, key: Array(text.utf8)) else { return nil }
            return HTTPSecret(hosts: hosts, use: .signature(header: header, prefix: "", sign: sign), value: text)
        }
    }

    /// The texts of all secrets of these layers, by key.
    func open(_ layers: ConfigurationLayers, of id: PluginID) async throws(Fault) -> [String: String] {
        var texts: [String: String] = [:]
        var places: [SecretPlace] = []
        for (key, origin) in layers.secrets {
            switch origin {
            case .text(let text): texts[key] = text
            case .sealed(let scope): places.append(SecretPlace(organisation: scope.secretOrganisation, owner: id.rawValue, field: key))
            }
        }
        guard !places.isEmpty else { return texts }
        let wanted = places
        let sealed = try await parts.store.read { (records) throws(Fault) -> [SealedSecret] in
            var found: [SealedSecret] = []
            for place in wanted { if let secret = try records.secret(at: place) { found.append(secret) } }
            return found
        }
        for secret in sealed { texts[secret.place.field] = try parts.secrets.text(of: secret) }
        return texts
    }

    // MARK: On demand

    /// Makes somebody ready for a scope that is called, once, however many ask at the same time.
    func makeReady(_ id: PluginID, _ scope: ConfigurationScope) async throws(Fault) {
        let key = Making(plugin: id, scope: scope)
        let task: Task<Void, any Error>
        if let known = making[key] {
            task = known
        } else {
            task = Task { try await self.make(id, scope) }
            making[key] = task
        }
        do {
            try await task.value
            if making[key] == task { making[key] = nil }
        } catch {
            if making[key] == task { making[key] = nil }
            throw error as? Fault ?? RegistryFault.stopping
        }
    }

    private func make(_ id: PluginID, _ scope: ConfigurationScope) async throws(Fault) {
        // What is ready may be of yesterday when settings or versions change meanwhile; then it is made again.
        for _ in 0..<Self.makingsMax {
            let entry = try entry(id)
            guard let live = directory.live(id), let reading = entry.reading else { throw RegistryFault.noVersion(id) }
            if let refusal = live.desk.refusalOfAll { throw refusal }
            let generation: Generation
            if let known = live.desk.generation, known.name == reading.name {
                generation = known
            } else {
                generation = try await self.generation(reading, of: id)
                if entry.record.fallbackVersion != nil { generation.beginTrial(await trialPolicy()) }
                guard entries[id]?.record.revision == entry.record.revision else { continue }
                guard live.desk.generation == nil else { continue }
                _ = live.desk.change { $0.generation = generation }
            }
            guard let layers = entry.layers(scope.organisation, environment: parts.environment) else { throw RegistryFault.noVersion(id) }
            // A place first: whoever is being started costs as much as one that runs.
            switch try await reserve(scope, in: generation, live) {
            case .made: return
            case .again: continue
            case .reserved: break
            }
            let made: Instance
            do throws(Fault) {
                made = try await instance(of: generation, scope, layers: layers, granted: entry.granted)
            } catch {
                generation.release(scope)
                note(
                    error, entry: "(load)", for: scope.organisation, generation: generation, live: live, trial: .broke("it did not load"))
                throw error
            }
            let isCurrent =
                live.desk.generation === generation && entries[id]?.record.revision == entry.record.revision
                && entries[id]?.settings == entry.settings
            if !isCurrent { generation.release(scope) }
            if isCurrent, generation.place(made) { return }
            await made.plugin.stop()
        }
        throw RegistryFault.busy(id)
    }

    private enum Reservation {
        case reserved
        /// Somebody else was quicker.
        case made
        /// The generation is over.
        case again
    }

    /// Finds a place, where all are taken by ending the one that rested longest.
    private func reserve(
        _ scope: ConfigurationScope, in generation: Generation, _ live: PluginLive
    ) async throws(Fault) -> Reservation {
        let deadline = ContinuousClock.now + limits.placeTime
        while true {
            switch generation.reserve(scope, max: limits.scopesMax) {
            case .reserved(after: let rested?):
                collect(rested, of: live)
                await rested.plugin.stop()
                return .reserved
            case .reserved(after: nil): return .reserved
            case .taken: return .made
            case .over: return .again
            case .full:
                guard ContinuousClock.now < deadline, !isStopping else {
                    throw RegistryFault.tooManyOrganisations(live.id, max: limits.scopesMax)
                }
                try? await Task.sleep(for: Self.placingPause)
            }
        }
    }

    private static let placingPause = Duration.milliseconds(5)

    private static let makingsMax = 8

    /// Takes what runs away and lets the next call begin anew with what is decided now; calls in flight finish.
    func renew(_ id: PluginID) {
        guard let live = directory.live(id) else { return }
        entries[id]?.renewals += 1
        if let old = live.desk.change({ $0.generation = nil }) { drain(old) }
    }

    /// The same for the settings of one scope alone: an organisation's are no reason to end another's worker.
    func renew(_ id: PluginID, _ scope: ConfigurationScope) {
        guard scope.organisation != nil else { return renew(id) }
        guard let live = directory.live(id), let old = live.desk.generation?.forget(scope) else { return }
        old.close()
        entries[id]?.draining += 1
        Task {
            await old.drain(within: limits.drainTime)
            collect(old, of: live)
            entries[id]?.draining -= 1
            events.publish(.plugin(id))
        }
    }
}
