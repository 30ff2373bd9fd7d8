import Glibc
import HubCore
import JSON
import PluginModel

/// `patchbay admin vault status`: which keys there are, and what each of them seals.
package struct AdminVaultStatusCommand: Command {
    package static let spec = CommandSpec(
        name: "status", summary: "List the vault's keys and how many secrets each seals",
        examples: [.init("list", "patchbay admin vault status --data /srv/patchbay")], options: AdminArguments.options)

    private let admin: AdminArguments
    private let isJSON: Bool

    package init(_ arguments: ParsedArguments) throws(UsageError) {
        admin = AdminArguments(arguments)
        isJSON = arguments.has("json")
    }

    package func run(in context: CommandContext) async throws(CommandFailure) -> ExitCode {
        let status = try await admin.perform(in: context) { (access) throws(Fault) in try await access.vault().status() }
        let output = context.terminal.output
        if isJSON {
            let keys = status.keys.map { key -> JSONValue in
                ["id": .string(key.id), "active": .bool(key.isActive), "secrets": .int(Int64(key.secrets))]
            }
            output.line(JSONValue.object(["keys": .array(keys)]).serialized())
            return .ok
        }
        var table = Table([.init("key"), .init("secrets", isNumeric: true), .init("")])
        for key in status.keys { table.add([.init(key.id), .init(Quantity.grouped(key.secrets)), .init(key.isActive ? "active" : "")]) }
        output.lines(table.lines(width: output.width, style: output.style))
        return .ok
    }
}

/// `patchbay admin vault add-key`: a new key that seals from the hub's next start on.
package struct AdminVaultAddKeyCommand: Command {
    package static let spec = CommandSpec(
        name: "add-key", summary: "Add a key to the vault; it seals from the hub's next start on",
        discussion: [
            "The key becomes the last line of vault.key. A hub that runs goes on with the one it has; start it again, then rotate, then retire the old one. Copy vault.key to where its backup is before that."
        ],
        examples: [.init("a new key", "patchbay admin vault add-key --data /srv/patchbay")], options: AdminArguments.options)

    private let admin: AdminArguments
    private let isJSON: Bool

    package init(_ arguments: ParsedArguments) throws(UsageError) {
        admin = AdminArguments(arguments)
        isJSON = arguments.has("json")
    }

    package func run(in context: CommandContext) async throws(CommandFailure) -> ExitCode {
        let (id, file) = try await admin.perform(in: context) { (access) throws(Fault) in
            if let given = access.environment[KeyRing.variable], !given.isEmpty {
                throw Fault(
                    code: "vault.key-in-environment", message: "The vault's keys come from the environment, where the last one counts.",
                    place: KeyRing.variable, remedy: "Add one there, behind the others: head -c 32 /dev/urandom | base64", turn: .operator)
            }
            let vault = try await access.vault()
            let key = VaultKey.make()
            // First the file: a key that only the database knows of would be lost.
            try access.keyFile.append(key)
            try await vault.activate(key, by: AdminAccess.requester)
            return (key.id, access.folders.vaultKey)
        }
        let output = context.terminal.output
        if isJSON {
            output.line(JSONValue.object(["id": .string(id), "file": .string(file)]).serialized())
        } else {
            output.lines([
                "\(output.style.green("●")) Key \(id) is in \(SafeText.line(file)).",
                "Copy that file to where its backup is. Start the hub again; then: patchbay admin vault rotate, or Settings, Rotate.",
            ])
        }
        return .ok
    }
}

