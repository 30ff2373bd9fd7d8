package import HostCalls
import PluginModel

/// What PostgreSQL's SQLSTATEs mean for people.
package enum PostgreSQLFault {
    package static let errors = [
        ErrorDescription("storage.wrong-password", "The database server does not let this user in.", .operator),
        ErrorDescription("storage.unreachable", "The database server does not answer, or cannot be found.", .operator),
        ErrorDescription("storage.no-such-database", "The server has no database of this name.", .operator),
        ErrorDescription("storage.connection-lost", "The connection to the database server was lost.", .operator),
        ErrorDescription("storage.timed-out", "A statement took longer than it may.", .operator),
        ErrorDescription("storage.not-utf8", "The database does not keep texts in UTF-8.", .operator),
    ]

    /// Why a connection does not come to stand; `text` is libpq's, with the SQLSTATE in it.
    static func connecting(_ text: String, to address: PostgreSQLAddress) -> Fault {
        let details = address.redacted(text)
        func fault(_ code: String, _ message: String, _ remedy: String) -> Fault {
            Fault(code: code, message: message, place: address.shown, remedy: remedy, turn: .operator, details: details)
        }
        func says(_ state: String) -> Bool { text.contains(" \(state):") }
        if says("28P01") || says("28000") || text.contains("no password supplied") {
            return fault(
                "storage.wrong-password", "The database server does not let this user in.",
                "Check user and password of the address, and the server's pg_hba.conf.")
        }
        if says("3D000") {
            return fault(
                "storage.no-such-database", "The database server has no database of this name.",
                "Create it: createdb --encoding=UTF8 --template=template0 NAME")
        }
        if says("53300") {
            return fault(
                "storage.overloaded", "The database server takes no further connections.",
                "Raise max_connections of the server, or end what else uses it.")
        }
        return fault(
            "storage.unreachable", "The database server does not answer, or cannot be found.",
            "Check host and port of the address, and that the server runs.")
    }

    /// What a statement failed with.
    static func statement(_ state: String, _ text: String, at address: PostgreSQLAddress) -> Fault {
        let details = "PostgreSQL \(state): \(address.redacted(text))"
        func fault(_ code: String, _ message: String, _ remedy: String, _ turn: Fault.Turn = .operator) -> Fault {
            Fault(code: code, message: message, place: StorageFault.place, remedy: remedy, turn: turn, details: details)
        }
        switch state {
        case "23503": return StorageFault.unknownReference(details)
        case "23505": return StorageFault.conflict(details)
        case "25006":
            return fault(
                "storage.read-only", "The hub's database cannot be written. Nothing was changed.",
                "Connect to the primary server, not to a standby.")
        case "42501":
            return fault(
                "storage.read-only", "The hub's database user may not do this. Nothing was changed.",
                "Make the user the owner of the database.")
        case "40001", "40P01", "55P03":
            return fault(
                "storage.busy", "Others hold what this call needs in the hub's database. Nothing was changed.",
                "Find who else uses the database, and call again.")
        case "57014":
            return fault(
                "storage.timed-out", "The database server took too long for a statement. Nothing was changed.",
                "Look at the server's load and at who holds locks in it; then call again.")
        case "53100":
            return fault(
                "storage.full", "There is no room left for the hub's database. Nothing was changed.",
                "Make room on the server's disk; then call again.")
        case "58030":
            return fault(
                "storage.io", "The disk under the hub's database failed. What was not answered was not kept.",
                "Look at the system's log of the database server.")
        case "XX001", "XX002":
            return fault(
                "storage.damaged", "The hub's database is damaged. It is left as it is.", "Stop the hub and restore the latest backup.")
        default:
            return fault(
                "storage.failed", "The hub's database refused the call.", "Look in the hub's log for the details, and report them.", .hub)
        }
    }

    static func connectionLost(_ text: String, at address: PostgreSQLAddress) -> Fault {
        Fault(
            code: "storage.connection-lost", message: "The connection to the hub's database was lost. Nothing was changed.",
            place: address.shown, remedy: "Check that the database server runs; then call again.", turn: .operator,
            details: address.redacted(text))
    }

    static func outcomeUnknown(_ text: String, at address: PostgreSQLAddress) -> Fault {
        Fault(
            code: StorageFault.outcomeUnknown,
            message:
                "The connection to the hub's database was lost during a commit. The change was made whole or not at all, and which is not known.",
            place: address.shown, remedy: "Look whether it was made before you repeat it.", turn: .operator,
            details: address.redacted(text))
    }
}
