import HubCore
import PluginModel

extension SQLTransaction {
    // MARK: One-time codes

    private static let codeColumns = "hash, user_id, purpose, created_ms, expires_ms"

    func code(hash: [UInt8]) throws(Fault) -> OneTimeCode? {
        try rows("select \(Self.codeColumns) from one_time_codes where hash = $1", .bytes(hash)) { (row: any SQLRow) throws(Fault) in
            guard let purpose = OneTimeCode.Purpose(rawValue: row.text(2)) else {
                throw StorageFault.unreadable("a one-time code", row.text(2))
            }
            return OneTimeCode(
                hash: row.bytes(0), user: row.id(1), purpose: purpose, createdAt: row.timestamp(3), expiresAt: row.timestamp(4))
        }.first
    }

    func put(_ code: OneTimeCode) throws(Fault) {
        try change(
            """
            insert into one_time_codes (\(Self.codeColumns)) values ($1, $2, $3, $4, $5)
            on conflict (hash) do update set user_id = excluded.user_id, purpose = excluded.purpose, created_ms = excluded.created_ms,
                expires_ms = excluded.expires_ms
            """, .bytes(code.hash), .id(code.user), .text(code.purpose.rawValue), .at(code.createdAt), .at(code.expiresAt))
    }

    func removeCodes(of user: User.ID) throws(Fault) -> Int {
        try change("delete from one_time_codes where user_id = $1", .id(user))
    }

    func removeCodes(expiredBefore moment: Timestamp) throws(Fault) -> Int {
        try change("delete from one_time_codes where expires_ms < $1", .at(moment))
    }

    // MARK: What belongs to an organisation

    func contents(of organisation: Organisation.ID) throws(Fault) -> OrganisationContents {
        func count(_ table: String) throws(Fault) -> Int {
            try rows("select count(*) from \(table) where organisation = $1", .id(organisation)) { (row: any SQLRow) throws(Fault) in
                Int(row.integer(0))
            }.first ?? 0
        }
        return OrganisationContents(
            members: try count("memberships"), tokens: try count("api_tokens"), settings: try count("plugin_settings"),
            secrets: try count("secrets"), enablement: try count("plugin_enablement"),
            rules: try count("rules"))
    }
}
