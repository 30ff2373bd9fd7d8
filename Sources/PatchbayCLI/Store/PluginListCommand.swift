import JSON
import PluginModel
import PluginPackages

/// `patchbay plugin list`: what is installed.
package struct PluginListCommand: Command {
    package static let spec = CommandSpec(
        name: "list", summary: "List the plugins that are installed",
        examples: [.init("list", "patchbay plugin list"), .init("in a script", "patchbay plugin list --json | jq -r '.[].id'")],
        options: [.data, .init("json", help: "Print one JSON array, an object a plugin")] + RemoteArguments.options)

    private let store: StoreArguments
    private let remote: RemoteArguments
    private let isJSON: Bool

    package init(_ arguments: ParsedArguments) throws(UsageError) {
        store = StoreArguments(arguments)
        remote = try RemoteArguments(arguments)
        isJSON = arguments.has("json")
    }

    package func run(in context: CommandContext) async throws(CommandFailure) -> ExitCode {
        if let hub = try HubClient.of(remote, in: context) {
            defer { hub.stop() }
            return try await HubPlugins(hub: hub, context: context, isJSON: isJSON).list()
        }
        let access = try StoreAccess.open(store, in: context)
        let (plugins, problems) = access.store.list()
        let output = context.terminal.output
        if isJSON {
            output.line(JSONValue.array(plugins.map(\.listJSON)).serialized())
        } else if plugins.isEmpty {
            output.lines(["No plugin is installed.", output.style.dim("Install one: patchbay plugin install DIR")])
        } else {
            var table = Table([
                .init("id"), .init("name", isFlexible: true), .init("version"), .init("format", isOptional: true),
                .init("", isOptional: true),
            ])
            for plugin in plugins {
                let version = plugin.currentVersion
                let others = plugin.versions.count - (version == nil ? 0 : 1)
                let remark = [
                    plugin.isLinked ? "linked" : version?.trust.phrase,
                    others > 0 ? "\(others) more version\(others == 1 ? "" : "s")" : nil,
                ].compactMap(\.self).joined(separator: " · ")
                table.add([
                    .init(plugin.id.rawValue, paint: { $0.accent($1) }), .init(SafeText.line(version?.title ?? plugin.link?.folder ?? "")),
                    .init(SafeText.line(version?.version ?? (plugin.isLinked ? "link" : "–"))),
                    .init(version?.format.title ?? ""), .init(remark, paint: { $0.dim($1) }),
                ])
            }
            output.lines(table.lines(width: output.width, style: output.style))
        }
        for problem in problems {
            context.terminal.error.lines(
                ErrorRendering.lines(problem, style: context.terminal.error.style, width: context.terminal.error.width))
        }
        return problems.isEmpty ? .ok : .hubFailed
    }
}

/// `patchbay plugin versions ID`: what is kept of one plugin, and which version is in use.
package struct PluginVersionsCommand: Command {
    package static let spec = CommandSpec(
        name: "versions", summary: "List the versions that are kept of a plugin",
        examples: [.init("list", "patchbay plugin versions acme.weather")],
        positionals: [.init("ID", "The plugin's id, as 'patchbay plugin list' shows it")],
        options: [.data, .init("json", help: "Print one JSON array, an object a version")])

    private let id: PluginID
    private let store: StoreArguments
    private let isJSON: Bool

    package init(_ arguments: ParsedArguments) throws(UsageError) {
        id = try arguments.pluginID("ID")
        store = StoreArguments(arguments)
        isJSON = arguments.has("json")
    }

    package func run(in context: CommandContext) async throws(CommandFailure) -> ExitCode {
        let access = try StoreAccess.open(store, in: context)
        let plugin = try await storing { () throws(StoreError) in try access.store.plugin(id) }
        let output = context.terminal.output
        if isJSON {
            output.line(JSONValue.array(plugin.versions.map { $0.listJSON(isCurrent: $0.name == plugin.current) }).serialized())
            return .ok
        }
        var table = Table([
            .init(""), .init("version"), .init("hash"), .init("files", isNumeric: true), .init("size", isNumeric: true),
            .init("", isFlexible: true),
        ])
        for version in plugin.versions {
            table.add([
                .init(version.name == plugin.current ? "●" : " ", paint: { $0.green($1) }), .init(SafeText.line(version.version ?? "none")),
                .init(String(version.contentHash.prefix(12)), paint: { $0.dim($1) }), .init(Quantity.grouped(version.files)),
                .init(Quantity.bytes(version.bytes)),
                .init("\(version.trust.phrase) · from \(SafeText.line(version.source))", paint: { $0.dim($1) }),
            ])
        }
        if let link = plugin.link {
            table.add([
                .init(plugin.isLinked ? "●" : " ", paint: { $0.green($1) }), "link", "", "", "",
                .init(SafeText.line(link.folder), paint: { $0.dim($1) }),
            ])
        }
        output.lines(table.lines(width: output.width, style: output.style))
        return .ok
    }
}

extension InstalledPlugin {
    var listJSON: JSONValue {
        let version = currentVersion
        func text(_ text: String?) -> JSONValue { text.map(JSONValue.string) ?? .null }
        return [
            "id": .string(id.rawValue), "name": text(version?.title), "version": text(version?.version),
            "format": text(version?.format.rawValue),
            "hash": text(version?.contentHash), "trust": text(version?.trust.word), "linked": .bool(isLinked),
            "folder": text(isLinked ? link?.folder : nil),
            "versions": .array(versions.map { text($0.version) }),
        ]
    }
}

extension InstalledVersion {
    func listJSON(isCurrent: Bool) -> JSONValue {
        [
            "version": version.map { .string($0) } ?? .null, "hash": .string(contentHash), "current": .bool(isCurrent),
            "format": .string(format.rawValue), "trust": .string(trust.word), "installedAt": .int(installedAt), "source": .string(source),
            "files": .int(Int64(files)), "bytes": .int(Int64(bytes)),
        ]
    }
}
