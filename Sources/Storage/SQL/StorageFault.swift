package import HostCalls
import PluginModel

/// The faults of storage that are the same for both databases.
package enum StorageFault {
    package static let errors = [
        ErrorDescription("storage.unknown-database", "The database's address names no kind of database there is.", .operator),
        ErrorDescription("storage.in-use", "Another hub runs on this database.", .operator),
        ErrorDescription("storage.newer", "The database was written by a newer Patchbay.", .operator),
        ErrorDescription("storage.migration-changed", "A step of the schema is not the one that was applied.", .hub),
        ErrorDescription("storage.no-backup", "The database must be migrated, and no backup could be made.", .operator),
        ErrorDescription("storage.closed", "The database is closed, because the hub is ending.", .hub),
        ErrorDescription("storage.overloaded", "More calls wait for the database than may.", .operator),
        ErrorDescription("storage.text-with-nul", "A text holds the character U+0000.", .caller),
        ErrorDescription("storage.unknown-reference", "A record names another one that is not there.", .caller),
        ErrorDescription("storage.conflict", "Another record has the same unique value.", .caller),
        ErrorDescription("storage.write-in-read", "A body that only reads tried to write.", .hub),
        ErrorDescription("storage.outcome-unknown", "The connection was lost during a commit.", .operator),
    ]

    static let outcomeUnknown = "storage.outcome-unknown"
    static let place = "the hub's database"

    static let closed = Fault(
        code: "storage.closed", message: "The hub's database is closed, because the hub is ending. Nothing was changed.", place: place,
        remedy: "Call again when the hub has started.", turn: .hub)

    static func overloaded(_ why: String) -> Fault {
        Fault(
            code: "storage.overloaded", message: "The hub's database does not keep up: \(why). Nothing was changed.", place: place,
            remedy: "Try again later; if it stays, look for a slow disk or database server.", turn: .operator)
    }

    static let textWithNUL = Fault(
        code: "storage.text-with-nul", message: "A text to be stored or looked up holds the character U+0000. Nothing was changed.",
        place: place, remedy: "Send the text without it.", turn: .caller)

    static func unknownReference(_ details: String) -> Fault {
        Fault(
            code: "storage.unknown-reference",
            message: "The record belongs to another one that is not there, or no longer. Nothing was changed.", place: place,
            remedy: "Read the list again; somebody may have removed it meanwhile.", turn: .caller, details: details)
    }

    static func conflict(_ details: String) -> Fault {
        Fault(
            code: "storage.conflict", message: "Another record has the same name or value, which must be unique. Nothing was changed.",
            place: place, remedy: "Read the list again; somebody may have made it meanwhile.", turn: .caller, details: details)
    }

    static let writeInRead = Fault(
        code: "storage.write-in-read", message: "A call that may only read tried to write. Nothing was changed.", place: place,
        remedy: "Report it, with what you did.", turn: .hub)

    static func inUse(_ details: String) -> Fault {
        Fault(
            code: "storage.in-use", message: "Another hub runs on this database.", place: place,
            remedy: "Stop that hub, or give this one a data folder or database of its own.", turn: .operator, details: details)
    }

    static func noBackup(_ why: String, details: String? = nil) -> Fault {
        Fault(
            code: "storage.no-backup", message: "The hub's database must be migrated, and no backup could be made before: \(why).",
            place: place, remedy: "Make one yourself, then start once with --no-backup.", turn: .operator, details: details)
    }

    /// A value that no version of the hub writes there.
    static func unreadable(_ what: String, _ value: String) -> Fault {
        Fault(
            code: "storage.damaged", message: "The hub's database holds a record that cannot be read. It is left as it is.", place: place,
            remedy: "Stop the hub and restore the latest backup.", turn: .operator, details: "\(what): \(value.prefix(200))")
    }
}
