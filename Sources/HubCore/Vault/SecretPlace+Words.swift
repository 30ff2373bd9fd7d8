import JSON

extension SecretPlace {
    /// For the audit: `secret:acme.weather/apiKey`.
    var subject: String { "secret:\(owner)/\(instance.isEmpty ? "" : "\(instance)/")\(field)" }

    var organisationID: Organisation.ID? { organisation.isEmpty ? nil : Organisation.ID(organisation) }

    /// For events: where, never what.
    var json: JSONObject {
        var object: JSONObject = ["owner": .string(owner), "field": .string(field)]
        if !instance.isEmpty { object["instance"] = .string(instance) }
        return object
    }
}
