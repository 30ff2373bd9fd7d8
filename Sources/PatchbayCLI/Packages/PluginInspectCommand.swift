import JSON
import PluginModel
import PluginPackages

/// `patchbay plugin inspect PATH`: everything a package says about itself, before any of it is installed.
package struct PluginInspectCommand: Command {
    package static let spec = CommandSpec(
        name: "inspect", summary: "Show what a package is, what it adds and what it asks for",
        discussion: [
            "PATH is a package's folder or an archive, or the id of an installed plugin. Nothing is installed. With --json the whole manifest is printed in the hub's own terms, the same for every format, with the place in the file each part came from."
        ],
        examples: [
            .init("look at a plugin", "patchbay plugin inspect plugins/hello"),
            .init("list what it asks for", "patchbay plugin inspect --json plugins/hello | jq '.manifest.permissions[].permission'"),
        ],
        positionals: [.init("PATH", "A package's folder, an archive, or the id of an installed plugin", completion: .file)],
        options: [.format, .platform, .data, .jsonObject], topics: ["formats", "permissions"])

    private let path: String
    private let format: PackageFormat?
    private let platform: Platform?
    private let store: StoreArguments
    private let isJSON: Bool

    package init(_ arguments: ParsedArguments) throws(UsageError) {
        path = arguments.required("PATH")
        format = try arguments.packageFormat()
        platform = try arguments.platform()
        store = StoreArguments(arguments)
        isJSON = arguments.has("json")
    }

    package func run(in context: CommandContext) async throws(CommandFailure) -> ExitCode {
        let service = context.services.packages()
        do throws(CommandFailure) {
            let code = try await inspect(service, in: context)
            await service.finish()
            return code
        } catch {
            await service.finish()
            throw error
        }
    }

    private func inspect(_ service: any PackageReadingService, in context: CommandContext) async throws(CommandFailure) -> ExitCode {
        let found = try await find(service, in: context)
        guard let package = found.first, found.count == 1 else {
            throw CommandFailure(
                Fault(
                    code: "usage.several-packages",
                    message: "there are \(Quantity.grouped(found.count)) packages here, and one is shown at a time",
                    place: path,
                    remedy: "Name one of them, such as \(found.first?.path ?? path), or list them: patchbay plugin validate --all \(path)",
                    turn: .caller))
        }
        let checked = await service.read(package, platform: platform)
        let output = context.terminal.output
        if isJSON {
            guard case .object(var object) = checked.json else { return .hubFailed }
            object["manifest"] = checked.manifest?.json ?? .null
            output.line(JSONValue.object(object).serialized(pretty: true))
        } else {
            output.lines(ValidationRendering(style: output.style, width: output.width).lines(checked, isAlone: true, showsValid: true))
            if let manifest = checked.manifest { output.lines(ManifestRendering(style: output.style, width: output.width).lines(manifest)) }
        }
        return checked.isValid ? .ok : .pluginFailed
    }

    /// What lies at the path, or the version in use of the plugin that has this id.
    private func find(_ service: any PackageReadingService, in context: CommandContext) async throws(CommandFailure) -> [FoundPackage] {
        do throws(CommandFailure) { return try await service.find(at: path, format: format) } catch {
            guard error.fault.code == "usage.no-such-package", let id = try? PluginID(path) else { throw error }
            let installed = try StoreAccess.open(store, in: context).store
            guard let plugin = try? installed.plugin(id) else { throw error }
            if plugin.isLinked, let link = plugin.link { return [FoundPackage(path: path, folder: link.folder, format: nil)] }
            guard let version = plugin.currentVersion else { throw error }
            return [FoundPackage(path: path, folder: installed.folder(of: version, of: id), format: version.format)]
        }
    }
}
