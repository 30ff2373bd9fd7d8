package import JSON
package import Rules

/// Which integrations a rule may ask, and with what settings.
package struct RuleSignalRequest: Sendable {
    package let load: SignalLoadRequest
    /// What an organisation has set, by the integration's id.
    package let settings: JSONObject

    package init(load: SignalLoadRequest, settings: JSONObject) { (self.load, self.settings) = (load, settings) }
}

/// Loads integrations for rules.
package protocol RuleSignalLoading: Sendable {
    /// A package that cannot be loaded is a notice and does not hold up the others.
    func load(_ request: RuleSignalRequest) async throws(CommandFailure) -> any RuleSignalSession
}

/// Integrations whose signals rules can ask. Their workers live until `close`.
package protocol RuleSignalSession: SignalRunning {
    var signals: [SignalDescriptor] { get }
    var notices: [LoadNotice] { get }
    func close() async
}
