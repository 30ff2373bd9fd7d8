package import Hub
package import HubCore
import JSON
package import PluginModel
import Synchronization

/// How much of what stands around an item each organisation lets signals of its integrations see.
///
/// An integration's manifest offers parts (`contextOptions`), and an organisation takes or leaves them; a part that no manifest offers is
/// seen by nobody. Decision 0027.
package final class ContextBook: Sendable {
    private let store: any HubStore
    private let events: HubEvents
    private let clock: @Sendable () -> Timestamp
    private let entropy: Entropy
    private let changes = Atomic<Int>(0)

    package init(
        store: any HubStore, events: HubEvents, clock: @escaping @Sendable () -> Timestamp = Timestamp.system, entropy: Entropy = .system
    ) {
        (self.store, self.events, self.clock, self.entropy) = (store, events, clock, entropy)
    }

    /// Moves on with every change, of whatever organisation.
    var stamp: Int { changes.load(ordering: .acquiring) }

    package func settings(of plugin: PluginID, in organisation: Organisation.ID) async throws(Fault) -> ContextSettings? {
        try await settings(in: organisation)[plugin]
    }

    func settings(in organisation: Organisation.ID) async throws(Fault) -> [PluginID: ContextSettings] {
        let all = try await store.read { (records) throws(Fault) in try records.contextSettings(in: organisation) }
        return Dictionary(all.map { ($0.plugin, $0) }, uniquingKeysWith: { first, _ in first })
    }

    /// Puts an organisation's settings in the place of those before.
    /// - Parameter expected: The revision there is to be now, 0 for none; nil: any.
    package func put(
        _ draft: ContextDraft, of plugin: PluginID, offering options: ContextOptions?, in organisation: Organisation.ID,
        expecting expected: Int? = nil, by requester: Requester
    ) async throws(Fault) -> ContextSettings {
        try draft.check(options ?? ContextOptions(), of: plugin)
        let now = clock()
        let note = requester.note("plugin.context", plugin.rawValue, at: now, in: organisation, entropy)
        let written = try await store.write { (records) throws(Fault) in
            let before = try records.contextSettings(in: organisation).first { $0.plugin == plugin }
            if let expected, expected != before?.revision ?? 0 { throw ContextFault.changedMeanwhile(plugin) }
            let settings = ContextSettings(
                plugin: plugin, organisation: organisation, includesThread: draft.includesThread, messagesMax: draft.messagesMax,
                includesParent: draft.includesParent, revision: (before?.revision ?? 0) + 1, changedAt: now)
            try records.put(settings)
            try records.keep(note, event: "PluginContextChanged", data: ["plugin": .string(plugin.rawValue)])
            return settings
        }
        changes.add(1, ordering: .acquiringAndReleasing)
        events.publish(.plugin(plugin))
        return written
    }
}

/// What somebody wants the settings to be; nil: as the manifest has it.
package struct ContextDraft: Sendable, Hashable {
    package var includesThread: Bool?
    package var messagesMax: Int?
    package var includesParent: Bool?

    package init(includesThread: Bool? = nil, messagesMax: Int? = nil, includesParent: Bool? = nil) {
        (self.includesThread, self.messagesMax, self.includesParent) = (includesThread, messagesMax, includesParent)
    }

    fileprivate func check(_ options: ContextOptions, of plugin: PluginID) throws(Fault) {
        if includesThread != nil || messagesMax != nil, options.thread == nil { throw ContextFault.notOffered("thread", plugin) }
        if includesParent != nil, options.parent == nil { throw ContextFault.notOffered("parent", plugin) }
        if let messagesMax, let thread = options.thread, !(1...thread.limit).contains(messagesMax) {
            throw ContextFault.wrongCount(max: thread.limit, plugin)
        }
    }
}

extension ContextOptions.Thread {
    /// The most that an organisation may ask for.
    package var limit: Int { min(messagesMax ?? ContextOptions.messagesMax, ContextOptions.messagesMax) }
    /// Where the organisation says nothing.
    package var messagesDefault: Int { min(messages ?? ContextOptions.messages, limit) }
}

/// What signals of an integration may see for one organisation.
package struct ContextShare: Sendable, Hashable {
    package var parent: Bool
    /// 0: nothing of the thread.
    package var messagesMax: Int

    package init(_ options: ContextOptions?, _ settings: ContextSettings?) {
        parent = options?.parent.map { settings?.includesParent ?? $0 } ?? false
        messagesMax = 0
        // An update may offer less than the organisation chose from.
        if let thread = options?.thread, settings?.includesThread ?? thread.isIncluded {
            messagesMax = min(settings?.messagesMax ?? thread.messagesDefault, thread.limit)
        }
    }
}

/// What is refused about context.
package enum ContextFault {
    static func notOffered(_ part: String, _ plugin: PluginID) -> Fault {
        Fault(
            code: "context.not-offered", message: "The integration '\(plugin)' offers no settings for '\(part)'.",
            place: "/settings/\(part)",
            remedy: "Leave it out: its signals see nothing of it.", turn: .caller)
    }

    static func wrongCount(max: Int, _ plugin: PluginID) -> Fault {
        Fault(
            code: "context.wrong-count", message: "The signals of '\(plugin)' see 1 to \(max) messages of a thread.",
            place: "/settings/maxMessages", remedy: "Write a number in between, or set thread to 'off'.", turn: .caller)
    }

    static func changedMeanwhile(_ plugin: PluginID) -> Fault {
        Fault(
            code: "plugin.changed-meanwhile",
            message: "What signals of '\(plugin)' may see changed meanwhile. Nothing was changed by this call.",
            place: plugin.rawValue, remedy: "Read it again, and repeat the change if it is still wanted.", turn: .caller)
    }
}
