import CPostgres
import Glibc
import PluginModel

/// The way from an address to a connection that stands, within a time.
struct PostgreSQLDialing {
    let address: PostgreSQLAddress
    let applicationName: String

    /// In steps, because the error of a connection made at one go does not say its SQLSTATE.
    func connect() throws(Fault) -> OpaquePointer {
        guard let handle = start() else { throw PostgreSQLFault.connecting("no memory", to: address) }
        PQsetErrorVerbosity(handle, PQERRORS_VERBOSE)
        var end = timespec()
        clock_gettime(CLOCK_MONOTONIC, &end)
        end.tv_sec += StorageLimits.connectSeconds
        var status = PGRES_POLLING_WRITING
        while status != PGRES_POLLING_OK {
            guard status != PGRES_POLLING_FAILED, PQstatus(handle) != CONNECTION_BAD else {
                defer { PQfinish(handle) }
                throw PostgreSQLFault.connecting(String(cString: PQerrorMessage(handle)), to: address)
            }
            guard wait(PQsocket(handle), toWrite: status == PGRES_POLLING_WRITING, until: end) else {
                PQfinish(handle)
                throw PostgreSQLFault.connecting("no answer within \(StorageLimits.connectSeconds) s", to: address)
            }
            status = PQconnectPoll(handle)
        }
        PQsetErrorVerbosity(handle, PQERRORS_DEFAULT)
        return handle
    }

    /// The house's wishes stand before the address, so that the address may say otherwise.
    private func start() -> OpaquePointer? {
        let options = [
            ("fallback_application_name", applicationName), ("client_encoding", "UTF8"), ("keepalives_idle", "15"),
            ("keepalives_interval", "5"), ("keepalives_count", "3"), ("tcp_user_timeout", "30000"), ("dbname", address.text),
        ]
        let names = options.map { strdup($0.0) }
        let values = options.map { strdup($0.1) }
        defer { for text in names + values { free(text) } }
        return PQconnectStartParams(names.map { UnsafePointer($0) } + [nil], values.map { UnsafePointer($0) } + [nil], 1)
    }

    private func wait(_ socket: Int32, toWrite: Bool, until end: timespec) -> Bool {
        while true {
            var now = timespec()
            clock_gettime(CLOCK_MONOTONIC, &now)
            let left = (end.tv_sec - now.tv_sec) * 1000 + (end.tv_nsec - now.tv_nsec) / 1_000_000
            guard left > 0 else { return false }
            var descriptor = pollfd(fd: socket, events: Int16(toWrite ? POLLOUT : POLLIN), revents: 0)
            let count = poll(&descriptor, 1, Int32(clamping: left))
            if count > 0 { return true }
            if count < 0, errno != EINTR { return false }
        }
    }
}
