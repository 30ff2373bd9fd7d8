import HTTPServer
import HubCore
import JSON
import PluginModel

/// One's own sessions, password and tokens.
enum AccountEndpoints {
    static let chapter = "Your account"

    static let all: [Endpoint] = [
        Endpoint(
            .get, "/account/sessions", "Where one is signed in", chapter: chapter, access: .signedIn,
            answer: .list(.named("BrowserSession"))
        ) { call in
            let own = call.authenticated?.session.map { SessionSummary.id(of: $0.tokenHash) }
            return .json(
                .array(
                    try await call.hub.accounts.sessions(of: call.requester).map { one in
                        [
                            "id": .string(one.id), "userAgent": .string(one.userAgent), "address": .string(one.address),
                            "createdAt": .string(one.createdAt.description), "lastSeenAt": .string(one.lastSeenAt.description),
                            "expiresAt": .string(one.expiresAt.description), "isThis": .bool(one.id == own),
                        ]
                    }))
        },
        Endpoint(.delete, "/account/sessions/{id}", "Sign out somewhere else", chapter: chapter, access: .signedIn) { call in
            try await call.hub.accounts.endSession(call.parameter("id"), by: call.requester)
            return .noContent
        },
        Endpoint(
            .post, "/account/password", "Change one's password; other browsers are signed out", chapter: chapter, access: .signedIn,
            body: .json(.object([.init("current", .text), .init("new", .text)])),
            problems: ["account.wrong-password", "account.bad-password"]
        ) { call in
            try await call.hub.accounts.changePassword(
                from: Secret(try call.text("current")), to: Secret(try call.text("new")), keeping: call.authenticated?.session,
                by: call.requester)
            return .noContent
        },
        Endpoint(.get, "/account/tokens", "One's tokens for programs", chapter: chapter, access: .signedIn, answer: .list(.named("Token")))
        { call in
            let slugs = try await call.slugs()
            return .json(.array(try await call.hub.accounts.tokens(of: call.requester).map { $0.json(slugs) }))
        },
        Endpoint(
            .post, "/account/tokens", "Make a token; its text is shown in this answer only", chapter: chapter,
            access: .organisation(.tokenManage),
            body: .json(
                .object([
                    .init("name", .text), .init("scopes", .list(.text)), .init("organisation", .text, optional: true),
                    .init("expiresAt", .time, optional: true),
                ])), answer: .named("Token"), status: .created, problems: ["account.scope-too-wide", "account.token-by-token"],
            showsSecret: true,
            handler: makeToken),
        Endpoint(.delete, "/account/tokens/{id}", "Take a token back", chapter: chapter, access: .signedIn) { call in
            try await call.hub.accounts.revokeToken(APIToken.ID(call.parameter("id")), by: call.requester)
            return .noContent
        },
    ]

    private static func makeToken(_ call: APICall) async throws -> HTTPResponse {
        var scopes: Set<HubAction> = []
        var findings: [ProblemDocument.FindingText] = []
        for (place, text) in try call.texts("scopes").enumerated() {
            guard let scope = HubAction(rawValue: text) else {
                let near = nearMiss(text, among: HubAction.allCases.map(\.rawValue)).map { " Did you mean '\($0)'?" } ?? ""
                findings.append(
                    .init(
                        code: "account.unknown-scope", pointer: "/scopes/\(place)", message: "There is no right '\(visible(text))'.\(near)",
                        remedy: "GET /api/v1/session lists yours."))
                continue
            }
            scopes.insert(scope)
        }
        guard findings.isEmpty else { throw ProblemDocument.invalid(findings) }
        var organisation: Organisation.ID?
        if let slug = try call.optionalText("organisation") {
            let found = try await call.hub.store.read { (records) throws(Fault) in try records.organisation(slug: slug) }
            guard let found, call.principal.belongs(to: found.id) else { throw call.wrong("organisation", "is none you belong to") }
            organisation = found.id
        }
        var age: Duration?
        if let end = try call.time(inBody: "expiresAt") {
            let left = end.unixMilliseconds - call.hub.now().unixMilliseconds
            guard left > 0 else { throw call.wrong("expiresAt", "lies in the past") }
            age = .milliseconds(left)
        }
        let made = try await call.hub.accounts.makeToken(
            name: try call.text("name"), scopes: scopes, organisation: organisation, age: age, by: call.requester)
        var json = made.token.json(try await call.slugs()).objectValue ?? [:]
        json["token"] = .string(made.text.text ?? "")
        return .json(.object(json), status: .created)
    }
}

extension APICall {
    /// The short names of the organisations one belongs to.
    func slugs() async throws -> [Organisation.ID: String] {
        let ids = principal.memberships.map(\.organisation)
        return try await hub.store.read { (records) throws(Fault) in
            var slugs: [Organisation.ID: String] = [:]
            for id in ids { slugs[id] = try records.organisation(id)?.slug }
            return slugs
        }
    }
}

extension APIToken {
    func json(_ slugs: [Organisation.ID: String]) -> JSONValue {
        var members: JSONObject = [
            "id": .string(id.rawValue), "hint": .string(hint), "name": .string(name),
            "scopes": .array(scopes.map(\.rawValue).sorted().map(JSONValue.string)), "createdAt": .string(createdAt.description),
        ]
        if let organisation { members["organisation"] = .string(slugs[organisation] ?? organisation.rawValue) }
        if let expiresAt { members["expiresAt"] = .string(expiresAt.description) }
        if let lastUsedAt { members["lastUsedAt"] = .string(lastUsedAt.description) }
        return .object(members)
    }
}
