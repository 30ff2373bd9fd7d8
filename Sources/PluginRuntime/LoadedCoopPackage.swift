package import HostCalls
package import JSON
package import Manifests
package import PluginModel
package import PluginPackages
package import Sandbox
internal import Synchronization

/// An integration in Coop's format, loaded: its manifest as data, its signals ready to run in a worker of their own.
package final class LoadedCoopPackage: Sendable {
    package let integration: CoopIntegration
    package let findings: [Finding]
    package let plugin: RunnablePlugin
    /// Pictures that lie in the package; nil where the manifest names none, or an address.
    package let logo: PackageLogo?
    package let logoWithBackground: PackageLogo?
    /// Numbers for values on their way, so that the worker can say which one it works on. Never 0, and different for all that may be at once.
    let marks = Atomic<UInt32>(1)
    /// Values that brought the worker down, and until when they are not asked about.
    let culprits = Mutex<[CoopCulprit: ContinuousClock.Instant]>([:])

    private init(integration: CoopIntegration, findings: [Finding], plugin: RunnablePlugin, logos: [PackageLogo?]) {
        self.integration = integration
        self.findings = findings
        self.plugin = plugin
        (logo, logoWithBackground) = (logos[0], logos[1])
    }

    /// The same with nothing granted.
    package static func load(_ package: CoopPackage, log: any LogSink, limits: SandboxLimits, services: PluginServices) async throws(Fault)
        -> LoadedCoopPackage
    {
        var settings = RunnablePlugin.Settings(log: log)
        settings.limits = limits
        return try await load(package, settings: settings, services: services)
    }

    /// Evaluates a package in a worker, and reads what it says about itself. The upstream's error texts are kept (contracts of Coop,
    /// section 10). Of the settings it gets no configuration: that is each organisation's, and comes with its calls.
    package static func load(
        _ package: CoopPackage, settings: RunnablePlugin.Settings, services: PluginServices
    ) async throws(Fault) -> LoadedCoopPackage {
        let plugin = try runnable(package, settings: settings, services: services)
        do throws(Fault) {
            let description = try await plugin.json("describe", .null)
            let reading = CoopIntegration.read(description: description, spec: package.spec)
            guard let integration = reading.manifest else { throw refusal(of: package, reading.findings) }
            let logos = [integration.logo, integration.logoWithBackground].map { look($0, of: integration.id, in: package.resolved) }
            let findings = reading.findings + logos.compactMap { $0?.finding }
            guard findings.errors.count == reading.findings.errors.count else {
                throw refusal(of: package, logos.compactMap { $0?.finding } + reading.findings)
            }
            return LoadedCoopPackage(integration: integration, findings: findings, plugin: plugin, logos: logos)
        } catch {
            await plugin.stop()
            guard error.code == "plugin.load-failed" else { throw error }
            var fault = error
            fault.message = CoopText.cannotLoad(package.spec, error.message)
            throw fault
        }
    }

    /// The package in a worker to be.
    static func runnable(
        _ package: CoopPackage, settings given: RunnablePlugin.Settings, services: PluginServices
    ) throws(Fault) -> RunnablePlugin {
        var settings = given
        // A message asks about many values, each with a request of its own; they wait for each other as far as the worker may ask at all.
        settings.http.waitingMax = max(settings.http.waitingMax, settings.limits.hostCallsOpen)
        let modules: [String: PluginProgram.Source]
        let facade: PluginProgram.Facade
        do throws(WorkerLayout.NotFound) {
            let types = try services.layout.part("modules/coop-types")
            modules = Dictionary(uniqueKeysWithValues: CoopPackages.providedModules.map { ($0, types) })
            facade = PluginProgram.Facade(name: "coop", source: try services.layout.part("facades/coop"))
        } catch { throw Fault(code: "hub.incomplete", message: error.description, remedy: "Build it: make build", turn: .hub) }
        return RunnablePlugin(
            id: package.pluginID, version: package.resolved.version ?? "0.0.0", bundle: package.bundle,
            declared: CoopPermissions.read(package.resolved.permissions, spec: package.spec).requests.compactMap(\.permission),
            asking: .openForNetwork, modules: modules, facade: facade, settings: settings, services: services)
    }

    /// The first error in upstream's words, which stop at the first; the other findings beneath it.
    private static func refusal(of package: CoopPackage, _ findings: [Finding]) -> Fault {
        let first = findings.errors.first ?? findings.first
        return Fault(
            code: first?.code ?? "coop.rejected", message: first?.sentence ?? CoopText.cannotLoad(package.spec, "it cannot be read"),
            place: first?.place.description ?? package.spec, remedy: first?.remedy, turn: .plugin,
            details: Finding.details(of: findings, told: first.map { [$0] } ?? []))
    }

    static func look(_ logo: CoopLogo?, of integration: String, in package: ResolvedPackage) -> PackageLogo? {
        guard case .file(let path)? = logo else { return nil }
        return PackageLogo.look(path, of: integration, in: package)
    }

    /// Runs one signal on many texts in one message. One answer a text, in order. `credential` is the organisation's own, and is good for this
    /// call alone.
    package func run(_ signal: String, onTexts texts: [String], orgID: String, credential: JSONObject? = nil) async throws(Fault)
        -> [CoopRun]
    {
        let inputs = texts.map { text -> JSONValue in
            [
                "signal": ["type": .string(signal)], "value": ["type": "STRING", "value": .string(text)], "orgId": .string(orgID),
            ]
        }
        return try await run(signal, inputs: inputs, orgID: orgID, credential: credential)
    }

    /// The same for inputs of any kind, as the contract of Coop writes them (section 6.1).
    package func run(_ signal: String, inputs: [JSONValue], orgID: String, credential: JSONObject? = nil) async throws(Fault) -> [CoopRun] {
        var argument: JSONObject = ["signalTypeId": .string(signal), "orgId": .string(orgID), "inputs": .array(inputs)]
        if let credential { argument["credential"] = .object(credential) }
        let answer = try await plugin.json("runMany", .object(argument))
        guard let list = answer.arrayValue, list.count == inputs.count else {
            throw Fault(
                code: "coop.bad-answer", message: "The worker answered \(inputs.count) inputs with something else.", place: signal,
                remedy: "Please report this, with the package.", turn: .hub
            )
        }
        return list.map { CoopRun($0) }
    }

    /// Why a signal cannot be used by an organisation now; nil when it can. Throws when it does not say.
    package func disabledMessage(
        of signal: String, orgID: String, credential: JSONObject? = nil, catalog: CoopCatalog? = nil, limit: Duration? = nil
    ) async throws(Fault) -> String? {
        var argument: JSONObject = ["signalTypeId": .string(signal), "orgId": .string(orgID)]
        if let credential { argument["credential"] = .object(credential) }
        argument["catalogKey"] = catalog.map { .string($0.key) }
        var answer = try await plugin.json("disabledInfo", .object(argument), limit: limit)
        if answer["catalogMissing"]?.boolValue == true, let catalog {
            do throws(CallFailure) {
                _ = try await describe(catalog, orgID: orgID, credential: credential)
            } catch { throw plugin.fault(error, calling: signal) }
            answer = try await plugin.json("disabledInfo", .object(argument), limit: limit)
        }
        if let error = answer["error"] {
            let why = visible(error["message"]?.stringValue ?? "it gave nothing", scalarsMax: 1_000)
            throw Fault(
                code: "coop.disabled-info", message: "The signal '\(signal)' did not say whether it can be used: \(why)", place: signal,
                remedy: "Mend its getDisabledInfo(), or createSignals(). It is asked again with the next message.", turn: .plugin)
        }
        guard answer["disabled"]?.boolValue == true else { return nil }
        return answer["disabledMessage"]?.stringValue ?? "The signal is disabled."
    }
}

extension PackageLogo {
    var finding: Finding? {
        switch self {
        case .servable: nil
        case .absent(let finding), .outside(let finding): finding
        }
    }
}

extension RunnablePlugin {
    /// Calls an entry and reads its answer.
    package func json(_ export: String, _ argument: JSONValue, limit: Duration? = nil) async throws(Fault) -> JSONValue {
        let bytes: [UInt8]
        do throws(CallFailure) {
            guard case .value(let value) = try await host.call(export, argument.serializedBytes(), limit: limit) else {
                throw .protocolViolation("a stream where a value was due")
            }
            bytes = value
        } catch { throw fault(error, calling: export) }
        do throws(JSONError) {
            return bytes.isEmpty
                ? .null : try JSONValue(parsing: bytes, limits: JSONLimits(bytesMax: host.limits.messageBytes, loneSurrogates: .replace))
        } catch { throw fault(.protocolViolation("a result that is no JSON: \(error.message)"), calling: export) }
    }
}
