import HTTPServer
import Hub
import HubCore
import JSON
import PluginModel
import PluginPackages

/// What is installed and in what state; switching, going back, removing.
enum PluginEndpoints {
    static let chapter = "Plugins"
    static let plugin = Shape.named("Plugin")

    static let all: [Endpoint] = [
        Endpoint(
            .get, "/plugins", "Every plugin with its state", chapter: chapter, access: .organisation(.pluginRead),
            query: QueryParameter.page + [
                QueryParameter("status", .choice(PluginState.Status.allCases.map(\.rawValue)), "In ForgePortal's words."),
                QueryParameter("state", .choice(PluginState.Name.allCases.map(\.rawValue)), "What was decided about it."),
                QueryParameter("format", .text, "The package's format."), QueryParameter("kind", .text, "A kind of contribution it has."),
                QueryParameter("q", .text, "A part of its id, name or description."),
            ], answer: .list(plugin), handler: list),
        Endpoint(
            .get, "/plugins/status", "What ForgePortal's pages ask: enabled ids and public settings", chapter: chapter, access: .signedIn,
            answer: .object([.init("enabledIds", .list(.text)), .init("configs", .map(.map(.anything)))])
        ) { call in
            let status = await call.hub.registry.status(for: call.organisation?.id)
            return .json([
                "enabledIds": .array(status.enabledIDs.map(JSONValue.string)),
                "configs": .object(JSONObject(status.configs.sorted { $0.key < $1.key }.map { ($0.key, .object($0.value)) })),
            ])
        },
        Endpoint(
            .get, "/plugins/{id}", "One plugin, with its contributions and versions", chapter: chapter, access: .organisation(.pluginRead),
            answer: .named("PluginDetail"), handler: detail),
        Endpoint(
            .patch, "/admin/plugins/{id}", "Switch a plugin on or off for the whole hub, at once", chapter: chapter,
            access: .hub(.adminPlugins),
            body: .json(.anything), answer: .object([.init("id", .text), .init("enabled", .boolean), .init("message", .text)]),
            handler: enable),
        Endpoint(
            .get, "/plugins/{id}/enablement", "Whether it is on in each of one's organisations, and why", chapter: chapter,
            access: .organisation(.pluginRead), query: QueryParameter.page, answer: .list(.named("Enablement"))
        ) { call in
            let id = try call.plugin()
            let page = try call.page()
            let list = try await call.hub.accounts.organisations(page, by: call.requester)
            var shown: [JSONValue] = []
            for organisation in list {
                let view = try await call.hub.registry.plugin(id, for: organisation.id)
                shown.append([
                    "id": .string(organisation.id.rawValue), "slug": .string(organisation.slug), "name": .string(organisation.name),
                    "enabled": view.switches.organisation.map(JSONValue.bool) ?? .null, "state": view.state.json,
                    "mayChange": .bool(call.principal.may(.organisationManage, in: organisation.id)),
                ])
            }
            return .page(shown, call, page, last: list.last?.id.rawValue)
        },
        Endpoint(
            .put, "/plugins/{id}/enablement", "Switch a plugin on or off for the organisation; null: as the hub has it", chapter: chapter,
            access: .organisation(.organisationManage), body: .json(.object([.init("enabled", .nullable(.boolean))])), answer: plugin
        ) { call in
            let id = try call.plugin()
            let organisation = try call.needOrganisation().id
            try await call.hub.registry.setEnabled(id, try call.optionalBool("enabled"), in: organisation, by: call.initiator)
            return .json(try await call.hub.registry.plugin(id, for: organisation).json)
        },
        Endpoint(
            .post, "/plugins/{id}/rollback", "Go back to the version before, or to a named one", chapter: chapter,
            access: .hub(.adminPlugins),
            body: .json(.object([.init("to", .text, optional: true)])), answer: plugin, problems: ["plugin.nothing-before"],
            deadline: .seconds(90)
        ) { call in
            let id = try call.plugin()
            try await call.hub.registry.rollback(id, to: try call.optionalText("to"), by: call.initiator)
            return try await call.answer(id)
        },
        Endpoint(
            .post, "/plugins/{id}/pin", "Hold a plugin at a version; null lets go", chapter: chapter, access: .hub(.adminPlugins),
            body: .json(.object([.init("version", .nullable(.text))])), answer: plugin, deadline: .seconds(90)
        ) { call in
            let id = try call.plugin()
            try await call.hub.registry.pin(id, to: try call.optionalText("version"), by: call.initiator)
            return try await call.answer(id)
        },
        Endpoint(
            .post, "/plugins/{id}/release", "Let a quarantined plugin run again", chapter: chapter, access: .hub(.adminPlugins),
            answer: plugin, problems: ["plugin.not-quarantined"]
        ) { call in
            let id = try call.plugin()
            try await call.hub.registry.release(id, by: call.initiator)
            return try await call.answer(id)
        },
        Endpoint(
            .post, "/plugins/{id}/restart", "End its worker; the next call starts another", chapter: chapter, access: .hub(.adminPlugins),
            answer: plugin
        ) { call in
            let id = try call.plugin()
            try await call.hub.registry.restart(id, by: call.initiator)
            return try await call.answer(id)
        },
        Endpoint(
            .get, "/plugins/{id}/removal", "What would go with a plugin", chapter: chapter, access: .hub(.adminPlugins),
            answer: .named("Removal")
        ) { call in
            .json(try await call.removal(try await call.hub.registry.removal(of: try call.plugin())))
        },
        Endpoint(
            .delete, "/plugins/{id}", "Remove a plugin with everything it has", chapter: chapter, access: .hub(.adminPlugins),
            query: [
                QueryParameter("confirm", .text, "Its id, again."),
                QueryParameter("dryRun", .boolean, "Tell what would go, and change nothing."),
            ],
            deadline: .seconds(90)
        ) { call in
            let id = try call.plugin()
            if try call.flag("dryRun") { return .json(try await call.removal(try await call.hub.registry.removal(of: id))) }
            try call.confirm(id.rawValue)
            _ = try await call.hub.registry.remove(id, by: call.initiator)
            return .noContent
        },
        Endpoint(
            .post, "/plugins/{id}/call", "Call an export, as its author would", chapter: chapter, access: .organisation(.pluginCall),
            body: .json(.object([.init("export", .text), .init("argument", .anything, optional: true)])),
            answer: .object([.init("result", .anything), .init("version", .text), .init("milliseconds", .number)]), deadline: .seconds(120)
        ) { call in
            let answer = try await call.hub.registry.call(
                try call.plugin().rawValue, try call.text("export"), (call.body["argument"] ?? .null).serializedBytes(),
                organisation: call.organisation?.id)
            let result: JSONValue
            do throws(JSONError) { result = answer.value.isEmpty ? .null : try JSONValue(parsing: answer.value) } catch {
                throw Fault(code: "plugin.bad-answer", message: "The plugin answered with something that is no JSON.", turn: .plugin)
            }
            return .json(["result": result, "version": .string(answer.version), "milliseconds": .double(answer.milliseconds)])
        },
    ]

