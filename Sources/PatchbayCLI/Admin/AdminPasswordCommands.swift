import HubCore
import JSON
import PluginModel
import Storage

/// `patchbay admin reset-password EMAIL`: a link with which somebody chooses a new password.
package struct AdminResetPasswordCommand: Command {
    package static let spec = CommandSpec(
        name: "reset-password", summary: "Print a link with which somebody chooses a new password",
        discussion: [
            "The link is good once and for 24 hours, seven days for somebody who never had a password; the one before is worth nothing. The present password stays good until the link is used, which also ends all sessions of that person. Whoever has the link has the account: give it to nobody else."
        ],
        examples: [.init("a lost password", "patchbay admin reset-password ada@acme.test --data /srv/patchbay")],
        positionals: [.init("EMAIL", "The address they sign in with")],
        options: [AdminArguments.publicURL] + AdminArguments.options, topics: ["exit-codes"])

    private let email: String
    private let admin: AdminArguments
    private let isJSON: Bool

    package init(_ arguments: ParsedArguments) throws(UsageError) {
        email = arguments.required("EMAIL")
        admin = AdminArguments(arguments)
        isJSON = arguments.has("json")
    }

    package func run(in context: CommandContext) async throws(CommandFailure) -> ExitCode {
        let admin = admin
        let wanted = email.lowercased()
        let made = try await admin.perform(in: context) { (access) throws(Fault) in
            guard let user = try await access.store.read({ (records) throws(Fault) in try records.user(email: wanted) }) else {
                throw Fault(
                    code: "account.not-found", message: "Nobody here has this e-mail address.", place: visible(wanted),
                    remedy: "patchbay admin users lists those there are.", turn: .caller)
            }
            let accounts = access.accounts
            let code = try await accounts.makePasswordCode(for: user.id, by: AdminAccess.requester)
            let age = user.passwordHash == nil ? accounts.policy.invitationAge : accounts.policy.passwordResetAge
            return MadeLink(
                user: user, link: admin.link(code: code, in: access), expiresAt: Timestamp.system().advanced(by: age))
        }
        made.show(isJSON: isJSON, in: context)
        return .ok
    }
}

/// `patchbay admin create-user EMAIL`: adds somebody, and prints their link.
package struct AdminCreateUserCommand: Command {
    package static let spec = CommandSpec(
        name: "create-user", summary: "Add a person to a hub, and print their link for a password",
        examples: [
            .init("a second administrator", "patchbay admin create-user grace@acme.test --name 'Grace' --administrator"),
            .init(
                "somebody of one organisation",
                "patchbay admin create-user alan@acme.test --name 'Alan' --organisation acme --role developer"),
        ],
        positionals: [.init("EMAIL", "The address they will sign in with")],
        options: [
            .init("name", value: "NAME", help: "What people call them", fallback: "the address before the @"),
            .init("administrator", help: "May do everything in the whole hub"),
            .init("organisation", value: "SLUG", help: "An organisation they belong to, by its short name"),
            .init(
                "role", value: "ROLE", help: "Their role there", fallback: "viewer", completion: .words(Role.allCases.map(\.rawValue))),
            AdminArguments.publicURL,
        ] + AdminArguments.options, topics: ["exit-codes"])

    private let email: String
    private let name: String
    private let isAdministrator: Bool
    private let organisation: String?
    private let role: Role
    private let admin: AdminArguments
    private let isJSON: Bool

    package init(_ arguments: ParsedArguments) throws(UsageError) {
        email = arguments.required("EMAIL")
        name = arguments.value("name") ?? String(email.prefix { $0 != "@" })
        isAdministrator = arguments.has("administrator")
        organisation = arguments.value("organisation")
        let role = arguments.value("role") ?? Role.viewer.rawValue
        guard let known = Role(rawValue: role) else {
            throw .invalidValue(
                of: "--role", value: role, why: "there is no such role",
                hint: "Write one of \(Role.allCases.map(\.rawValue).joined(separator: ", ")).")
        }
        self.role = known
        if arguments.value("role") != nil, organisation == nil {
            throw .invalidValue(of: "--role", value: role, why: "a role is one in an organisation", hint: "Name it: --organisation SLUG")
        }
        admin = AdminArguments(arguments)
        isJSON = arguments.has("json")
    }

    package func run(in context: CommandContext) async throws(CommandFailure) -> ExitCode {
        let wanted = self
        let made = try await admin.perform(in: context) { (access) throws(Fault) in
            let accounts = access.accounts
            guard try await !accounts.needsSetUp() else {
                throw Fault(
                    code: "hub.not-set-up", message: "This hub has no account yet.", place: access.folders.root,
                    remedy: "Start it, and open the link it prints: that makes the first account.", turn: .operator)
            }
            var memberships: [Organisation.ID: Role] = [:]
            if let slug = wanted.organisation {
                guard let found = try await access.store.read({ (records) throws(Fault) in try records.organisation(slug: slug) }) else {
                    throw Fault(
                        code: "account.not-found", message: "There is no organisation of this short name.", place: visible(slug),
                        remedy: "The hub's page Settings lists them.", turn: .caller)
                }
                memberships[found.id] = wanted.role
            }
            let (user, code) = try await accounts.createUser(
                email: wanted.email, name: wanted.name, isHubAdministrator: wanted.isAdministrator, memberships: memberships,
                by: AdminAccess.requester)
            return MadeLink(
                user: user, link: wanted.admin.link(code: code, in: access),
                expiresAt: Timestamp.system().advanced(by: accounts.policy.invitationAge))
        }
        made.show(isJSON: isJSON, in: context)
        return .ok
    }
}

/// A link that was just made, for the one person it is for.
private struct MadeLink: Sendable {
    let user: User
    let link: String
    let expiresAt: Timestamp

    func show(isJSON: Bool, in context: CommandContext) {
        let output = context.terminal.output
        if isJSON {
            output.line(
                JSONValue.object([
                    "id": .string(user.id.rawValue), "email": .string(user.email), "link": .string(link),
                    "expiresAt": .string(expiresAt.description),
                ]).serialized())
        } else {
            output.lines(["A link for \(SafeText.line(user.email)), good once and until \(expiresAt):", "  \(link)"])
        }
    }
}
