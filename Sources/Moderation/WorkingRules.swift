package import HubCore
package import PluginModel
package import Rules

/// The rules of an organisation that look at what comes in, compiled, with the item types they know.
package struct WorkingRules: Sendable {
    /// LIVE and BACKGROUND rules that have not expired.
    package let program: RuleProgram
    /// By place in the program.
    package let rules: [Rule]
    /// The version each of them stands at, by the same place.
    package let versions: [Int]
    package let types: [String: ItemType]
    /// Those of them on users alone; nil where there are none.
    private let ofUsers: RuleProgram?
    /// Where items go that a rule wants reviewed.
    package var routing = RoutingTable.none

    package init(
        program: RuleProgram, rules: [Rule], versions: [Int], types: [String: ItemType], ofUsers: RuleProgram? = nil
    ) {
        (self.program, self.rules, self.versions, self.types) = (program, rules, versions, types)
        self.ofUsers = ofUsers
    }

    /// Whether rules on users are at work.
    package var looksAtUsers: Bool { ofUsers != nil }

    /// The rules that look at users whom nobody handed in.
    var forLooks: WorkingRules {
        let places = rules.indices.filter { rules[$0].kind == .user }
        guard let ofUsers, ofUsers.rules.count == places.count else {
            return WorkingRules(program: RuleProgram([]), rules: [], versions: [], types: types)
        }
        return WorkingRules(
            program: ofUsers, rules: places.map { rules[$0] }, versions: places.map { versions[$0] }, types: types, ofUsers: ofUsers)
    }
}

/// Who keeps an organisation's rules.
package protocol WorkingRulesSource: Sendable {
    /// As they are now; made anew only when something they are made from has changed.
    func rules(of organisation: Organisation.ID) async throws(Fault) -> WorkingRules
}

/// Signals of plugins, as one organisation has them.
package protocol SignalSource: Sendable {
    /// What rules of this organisation may ask, disabled ones too: asking one of those is an outcome.
    func signals(for organisation: Organisation.ID) async -> [SignalDescriptor]
    func runner(for organisation: Organisation.ID) -> any SignalRunning
    /// Types of signals that rules with actions may not ask (`allowedInAutomatedRules: false`).
    func signalsWithoutActions(for organisation: Organisation.ID) async -> Set<String>
}

extension SignalSource {
    package func signalsWithoutActions(for organisation: Organisation.ID) async -> Set<String> { [] }
}
