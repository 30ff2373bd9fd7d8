package import HostCalls
package import HubCore
package import PluginModel

/// The hub's store over either database.
///
/// Bodies run on threads of its own: one that writes, which commits several waiting bodies at once, and a few that read. Plugins' state is
/// reached on the caller's thread, as its port says.
package final class SQLStore: HubStore, StateStore {
    private let database: any SQLDatabase
    private let clock: HubClock
    private let writes: WorkLane<WriteWork>
    private let reads: WorkLane<@Sendable () -> Void>

    init(_ database: any SQLDatabase, clock: HubClock) {
        self.database = database
        self.clock = clock
        writes = WorkLane(threads: 1, batchMax: StorageLimits.worksPerCommitMax) { works in database.perform(works) }
        reads = WorkLane(threads: StorageLimits.readersMax, batchMax: 1) { works in
            for work in works { work() }
        }
    }

    /// A store that is let go without `close` ends its threads too, once they are done.
    deinit { finish {} }

    /// How much the database holds, in bytes of its pages; what is yet only in SQLite's log is left out.
    package func byteCount() async throws(Fault) -> Int {
        let sql =
            database is SQLiteDatabase
            ? "select page_count * page_size from pragma_page_count(), pragma_page_size()" : "select pg_database_size(current_database())"
        return try await reading { (session) throws(Fault) in
            try session.rows(sql, []) { (row: any SQLRow) throws(Fault) in Int(row.integer(0)) }.first ?? 0
        }
    }

    // MARK: HubStore

    package func write<Value: Sendable>(
        _ body: @escaping @Sendable (any HubTransaction) throws(Fault) -> Value
    ) async throws(Fault) -> Value {
        let result: Result<Value, Fault> = await withCheckedContinuation { continuation in
            let kept = Kept<Value>()
            let work = WriteWork(
                run: { session in
                    do throws(Fault) {
                        kept.value = try SQLTransaction.run(body, in: session, isReadOnly: false)
                        return nil
                    } catch {
                        return error
                    }
                },
                done: { fault in
                    if let fault { return continuation.resume(returning: .failure(fault)) }
                    guard let value = kept.value else { preconditionFailure("A body that was kept has given its value.") }
                    continuation.resume(returning: .success(value))
                })
            if let refusal = writes.submit(work) { continuation.resume(returning: .failure(refusal)) }
        }
        return try result.get()
    }

    package func read<Value: Sendable>(
        _ body: @escaping @Sendable (any HubTransaction) throws(Fault) -> Value
    ) async throws(Fault) -> Value {
        try await reading { (session) throws(Fault) in try SQLTransaction.run(body, in: session, isReadOnly: true) }
    }

    private func reading<Value: Sendable>(
        _ body: @escaping @Sendable (any SQLSession) throws(Fault) -> Value
    ) async throws(Fault) -> Value {
        let result: Result<Value, Fault> = await withCheckedContinuation { [database] continuation in
            let refusal = reads.submit {
                do throws(Fault) {
                    let value = try database.transaction(.reading) { (session) throws(Fault) in try body(session) }
                    continuation.resume(returning: .success(value))
                } catch {
                    continuation.resume(returning: .failure(error))
                }
            }
            if let refusal { continuation.resume(returning: .failure(refusal)) }
        }
        return try result.get()
    }

    package func close() async {
        await withCheckedContinuation { continuation in finish { continuation.resume() } }
    }

    /// Calls back when everything taken is done and the database is closed.
    private func finish(_ then: @escaping @Sendable () -> Void) {
        writes.end { [reads, database] in
            reads.end {
                database.close()
                then()
            }
        }
    }

    /// Where a body's value waits for its commit.
    ///
    /// `@unchecked Sendable`: only the one writing thread touches it, before and after the commit.
    private final class Kept<Value: Sendable>: @unchecked Sendable {
        var value: Value?
    }

    // MARK: StateStore

    package func value(of plugin: PluginID, key: String) throws(Fault) -> [UInt8]? {
        try look { (records) throws(Fault) in try records.stateValue(of: plugin, key: key) }
    }

    package func set(_ value: [UInt8], of plugin: PluginID, key: String, limits: StateLimits) throws(Fault) {
        let now = clock.unixMilliseconds()
        try change { (records) throws(Fault) in
            try records.setState(value, of: plugin, key: key, limits: limits, unixMilliseconds: now)
        }
    }

    package func remove(of plugin: PluginID, key: String) throws(Fault) -> Bool {
        try change { (records) throws(Fault) in try records.removeState(of: plugin, key: key) }
    }

    package func keys(of plugin: PluginID, prefix: String, after: String?, limit: Int) throws(Fault) -> [String] {
        try look { (records) throws(Fault) in try records.stateKeys(of: plugin, prefix: prefix, after: after, limit: limit) }
    }

    package func usage(of plugin: PluginID) throws(Fault) -> StateUsage {
        try look { (records) throws(Fault) in try records.stateUsage(of: plugin) }
    }

    package func removeAll(of plugin: PluginID) throws(Fault) {
        try change { (records) throws(Fault) in try records.removeState(of: plugin) }
    }

    /// One statement, which is a view of its own; again once when the connection turns out to be gone.
    private func look<Value>(_ body: (SQLTransaction) throws(Fault) -> Value) throws(Fault) -> Value {
        try database.single { (session) throws(Fault) in try body(SQLTransaction(session, isReadOnly: true)) }
    }

    private func change<Value>(_ body: (SQLTransaction) throws(Fault) -> Value) throws(Fault) -> Value {
        try database.transaction(.writingBeside) { (session) throws(Fault) in try body(SQLTransaction(session, isReadOnly: false)) }
    }
}
