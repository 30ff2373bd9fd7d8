import HostCalls
import HubCore
import JSON
import PluginModel
import TestServers
import Testing

@testable import Storage

/// Both databases: every test of the ports runs over each.
enum Backend: String, Sendable, CaseIterable, CustomTestStringConvertible {
    case sqlite = "SQLite"
    case postgreSQL = "PostgreSQL"

    var testDescription: String { rawValue }
}

/// An empty database of one kind, and a store on it.
struct Lab: Sendable {
    let backend: Backend
    let folder: TestFolder
    /// What `HubStores.open` takes.
    let address: String
    /// PostgreSQL's name of it.
    let database: String

    init(_ backend: Backend) throws {
        self.backend = backend
        folder = try TestFolder()
        switch backend {
        case .sqlite: (address, database) = (folder.file, "")
        case .postgreSQL:
            let cluster = try PostgresCluster.shared.get()
            database = try cluster.makeDatabase()
            address = cluster.address(database)
        }
    }

    var options: HubStoreOptions { HubStoreOptions(backupFolder: folder.path + "/backups") }

    func open(_ change: (inout HubStoreOptions) -> Void = { _ in }) async throws -> SQLStore {
        var options = options
        change(&options)
        return try await HubStores.open(address, options)
    }

    /// A connection of its own, to look and to disturb.
    func raw() throws -> any SQLSession {
        switch backend {
        case .sqlite: try SQLiteConnection(path: folder.file)
        case .postgreSQL: try PostgresCluster.shared.get().admin(database)
        }
    }
}

extension PostgresCluster {
    func admin(_ database: String = "postgres") throws(Fault) -> PostgreSQLConnection {
        try PostgreSQLConnection(try PostgreSQLAddress(address(database)), applicationName: "tests")
    }
}

/// Runs a test's body on a new store, and closes it after.
func withStore(_ backend: Backend, _ body: (SQLStore) async throws -> Void) async throws {
    let lab = try Lab(backend)
    let store = try await lab.open()
    let result = await Result { () async throws in try await body(store) }
    await store.close()
    try withExtendedLifetime(lab) { try result.get() }
}

extension Result where Failure == any Error {
    fileprivate init(_ body: () async throws -> Success) async {
        do { self = .success(try await body()) } catch { self = .failure(error) }
    }
}

/// The code of the fault a call ends with; nil when it succeeds.
func code<Value>(_ body: () async throws -> Value) async -> String? {
    do {
        _ = try await body()
        return nil
    } catch let fault as Fault {
        return fault.code
    } catch {
        return "\(error)"
    }
}

func at(_ milliseconds: Int64) -> Timestamp { Timestamp(unixMilliseconds: milliseconds) }

func plugin(_ name: String = "acme.weather") throws -> PluginID { try PluginID(name) }

func person(_ id: String, email: String? = nil) -> User {
    User(id: User.ID(id), email: email ?? "\(id)@acme.test", name: "Ada \(id)", createdAt: at(1_000))
}

func organisation(_ id: String, slug: String? = nil) -> Organisation {
    Organisation(id: Organisation.ID(id), slug: slug ?? "slug-\(id)", name: "Acme \(id)", createdAt: at(2_000))
}

func event(_ id: String, type: String = "system.PluginEnabled", organisation: String? = nil, at moment: Int64 = 5, data: JSONValue = [:])
    -> JournalEvent
{
    JournalEvent(
        eventID: Identifier(id), eventType: type, timestamp: at(moment), source: "hub", correlationID: "c",
        organisation: organisation.map { Organisation.ID($0) }, data: data)
}

extension SQLStore {
    /// A write whose body is plain: several statements, a value at the end.
    func put(_ users: User...) async throws {
        try await write { (records) throws(Fault) in for user in users { try records.put(user) } }
    }

    func put(_ organisations: Organisation...) async throws {
        try await write { (records) throws(Fault) in for organisation in organisations { try records.put(organisation) } }
    }
}
