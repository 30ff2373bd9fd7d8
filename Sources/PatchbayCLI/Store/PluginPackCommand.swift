import JSON
import Manifests
import PluginModel
import PluginPackages

/// `patchbay plugin pack DIR`: makes an archive of a package, the same bytes for the same files.
package struct PluginPackCommand: Command {
    package static let spec = CommandSpec(
        name: "pack", summary: "Make an archive of a package, to install or to publish",
        discussion: ["A package with errors is not packed. The same files give the same bytes, on every machine."],
        examples: [
            .init("pack", "patchbay plugin pack plugins/hello"), .init("to a place", "patchbay plugin pack plugins/hello -o hello.tgz"),
        ],
        positionals: [.init("DIR", "The package's folder", completion: .directory)],
        options: [
            .init(
                "output", short: "o", value: "FILE", help: "Where the archive goes", fallback: "ID-VERSION.tgz in this folder",
                completion: .file),
            .init("force", short: "f", help: "Replace a file that is there"), .jsonObject,
        ])

    private let folder: String
    private let outputPath: String?
    private let isForced: Bool
    private let isJSON: Bool

    package init(_ arguments: ParsedArguments) throws(UsageError) {
        folder = arguments.required("DIR")
        outputPath = arguments.value("output")
        isForced = arguments.has("force")
        isJSON = arguments.has("json")
    }

    package func run(in context: CommandContext) async throws(CommandFailure) -> ExitCode {
        let (path, manifest) = try await PackageAtHand.read(folder, in: context)
        let name =
            "\(manifest.id)-\((manifest.version ?? "none").map { $0.isLetter || $0.isNumber || ".-+".contains($0) ? $0 : "_" }.map(String.init).joined()).tgz"
        let target = Files.absolute(outputPath ?? name, from: context.workingDirectory)
        guard isForced || Files.kind(target) == .missing else {
            throw CommandFailure(
                Fault(
                    code: "usage.exists", message: "there is a file already", place: target, remedy: "Choose another name, or say --force.",
                    turn: .caller), exitCode: .usage)
        }
        let packed = try await storing { () throws(StoreError) in try PackagePacker().pack(path, to: target) }
        let output = context.terminal.output
        if isJSON {
            output.line(
                JSONValue.object([
                    "file": .string(target), "id": .string(manifest.id.rawValue), "version": manifest.version.map { .string($0) } ?? .null,
                    "files": .int(Int64(packed.files)), "bytes": .int(Int64(packed.bytes)),
                    "integrity": .string(packed.integrity.description),
                ]).serialized())
        } else {
            output.lines([
                "\(output.style.green("●")) \(SafeText.line(target))",
                output.style.dim("  \(Quantity.grouped(packed.files)) files, \(Quantity.bytes(packed.bytes)) · \(packed.integrity)"),
            ])
        }
        return .ok
    }
}

/// A package's folder that is about to be packed or signed: it has to be valid.
enum PackageAtHand {
    static func read(_ folder: String, in context: CommandContext) async throws(CommandFailure) -> (path: String, manifest: PluginManifest)
    {
        let service = context.services.packages()
        let path = Files.absolute(folder, from: context.workingDirectory)
        guard Files.kind(path) == .folder || Files.kind(path) == .link else {
            throw CommandFailure(
                Fault(
                    code: "usage.no-such-package", message: "there is no folder here", place: folder, remedy: "Name a package's folder.",
                    turn: .caller),
                exitCode: .usage)
        }
        let checked = await service.read(FoundPackage(path: folder, folder: path, format: nil), platform: nil)
        await service.finish()
        guard let manifest = checked.manifest else {
            throw CommandFailure(StoreError.rejected(findings: checked.findings, reading: nil).fault, exitCode: .invalidPlugin)
        }
        return (path, manifest)
    }
}
