import HTTPServer
import Hub
import HubCore
import JSON
import Manifests
import Moderation
import PluginModel
import Rules

/// Signals that rules can ask: those built in, and those of integrations as the organisation of the request has them.
enum SignalEndpoints {
    static let chapter = "Rules"

    static let all: [Endpoint] = [
        Endpoint(
            .get, "/signals", "Every signal that rules of the organisation can ask, built-in ones first", chapter: chapter,
            access: .organisation(.ruleRead), answer: .list(.named("Signal"))
        ) { call in
            let organisation = try call.needOrganisation()
            let signals = await call.hub.signals.gallery(for: organisation.id)
            return .json(.array(BuiltInSignal.allCases.map(\.json) + HubSignal.allCases.map(\.json) + signals.map(\.json)))
        },
        Endpoint(
            .get, "/signals/{type}", "One signal, with the model card of its integration", chapter: chapter,
            access: .organisation(.ruleRead), answer: .named("Signal"), problems: ["signal.not-found"]
        ) { call in
            let organisation = try call.needOrganisation()
            let type = call.parameter("type")
            if let builtIn = BuiltInSignal(rawValue: type) { return .json(builtIn.json) }
            if let hubs = HubSignal(rawValue: type) { return .json(hubs.json) }
            guard let signal = await call.hub.signals.gallery(type, for: organisation.id) else { throw notFound(type) }
            guard case .object(var members) = signal.json else { return .json(signal.json) }
            members["modelCard"] = signal.integration.manifest?.json["modelCard"]
            return .json(.object(members))
        },
        Endpoint(
            .get, "/integrations/{id}/catalog", "The signals an integration has made for the organisation", chapter: chapter,
            access: .organisation(.ruleRead), answer: .named("SignalCatalog")
        ) { call in
            let organisation = try call.needOrganisation()
            guard let catalog = await call.hub.registry.catalog(of: try call.plugin(), for: organisation.id) else {
                return .json(["version": .null, "signals": 0, "refreshedAt": .null, "entries": []])
            }
            return .json(json(catalog, isWhole: true))
        },
        Endpoint(
            .post, "/integrations/{id}/catalog/refresh", "Have an integration make the organisation's signals anew", chapter: chapter,
            access: .organisation(.ruleWrite), answer: .named("SignalCatalog"), problems: ["plugin.no-catalog", "coop.catalog-refused"]
        ) { call in
            let organisation = try call.needOrganisation()
            return .json(json(try await call.hub.registry.refreshCatalog(of: try call.plugin(), for: organisation.id), isWhole: false))
        },
    ]

    private static func notFound(_ type: String) -> Fault {
        Fault(
            code: "signal.not-found", message: "The organisation has no signal '\(visible(type))'.",
            remedy: "The list of signals shows those there are.", turn: .caller)
    }

    private static func json(_ catalog: SignalCatalog, isWhole: Bool) -> JSONValue {
        var members: JSONObject = [
            "version": .string(catalog.catalog.version), "signals": .int(Int64(catalog.catalog.signals.count)),
            "refreshedAt": .string(catalog.refreshedAt.description),
        ]
        if isWhole {
            members["entries"] = .array(
                catalog.catalog.signals.map { ["type": .string($0.type), "name": .string($0.displayName)] })
        }
        return .object(members)
    }
}
