internal import Glibc
package import HostCalls
package import JSON
internal import Manifests
package import PluginModel
package import PluginPackages
package import Sandbox

/// A plugin ready to be called: its host in the sandbox, its broker, and what turns its errors into the author's files and lines.
package final class RunnablePlugin: Sendable {
    package let host: PluginHost
    package let broker: Broker
    private let bundle: PluginBundle

    /// What an operator gives a plugin.
    package struct Settings: Sendable {
        package var granted = GrantSet.none
        package var configuration = JSONObject()
        package var limits = SandboxLimits()
        package var policy = FailureLedger.Policy()
        package var state: any StateStore = MemoryStateStore()
        /// What the hub adds to the plugin's requests; the plugin itself never holds it.
        package var secrets = HTTPSecrets([])
        /// Texts that are taken out of its log lines, beside what `secrets` holds.
        package var redacted: [String] = []
        /// Written uses and refusals of permissions.
        package var journal: (any HostCallJournal)?
        package var http = HTTPLimits.default
        package var log: any LogSink

        package init(log: any LogSink) { self.log = log }
    }

    /// Lines the worker puts before a script when it wraps it.
    private static let wrapperLines = 1

    /// `fields` are those the configuration belongs to: values of secret ones are masked in the plugin's log.
    package init(
        id: PluginID, version: String, bundle: PluginBundle, declared: [Permission], asking: Asking = .listed, fields: [ConfigField] = [],
        modules: [String: PluginProgram.Source], facade: PluginProgram.Facade? = nil,
        profile: PluginProgram.Profile = .full, settings: Settings, services: PluginServices
    ) {
        self.bundle = bundle
        let identity = PluginIdentity(id: id, version: version)
        let client = HTTPClient(service: services.http, limits: settings.http)
        let broker = Broker(
            plugin: identity, declared: declared, granted: settings.granted, asking: asking,
            capabilities: [
                LogCapability(
                    plugin: identity, sink: settings.log,
                    secrets: settings.redacted + settings.secrets.texts + fields.secretTexts(in: settings.configuration),
                    timers: services.loop),
                ConfigCapability(values: settings.configuration),
                StateCapability(plugin: id, store: settings.state),
                TimeCapability(timers: services.loop, limits: TimeLimits(sleepsMax: settings.limits.timersOpen)),
                HTTPCapability(client: client, secrets: settings.secrets),
            ], journal: settings.journal)
        self.broker = broker
        var program = PluginProgram(plugin: id, version: version, script: bundle.script, scriptName: bundle.scriptName, modules: modules)
        program.facade = facade
        program.profile = profile
        program.allowsJIT = decide(.engine(.jit), declared: declared, granted: settings.granted) == .allow
        program.allowsWebAssembly = decide(.engine(.wasm), declared: declared, granted: settings.granted) == .allow
        host = PluginHost(program, runtime: services.sandbox, limits: settings.limits, policy: settings.policy) { BrokerHandler(broker) }
    }

    /// A plugin of our own format, from its folder.
    package convenience init(_ folder: PluginFolder, settings: Settings, services: PluginServices) throws(Fault) {
        var modules: [String: PluginProgram.Source] = [:]
        do throws(WorkerLayout.NotFound) { modules["@patchbay/plugin"] = try services.layout.part("modules/patchbay-plugin") } catch {
            throw Fault(code: "hub.incomplete", message: error.description, remedy: "Build it: make build", turn: .hub)
        }
        self.init(
            id: folder.manifest.id, version: folder.manifest.version.description, bundle: folder.bundle,
            declared: folder.manifest.permissions, fields: folder.manifest.configuration, modules: modules, settings: settings,
            services: services)
    }

    /// The error as a person sees it, with the author's file and line where the source map knows them.
    package func fault(_ failure: CallFailure, calling export: String) -> Fault {
        var place = "\(host.program.plugin) \(export)"
        var stack: String?
        switch failure {
        case .threw(let error), .loadFailed(let error):
            if let raw = error.stack {
                let frames = bundle.stackRewriter(lineOffset: Self.wrapperLines).frames(of: raw)
                if let first = frames.first { place += " (\(first.position))" }
                if !frames.isEmpty { stack = frames.map { "    \($0)" }.joined(separator: "\n") }
            }
        default: break
        }
        var fault = failure.fault(plugin: host.program.plugin, place: place)
        fault.details = stack
        return fault
    }

    package func stop() async {
        await host.stop()
        broker.close()
    }
}
