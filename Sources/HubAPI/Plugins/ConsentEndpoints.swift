import HTTPServer
import Hub
import HubCore
import JSON
import Manifests
import PluginModel
import PluginPackages

/// What plugins ask for, what they were given, and what they used of it.
enum ConsentEndpoints {
    static let chapter = "Consent"

    static let all: [Endpoint] = [
        Endpoint(
            .get, "/plugins/{id}/consent", "What letting a version run means", chapter: chapter, access: .hub(.adminPlugins),
            query: [QueryParameter("version", .text, "A version, its name, or digits of its hash; else the one that waits.")],
            answer: .named("Consent")
        ) { call in .json(try await call.hub.registry.consentPreview(of: try call.plugin(), version: call.query("version")).json) },
        Endpoint(
            .post, "/plugins/{id}/consent", "Let a version run with these grants; of another version this is an update", chapter: chapter,
            access: .hub(.adminPlugins), body: .json(.object([.init("version", .text, optional: true), .init("grants", .list(.text))])),
            answer: PluginEndpoints.plugin, problems: ["grant.not-asked", "plugin.update-failed", "plugin.changed-meanwhile"],
            deadline: .seconds(90)
        ) { call in
            let id = try call.plugin()
            try await call.hub.registry.consent(
                to: id, version: try call.optionalText("version"), grants: try call.permissions("grants"), expecting: try call.ifMatch(),
                by: call.initiator)
            return try await call.answer(id)
        },
        Endpoint(
            .get, "/plugins/{id}/grants", "Every permission: asked, given, used", chapter: chapter, access: .organisation(.pluginRead),
            answer: .list(.named("Grant"))
        ) { call in
            let grants = try await call.hub.registry.grants(of: try call.plugin())
            let names = try await call.names(of: Set(grants.compactMap(\.grantedBy)))
            return .json(.array(grants.map { $0.json(givenBy: $0.grantedBy.flatMap { names[$0] }) }))
        },
        Endpoint(
            .put, "/plugins/{id}/grants/{permission}", "Give a permission", chapter: chapter, access: .hub(.adminPlugins),
            problems: ["grant.not-asked"]
        ) { call in
            try await call.hub.registry.grant(try call.permission(), to: try call.plugin(), by: call.initiator)
            return .noContent
        },
        Endpoint(
            .delete, "/plugins/{id}/grants/{permission}", "Take a permission back, at once", chapter: chapter, access: .hub(.adminPlugins),
            problems: ["grant.not-found"]
        ) { call in
            try await call.hub.registry.takeBack(call.parameter("permission"), of: try call.plugin(), by: call.initiator)
            return .noContent
        },
        Endpoint(
            .post, "/plugins/{id}/grants/take-back-unused", "Take back every permission that was never used", chapter: chapter,
            access: .hub(.adminPlugins), answer: .list(.text)
        ) { call in
            .json(.array(try await call.hub.registry.takeBackUnused(of: try call.plugin(), by: call.initiator).map(JSONValue.string)))
        },
    ]
}

extension APICall {
    func permission() throws -> Permission {
        do { return try Permission(parsing: parameter("permission")) } catch {
            throw Fault(
                code: "grant.malformed", message: "'\(visible(parameter("permission")))' is no permission.",
                remedy: "Send one of GET …/grants, with percent signs for what an address cannot hold.", turn: .caller)
        }
    }

    func permissions(_ name: String) throws -> [Permission] {
        try texts(name).enumerated().map { place, text in
            do { return try Permission(parsing: text) } catch {
                throw wrong("\(name)/\(place)", "is no permission: \(visible(text))", code: "grant.malformed")
            }
        }
    }

    /// The revision a change expects, from the entity tag that was read (`If-Match: "7-93fe…"`), or from a revision alone (`"7"`).
    func ifMatch() throws -> Int? {
        guard let header = request.headers["if-match"], header != "*" else { return nil }
        let digits = header.filter { $0 != "\"" }.prefix { $0 != "-" }
        guard let revision = Int(digits) else {
            throw ProblemDocument.about(
                Fault(code: "request.bad-if-match", message: "If-Match names a revision, such as \"7\".", turn: .caller),
                status: .badRequest)
        }
        return revision
    }
}

