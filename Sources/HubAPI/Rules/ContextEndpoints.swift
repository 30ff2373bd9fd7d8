import HTTPServer
import Hub
import HubCore
import JSON
import Moderation
import PluginModel

/// What signals of an integration may see around an item, as its manifest offers it and the organisation takes it.
enum ContextEndpoints {
    private static let answer = Shape.named("IntegrationContext")
    private static let settings = Shape.object([
        .init("thread", .nullable(.choice(["include", "off"])), optional: true), .init("maxMessages", .nullable(.integer), optional: true),
        .init("parent", .nullable(.choice(["include", "off"])), optional: true),
    ])

    static let schemas: [(name: String, shape: Shape)] = [
        (
            "IntegrationContext",
            .object([
                .init(
                    "options",
                    .object([
                        .init(
                            "thread",
                            .object([
                                .init("default", .choice(["include", "off"])), .init("defaultMaxMessages", .integer),
                                .init("maxMessagesLimit", .integer),
                            ]), optional: true),
                        .init("parent", .object([.init("default", .choice(["include", "off"]))]), optional: true),
                    ])), .init("settings", settings),
                .init(
                    "effective",
                    .object([
                        .init("thread", .choice(["include", "off"])), .init("maxMessages", .integer),
                        .init("parent", .choice(["include", "off"])),
                    ])), .init("revision", .integer),
            ])
        )
    ]

    static let all: [Endpoint] = [
        Endpoint(
            .get, "/integrations/{id}/context", "What its signals may see around an item: what there is to set, and what is set",
            chapter: SignalEndpoints.chapter, access: .organisation(.pluginRead), answer: answer, problems: ["plugin.not-found"]
        ) { call in
            let (organisation, plugin) = (try call.needOrganisation().id, try call.plugin())
            let options = try await call.hub.registry.plugin(plugin, for: organisation).manifest?.context
            return response(options, try await call.contexts().settings(of: plugin, in: organisation))
        },
        Endpoint(
            .put, "/integrations/{id}/context", "Set what its signals may see; what is null or left out is as the manifest has it",
            chapter: SignalEndpoints.chapter, access: .organisation(.organisationManage),
            body: .json(.object([.init("settings", settings)])),
            answer: answer,
            problems: ["plugin.not-found", "plugin.changed-meanwhile", "context.not-offered", "context.wrong-count"]
        ) { call in
            let (organisation, plugin) = (try call.needOrganisation().id, try call.plugin())
            let options = try await call.hub.registry.plugin(plugin, for: organisation).manifest?.context
            let kept = try await call.contexts().put(
                try call.draft(), of: plugin, offering: options, in: organisation, expecting: try call.ifMatch(), by: call.requester)
            return response(options, kept)
        },
    ]

    private static func response(_ options: ContextOptions?, _ settings: ContextSettings?) -> HTTPResponse {
        var offered = JSONObject()
        offered["thread"] = options?.thread.map { thread in
            [
                "default": word(thread.isIncluded), "defaultMaxMessages": .int(Int64(thread.messagesDefault)),
                "maxMessagesLimit": .int(Int64(thread.limit)),
            ]
        }
        offered["parent"] = options?.parent.map { ["default": word($0)] }
        var chosen = JSONObject()
        chosen["thread"] = settings?.includesThread.map(word)
        chosen["maxMessages"] = settings?.messagesMax.map { .int(Int64($0)) }
        chosen["parent"] = settings?.includesParent.map(word)
        let share = ContextShare(options, settings)
        let revision = settings?.revision ?? 0
        var response = HTTPResponse.json([
            "options": .object(offered), "settings": .object(chosen),
            "effective": [
                "thread": word(share.messagesMax > 0), "maxMessages": .int(Int64(share.messagesMax)), "parent": word(share.parent),
            ], "revision": .int(Int64(revision)),
        ])
        response.tag(revision: revision)
        return response
    }

    private static func word(_ isIncluded: Bool) -> JSONValue { isIncluded ? "include" : "off" }
}

extension APICall {
    fileprivate func contexts() throws(Fault) -> ContextBook {
        guard let contexts = hub.signals.contexts else {
            throw Fault(code: "hub.starting", message: "The hub keeps no context yet.", remedy: "Wait 1 s.", turn: .hub)
        }
        return contexts
    }

    /// The whole of the settings: what is not named is as the manifest has it.
    fileprivate func draft() throws -> ContextDraft {
        let settings = try object("settings")
        for (key, _) in settings where !["thread", "maxMessages", "parent"].contains(key) {
            throw wrong("settings/\(key)", "is not known; there are thread, maxMessages and parent")
        }
        func isIncluded(_ key: String) throws -> Bool? {
            guard let value = settings[key], !value.isNull else { return nil }
            guard let word = value.stringValue, ["include", "off"].contains(word) else {
                throw wrong("settings/\(key)", "is 'include', 'off' or null")
            }
            return word == "include"
        }
        var draft = ContextDraft(includesThread: try isIncluded("thread"), includesParent: try isIncluded("parent"))
        if let value = settings["maxMessages"], !value.isNull {
            guard case .int(let count) = value else { throw wrong("settings/maxMessages", "is a whole number or null") }
            draft.messagesMax = Int(clamping: count)
        }
        return draft
    }
}
