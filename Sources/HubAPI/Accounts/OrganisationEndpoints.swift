import HTTPServer
import Hub
import HubCore
import JSON
import Moderation
import PluginModel

/// Organisations and their members.
enum OrganisationEndpoints {
    static let chapter = "Organisations"
    static let organisation = Shape.named("Organisation")

    static let all: [Endpoint] = [
        Endpoint(
            .get, "/organisations", "The organisations one belongs to; for administrators of the hub, all", chapter: chapter,
            access: .signedIn,
            query: QueryParameter.page, answer: .list(organisation)
        ) { call in
            let page = try call.page()
            let list = try await call.hub.accounts.organisations(page, by: call.requester)
            return .page(list.map(\.json), call, page, last: list.last?.id.rawValue)
        },
        Endpoint(
            .post, "/organisations", "Make an organisation", chapter: chapter, access: .hub(.adminSettings),
            body: .json(.object([.init("slug", .text), .init("name", .text)])), answer: organisation, status: .created,
            problems: ["account.slug-taken"]
        ) { call in
            let made = try await call.hub.accounts.createOrganisation(
                slug: try call.text("slug"), name: try call.text("name"), by: call.requester)
            return .json(made.json, status: .created)
        },
        Endpoint(.get, "/organisations/{slug}", "One organisation", chapter: chapter, access: .signedIn, answer: organisation) { call in
            .json(try await call.namedOrganisation().json)
        },
        Endpoint(
            .patch, "/organisations/{slug}", "Rename an organisation", chapter: chapter, access: .signedIn,
            body: .json(.object([.init("slug", .text, optional: true), .init("name", .text, optional: true)])), answer: organisation
        ) { call in
            .json(
                try await call.hub.accounts.renameOrganisation(
                    try await call.namedOrganisation().id, slug: try call.optionalText("slug"), name: try call.optionalText("name"),
                    by: call.requester
                ).json)
        },
        Endpoint(
            .get, "/organisations/{slug}/removal", "What would go with an organisation", chapter: chapter, access: .hub(.adminSettings),
            answer: .named("OrganisationRemoval")
        ) { call in .json(try await call.hub.accounts.contents(of: try await call.namedOrganisation().id, by: call.requester).json) },
        Endpoint(
            .delete, "/organisations/{slug}", "Remove an organisation with all that is in it", chapter: chapter,
            access: .hub(.adminSettings),
            query: [QueryParameter("confirm", .text, "Its short name, again.")]
        ) { call in
            let organisation = try await call.namedOrganisation()
            try call.confirm(organisation.slug)
            let contents = try await call.hub.accounts.contents(of: organisation.id, by: call.requester)
            try await call.hub.accounts.removeOrganisation(organisation.id, expecting: contents, by: call.requester)
            await call.hub.registry.forget(organisation.id)
            await call.hub.moderation.forget(organisation.id)
            return .noContent
        },
        Endpoint(
            .get, "/organisations/{slug}/members", "Who belongs to an organisation", chapter: chapter, access: .signedIn,
            query: QueryParameter.page, answer: .list(.named("Member"))
        ) { call in
            let page = try call.page()
            let members = try await call.hub.accounts.members(of: try await call.namedOrganisation().id, page, by: call.requester)
            return .page(
                members.map { member in
                    [
                        "user": .string(member.user.id.rawValue), "email": .string(member.user.email), "name": .string(member.user.name),
                        "role": .string(member.role.rawValue),
                    ]
                }, call, page, last: members.last?.user.id.rawValue)
        },
        Endpoint(
            .post, "/organisations/{slug}/members", "Take in somebody who has an account, by their e-mail address", chapter: chapter,
            access: .signedIn,
            body: .json(.object([.init("email", .text), .init("role", .choice(Role.allCases.map(\.rawValue)))])), answer: .named("Member"),
            status: .created, problems: ["account.not-found", "account.role-too-high"]
        ) { call in
            let added = try await call.hub.accounts.addMember(
                email: try call.text("email"), role: try call.role(), to: try await call.namedOrganisation().id, by: call.requester)
            return .json(
                [
                    "user": .string(added.user.id.rawValue), "email": .string(added.user.email), "name": .string(added.user.name),
                    "role": .string(added.role.rawValue),
                ], status: .created)
        },
        Endpoint(
            .put, "/organisations/{slug}/members/{user}", "Give somebody a role", chapter: chapter, access: .signedIn,
            body: .json(.object([.init("role", .choice(Role.allCases.map(\.rawValue)))])), problems: ["account.role-too-high"]
        ) { call in
            try await call.hub.accounts.setRole(
                try call.role(), of: User.ID(call.parameter("user")), in: try await call.namedOrganisation().id, by: call.requester)
            return .noContent
        },
        Endpoint(.delete, "/organisations/{slug}/members/{user}", "Take somebody out", chapter: chapter, access: .signedIn) { call in
            try await call.hub.accounts.removeMember(
                User.ID(call.parameter("user")), from: try await call.namedOrganisation().id, by: call.requester)
            return .noContent
        },
    ]
}

extension APICall {
    fileprivate func role() throws -> Role {
        guard let role = Role(rawValue: try text("role")) else {
            throw wrong("role", "is one of \(Role.allCases.map(\.rawValue).joined(separator: ", "))")
        }
        return role
    }

    /// The organisation in the path; one that somebody does not belong to is not there for them.
    func namedOrganisation() async throws -> Organisation {
        let slug = parameter("slug")
        let found = try await hub.store.read { (records) throws(Fault) in try records.organisation(slug: slug) }
        guard let found, principal.belongs(to: found.id) else {
            throw Fault(
                code: "account.not-found", message: "There is no organisation '\(visible(slug))' you belong to.",
                remedy: "GET /api/v1/organisations shows yours.", turn: .caller)
        }
        return found
    }

    /// What is destroyed has to be named twice.
    func confirm(_ name: String) throws {
        guard query("confirm") == name else {
            throw ProblemDocument.about(
                Fault(
                    code: "request.not-confirmed", message: "Removing needs its name once more.", remedy: "Add ?confirm=\(name)",
                    turn: .caller),
                status: .badRequest)
        }
    }
}

extension Principal {
    /// Whether an organisation is there for them at all; a token that is good in one sees no other.
    func belongs(to id: Organisation.ID) -> Bool {
        guard onlyIn == nil || onlyIn == id else { return false }
        return user.isHubAdministrator || memberships.contains { $0.organisation == id }
    }
}

extension Organisation {
    var json: JSONValue {
        ["id": .string(id.rawValue), "slug": .string(slug), "name": .string(name), "createdAt": .string(createdAt.description)]
    }
}

extension OrganisationContents {
    var json: JSONValue {
        [
            "members": .int(Int64(members)), "tokens": .int(Int64(tokens)), "settings": .int(Int64(settings)),
            "secrets": .int(Int64(secrets)),
            "plugins": .int(Int64(enablement)),
        ]
    }
}
