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
    /// Where items go that a rule wants reviewed.
    package var routing = RoutingTable.none

    package init(program: RuleProgram, rules: [Rule], versions: [Int], types: [String: ItemType]) {
        (self.program, self.rules, self.versions, self.types) = (program, rules, versions, types)
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