    private static func list(_ call: APICall) async throws -> HTTPResponse {
        let page = try call.page()
        let words = (call.query("q") ?? "").lowercased().split(separator: " ")
        let isNarrowed = ["status", "state", "format", "kind", "q"].contains { call.query($0) != nil }
        let views = await call.hub.registry.plugins(for: call.organisation?.id).filter { view in
            guard page.after.map({ view.id.rawValue > $0 }) ?? true else { return false }
            guard isNarrowed else { return true }
            func fits(_ name: String, _ value: String?) -> Bool { call.query(name).map { $0 == value } ?? true }
            let text = "\(view.id) \(view.name) \(view.manifest?.description ?? "")".lowercased()
            return fits("status", view.state.status.rawValue) && fits("state", view.state.name.rawValue)
                && fits("format", view.format?.rawValue)
                && (call.query("kind").map { kind in view.manifest?.contributions.contains { $0.kind.rawValue == kind } ?? false } ?? true)
                && words.allSatisfy { text.contains($0) }
        }
        let shown = views.prefix(page.limit)
        let texts = shown.map { view in
            call.hub.renderings.bytes(.listed, of: view, for: call.organisation?.id) { view.json.serializedBytes() }
        }
        return .page(texts: texts, call, page, last: views.count > shown.count ? shown.last?.id.rawValue : nil)
    }

