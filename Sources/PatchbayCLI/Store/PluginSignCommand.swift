import JSON
import PluginModel
import PluginPackages

/// `patchbay plugin sign DIR --key FILE`: signs a package, so that nobody else can publish a version of it.
package struct PluginSignCommand: Command {
    package static let spec = CommandSpec(
        name: "sign", summary: "Sign a package with a publisher's key",
        discussion: [
            "The signature is of the files, the id and the version, and lies in patchbay.signature.json inside the package; sign again after every change. Whoever installs a signed plugin expects its key from then on.",
            "With --new-key a key pair is made first. The file is for you alone: who has it can publish in your name.",
        ],
        examples: [
            .init("make a key and sign", "patchbay plugin sign plugins/hello --key acme.key --new-key --publisher 'Acme Ltd'"),
            .init("sign", "patchbay plugin sign plugins/hello --key acme.key"),
        ],
        positionals: [.init("DIR", "The package's folder", completion: .directory)],
        options: [
            .init("key", short: "k", value: "FILE", help: "The publisher's key", completion: .file),
            .init("new-key", help: "Make the key, in a file that is not there yet"),
            .init("publisher", value: "NAME", help: "The publisher's name, for a new key"), .jsonObject,
        ])

    private let folder: String
    private let key: String
    private let makesKey: Bool
    private let publisher: String?
    private let isJSON: Bool

    package init(_ arguments: ParsedArguments) throws(UsageError) {
        folder = arguments.required("DIR")
        guard let key = arguments.value("key") else {
            throw .missingArgument("--key", help: "The file with the publisher's key", command: arguments.command)
        }
        self.key = key
        makesKey = arguments.has("new-key")
        publisher = arguments.value("publisher")
        if makesKey, publisher == nil {
            throw .missingArgument("--publisher", help: "The name people see beside the new key", command: arguments.command)
        }
        isJSON = arguments.has("json")
    }

    package func run(in context: CommandContext) async throws(CommandFailure) -> ExitCode {
        let (path, manifest) = try await PackageAtHand.read(folder, in: context)
        let file = Files.absolute(key, from: context.workingDirectory)
        let signature = try await storing { () throws(StoreError) in
            let key: SigningKey
            if makesKey, let publisher {
                key = try SigningKey.make(publisher: publisher)
                try key.write(to: file)
            } else {
                key = try SigningKey.read(file)
            }
            return try PackageSigner().sign(path, id: manifest.id, version: manifest.version, with: key)
        }
        let output = context.terminal.output
        if isJSON {
            output.line(
                JSONValue.object([
                    "id": .string(manifest.id.rawValue), "version": manifest.version.map { .string($0) } ?? .null,
                    "publisher": .string(signature.publisher), "key": .string(signature.key),
                    "file": .string(path + "/" + PackageSignature.fileName),
                ]).serialized())
        } else {
            output.lines([
                "\(output.style.green("●")) \(manifest.id) \(SafeText.line(manifest.version ?? "")) is signed by \(SafeText.line(signature.publisher)).",
                output.style.dim("  key \(signature.key)"),
            ])
            if makesKey { output.line("  → Keep \(SafeText.line(file)) safe: who has it can publish in your name.") }
        }
        return .ok
    }
}
