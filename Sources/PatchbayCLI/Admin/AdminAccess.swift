import HubCore
import PluginModel
import Storage

/// A hub's folder and database as an operator on this machine has them in hand: no sign-in, since whoever can read the folder has the hub.
struct AdminAccess: Sendable {
    let folders: DataFolders
    let address: String
    let store: SQLStore
    let environment: [String: String]

    var accounts: Accounts { Accounts(store: store, hasher: PasswordHasher()) }
    var keyFile: KeyFile { KeyFile(path: folders.vaultKey) }

    func vault() async throws(Fault) -> Vault { try await Vault.start(store: store, keyFile: keyFile, environment: environment) }

    /// As the audit knows whoever works here.
    static var requester: Requester {
        let user = User(
            id: User.ID("local"), email: "", name: "patchbay admin", isHubAdministrator: true, createdAt: Timestamp.system())
        return Requester(Principal(kind: .local, user: user, memberships: []))
    }
}

/// Which hub an `admin` command is about.
struct AdminArguments: Sendable {
    private let data: StoreArguments
    private let database: String?
    private let publicURL: String?

    static let options: [CommandSpec.Option] = [
        .init(
            "data", value: "DIR", help: "The hub's data folder", fallback: "PATCHBAY_DATA, or ~/.local/share/patchbay",
            completion: .directory),
        .init(
            "database", value: "URL", help: "postgres://USER:PASSWORD@HOST/NAME",
            fallback: "PATCHBAY_DATABASE, or SQLite in the data folder"
        ),
        .jsonObject,
    ]
    static let publicURL = CommandSpec.Option(
        "public-url", value: "URL", help: "Where people reach the hub", fallback: "where it answered last")

    init(_ arguments: ParsedArguments) {
        data = StoreArguments(arguments)
        database = arguments.value("database")
        publicURL = arguments.value("public-url")
    }

    /// Runs a body on the hub's database, and closes it.
    /// - Parameter isAlone: No hub may run meanwhile; else the body may run beside one.
    func perform<Value: Sendable>(
        in context: CommandContext, isAlone: Bool = false, _ body: (AdminAccess) async throws(Fault) -> Value
    ) async throws(CommandFailure) -> Value {
        let folder = try data.folder(in: context)
        do throws(Fault) {
            let access = try await open(folder, context, isAlone: isAlone)
            do throws(Fault) {
                let value = try await body(access)
                await access.store.close()
                return value
            } catch {
                await access.store.close()
                throw error
            }
        } catch { throw CommandFailure(error) }
    }

    /// Where the database is, without opening it.
    func place(in context: CommandContext) throws(CommandFailure) -> (folder: String, address: String) {
        let folder = try data.folder(in: context)
        do throws(Fault) { return (folder, try address(folder, context)) } catch { throw CommandFailure(error) }
    }

    private func address(_ folder: String, _ context: CommandContext) throws(Fault) -> String {
        let named = context.environment["PATCHBAY_DATABASE"].flatMap { $0.isEmpty ? nil : $0 }
        if let address = database ?? named { return address }
        let path = folder + "/hub.sqlite"
        // Opening it would make it, and a mistyped folder would look like a hub without people.
        guard Files.kind(path) == .file else {
            throw Fault(
                code: "hub.no-hub", message: "There is no hub in this folder.", place: folder,
                remedy: "Name its data folder with --data, and its database with --database if that is not there.", turn: .operator)
        }
        return path
    }

    private func open(_ folder: String, _ context: CommandContext, isAlone: Bool) async throws(Fault) -> AdminAccess {
        let address = try address(folder, context)
        let folders = try DataFolders(folder, isSweeping: false)
        do throws(Fault) {
            let store = try await HubStores.open(
                address, HubStoreOptions(isHub: isAlone, backupFolder: folders.backups, applicationName: "patchbay admin"))
            return AdminAccess(folders: folders, address: address, store: store, environment: context.environment)
        } catch {
            guard isAlone, error.code == "storage.in-use" else { throw error }
            throw Fault(
                code: "hub.running", message: "A hub runs on this database, and it would not notice.", place: folder,
                remedy: "Use its page Settings, or its API, or stop it first.", turn: .operator)
        }
    }

    /// A link for choosing a password.
    func link(code: Secret, in access: AdminAccess) -> String {
        let base = publicURL ?? HubAddress.read(in: access.folders.root) ?? "http://127.0.0.1:\(ServeOptions.portDefault)"
        return "\(base.hasSuffix("/") ? String(base.dropLast()) : base)/redeem#code=\(code.text ?? "")"
    }
}
