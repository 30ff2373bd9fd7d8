package import HubCore
package import JSON
package import PluginModel

/// The actions that an organisation's rules may name, each change written with its audit entry and its event.
package struct ActionBook: Sendable {
    let store: any HubStore
    let vault: Vault
    let networks: WebhookNetworks
    let limits: ActionLimits
    let now: @Sendable () -> Timestamp
    let entropy: Entropy
    /// Told of organisations whose actions are others now: rules know what acting costs (`ActionPenalties`).
    var changed: @Sendable (Organisation.ID) async -> Void = { _ in }

    package init(
        store: any HubStore, vault: Vault, networks: WebhookNetworks = WebhookNetworks(), limits: ActionLimits = ActionLimits(),
        now: @escaping @Sendable () -> Timestamp = Timestamp.system, entropy: Entropy = .system
    ) {
        (self.store, self.vault, self.networks, self.limits) = (store, vault, networks, limits)
        (self.now, self.entropy) = (now, entropy)
    }

    /// An action as it is shown.
    package struct Shown: Sendable, Hashable {
        package var action: RuleAction
        package var hasSecret: Bool
    }

    /// What somebody wants an action to be.
    package struct Draft: Sendable {
        package var id: String
        package var name: String
        package var kind: RuleAction.Kind
        package var url: String?
        package var custom: JSONObject
        /// Nil outside: as it is; nil inside: none.
        package var secret: Secret??

        package init(
            id: String, name: String, kind: RuleAction.Kind, url: String? = nil, custom: JSONObject = [:], secret: Secret?? = nil
        ) {
            (self.id, self.name, self.kind, self.url) = (id, name, kind, url)
            (self.custom, self.secret) = (custom, secret)
        }
    }

    // MARK: Looking

    /// By id.
    package func all(in organisation: Organisation.ID) async throws(Fault) -> [Shown] {
        try await store.read { (records) throws(Fault) in
            var shown: [Shown] = []
            for action in try records.ruleActions(in: organisation) { shown.append(try Self.shown(action, records)) }
            return shown
        }
    }

    /// Throws `action.not-found`.
    package func action(_ id: String, in organisation: Organisation.ID) async throws(Fault) -> Shown {
        try await store.read { (records) throws(Fault) in
            guard let action = try records.ruleAction(id, in: organisation) else { throw ActionFault.notFound(id) }
            return try Self.shown(action, records)
        }
    }

    package func actionIDs(in organisation: Organisation.ID) async throws(Fault) -> Set<String>? {
        Set(try await store.read { (records) throws(Fault) in try records.ruleActions(in: organisation).map(\.id) })
    }

    /// How often each rule has acted on a day of UTC, counted from 1970, by the rule's id.
    package func actions(in organisation: Organisation.ID, on day: Int64) async throws(Fault) -> [String: Int] {
        try await store.read { (records) throws(Fault) in try records.actionCounts(in: organisation, onDay: day) }
    }

    private static func shown(_ action: RuleAction, _ records: any HubTransaction) throws(Fault) -> Shown {
        Shown(action: action, hasSecret: try records.secret(at: action.secretPlace) != nil)
    }

    // MARK: Changing

    /// Makes an action, or changes it.
    /// - Parameter expected: The revision it is to have now; nil: any, or none.
    package func put(
        _ draft: Draft, in organisation: Organisation.ID, expecting expected: Int?, by requester: Requester
    ) async throws(Fault) -> Shown {
        try check(draft)
        let (now, limits, vault) = (now(), limits, vault)
        let note = requester.note("action.change", "rule-action:\(draft.id)", at: now, in: organisation, entropy)
        let shown = try await store.write { (records) throws(Fault) in
            let before = try records.ruleAction(draft.id, in: organisation)
            if let expected, expected != before?.revision ?? 0 { throw RuleAction.changedMeanwhile(draft.id) }
            if before == nil, try records.ruleActions(in: organisation).count >= limits.actionsMax {
                throw ActionFault.tooMany(limits.actionsMax)
            }
            let action = RuleAction(
                organisation: organisation, id: draft.id, name: draft.name, kind: draft.kind,
                url: draft.kind == .webhook ? draft.url : nil, custom: draft.custom, revision: (before?.revision ?? 0) + 1,
                changedAt: now)
            try records.put(action)
            switch draft.secret {
            case .some(.some(let secret)) where draft.kind == .webhook: try vault.put(secret, at: action.secretPlace, in: records)
            case .none where draft.kind == .webhook: break
            default: _ = try records.removeSecret(at: action.secretPlace)
            }
            try Self.write(note, "RuleActionChanged", draft.id, records)
            return try Self.shown(action, records)
        }
        await changed(organisation)
        return shown
    }

    /// Throws `action.not-found`.
    package func remove(_ id: String, in organisation: Organisation.ID, by requester: Requester) async throws(Fault) {
        let note = requester.note("action.remove", "rule-action:\(id)", at: now(), in: organisation, entropy)
        try await store.write { (records) throws(Fault) in
            guard try records.removeRuleAction(id, in: organisation) else { throw ActionFault.notFound(id) }
            _ = try records.removeSecret(at: RuleAction.secretPlace(of: id, in: organisation))
            try Self.write(note, "RuleActionRemoved", id, records)
        }
        await changed(organisation)
    }

    private static func write(_ note: ChangeNote, _ event: String, _ id: String, _ records: any HubTransaction) throws(Fault) {
        try records.keep(note, event: event, data: ["action": .string(id)])
    }

    private func check(_ draft: Draft) throws(Fault) {
        let isName = draft.id.utf8.allSatisfy { byte in
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "0")...UInt8(ascii: "9"),
                UInt8(ascii: "."), UInt8(ascii: "_"), UInt8(ascii: "-"):
                true
            default: false
            }
        }
        guard isName, (1...100).contains(draft.id.utf8.count) else {
            throw ActionFault.bad(
                "id", "An action's id has 1 to 100 letters, digits, dots, hyphens and underscores.", "Choose one such as 'send-to-review'.")
        }
        guard (1...200).contains(draft.name.utf8.count), !draft.name.unicodeScalars.contains("\0") else {
            throw ActionFault.bad("name", "An action has a name of 1 to 200 bytes.", "Say what it does.")
        }
        guard JSONValue.object(draft.custom).serializedBytes().count <= limits.customBytesMax else {
            throw ActionFault.bad("custom", "'custom' has more than \(limits.customBytesMax) bytes.", "Send less along.")
        }
        if draft.kind == .webhook {
            guard let url = draft.url else { throw ActionFault.bad("url", "A webhook has an address.", "Write https://HOST/PATH") }
            _ = try networks.target(url)
        }
        if case .some(.some(let secret)) = draft.secret, !(8...1024).contains(secret.count) {
            throw ActionFault.bad("secret", "A secret has 8 to 1,024 bytes.", "Take 32 random ones.")
        }
    }
}
