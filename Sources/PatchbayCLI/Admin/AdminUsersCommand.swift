import HubCore
import JSON
import PluginModel
import Storage

/// `patchbay admin users`: who can sign in.
package struct AdminUsersCommand: Command {
    package static let spec = CommandSpec(
        name: "users", summary: "List the people of a hub",
        examples: [.init("list", "patchbay admin users --data /srv/patchbay")],
        options: AdminArguments.options, topics: ["exit-codes"])

    private let admin: AdminArguments
    private let isJSON: Bool

    package init(_ arguments: ParsedArguments) throws(UsageError) {
        admin = AdminArguments(arguments)
        isJSON = arguments.has("json")
    }

    private struct Row: Sendable {
        let user: User
        /// `ok`, `disabled`, or `invited` when they never signed in.
        let state: String
        let roles: [(slug: String, role: Role)]
    }

    package func run(in context: CommandContext) async throws(CommandFailure) -> ExitCode {
        let rows = try await admin.perform(in: context) { (access) throws(Fault) in try await Self.rows(access) }
        let output = context.terminal.output
        if isJSON {
            output.line(JSONValue.array(rows.map(Self.json)).serialized())
            return .ok
        }
        guard !rows.isEmpty else {
            output.line("Nobody has set this hub up yet. Start it, and open the link it prints.")
            return .ok
        }
        var table = Table([.init("e-mail"), .init("name", isFlexible: true), .init("state"), .init("roles", isFlexible: true)])
        for row in rows {
            let roles = (row.user.isHubAdministrator ? ["hub administrator"] : []) + row.roles.map { "\($0.slug): \($0.role.rawValue)" }
            table.add([
                .init(SafeText.line(row.user.email), paint: { $0.accent($1) }), .init(SafeText.line(row.user.name)), .init(row.state),
                .init(roles.joined(separator: ", "), paint: { $0.dim($1) }),
            ])
        }
        output.lines(table.lines(width: output.width, style: output.style))
        return .ok
    }

    private static func rows(_ access: AdminAccess) async throws(Fault) -> [Row] {
        try await access.store.read { (records) throws(Fault) in
            var rows: [Row] = []
            var after: String?
            while true {
                let page = PageRequest(after: after, limit: PageRequest.limitMax)
                let users = try records.users(page)
                for user in users {
                    var roles: [(slug: String, role: Role)] = []
                    for membership in try records.memberships(of: user.id) {
                        if let organisation = try records.organisation(membership.organisation) {
                            roles.append((organisation.slug, membership.role))
                        }
                    }
                    var hasCome = user.passwordHash != nil
                    if !hasCome { hasCome = try !records.identities(of: user.id).isEmpty }
                    rows.append(Row(user: user, state: user.isDisabled ? "disabled" : hasCome ? "ok" : "invited", roles: roles))
                }
                guard users.count == page.limit, let last = users.last else { return rows }
                after = last.id.rawValue
            }
        }
    }

    private static func json(_ row: Row) -> JSONValue {
        [
            "id": .string(row.user.id.rawValue), "email": .string(row.user.email), "name": .string(row.user.name),
            "state": .string(row.state), "isHubAdministrator": .bool(row.user.isHubAdministrator),
            "roles": .array(row.roles.map { ["organisation": .string($0.slug), "role": .string($0.role.rawValue)] }),
            "createdAt": .string(row.user.createdAt.description),
        ]
    }
}
