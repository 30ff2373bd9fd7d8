import Glibc
import HTTPServer
import HubCore
import JSON
import Testing

@testable import HubAPI

/// Who is let in where: every endpoint for every kind of caller, as a golden file.
@Suite(.everyDatabase, .namingTheDatabase) struct GridTests {
    private static let golden = TestHub.repository + "/Tests/HubAPITests/Golden/endpoint-grid.txt"

    /// Bodies for endpoints whose handler decides who may: well formed, and refused for what is in them.
    private static let bodies: [String: JSONValue] = [
        "putPluginsIdConfiguration": ["values": ["nosuch": 1]], "postPluginsIdConfigurationValidate": ["values": [:]],
        "postPluginsIdConfigurationTest": ["values": ["nosuch": 1]], "patchOrganisationsSlug": ["name": ""],
        "putOrganisationsSlugMembersUser": ["role": "viewer"],
        "postAccountPassword": ["current": "is not this one", "new": "whatever it would become"],
        "postAccountTokens": ["name": "", "scopes": []],
    ]

    /// Decided inside, by what is in the body: who may ask is told apart from what they get for it.
    private static let refusedForContent: Set<String> = ["account.wrong-password", "account.too-many-tries"]

    /// Nothing that is asked for here changes anything: ids of nobody, bodies that are missing or refused.
    private static func ask(_ endpoint: Endpoint, as person: Person?, _ world: World) async throws -> String {
        // A plugin's own routes are asked for where there is one.
        let isRoute = endpoint.path.hasSuffix("/routes/{path...}")
        let isDecidedInside =
            bodies[endpoint.operationID] != nil || isRoute || (endpoint.method == .get && endpoint.path.hasPrefix("/plugins/{id}"))
        var path = endpoint.path.replacing("{path...}", with: isRoute ? "echo/word" : "none").replacing("{slug}", with: "alpha").replacing(
            "{user}", with: "nobody"
        )
        .replacing("{installation}", with: "none").replacing("{permission}", with: "none")
        .replacing("{sequence}", with: "1")
        .replacing("{kind}", with: "text").replacing("{version}", with: "1").replacing("{backtest}", with: "none")
        .replacing("/item-users/{type}", with: "/item-users/none").replacing("{strike}", with: "1")
        .replacing("{job}", with: "none")
        .replacing("{id}", with: isDecidedInside ? "lab.probe" : "none")
        if endpoint.path.hasSuffix("/events") { path += "?topics=none" }
        let answer = try await world.hub.ask(
            endpoint.method.rawValue, (endpoint.isAtRoot ? "/" : "") + path, as: person, bodies[endpoint.operationID])
        #expect(answer.status < 500, "\(endpoint.method) \(path): \(answer)")
        if answer.status == 401 { #expect(answer.json["error"] == "Unauthorized" && answer.json["message"] == "Authentication required") }
        if answer.status == 403, !refusedForContent.contains(answer.code ?? "") {
            #expect(answer.json["error"] == "Forbidden", "\(answer)")
        }
        if refusedForContent.contains(answer.code ?? "") { return "yes" }
        switch answer.status {
        case 401, 403: return "\(answer.status)"
        // An organisation one does not belong to is not there.
        case 404
        where endpoint.path.contains("{slug}") && answer.code == "account.not-found" && answer.text.contains("organisation 'alpha'"):
            return "404"
        default: return "yes"
        }
    }

    @Test func `every endpoint lets in whom it should, and nobody else`() async throws {
        let world = try await World.shared()
        var columns: [(String, Person?)] = [("nobody", nil), ("outsider", world.outsider), ("stranger", world.stranger)]
        columns += Role.allCases.map { ($0.rawValue, world.who($0)) }
        columns.append(("administrator", world.admin))
        let bare = try await world.hub.token(of: world.admin, scopes: [.dataRead])
        let reader = try await world.hub.token(of: world.admin, scopes: [.pluginRead])
        let bound = try await world.hub.token(of: world.admin, scopes: HubAction.allCases, in: "beta")
        columns += [("token data:read", bare), ("token plugin:read", reader), ("token of beta", bound)]
        var page = "Who is let in (yes), asked to sign in (401), refused (403), or told that there is no such organisation (404).\n"
        page +=
            "Roles are in the organisation alpha; the stranger administers another, the outsider is in none. Tokens are the administrator's.\n"
        for endpoint in HubAPI.endpoints.sorted(by: { ($0.pattern, $0.method.rawValue) < ($1.pattern, $1.method.rawValue) }) {
            // It would sign the columns out.
            guard endpoint.operationID != "deleteSession" else { continue }
            page += "\n\(endpoint.method.rawValue) \(endpoint.pattern)\n"
            let cells = try await withThrowingTaskGroup(of: (Int, String).self) { group in
                for (place, column) in columns.enumerated() {
                    group.addTask { (place, try await Self.ask(endpoint, as: column.1, world)) }
                }
                var cells = [String](repeating: "", count: columns.count)
                for try await (place, cell) in group { cells[place] = cell }
                return cells
            }
            if endpoint.access != .everybody { #expect(cells[0] == "401", "\(endpoint.pattern)") }
            for answer in ["yes", "401", "403", "404"] {
                let names = zip(columns, cells).filter { $0.1 == answer }.map(\.0.0)
                if !names.isEmpty { page += "  \(answer): \(names.joined(separator: ", "))\n" }
            }
        }
        if getenv("UPDATE_GOLDEN") != nil { try Folders.write(page, to: Self.golden) }
        let kept = String(decoding: try Folders.read(Self.golden), as: UTF8.self)
        #expect(page == kept, "UPDATE_GOLDEN=1 writes it anew")
    }
}
