package import HostCalls
package import JSON
package import Manifests
package import PluginModel
internal import PluginPackages
package import Sandbox

/// An integration in Coop's format, loaded: its manifest as data, its signals ready to run in a worker of their own.
package final class CoopPackage: Sendable {
    package let integration: CoopIntegration
    package let findings: [Finding]
    package let plugin: RunnablePlugin

    /// Modules that integrations import and the hub provides.
    package static let providedModules = ["@roostorg/types", "@roostorg/coop-types"]

    private init(integration: CoopIntegration, findings: [Finding], plugin: RunnablePlugin) {
        self.integration = integration
        self.findings = findings
        self.plugin = plugin
    }

    /// Resolves the package from `folder`, bundles it, evaluates it in a worker without grants, and reads what it says about itself.
    ///
    /// The upstream's error texts are kept (contracts of Coop, section 10).
    package static func load(_ spec: String, from folder: String, log: any LogSink, limits: SandboxLimits, services: PluginServices) async throws(Fault) -> CoopPackage {
        let resolved: ResolvedPackage
        do throws(ResolutionError) { resolved = try PackageResolver(folder: folder).resolve(spec) } catch { throw cannotLoad(spec, error.cause) }
        let view: FolderView
        do throws(ResolutionError) { view = try FolderView.package(at: resolved.folder, provided: providedModules) } catch {
            throw cannotLoad(spec, error.cause)
        }
        let id = pluginID(for: resolved.name ?? spec)
        let bundle: PluginBundle
        do throws(BundleError) {
            bundle = try services.bundler.bundle(view: view, entry: resolved.entry, externals: providedModules, pluginID: id.rawValue)
        } catch {
            var fault = error.fault
            if !error.findings.isEmpty { fault.message = CoopText.cannotLoad(spec, fault.message) }
            throw fault
        }

        var settings = RunnablePlugin.Settings(log: log)
        settings.limits = limits
        let modules: [String: String]
        let facade: PluginProgram.Facade
        do throws(WorkerLayout.NotFound) {
            let types = try services.layout.text("modules/coop-types.js")
            modules = Dictionary(uniqueKeysWithValues: providedModules.map { ($0, types) })
            facade = PluginProgram.Facade(name: "coop", source: try services.layout.text("facades/coop.js"))
        } catch { throw Fault(code: "hub.incomplete", message: error.description, remedy: "Build it: make build", turn: .hub) }
        let plugin = RunnablePlugin(
            id: id, version: resolved.version ?? "0.0.0", bundle: bundle, declared: [], modules: modules, facade: facade, settings: settings, services: services)
        do throws(Fault) {
            let description = try await plugin.json("describe", .null)
            let reading = CoopIntegration.read(description: description, spec: spec)
            let findings = resolved.findings + bundle.findings + reading.findings
            guard let integration = reading.manifest else {
                let first = reading.findings.errors.first
                throw Fault(
                    code: first?.code ?? "coop.rejected", message: first?.sentence ?? CoopText.cannotLoad(spec, "it cannot be read"), place: spec, remedy: first?.remedy,
                    turn: .plugin, details: reading.findings.map(\.description).joined(separator: "\n"))
            }
            return CoopPackage(integration: integration, findings: findings, plugin: plugin)
        } catch {
            await plugin.stop()
            guard error.code == "plugin.load-failed" else { throw error }
            var fault = error
            fault.message = CoopText.cannotLoad(spec, error.message)
            throw fault
        }
    }

    /// Runs one signal on many texts in one message. One answer a text, in order.
    package func run(_ signal: String, onTexts texts: [String], orgID: String) async throws(Fault) -> [CoopRun] {
        let inputs = texts.map { text -> JSONValue in
            [
                "signal": ["type": .string(signal)], "value": ["type": "STRING", "value": .string(text)], "orgId": .string(orgID),
            ]
        }
        let answer = try await plugin.json("runMany", ["signalTypeId": .string(signal), "orgId": .string(orgID), "inputs": .array(inputs)])
        guard let list = answer.arrayValue, list.count == texts.count else {
            throw Fault(code: "coop.bad-answer", message: "The worker answered \(texts.count) texts with something else.", place: signal, turn: .hub)
        }
        return list.map { CoopRun($0) }
    }

    /// Why a signal cannot be used by an organisation now; nil when it can.
    package func disabledMessage(of signal: String, orgID: String) async throws(Fault) -> String? {
        let answer = try await plugin.json("disabledInfo", ["signalTypeId": .string(signal), "orgId": .string(orgID)])
        if let error = answer["error"] { return error["message"]?.stringValue ?? "It does not say whether it can be used." }
        guard answer["disabled"]?.boolValue == true else { return nil }
        return answer["disabledMessage"]?.stringValue ?? "The signal is disabled."
    }

    private static func cannotLoad(_ spec: String, _ cause: String) -> Fault {
        Fault(
            code: "coop.cannot-load", message: CoopText.cannotLoad(spec, cause), place: spec,
            remedy: "Check the name in integrations.config.json, and that the package is installed beside it.", turn: .operator)
    }

    /// Names the worker and its stacks before the package has said its own id: `@acme/demo` becomes `acme.demo`.
    private static func pluginID(for name: String) -> PluginID {
        var text = ""
        for character in name.unicodeScalars {
            let isPlain = character.isASCII && (character.properties.isAlphabetic || ("0"..."9").contains(character) || character == "-" || character == "_")
            if isPlain { text.unicodeScalars.append(character) } else if !text.isEmpty, !text.hasSuffix(".") { text += "." }
        }
        while text.hasSuffix(".") { text.removeLast() }
        return (try? PluginID(String(text.prefix(128)))) ?? Self.nameless
    }

    private static let nameless: PluginID = {
        guard let id = try? PluginID("integration") else { preconditionFailure("'integration' is a valid id") }
        return id
    }()
}

extension RunnablePlugin {
    /// Calls an entry and reads its answer.
    package func json(_ export: String, _ argument: JSONValue) async throws(Fault) -> JSONValue {
        let bytes: [UInt8]
        do throws(CallFailure) {
            guard case .value(let value) = try await host.call(export, argument.serializedBytes()) else { throw .protocolViolation("a stream where a value was due") }
            bytes = value
        } catch { throw fault(error, calling: export) }
        do throws(JSONError) {
            return bytes.isEmpty ? .null : try JSONValue(parsing: bytes, limits: JSONLimits(bytesMax: host.limits.messageBytes, loneSurrogates: .replace))
        } catch { throw fault(.protocolViolation("a result that is no JSON: \(error.message)"), calling: export) }
    }
}