extension APICall {
    /// The names of those among these actors who are people the hub still knows.
    fileprivate func names(of actors: Set<String>) async throws -> [String: String] {
        guard !actors.isEmpty else { return [:] }
        return try await hub.store.read { (records) throws(Fault) in
            var names: [String: String] = [:]
            for actor in actors { names[actor] = try records.user(User.ID(actor))?.name }
            return names
        }
    }
}

extension GrantView {
    /// - Parameter name: Of whoever gave it.
    func json(givenBy name: String?) -> JSONValue {
        var members: JSONObject = [
            "permission": .string(permission), "words": .string(words), "risk": .string(risk.rawValue), "isDeclared": .bool(isDeclared),
            "mayBeGranted": .bool(mayBeGranted),
            "isOptional": .bool(isOptional), "isGranted": .bool(isGranted), "uses": .int(Int64(uses)), "refusals": .int(Int64(refusals)),
            "neverUsed": .bool(isNeverUsed),
        ]
        if let reason { members["reason"] = .string(reason) }
        if let grantedBy { members["grantedBy"] = .string(grantedBy) }
        if let name { members["grantedByName"] = .string(name) }
        if let grantedAt { members["grantedAt"] = .string(grantedAt.description) }
        if let lastUsedAt { members["lastUsedAt"] = .string(lastUsedAt.description) }
        return .object(members)
    }
}

extension ConsentPreview {
    /// Of each kind of change; `counts` has them all.
    private static let pathsShown = 500

    var json: JSONValue {
        func fields(_ list: [ConfigField]) -> JSONValue { .array(list.map { ["key": .string($0.key), "label": .string($0.label)] }) }
        let isFirst = from == nil
        var signature: JSONObject = ["signed": .bool(trust?.isSigned ?? false)]
        if case .signed(let key, let publisher)? = trust {
            signature["publisher"] = .string(publisher)
            signature["keyHint"] = .string(String(key.prefix(8)))
        }
        if let publisher { signature["pinnedSince"] = .string(Timestamp(unixMilliseconds: publisher.pinnedAt * 1000).description) }
        var members: JSONObject = [
            "plugin": .string(plugin.rawValue), "name": .string(manifest?.name ?? plugin.rawValue), "version": .string(version ?? name),
            "versionName": .string(name),
        ]
        if let from { members["from"] = .string(from) }
        members["permissions"] = .array(permissions.map(\.json))
        let added = contributions?.added ?? (isFirst ? manifest?.contributions ?? [] : [])
        members["contributions"] = [
            "added": .array(added.map(\.json)), "removed": .array((contributions?.removed ?? []).map(\.json)),
            "changed": .array((contributions?.changed ?? []).map(\.after.json)),
        ]
        members["settings"] = [
            "added": fields(isFirst ? manifest?.configuration ?? [] : settingsAdded), "removed": fields(settingsRemoved),
            "changed": .array(
                settingsChanged.map { change in
                    var members: JSONObject = [
                        "key": .string(change.key), "label": .string(change.label), "before": change.before, "after": change.after,
                    ]
                    if let yours = change.yours { members["yours"] = yours }
                    return .object(members)
                }),
        ]
        if let files {
            func paths(_ list: [ContentListing.File]) -> JSONValue { .array(list.prefix(Self.pathsShown).map { .string($0.path) }) }
            members["files"] = [
                "added": paths(files.added), "removed": paths(files.removed), "changed": paths(files.changed.map(\.after)),
                "counts": [
                    "added": .int(Int64(files.added.count)), "removed": .int(Int64(files.removed.count)),
                    "changed": .int(Int64(files.changed.count)),
                ], "bytes": .int(Int64(bytes)),
            ]
        }
        members["signature"] = .object(signature)
        members["findings"] = .array(findings.map(\.text.json))
        return .object(members)
    }
}

extension ConsentPreview.Permission {
    var json: JSONValue {
        var members: JSONObject = ["permission": .string(permission), "words": .string(words)]
        if let reason { members["reason"] = .string(reason) }
        members["risk"] = .string(risk.rawValue)
        members["status"] = .string(status.rawValue)
        members["isOptional"] = .bool(isOptional)
        members["granted"] = .bool(isGranted)
        return .object(members)
    }
}
