import JSON
import PluginModel

/// `patchbay plugin call DIR EXPORT [JSON|-]`: runs one exported function of a plugin folder in the sandbox and prints what it gives.
package struct PluginCallCommand: Command {
    package static let spec = CommandSpec(
        name: "call", summary: "Run one exported function of a plugin folder in the sandbox",
        discussion: [
            "The result is printed as JSON. Items of a generator are printed as they come, one JSON line each. What the plugin logs goes to standard error. Ctrl-C cancels the call; a second Ctrl-C ends it at once.",
            "With --json every line is an object: {\"item\":…} for each item, then {\"result\":…} or {\"error\":{…}}.",
        ],
        examples: [
            .init("with an argument", "patchbay plugin call plugins/hello greet '{\"name\":\"Ada\"}'"),
            .init("with the argument read from a file or a pipe", "patchbay plugin call plugins/hello greet - < ada.json"),
            .init(
                "allowing what the manifest asks for",
                "patchbay plugin call plugins/hello title --grant network:outbound:example.com"),
            .init("taking three items of a generator", "patchbay plugin call plugins/hello countdown 99 | head -3"),
        ],
        positionals: [
            .init("DIR", "The plugin's folder, the one with patchbay.json in it", completion: .directory),
            .init("EXPORT", "The name of an exported function"),
            .init("JSON", "The function's argument; - reads it from standard input", isRequired: false),
        ],
        options: [
            .init("grant", value: "PERMISSION", repeats: true, help: "Allow this for this call; say it once for each permission"),
            .init("config", value: "JSON", help: "The plugin's configuration, an object; @FILE reads it from a file", completion: .file),
            .init(
                "time-limit", value: "DURATION", help: "Wall time for the call, or for each item", fallback: CallLimits.timeDefault.brief),
            .init("memory-limit", value: "SIZE", help: "Memory for the plugin", fallback: Quantity.bytes(CallLimits.memoryDefault)),
            .init("state", value: "PATH", help: "Keep the plugin's state in this file", fallback: "in memory", completion: .file),
            .init("allow-degraded", help: "Run even if a required layer of the sandbox is missing"),
            .json, .quiet, .verbose,
        ],
        topics: ["permissions", "sandbox", "exit-codes"])

    /// Where the function's argument comes from.
    enum Argument: Equatable {
        case none, standardInput
        case value(JSONValue)
    }

    /// Where the configuration comes from.
    enum Config: Equatable {
        case value(JSONObject)
        case file(String)
    }

    let folder: String
    let export: String
    let argument: Argument
    let grants: [Permission]
    let config: Config
    let limits: CallLimits
    let statePath: String?
    let allowDegraded: Bool
    let isJSON: Bool
    let isQuiet: Bool
    let isVerbose: Bool

    /// Most bytes read for an argument or a configuration; what a plugin may be sent is limited further by the hub.
    static let inputBytesMax = 16 << 20

    package init(_ arguments: ParsedArguments) throws(UsageError) {
        folder = arguments.required("DIR")
        export = arguments.required("EXPORT")
        guard !folder.isEmpty else {
            throw .invalidValue(of: "DIR", value: folder, why: "it is empty", hint: "Name a folder; . is the one you are in.")
        }
        guard !export.isEmpty else {
            throw .invalidValue(of: "EXPORT", value: export, why: "it is empty", hint: "Name an exported function, such as default.")
        }
        argument =
            switch arguments.positional("JSON") {
            case nil: .none
            case "-": .standardInput
            case let text?: .value(try Self.parse(text, name: "JSON"))
            }
        grants = try arguments.grants()
        config =
            switch arguments.value("config") {
            case nil: .value(JSONObject())
            case let text? where text.hasPrefix("@"): .file(String(text.dropFirst()))
            case let text?: .value(try Self.object(try Self.parse(text, name: "--config"), name: "--config", text: text))
            }
        limits = CallLimits(
            time: try arguments.duration("time-limit", in: CallLimits.timeRange) ?? CallLimits.timeDefault,
            memoryBytes: try arguments.byteCount("memory-limit", in: CallLimits.memoryRange) ?? CallLimits.memoryDefault)
        statePath = arguments.value("state")
        allowDegraded = arguments.has("allow-degraded")
        isJSON = arguments.has("json")
        isQuiet = arguments.has("quiet")
        isVerbose = arguments.has("verbose")
    }

    package func run(in context: CommandContext) async throws(CommandFailure) -> ExitCode {
        let request = PluginCallRequest(
            folder: Files.absolute(folder, from: context.workingDirectory), export: export, argument: try readArgument(),
            grants: grants, config: try readConfig(in: context), limits: limits,
            statePath: statePath.map { Files.absolute($0, from: context.workingDirectory) }, allowDegraded: allowDegraded)
        let printer = PluginCallPrinter(terminal: context.terminal, isJSON: isJSON, isQuiet: isQuiet, isVerbose: isVerbose)
        let result = try await context.services.pluginCalls.call(request) { event in printer.show(event) }
        printer.show(result)
        return .ok
    }

    private func readArgument() throws(CommandFailure) -> JSONValue? {
        switch argument {
        case .none: return nil
        case .value(let value): return value
        case .standardInput:
            let bytes = try Files.readStandardInput(limit: Self.inputBytesMax)
            return try Self.parse(bytes, place: "standard input", name: "the argument")
        }
    }

    private func readConfig(in context: CommandContext) throws(CommandFailure) -> JSONObject {
        switch config {
        case .value(let object): return object
        case .file(let path):
            let bytes = try Files.read(Files.absolute(path, from: context.workingDirectory), limit: Self.inputBytesMax)
            let value = try Self.parse(bytes, place: path, name: "the configuration")
            guard let object = value.objectValue else {
                throw CommandFailure(
                    Fault(
                        code: "usage.invalid-config", message: "the configuration must be an object, but is \(value.kindName.withArticle)",
                        place: path, remedy: "Write an object with the plugin's settings: {\"key\": …}", turn: .caller))
            }
            return object
        }
    }

    private static func parse(_ text: String, name: String) throws(UsageError) -> JSONValue {
        do {
            return try JSONValue(parsing: text)
        } catch {
            throw .invalidValue(
                of: name, value: text, why: "it is not JSON at column \(error.column): \(error.message)",
                hint: "A text needs its own quotes inside the shell's: '\"Oslo\"'; an object: '{\"city\":\"Oslo\"}'.")
        }
    }

    private static func object(_ value: JSONValue, name: String, text: String) throws(UsageError) -> JSONObject {
        guard let object = value.objectValue else {
            throw .invalidValue(
                of: name, value: text, why: "it is \(value.kindName.withArticle), not an object",
                hint: "Write an object: '{\"key\":\"value\"}'.")
        }
        return object
    }

    private static func parse(_ bytes: [UInt8], place: String, name: String) throws(CommandFailure) -> JSONValue {
        do {
            return try JSONValue(parsing: bytes)
        } catch {
            throw CommandFailure(
                Fault(
                    code: "usage.invalid-json", message: "\(name) is not JSON",
                    place: "\(place), line \(error.line), column \(error.column)",
                    remedy: "Check it with: patchbay plugin call --help", turn: .caller, details: error.message))
        }
    }
}

extension String {
    /// `a string`, `an object`, and plain `null`.
    var withArticle: String {
        if self == "null" { return self }
        return ("aeiou".contains(first ?? " ") ? "an " : "a ") + self
    }
}
