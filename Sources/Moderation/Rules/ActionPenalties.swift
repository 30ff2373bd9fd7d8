package import HubCore
package import JSON
package import PluginModel
import Rules

/// What signals with `needsActionPenalties` are told: what acting costs a user, as strikes (contract of Coop, section 5).
///
/// Strikes are a policy's, whichever action is taken under it. So there is an entry for each action and each policy with strikes, in the order
/// of their ids: `{ actionId, policyId, penalties: [strikes] }`.
package enum ActionPenalties {
    /// Entries beyond are left out: every message to such a signal carries them once a value.
    package static let entriesMax = 1_000

    /// Nil where there are none: no action, or no policy with strikes.
    package static func list(of organisation: Organisation.ID, in records: any HubTransaction) throws(Fault) -> JSONValue? {
        let policies = try records.ruleParts(.policy, in: organisation).filter { $0.strikes > 0 }.sorted { $0.id < $1.id }
        guard !policies.isEmpty else { return nil }
        let actions = try records.ruleActions(in: organisation).map(\.id).sorted()
        var entries: [JSONValue] = []
        for action in actions {
            for policy in policies where entries.count < entriesMax {
                entries.append(
                    ["actionId": .string(action), "policyId": .string(policy.id), "penalties": [.int(Int64(policy.strikes))]])
            }
        }
        return entries.isEmpty ? nil : .array(entries)
    }

    /// The signals, those that need penalties with what there is of them.
    static func told(
        _ signals: [SignalDescriptor], of organisation: Organisation.ID, in records: any HubTransaction
    ) throws(Fault) -> [SignalDescriptor] {
        guard signals.contains(where: \.needsActionPenalties), let list = try list(of: organisation, in: records) else { return signals }
        return signals.map { signal in
            guard signal.needsActionPenalties else { return signal }
            var told = signal
            told.actionPenalties = list
            return told
        }
    }
}
