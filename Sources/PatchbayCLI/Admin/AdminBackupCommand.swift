import JSON
import PluginModel
import Storage

/// `patchbay admin backup FILE`: a whole copy of the hub's SQLite database, while the hub runs.
package struct AdminBackupCommand: Command {
    package static let spec = CommandSpec(
        name: "backup", summary: "Copy a hub's database into a file, while the hub runs",
        discussion: [
            "The copy is whole, and nobody else can read it. Two things belong to a backup beside it: the folder packages of the data folder, whose files never change once they are there, and, kept apart from both, vault.key, without which no secret opens.",
            "A database of PostgreSQL is copied by pg_dump; the command says how and copies nothing.",
        ],
        examples: [.init("tonight's copy", "patchbay admin backup /var/backups/hub.sqlite --data /srv/patchbay")],
        positionals: [.init("FILE", "A file that does not exist yet", completion: .file)],
        options: AdminArguments.options, topics: ["exit-codes"])

    private let file: String
    private let admin: AdminArguments
    private let isJSON: Bool

    package init(_ arguments: ParsedArguments) throws(UsageError) {
        file = arguments.required("FILE")
        admin = AdminArguments(arguments)
        isJSON = arguments.has("json")
    }

    package func run(in context: CommandContext) async throws(CommandFailure) -> ExitCode {
        let place = try admin.place(in: context)
        let path = Files.absolute(file, from: context.workingDirectory)
        let bytes: Int
        do throws(Fault) { bytes = try await HubStores.backUp(place.address, to: path) } catch { throw CommandFailure(error) }
        let output = context.terminal.output
        if isJSON {
            output.line(JSONValue.object(["file": .string(path), "bytes": .int(Int64(bytes))]).serialized())
        } else {
            output.lines([
                "\(output.style.green("●")) The database is in \(SafeText.line(path)) (\(Quantity.bytes(bytes))).",
                output.style.dim("Copy \(SafeText.line(place.folder))/packages too, and keep vault.key apart from both."),
            ])
        }
        return .ok
    }
}
