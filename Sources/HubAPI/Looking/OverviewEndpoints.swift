import HTTPServer
import Hub
import HubCore
import JSON
import PluginModel

/// The hub at a glance, and what finds things in it.
enum OverviewEndpoints {
    static let chapter = "The hub"

    static let all: [Endpoint] = [
        Endpoint(
            .get, "/overview", "Health at a glance, and what waits for somebody", chapter: chapter, access: .organisation(.pluginRead),
            answer: .named("Overview"), handler: overview),
        Endpoint(
            .get, "/search", "Plugins and their contributions by name", chapter: chapter, access: .organisation(.pluginRead),
            query: [QueryParameter("q", .text, "Parts of names.")], answer: .list(.named("SearchHit")), handler: search),
        Endpoint(
            .get, "/settings", "What the hub runs with; no secrets", chapter: chapter, access: .hub(.adminSettings),
            answer: .named("HubSettings"), handler: settings),
        Endpoint(
            .post, "/settings/vault/rotate", "Seal every secret anew with the active key", chapter: chapter, access: .hub(.adminSettings),
            answer: .object([.init("done", .integer), .init("total", .integer)]), deadline: .seconds(300)
        ) { call in
            let progress = try await call.hub.vault.rotate(by: call.requester)
            return .json(["done": .int(Int64(progress.done)), "total": .int(Int64(progress.done + progress.left))])
        },
        Endpoint(
            .get, "/doctor", "What this machine offers, as `patchbay doctor` says it", chapter: chapter, access: .hub(.adminSettings),
            answer: .anything
        ) { call in
            .json(call.hub.facts.machine)
        },
    ]

    private static func overview(_ call: APICall) async throws -> HTTPResponse {
        let seen = await call.hub.registry.overview(for: call.organisation?.id)
        let isOperator = call.principal.may(.adminPlugins, in: nil)
        let organisation = call.organisation?.id
        var journal: [JournalEvent] = []
        if call.may(.journalRead) {
            journal = try await call.hub.store.read { (records) throws(Fault) in
                try JournalReading.latest(10, before: nil, types: [], organisation: isOperator ? nil : organisation, in: records)
            }
        }
        let facts = call.hub.facts
        let isWhole = facts.layers.allSatisfy { $0.state == "on" }
        return .json([
            "plugins": [
                "running": .int(Int64(seen.running)), "idle": .int(Int64(seen.idle)), "needsYou": .int(Int64(seen.needsYou.count)),
                "quarantined": .int(Int64(seen.quarantined)), "disabled": .int(Int64(seen.disabled)),
            ],
            "needsYou": .array(
                seen.needsYou.map { one in
                    [
                        "plugin": .string(one.plugin.rawValue), "name": .string(one.name), "what": .string(one.what),
                        "turn": one.turn.map { .string($0.rawValue) } ?? .null, "action": .string(one.action.rawValue),
                    ]
                }),
            "calls": [
                "perMinute": .int(Int64(seen.callsPerMinute)), "errors": .int(Int64(seen.errorsPerMinute)), "p95Ms": .optional(seen.p95Ms),
                "spark": .array(seen.spark.map { .int(Int64($0)) }),
            ], "journal": .array(journal.map(\.json)),
            "machine": [
                "sandbox": .string(isWhole ? "full" : "degraded"), "layers": .array(facts.layers.map(\.json)),
                "database": ["kind": .string(facts.databaseKind), "bytes": .int(Int64(await facts.databaseBytes()))],
                "startedAt": .string(facts.startedAt.description), "version": .string(hubVersion),
            ],
        ])
    }

    private static func search(_ call: APICall) async throws -> HTTPResponse {
        let words = (call.query("q") ?? "").lowercased().split(separator: " ")
        var hits: [JSONValue] = []
        func fits(_ text: String) -> Bool { words.allSatisfy { text.lowercased().contains($0) } }
        func hit(_ kind: String, _ title: String, _ subtitle: String, _ url: String) {
            if hits.count < 30 {
                hits.append(["kind": .string(kind), "title": .string(title), "subtitle": .string(subtitle), "url": .string(url)])
            }
        }
        let views = await call.hub.registry.plugins(for: call.organisation?.id)
        for view in views where fits("\(view.name) \(view.names.joined(separator: " "))") {
            hit("plugin", view.name, "\(view.id) \(view.version ?? "")", "/plugins/\(PercentCoding.encode(view.id.rawValue))")
        }
        guard !words.isEmpty else { return .json(.array(hits)) }
        for view in views {
            for one in view.manifest?.contributions ?? [] where fits("\(one.title) \(one.id)") {
                hit("contribution", one.title, "\(one.kind.rawValue) of \(view.name)", "/plugins/\(PercentCoding.encode(view.id.rawValue))")
            }
        }
        if call.principal.may(.adminUsers, in: nil) {
            let users = try await call.hub.accounts.users(PageRequest(limit: PageRequest.limitMax), by: call.requester)
            for user in users where fits("\(user.name) \(user.email)") { hit("user", user.name, user.email, "/settings/people") }
        }
        return .json(.array(hits))
    }

    private static func settings(_ call: APICall) async throws -> HTTPResponse {
        let status = try await call.hub.vault.status()
        let facts = call.hub.facts
        return .json([
            "bind": .string(facts.bind), "publicUrl": .string(facts.publicURL), "database": .string(facts.databaseKind),
            "vault": [
                "keys": .array(
                    status.keys.map { ["id": .string($0.id), "active": .bool($0.isActive), "secrets": .int(Int64($0.secrets))] })
            ],
            "oidc": .array(
                call.hub.outside.places.map { ["id": .string($0.id), "name": .string($0.name), "issuer": .string($0.issuer)] }),
            "sandbox": [
                "state": .string(facts.layers.allSatisfy { $0.state == "on" } ? "full" : "degraded"),
                "waived": .array(facts.waivedLayers.map(JSONValue.string)),
            ], "stores": .array(facts.stores.map { ["address": .string($0)] }),
        ])
    }
}

extension HubFacts.Layer {
    var json: JSONValue {
        ["name": .string(name), "state": .string(state), "detail": .string(detail), "required": .bool(isRequired)]
    }
}