    private static func detail(_ call: APICall) async throws -> HTTPResponse {
        let id = try call.plugin()
        let view = try await call.hub.registry.plugin(id, for: call.organisation?.id)
        // What lies in a linked folder may change without anybody telling the hub.
        let known = view.isLinked ? nil : call.hub.renderings.known(.detailed, of: view, for: call.organisation?.id)
        let bytes: [UInt8]
        if let known {
            bytes = known
        } else {
            bytes = try await detail(of: view, call)
            if !view.isLinked { call.hub.renderings.keep(bytes, .detailed, of: view, for: call.organisation?.id) }
        }
        var response = HTTPResponse.json(bytes: bytes)
        response.tag(revision: view.revision)
        return response
    }

    private static func detail(of view: PluginView, _ call: APICall) async throws -> [UInt8] {
        let id = view.id
        var json = view.json.objectValue ?? [:]
        let base = "/api/v1/plugins/\(PercentCoding.encode(id.rawValue))/assets/"
        json["manifest"] = try await PluginDetails.manifest(of: view, assets: base)
        json["contributionsList"] = .array((view.manifest?.contributions ?? []).map(\.json))
        let versions = try await call.hub.registry.versions(of: id)
        json["versions"] = .array(versions.reversed().map(\.json))
        json["contentHash"] = .string((versions.first(where: \.isRunning) ?? versions.last)?.version.contentHash ?? "")
        json["findings"] = .array(view.findings.map(\.text.json))
        json["names"] = .array(view.names.map(JSONValue.string))
        return JSONValue.object(json).serializedBytes()
    }

    /// ForgePortal's own request, section 8 of its contract: the texts of its errors are kept.
    private static func enable(_ call: APICall) async throws -> HTTPResponse {
        guard let enabled = call.body["enabled"]?.boolValue, call.body.count == 1 else {
            throw ProblemDocument.about(
                Fault(
                    code: "request.wrong-value", message: "Body must contain { enabled: boolean }", remedy: #"Send {"enabled": true}."#,
                    turn: .caller), status: .badRequest)
        }
        let id: PluginID
        do throws(Fault) { id = try call.plugin() } catch {
            guard error.code == "plugin.not-found" else { throw error }
            throw Fault(
                code: error.code, message: "Plugin \"\(visible(call.parameter("id")))\" not found", remedy: error.remedy, turn: error.turn)
        }
        try await call.hub.registry.setEnabled(id, enabled, by: call.initiator)
        return .json([
            "id": .string(id.rawValue), "enabled": .bool(enabled),
            "message": .string("Override saved and in force: the plugin is \(enabled ? "enabled" : "disabled") now."),
        ])
    }
}

extension APICall {
    func answer(_ id: PluginID) async throws -> HTTPResponse { .json(try await hub.registry.plugin(id, for: organisation?.id).json) }

    func removal(_ plan: RemovalPlan) async throws -> JSONValue {
        let ids = plan.organisations
        let names = try await hub.store.read { (records) throws(Fault) in
            var names: [String] = []
            for id in ids { if let one = try records.organisation(id) { names.append(one.name) } }
            return names
        }
        return [
            "versions": .int(Int64(plan.versions.count)), "versionNames": .array(plan.versions.map(JSONValue.string)),
            "files": .int(Int64(plan.files)), "bytes": .int(Int64(plan.bytes)), "settings": .int(Int64(plan.settings)),
            "secrets": .int(Int64(plan.secrets)), "grants": .int(Int64(plan.grants.count)), "stateKeys": .int(Int64(plan.stateKeys)),
            "failures": .int(Int64(plan.failures)),
            "contributions": .array(
                plan.contributions.map { text in
                    let parts = text.split(separator: " ", maxSplits: 1).map(String.init)
                    return ["kind": .string(parts.first ?? ""), "id": .string(parts.last ?? ""), "title": .string(parts.last ?? "")]
                }), "organisations": .array(names.map(JSONValue.string)), "usedBy": .array(plan.rules.map(JSONValue.string)),
        ]
    }
}
