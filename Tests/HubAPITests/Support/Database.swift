import TestServers
import Testing

/// What a hub of these tests keeps its records in.
enum Database: String, Sendable, CaseIterable {
    case sqlite = "SQLite"
    case postgreSQL = "PostgreSQL"

    /// The one whose turn it is. Hubs are made on it, and ``World/shared()`` is the one that was.
    @TaskLocal static var current = Database.sqlite

    /// An empty one, as `HubStores.open` takes it.
    func make(in folder: String) async throws -> (address: String, name: String?) {
        switch self {
        case .sqlite: return (folder + "/hub.sqlite", nil)
        case .postgreSQL:
            return try await onThread {
                let cluster = try PostgresCluster.shared.get()
                let name = try cluster.makeDatabase()
                return (cluster.address(name), name)
            }
        }
    }
}

/// Runs every test of a suite, and every case of it, on one database after the other.
struct EveryDatabase: SuiteTrait, TestTrait, TestScoping {
    var isRecursive: Bool { true }

    func provideScope(for test: Test, testCase: Test.Case?, performing body: @Sendable () async throws -> Void) async throws {
        for database in Database.allCases {
            try await Database.$current.withValue(database) { try await body() }
        }
    }
}

extension Trait where Self == EveryDatabase {
    static var everyDatabase: EveryDatabase { EveryDatabase() }
}

extension Trait where Self == IssueHandlingTrait {
    /// Says on which database something went wrong.
    static var namingTheDatabase: IssueHandlingTrait {
        .compactMapIssues { issue in
            var issue = issue
            let name = Comment(rawValue: "on \(Database.current.rawValue)")
            // The suite hears of what its tests have heard of.
            if !issue.comments.contains(name) { issue.comments.append(name) }
            return issue
        }
    }
}
