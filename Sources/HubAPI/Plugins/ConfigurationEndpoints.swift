import HTTPServer
import Hub
import HubCore
import JSON
import PluginModel

/// Settings and secrets of plugins, for the hub or for one organisation.
enum ConfigurationEndpoints {
    static let chapter = "Configuration"
    static let configuration = Shape.named("Configuration")
    static let change = Shape.object([
        .init("values", .map(.anything), optional: true), .init("secrets", .map(.nullable(.text)), optional: true),
    ])
    static let scope = [QueryParameter("scope", .choice(["hub", "organisation"]), "Whose settings: everybody's, or the organisation's.")]

    static let all: [Endpoint] = [
        Endpoint(
            .get, "/plugins/{id}/configuration", "The form of a plugin's settings with what is set; never a secret", chapter: chapter,
            access: .organisation(.pluginRead), query: scope, answer: configuration
        ) { call in
            try call.tagged(try await call.hub.registry.configuration(of: try call.plugin(), in: try call.scope(isChange: false)))
        },
        Endpoint(
            .put, "/plugins/{id}/configuration", "Set and take away values; keys that are not named stay", chapter: chapter,
            access: .signedIn,
            body: .json(change), query: scope, answer: configuration, problems: ["plugin.changed-meanwhile", "settings.invalid-value"]
        ) { call in
            let (id, scope) = (try call.plugin(), try call.scope(isChange: true))
            let change = try call.change()
            return try call.tagged(
                try await configuring {
                    try await call.hub.registry.configure(id, in: scope, change, expecting: try call.ifMatch(), by: call.initiator)
                })
        },
        Endpoint(
            .post, "/plugins/{id}/configuration/validate", "What is wrong with values; changes nothing", chapter: chapter,
            access: .signedIn,
            body: .json(change), query: scope, answer: .object([.init("findings", .list(.named("Finding")))])
        ) { call in
            _ = try call.scope(isChange: true)
            let findings = try await call.hub.registry.validate(try call.change(), of: try call.plugin())
            return .json(["findings": .array(findings.map(\.text.json))])
        },
        Endpoint(
            .post, "/plugins/{id}/configuration/test", "Ask the plugin whether it can work with its settings", chapter: chapter,
            access: .signedIn,
            body: .raw(limit: 1 << 20), query: scope, answer: .named("ConfigurationTest"), problems: ["settings.no-test"],
            deadline: .seconds(60)
        ) { call in
            var call = call
            let bytes = try await call.request.body.collect()
            if !bytes.isEmpty {
                guard let body = try? JSONValue(parsing: bytes).objectValue else { throw call.wrong("", "must be a JSON object") }
                call.body = body
            }
            let (id, scope, change) = (try call.plugin(), try call.scope(isChange: true), try call.change())
            let outcome = try await configuring { try await call.hub.registry.test(change, of: id, in: scope) }
            var members: JSONObject = [
                "ok": .bool(outcome.isGood), "message": .string(outcome.message), "milliseconds": .int(Int64(outcome.milliseconds)),
            ]
            if let details = outcome.details { members["details"] = .string(details.stringValue ?? details.serialized()) }
            return .json(.object(members))
        },
    ]

    private static func configuring<Value>(_ body: () async throws -> Value) async throws -> Value {
        do { return try await body() } catch let error as ConfigurationError {
            switch error {
            case .invalid(let findings): throw ProblemDocument.invalid(findings.map(\.text))
            case .refused(let fault): throw fault
            }
        }
    }
}

extension APICall {
    /// Whose settings; changing them takes the right for that.
    func scope(isChange: Bool) throws -> ConfigurationScope {
        switch query("scope") {
        case nil, "hub":
            if isChange, !principal.may(.adminPlugins, in: nil) { throw ProblemDocument.missing(.adminPlugins) }
            return .hub
        case "organisation":
            let organisation = try needOrganisation()
            if isChange, !principal.may(.organisationManage, in: organisation.id) { throw ProblemDocument.missing(.organisationManage) }
            return .organisation(organisation.id)
        default: throw ProblemDocument.badQuery("scope", "is 'hub' or 'organisation'")
        }
    }

    func change() throws -> ConfigurationChange {
        var secrets: [String: String?] = [:]
        for (key, value) in try object("secrets") {
            guard value.isNull || value.stringValue != nil else { throw wrong("secrets/\(key)", "must be a text or null") }
            secrets[key] = .some(value.stringValue)
        }
        return ConfigurationChange(values: try object("values"), secrets: secrets)
    }

    func tagged(_ form: ConfigurationForm) throws -> HTTPResponse {
        var response = HTTPResponse.json(form.json)
        response.headers["X-Revision"] = "\(form.revision)"
        response.tag(revision: form.revision)
        return response
    }
}

extension FieldFinding {
    var text: ProblemDocument.FindingText { .init(code: code, pointer: pointer, message: message, remedy: remedy) }
}

extension ConfigurationForm {
    var json: JSONValue {
        var members: JSONObject = [
            "fields": .array(fields.map(\.json)), "missing": .array(missing.map(JSONValue.string)), "revision": .int(Int64(revision)),
            "scope": .string(scope == .hub ? "hub" : "organisation"), "canTest": .bool(canTest),
        ]
        if let further {
            members["further"] = [
                "values": .object(further.values), "hidden": .array(further.hidden.map(JSONValue.string)),
                "secrets": .array(further.secrets.map(JSONValue.string)),
            ]
        }
        return .object(members)
    }
}

extension ConfigurationForm.Field {
    var json: JSONValue {
        var members = field.json.objectValue ?? [:]
        if let value, !field.isSecret { members["value"] = value }
        members["isSet"] = .bool(isSet)
        members["source"] = .string(source.rawValue)
        return .object(members)
    }
}
