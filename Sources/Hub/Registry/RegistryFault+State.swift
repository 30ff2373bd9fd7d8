package import HubCore
package import PluginModel

extension PluginState {
    /// Why a plugin in this state takes no calls; nil when it takes them.
    package func refusal(of plugin: PluginID) -> Fault? {
        let turn: Fault.Turn =
            switch self.turn {
            case .author: .plugin
            case .hub: .hub
            case .operator, .member, nil: .operator
            }
        func fault(_ code: String, _ what: String, _ remedy: String) -> Fault {
            Fault(
                code: code, message: "plugin '\(plugin)' \(what)" + (reason.map { ": \($0)" } ?? "."), remedy: self.remedy ?? remedy,
                turn: turn)
        }
        switch name {
        case .invalid: return fault("plugin.unusable", "cannot be used", "Install it again.")
        case .incompatible: return fault("plugin.not-for-this-hub", "is not for this hub", "Install a version that is.")
        case .needsConsent: return fault("plugin.needs-consent", "waits for somebody's yes", "Decide about it.")
        case .needsConfiguration: return fault("plugin.needs-configuration", "is not configured", "Fill in its settings.")
        case .disabled: return fault("plugin.disabled", "is switched off", "Switch it on.")
        case .enabled:
            return worker == .quarantined
                ? fault("plugin.quarantined", "failed too often and is in quarantine", "Look at its failures, then release it.") : nil
        }
    }
}
