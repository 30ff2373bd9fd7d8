import HubCore
import JSON
import PluginModel

extension SQLTransaction {
    // MARK: Sessions

    private static let sessionColumns = "token_hash, user_id, csrf_token, created_ms, last_seen_ms, expires_ms, user_agent, address"

    private static func session(_ row: any SQLRow) throws(Fault) -> Session {
        Session(
            tokenHash: row.bytes(0), user: row.id(1), csrfToken: row.text(2), createdAt: row.timestamp(3), lastSeenAt: row.timestamp(4),
            expiresAt: row.timestamp(5), userAgent: row.text(6), address: row.text(7))
    }

    func session(tokenHash: [UInt8]) throws(Fault) -> Session? {
        try rows("select \(Self.sessionColumns) from sessions where token_hash = $1", .bytes(tokenHash), read: Self.session).first
    }

    /// The one used last comes first.
    func sessions(of user: User.ID) throws(Fault) -> [Session] {
        try rows(
            "select \(Self.sessionColumns) from sessions where user_id = $1 order by last_seen_ms desc, token_hash", .id(user),
            read: Self.session)
    }

    func put(_ session: Session) throws(Fault) {
        try change(
            """
            insert into sessions (\(Self.sessionColumns)) values ($1, $2, $3, $4, $5, $6, $7, $8)
            on conflict (token_hash) do update set user_id = excluded.user_id, csrf_token = excluded.csrf_token,
                created_ms = excluded.created_ms, last_seen_ms = excluded.last_seen_ms, expires_ms = excluded.expires_ms,
                user_agent = excluded.user_agent, address = excluded.address
            """, .bytes(session.tokenHash), .id(session.user), .text(session.csrfToken), .at(session.createdAt), .at(session.lastSeenAt),
            .at(session.expiresAt), .text(session.userAgent), .text(session.address))
    }

    func removeSession(tokenHash: [UInt8]) throws(Fault) -> Bool {
        try hasChanged("delete from sessions where token_hash = $1", .bytes(tokenHash))
    }

    func removeSessions(of user: User.ID, except tokenHash: [UInt8]?) throws(Fault) -> Int {
        guard let tokenHash else { return try change("delete from sessions where user_id = $1", .id(user)) }
        return try change("delete from sessions where user_id = $1 and token_hash <> $2", .id(user), .bytes(tokenHash))
    }

    func removeSessions(expiredBefore moment: Timestamp) throws(Fault) -> Int {
        try change("delete from sessions where expires_ms < $1", .at(moment))
    }

    // MARK: Tokens

    private static let tokenColumns =
        "id, token_hash, hint, name, user_id, organisation, scopes, created_ms, expires_ms, last_used_ms"

    private static func token(_ row: any SQLRow) throws(Fault) -> APIToken {
        var scopes: Set<HubAction> = []
        for scope in try row.json(6).arrayValue ?? [] {
            // One that this version does not know allows nothing in it.
            if let action = scope.stringValue.flatMap(HubAction.init(rawValue:)) { scopes.insert(action) }
        }
        return APIToken(
            id: row.id(0), tokenHash: row.bytes(1), hint: row.text(2), name: row.text(3), user: row.id(4), organisation: row.optionalID(5),
            scopes: scopes, createdAt: row.timestamp(7), expiresAt: row.optionalTimestamp(8), lastUsedAt: row.optionalTimestamp(9))
    }

    func token(hash: [UInt8]) throws(Fault) -> APIToken? {
        try rows("select \(Self.tokenColumns) from api_tokens where token_hash = $1", .bytes(hash), read: Self.token).first
    }

    func token(_ id: APIToken.ID) throws(Fault) -> APIToken? {
        try rows("select \(Self.tokenColumns) from api_tokens where id = $1", .id(id), read: Self.token).first
    }

    /// By id, which is by age.
    func tokens(of user: User.ID) throws(Fault) -> [APIToken] {
        try rows("select \(Self.tokenColumns) from api_tokens where user_id = $1 order by id", .id(user), read: Self.token)
    }

    func put(_ token: APIToken) throws(Fault) {
        if let organisation = token.organisation { try require(organisation) }
        let scopes = JSONValue.array(token.scopes.map(\.rawValue).sorted().map { .string($0) })
        try change(
            """
            insert into api_tokens (\(Self.tokenColumns)) values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)
            on conflict (id) do update set token_hash = excluded.token_hash, hint = excluded.hint, name = excluded.name,
                user_id = excluded.user_id, organisation = excluded.organisation, scopes = excluded.scopes,
                created_ms = excluded.created_ms, expires_ms = excluded.expires_ms, last_used_ms = excluded.last_used_ms
            """, .id(token.id), .bytes(token.tokenHash), .text(token.hint), .text(token.name), .id(token.user), .id(token.organisation),
            .json(scopes), .at(token.createdAt), .at(token.expiresAt), .at(token.lastUsedAt))
    }

    func removeToken(_ id: APIToken.ID) throws(Fault) -> Bool {
        try hasChanged("delete from api_tokens where id = $1", .id(id))
    }
}
