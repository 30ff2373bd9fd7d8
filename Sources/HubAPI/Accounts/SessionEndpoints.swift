import HTTPServer
import HubCore
import JSON
import PluginModel

/// Setting up, signing in and out, and what one is signed in with.
enum SessionEndpoints {
    static let chapter = "Signing in"
    static let session = Shape.named("Session")

    static let all: [Endpoint] = [
        Endpoint(
            .get, "/setup", "Whether the hub waits for its first account", chapter: chapter, access: .everybody,
            answer: .object([.init("needed", .boolean)])
        ) {
            .json(["needed": .bool(try await $0.hub.accounts.needsSetUp())])
        },
        Endpoint(
            .post, "/setup", "Make the first account and organisation, with the code the hub printed", chapter: chapter, access: .everybody,
            body: .json(
                .object([
                    .init("code", .text), .init("email", .text), .init("name", .text), .init("password", .text),
                    .init("organisation", .text),
                ])), answer: session, status: .created,
            problems: ["account.bad-setup-code", "account.already-set-up", "account.bad-password"],
            handler: setUp),
        Endpoint(
            .post, "/session", "Sign in", chapter: chapter, access: .everybody,
            body: .json(.object([.init("email", .text), .init("password", .text)])), answer: session, status: .created,
            problems: ["account.sign-in-failed", "account.too-many-tries", "account.busy"], handler: signIn),
        Endpoint(
            .post, "/session/redeem", "Set a password with a one-time code, and sign in", chapter: chapter, access: .everybody,
            body: .json(.object([.init("code", .text), .init("password", .text)])), answer: session, status: .created,
            problems: ["account.bad-code", "account.bad-password"], handler: redeem),
        Endpoint(.get, "/session", "Who is signed in, and what they may do here", chapter: chapter, access: .signedIn, answer: session) {
            .json(try await describe($0))
        },
        Endpoint(.delete, "/session", "Sign out", chapter: chapter, access: .signedIn) { call in
            guard let authenticated = call.authenticated else { throw ProblemDocument.unauthenticated }
            try await call.hub.accounts.signOut(authenticated, address: call.address)
            var response = HTTPResponse.noContent
            response.headers["Set-Cookie"] = SessionCookie.clear(call.hub.facts)
            return response
        },
    ]

    private static func setUp(_ call: APICall) async throws -> HTTPResponse {
        let name = try call.text("organisation")
        let wanted = SetUp(
            email: try call.text("email"), name: try call.text("name"), password: Secret(try call.text("password")), organisationName: name,
            organisationSlug: Slug.from(name))
        return try await welcome(try await call.hub.accounts.setUp(wanted, code: try call.text("code"), visitor: call.visitor), call)
    }

    private static func signIn(_ call: APICall) async throws -> HTTPResponse {
        let signedIn = try await call.hub.accounts.signIn(
            email: try call.text("email"), password: Secret(try call.text("password")), visitor: call.visitor,
            replacing: call.request.cookie(SessionCookie.name))
        return try await welcome(signedIn, call)
    }

    private static func redeem(_ call: APICall) async throws -> HTTPResponse {
        let code = try call.text("code")
        return try await welcome(
            try await call.hub.accounts.redeem(code: code, password: Secret(try call.text("password")), visitor: call.visitor), call)
    }

    /// The answer to whoever has just signed in: the session, and its cookie.
    static func welcome(_ signedIn: SignedIn, _ call: APICall) async throws -> HTTPResponse {
        guard let token = signedIn.token.text else { preconditionFailure("a token is text") }
        var call = call
        call.authenticated = try await call.hub.accounts.authenticate(session: token)
        call.organisation = try await call.hub.accounts.organisation(named: nil, for: call.principal)
        var response = HTTPResponse.json(try await describe(call), status: .created)
        response.headers["Set-Cookie"] = SessionCookie.set(signedIn, now: call.hub.now(), facts: call.hub.facts)
        return response
    }

    private static func describe(_ call: APICall) async throws -> JSONValue {
        let principal = call.principal
        let organisations = try await organisations(of: principal, call.hub)
        let allowed = HubAction.allCases.filter { call.may($0) }
        var members: JSONObject = [
            "user": [
                "id": .string(principal.user.id.rawValue), "email": .string(principal.user.email), "name": .string(principal.user.name),
                "isHubAdministrator": .bool(principal.user.isHubAdministrator),
            ],
            "csrfToken": .string(call.authenticated?.session?.csrfToken ?? ""), "organisations": .array(organisations),
            "organisation": call.organisation.map { .string($0.slug) } ?? "", "permissions": .array(allowed.map { .string($0.rawValue) }),
        ]
        if let session = call.authenticated?.session { members["expiresAt"] = .string(session.expiresAt.description) }
        return .object(members)
    }

    private static func organisations(of principal: Principal, _ hub: HubParts) async throws -> [JSONValue] {
        let isAdministrator = principal.user.isHubAdministrator
        let own = Dictionary(principal.memberships.map { ($0.organisation, $0.role) }, uniquingKeysWith: { first, _ in first })
        return try await hub.accounts.organisations(of: principal).map { one in
            [
                "id": .string(one.id.rawValue), "slug": .string(one.slug), "name": .string(one.name),
                "role": .string((isAdministrator ? .platformAdmin : own[one.id] ?? .viewer).rawValue),
            ]
        }
    }
}

/// Short names for addresses, made from long ones.
enum Slug {
    static func from(_ name: String) -> String {
        var slug = ""
        for scalar in name.lowercased().unicodeScalars {
            if ("a"..."z").contains(scalar) || ("0"..."9").contains(scalar) {
                slug.unicodeScalars.append(scalar)
            } else if !slug.isEmpty, slug.last != "-" {
                slug += "-"
            }
        }
        slug = String(slug.prefix(40))
        while slug.last == "-" { slug.removeLast() }
        return slug.isEmpty ? "main" : slug
    }
}
