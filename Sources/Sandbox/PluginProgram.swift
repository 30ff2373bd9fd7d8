internal import JSON
package import PluginModel

/// What a worker is told to run: a bundled script and what it may see. Immutable; a new version is a new program.
package struct PluginProgram: Sendable {
    /// Where JavaScript of ours comes from.
    package enum Source: Sendable, Hashable {
        /// Its text: a CommonJS module.
        case text(String)
        /// A file of the runtime folder, which every worker has read already: `modules/patchbay-plugin`. See ``WorkerLayout/part(_:)``.
        case part(String)

        fileprivate var json: JSONValue {
            switch self {
            case .text(let text): .string(text)
            case .part(let path): ["part": .string(path)]
            }
        }
    }

    /// JavaScript of ours that turns an ecosystem's plugin object into callable entries; evaluated in the worker after the prelude.
    package struct Facade: Sendable {
        package let name: String
        package let source: Source
        package init(name: String, source: Source) {
            self.name = name
            self.source = source
        }
    }

    /// Which globals the plugin sees. Names of `docs/globals.md`.
    package enum Profile: String, Sendable { case full, madeOpen = "made-open", minimal }

    package let plugin: PluginID
    package let version: String
    /// A CommonJS script in UTF-8.
    package let script: [UInt8]
    /// What stack traces call the script.
    package let scriptName: String
    /// `@patchbay/plugin` and the other modules that the hub provides, by name.
    package var modules: [String: Source]
    package var facade: Facade?
    package var profile: Profile = .full
    /// Whether the plugin was granted `engine:jit` and `engine:wasm`.
    package var allowsJIT = false
    package var allowsWebAssembly = false

    package init(plugin: PluginID, version: String, script: [UInt8], scriptName: String, modules: [String: Source]) {
        self.plugin = plugin
        self.version = version
        self.script = script
        self.scriptName = scriptName
        self.modules = modules
    }

    /// The boot record as the prelude reads it.
    func bootRecord(_ limits: SandboxLimits) -> [UInt8] {
        var modules = JSONObject()
        for (name, source) in self.modules { modules[name] = source.json }
        var record: JSONObject = [
            "plugin": ["id": .string(plugin.rawValue), "version": .string(version)],
            "scriptName": .string(scriptName),
            "profile": ["name": .string(profile.rawValue), "globals": .string(profile.rawValue)],
            "modules": .object(modules),
            "limits": [
                "hostCallsMax": .int(Int64(limits.hostCallsOpen)), "timersMax": .int(Int64(limits.timersOpen)),
                "messageBytes": .int(Int64(limits.messageBytes)),
            ],
        ]
        if let facade { record["facade"] = ["name": .string(facade.name), "source": facade.source.json] }
        return JSONValue.object(record).serializedBytes()
    }
}
