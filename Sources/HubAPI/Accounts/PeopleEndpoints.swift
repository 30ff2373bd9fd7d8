import HTTPServer
import HubCore
import JSON
import PluginModel

/// Who can sign in.
enum PeopleEndpoints {
    static let chapter = "People"
    static let user = Shape.named("User")

    static let all: [Endpoint] = [
        Endpoint(
            .get, "/users", "Everybody who can sign in", chapter: chapter, access: .hub(.adminUsers), query: QueryParameter.page,
            answer: .list(user)
        ) { call in
            let page = try call.page()
            let users = try await call.hub.accounts.users(page, by: call.requester)
            return .page(users.map(\.json), call, page, last: users.last?.id.rawValue)
        },
        Endpoint(
            .post, "/users", "Add a person; the answer holds a one-time code for their password", chapter: chapter,
            access: .hub(.adminUsers),
            body: .json(.object([.init("email", .text), .init("name", .text), .init("isHubAdministrator", .boolean, optional: true)])),
            answer: user, status: .created, problems: ["account.email-taken"], showsSecret: true
        ) { call in
            let made = try await call.hub.accounts.createUser(
                email: try call.text("email"), name: try call.text("name"),
                isHubAdministrator: try call.optionalBool("isHubAdministrator") ?? false,
                by: call.requester)
            var json = made.user.json.objectValue ?? [:]
            json["code"] = .string(made.invitation.text ?? "")
            json["codeExpiresAt"] = .string(call.hub.now().advanced(by: call.hub.accounts.policy.invitationAge).description)
            return .json(.object(json), status: .created)
        },
        Endpoint(.get, "/users/{id}", "One person", chapter: chapter, access: .hub(.adminUsers), answer: user) { call in
            .json(try await call.user().json)
        },
        Endpoint(
            .patch, "/users/{id}", "Change a person", chapter: chapter, access: .hub(.adminUsers),
            body: .json(
                .object([
                    .init("email", .text, optional: true), .init("name", .text, optional: true),
                    .init("isDisabled", .boolean, optional: true),
                    .init("isHubAdministrator", .boolean, optional: true),
                ])), answer: user, problems: ["account.last-administrator", "account.email-taken"]
        ) { call in
            let change = UserChange(
                email: try call.optionalText("email"), name: try call.optionalText("name"), isDisabled: try call.optionalBool("isDisabled"),
                isHubAdministrator: try call.optionalBool("isHubAdministrator"))
            return .json(try await call.hub.accounts.updateUser(User.ID(call.parameter("id")), change, by: call.requester).json)
        },
        Endpoint(
            .delete, "/users/{id}", "Remove a person with everything they sign in with", chapter: chapter, access: .hub(.adminUsers),
            problems: ["account.last-administrator"]
        ) { call in
            try await call.hub.accounts.removeUser(User.ID(call.parameter("id")), by: call.requester)
            return .noContent
        },
        Endpoint(
            .post, "/users/{id}/reset-code", "A one-time code with which a person sets a password", chapter: chapter,
            access: .hub(.adminUsers),
            answer: .object([.init("code", .text), .init("expiresAt", .time)]), showsSecret: true
        ) { call in
            let code = try await call.hub.accounts.makePasswordCode(for: User.ID(call.parameter("id")), by: call.requester)
            let end = call.hub.now().advanced(by: call.hub.accounts.policy.passwordResetAge)
            return .json(["code": .string(code.text ?? ""), "expiresAt": .string(end.description)])
        },
    ]
}

extension APICall {
    func user() async throws -> User {
        let id = User.ID(parameter("id"))
        guard let user = try await hub.store.read({ (records) throws(Fault) in try records.user(id) }) else {
            throw Fault(
                code: "account.not-found", message: "There is no such person.", remedy: "GET /api/v1/users lists them.", turn: .caller)
        }
        return user
    }
}

extension User {
    var json: JSONValue {
        [
            "id": .string(id.rawValue), "email": .string(email), "name": .string(name), "isDisabled": .bool(isDisabled),
            "isHubAdministrator": .bool(isHubAdministrator), "createdAt": .string(createdAt.description),
        ]
    }
}
