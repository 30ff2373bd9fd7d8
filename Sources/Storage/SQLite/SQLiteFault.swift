import CSQLite
package import HostCalls
import PluginModel

/// What SQLite's codes mean for people: what happened, that nothing acknowledged is lost, and what to do.
package enum SQLiteFault {
    package static let errors = [
        ErrorDescription("storage.damaged", "The database file is damaged or is no database.", .operator),
        ErrorDescription("storage.busy", "Another process holds the database for longer than a call may wait.", .operator),
        ErrorDescription("storage.full", "The disk is full.", .operator),
        ErrorDescription("storage.read-only", "The database file, or its folder, cannot be written.", .operator),
        ErrorDescription("storage.cannot-open", "The database file cannot be opened.", .operator),
        ErrorDescription("storage.io", "Reading or writing the disk failed.", .operator),
        ErrorDescription("storage.failed", "SQLite refused for a reason the hub did not expect.", .hub),
    ]

    /// The path goes into `place` and `details`; the message may be shown to a plugin.
    static func make(_ code: Int32, _ text: String, path: String) -> Fault {
        let details = "SQLite \(code): \(text); \(path)"
        func fault(_ name: String, _ message: String, _ remedy: String, _ turn: Fault.Turn = .operator) -> Fault {
            Fault(code: name, message: message, place: "the hub's database", remedy: remedy, turn: turn, details: details)
        }
        // Extended codes: 3 foreign key, 6 primary key, 8 unique; macros of macros, which do not come across.
        switch code {
        case SQLITE_CONSTRAINT | 3 << 8: return StorageFault.unknownReference(details)
        case SQLITE_CONSTRAINT | 8 << 8, SQLITE_CONSTRAINT | 6 << 8: return StorageFault.conflict(details)
        default: break
        }
        switch code & 0xff {
        case SQLITE_CORRUPT, SQLITE_NOTADB:
            return fault(
                "storage.damaged", "The hub's database is damaged, or is no database. It is left as it is.",
                "Stop the hub, set the file aside, and restore the latest backup; 'sqlite3 FILE .recover' may save the rest.")
        case SQLITE_BUSY, SQLITE_LOCKED:
            return fault(
                "storage.busy", "Another process holds the hub's database. Nothing was changed.",
                "Find who has the file open, a backup for example, and call again.")
        case SQLITE_FULL:
            return fault(
                "storage.full", "There is no room left for the hub's database. Nothing was changed.",
                "Make room on the disk; then call again.")
        case SQLITE_READONLY:
            return fault(
                "storage.read-only", "The hub's database cannot be written. Nothing was changed.",
                "Give the hub's user the right to write the file and its folder.")
        case SQLITE_CANTOPEN, SQLITE_PERM, SQLITE_AUTH:
            return fault(
                "storage.cannot-open", "The hub's database cannot be opened.",
                "Check that its folder exists and that the hub's user may use it.")
        case SQLITE_IOERR:
            return fault(
                "storage.io", "The disk under the hub's database failed. What was not answered was not kept.",
                "Look at the system's log for the disk; restore a backup if it is failing.")
        default:
            return fault(
                "storage.failed", "The hub's database refused the call.", "Look in the hub's log for the details, and report them.", .hub)
        }
    }
}
