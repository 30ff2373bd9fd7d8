package import HubCore
import JSON

extension RulePart {
    /// What acting under this policy gives the user whom the item comes from; 0 where nothing is said.
    package var strikes: Int { kind == .policy ? document["strikes"]?.intValue ?? 0 : 0 }
}

/// Policies as they are told to others.
struct NamedPolicy: Sendable {
    let id: String
    /// The id, where the policy is gone.
    let name: String
    let strikes: Int

    init(_ id: String, _ part: RulePart?) { (self.id, name, strikes) = (id, part?.name ?? id, part?.strikes ?? 0) }

    var json: JSONValue { ["id": .string(id), "name": .string(name), "strikes": .int(Int64(strikes))] }
}