/// `patchbay admin vault rotate`: seals every secret anew by the active key, while no hub runs.
package struct AdminVaultRotateCommand: Command {
    package static let spec = CommandSpec(
        name: "rotate", summary: "Seal every secret anew by the active key, while no hub runs",
        discussion: [
            "A hub that runs does it itself: its page Settings, or POST /api/v1/settings/vault/rotate. Beside it this command is refused, because the hub may not have loaded the new key yet."
        ],
        examples: [.init("rotate", "patchbay admin vault rotate --data /srv/patchbay")], options: AdminArguments.options)

    private let admin: AdminArguments
    private let isJSON: Bool

    package init(_ arguments: ParsedArguments) throws(UsageError) {
        admin = AdminArguments(arguments)
        isJSON = arguments.has("json")
    }

    package func run(in context: CommandContext) async throws(CommandFailure) -> ExitCode {
        let progress = try await admin.perform(in: context, isAlone: true) { (access) throws(Fault) in
            try await access.vault().rotate(by: AdminAccess.requester)
        }
        let output = context.terminal.output
        let damaged = progress.damaged.map { "\($0.owner) \($0.field)" }
        if isJSON {
            output.line(
                JSONValue.object([
                    "done": .int(Int64(progress.done)), "left": .int(Int64(progress.left)),
                    "damaged": .array(damaged.map(JSONValue.string)),
                ]).serialized())
        } else {
            output.line("\(output.style.green("●")) \(Quantity.grouped(progress.done)) secrets are sealed by the active key.")
            if !damaged.isEmpty {
                output.line("These do not open; set them again: \(SafeText.line(damaged.joined(separator: ", ")))")
            }
        }
        return damaged.isEmpty ? .ok : .hubFailed
    }
}

/// `patchbay admin vault retire KEY`: lets go of a key that seals nothing any more.
package struct AdminVaultRetireCommand: Command {
    package static let spec = CommandSpec(
        name: "retire", summary: "Let go of a key that seals nothing any more, while no hub runs",
        discussion: ["Keep the old vault.key as long as you keep backups of the database from before."],
        examples: [.init("retire", "patchbay admin vault retire 0123456789abcdef --data /srv/patchbay")],
        positionals: [.init("KEY", "The key's name, as 'patchbay admin vault status' shows it")], options: AdminArguments.options)

    private let key: String
    private let admin: AdminArguments
    private let isJSON: Bool

    package init(_ arguments: ParsedArguments) throws(UsageError) {
        key = arguments.required("KEY")
        admin = AdminArguments(arguments)
        isJSON = arguments.has("json")
    }

    package func run(in context: CommandContext) async throws(CommandFailure) -> ExitCode {
        let key = key
        let wasInFile = try await admin.perform(in: context, isAlone: true) { (access) throws(Fault) in
            try await access.vault().retire(key, by: AdminAccess.requester)
            return try access.keyFile.remove(key)
        }
        let output = context.terminal.output
        if isJSON {
            output.line(JSONValue.object(["id": .string(key), "removedFromFile": .bool(wasInFile)]).serialized())
        } else {
            output.line("\(output.style.green("●")) Key \(SafeText.line(key)) is retired.")
            if !wasInFile { output.line("It came from the environment: take it out of \(KeyRing.variable).") }
        }
        return .ok
    }
}

/// `patchbay admin oidc-secret`: puts the client's secret of the provider people sign in at into the vault.
package struct AdminOIDCSecretCommand: Command {
    package static let spec = CommandSpec(
        name: "oidc-secret", summary: "Keep the secret of the sign-in provider in the vault, from standard input",
        discussion: ["The hub uses it from its next start on, unless PATCHBAY_OIDC_CLIENT_SECRET is set."],
        examples: [.init("from a file", "patchbay admin oidc-secret --data /srv/patchbay < secret.txt")],
        options: AdminArguments.options)

    private static let bytesMax = 4096
    private let admin: AdminArguments
    private let isJSON: Bool

    package init(_ arguments: ParsedArguments) throws(UsageError) {
        admin = AdminArguments(arguments)
        isJSON = arguments.has("json")
    }

    package func run(in context: CommandContext) async throws(CommandFailure) -> ExitCode {
        var bytes = try Files.readStandardInput(limit: Self.bytesMax)
        while let last = bytes.last, last == 10 || last == 13 { bytes.removeLast() }
        guard !bytes.isEmpty else {
            throw CommandFailure(
                Fault(
                    code: "usage.no-input", message: "there is no secret on standard input", remedy: "Give it: … < secret.txt",
                    turn: .caller
                ))
        }
        let secret = Secret(bytes)
        try await admin.perform(in: context) { (access) throws(Fault) in
            try await access.vault().set(secret, at: OIDCSettings.secretPlace, by: AdminAccess.requester)
        }
        let output = context.terminal.output
        output.line(
            isJSON ? #"{"set":true}"# : "\(output.style.green("●")) The secret is in the vault. The hub uses it from its next start on.")
        return .ok
    }
}
