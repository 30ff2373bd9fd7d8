import Glibc
import JSON
import PluginModel
import PluginPackages

/// What commands about plugins do with a hub instead of a data folder.
struct HubPlugins: Sendable {
    static let archiveBytesMax = 256 << 20

    let hub: HubClient
    let context: CommandContext
    let isJSON: Bool

    func list() async throws(CommandFailure) -> ExitCode {
        let plugins = try await hub.ask("GET", "/plugins?limit=200")
        let output = context.terminal.output
        if isJSON {
            output.line(plugins.serialized())
            return .ok
        }
        var table = Table([.init("id"), .init("name", isFlexible: true), .init("version"), .init("state"), .init("", isOptional: true)])
        for plugin in plugins.arrayValue ?? [] {
            func text(_ key: String) -> String { SafeText.line(plugin[key]?.stringValue ?? "") }
            let waiting = plugin["waiting"]?["version"]?.stringValue.map { "\(SafeText.line($0)) waits" } ?? ""
            table.add([
                .init(text("id"), paint: { $0.accent($1) }), .init(text("name")), .init(text("version")),
                .init(SafeText.line(plugin["state"]?["name"]?.stringValue ?? "")), .init(waiting, paint: { $0.dim($1) }),
            ])
        }
        if table.isEmpty {
            output.line("The hub has no plugins.")
        } else {
            output.lines(table.lines(width: output.width, style: output.style))
        }
        return .ok
    }

    /// Folders are packed here and sent, as archives are; the hub fetches addresses itself.
    func install(_ sources: [String]) async throws(CommandFailure) -> ExitCode {
        var rows: [JSONValue] = []
        var failures = 0
        for source in sources {
            let job: JSONValue
            if source.hasPrefix("https://") {
                job = try await hub.install(address: source)
            } else {
                job = try await hub.install(archive: try await archive(Files.absolute(source, from: context.workingDirectory)))
            }
            rows.append(job)
            let isDone = job["state"] == "done"
            if !isDone { failures += 1 }
            if !isJSON { show(job, source, isDone) }
        }
        if isJSON { context.terminal.output.line(JSONValue.array(rows).serialized()) }
        return failures == 0 ? .ok : .pluginFailed
    }

    private func archive(_ path: String) async throws(CommandFailure) -> [UInt8] {
        guard Files.kind(path) == .folder else { return try Files.read(path, limit: Self.archiveBytesMax) }
        var template = Array("/tmp/patchbay-send-XXXXXX".utf8CString)
        guard mkdtemp(&template) != nil else {
            throw CommandFailure(
                Fault(
                    code: "hub.no-temporary-folder", message: "the package cannot be packed: there is no room for it", place: "/tmp",
                    remedy: "Check the temporary folder.", turn: .operator))
        }
        let folder = String(decoding: template.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
        defer { Files.removeTree(folder) }
        _ = try await storing { () throws(StoreError) in try PackagePacker().pack(path, to: folder + "/package.tgz") }
        return try Files.read(folder + "/package.tgz", limit: Self.archiveBytesMax)
    }

    private func show(_ job: JSONValue, _ source: String, _ isDone: Bool) {
        func text(_ key: String) -> String { SafeText.line(job[key]?.stringValue ?? "") }
        let output = context.terminal.output
        guard isDone else {
            let problem = job["problem"]
            let fault = Fault(
                code: problem?["code"]?.stringValue ?? "installation.over",
                message: SafeText.line(problem?["detail"]?.stringValue ?? "it was not installed"),
                place: source, remedy: problem?["remedy"]?.stringValue.map { SafeText.line($0) }, turn: .plugin)
            context.terminal.error.lines(
                ErrorRendering.lines(fault, style: context.terminal.error.style, width: context.terminal.error.width))
            return
        }
        output.line("\(output.style.green("●")) \(text("plugin")) \(text("version")) is in the hub.")
        output.line(output.style.dim("  It runs when somebody there has consented."))
    }

    func set(_ id: PluginID, isEnabled: Bool) async throws(CommandFailure) -> ExitCode {
        let answer = try await hub.ask("PATCH", "/admin/plugins/\(id)", json: ["enabled": .bool(isEnabled)])
        let output = context.terminal.output
        output.line(
            isJSON ? answer.serialized() : "\(output.style.green("●")) \(id) is \(isEnabled ? "enabled" : "disabled").")
        return .ok
    }
}

/// `patchbay plugin enable ID --hub URL`.
package struct PluginEnableCommand: Command {
    package static let spec = PluginSwitching.spec("enable", "Switch a plugin of a running hub on")
    private let switching: PluginSwitching
    package init(_ arguments: ParsedArguments) throws(UsageError) { switching = try PluginSwitching(arguments, isEnabled: true) }
    package func run(in context: CommandContext) async throws(CommandFailure) -> ExitCode { try await switching.run(in: context) }
}

/// `patchbay plugin disable ID --hub URL`.
package struct PluginDisableCommand: Command {
    package static let spec = PluginSwitching.spec("disable", "Switch a plugin of a running hub off")
    private let switching: PluginSwitching
    package init(_ arguments: ParsedArguments) throws(UsageError) { switching = try PluginSwitching(arguments, isEnabled: false) }
    package func run(in context: CommandContext) async throws(CommandFailure) -> ExitCode { try await switching.run(in: context) }
}

/// What both have in common.
private struct PluginSwitching: Sendable {
    let id: PluginID
    let remote: RemoteArguments
    let isEnabled: Bool
    let isJSON: Bool

    static func spec(_ name: String, _ summary: String) -> CommandSpec {
        CommandSpec(
            name: name, summary: summary,
            discussion: ["Calls in flight finish. A plugin that nobody has consented to does not run, whatever is said here."],
            examples: [.init("by its id", "patchbay plugin \(name) acme.weather --hub http://127.0.0.1:8420")],
            positionals: [.init("ID", "The plugin's id, as 'patchbay plugin list' shows it")],
            options: RemoteArguments.options + [.jsonObject])
    }

    init(_ arguments: ParsedArguments, isEnabled: Bool) throws(UsageError) {
        id = try arguments.pluginID("ID")
        remote = try RemoteArguments(arguments)
        guard remote.hub != nil else {
            throw .invalidValue(
                of: "--hub", value: "", why: "only a hub that runs switches plugins on and off",
                hint: "Name it: --hub http://127.0.0.1:8420")
        }
        (self.isEnabled, isJSON) = (isEnabled, arguments.has("json"))
    }

    func run(in context: CommandContext) async throws(CommandFailure) -> ExitCode {
        guard let hub = try HubClient.of(remote, in: context) else { return .usage }
        defer { hub.stop() }
        return try await HubPlugins(hub: hub, context: context, isJSON: isJSON).set(id, isEnabled: isEnabled)
    }
}
