import HubCore
import PluginModel

extension SQLTransaction {
    // MARK: Users

    private static let userColumns = "id, email, name, password_hash, is_disabled, is_hub_administrator, created_ms"

    private static func user(_ row: any SQLRow) throws(Fault) -> User {
        User(
            id: row.id(0), email: row.text(1), name: row.text(2), passwordHash: row.optionalText(3), isDisabled: row.truth(4),
            isHubAdministrator: row.truth(5), createdAt: row.timestamp(6))
    }

    func userCount() throws(Fault) -> Int {
        try rows("select count(*) from users") { (row: any SQLRow) throws(Fault) in Int(row.integer(0)) }.first ?? 0
    }

    func user(_ id: User.ID) throws(Fault) -> User? {
        try rows("select \(Self.userColumns) from users where id = $1", .id(id), read: Self.user).first
    }

    func user(email: String) throws(Fault) -> User? {
        try rows("select \(Self.userColumns) from users where email = $1", .text(email), read: Self.user).first
    }

    /// By id, which is by age.
    func users(_ page: PageRequest) throws(Fault) -> [User] {
        try rows(
            "select \(Self.userColumns) from users where id > $1 order by id limit $2", .text(page.after ?? ""), .limit(page.limit),
            read: Self.user)
    }

    func hubAdministrators() throws(Fault) -> [User] {
        try rows("select \(Self.userColumns) from users where is_hub_administrator = $1 order by id", .truth(true), read: Self.user)
    }

    func put(_ user: User) throws(Fault) {
        // Asked before, so that a body may go on after the refusal: a failed statement would end the transaction on PostgreSQL.
        if let other = try self.user(email: user.email), other.id != user.id {
            throw RecordFault.taken("account.email-taken", "Another person has this e-mail address.", user.id.rawValue)
        }
        try change(
            """
            insert into users (\(Self.userColumns)) values ($1, $2, $3, $4, $5, $6, $7)
            on conflict (id) do update set email = excluded.email, name = excluded.name, password_hash = excluded.password_hash,
                is_disabled = excluded.is_disabled, is_hub_administrator = excluded.is_hub_administrator, created_ms = excluded.created_ms
            """, .id(user.id), .text(user.email), .text(user.name), .text(user.passwordHash), .truth(user.isDisabled),
            .truth(user.isHubAdministrator), .at(user.createdAt))
    }

    func removeUser(_ id: User.ID) throws(Fault) -> Bool {
        try hasChanged("delete from users where id = $1", .id(id))
    }

    // MARK: Outside identities

    private static func identity(_ row: any SQLRow) throws(Fault) -> ExternalIdentity {
        ExternalIdentity(issuer: row.text(0), subject: row.text(1), user: row.id(2))
    }

    func identity(issuer: String, subject: String) throws(Fault) -> ExternalIdentity? {
        try rows(
            "select issuer, subject, user_id from identities where issuer = $1 and subject = $2", .text(issuer), .text(subject),
            read: Self.identity
        ).first
    }

    func identities(of user: User.ID) throws(Fault) -> [ExternalIdentity] {
        try rows(
            "select issuer, subject, user_id from identities where user_id = $1 order by issuer, subject", .id(user), read: Self.identity)
    }

    func removeIdentity(issuer: String, subject: String) throws(Fault) -> Bool {
        try hasChanged("delete from identities where issuer = $1 and subject = $2", .text(issuer), .text(subject))
    }

    func put(_ identity: ExternalIdentity) throws(Fault) {
        try change(
            """
            insert into identities (issuer, subject, user_id) values ($1, $2, $3)
            on conflict (issuer, subject) do update set user_id = excluded.user_id
            """, .text(identity.issuer), .text(identity.subject), .id(identity.user))
    }

    // MARK: Memberships

    private static func membership(_ row: any SQLRow) throws(Fault) -> Membership {
        Membership(organisation: row.id(0), user: row.id(1), role: try row.named(2, "a role"))
    }

    func memberships(of user: User.ID) throws(Fault) -> [Membership] {
        try rows(
            "select organisation, user_id, role from memberships where user_id = $1 order by organisation", .id(user),
            read: Self.membership)
    }

    /// By the user's id.
    func memberships(in organisation: Organisation.ID, _ page: PageRequest) throws(Fault) -> [Membership] {
        try rows(
            "select organisation, user_id, role from memberships where organisation = $1 and user_id > $2 order by user_id limit $3",
            .id(organisation), .text(page.after ?? ""), .limit(page.limit), read: Self.membership)
    }

    func put(_ membership: Membership) throws(Fault) {
        try require(membership.organisation)
        try change(
            """
            insert into memberships (organisation, user_id, role) values ($1, $2, $3)
            on conflict (organisation, user_id) do update set role = excluded.role
            """, .id(membership.organisation), .id(membership.user), .text(membership.role.rawValue))
    }

    func removeMembership(of user: User.ID, in organisation: Organisation.ID) throws(Fault) -> Bool {
        try hasChanged("delete from memberships where organisation = $1 and user_id = $2", .id(organisation), .id(user))
    }
}
