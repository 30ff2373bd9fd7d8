package import HostCalls
import PluginModel

/// What the ports refuse by their own rules.
package enum RecordFault {
    package static let errors = [
        ErrorDescription("account.email-taken", "Another person has this e-mail address.", .caller),
        ErrorDescription("account.slug-taken", "Another organisation has this short name.", .caller),
        ErrorDescription("plugin.changed-meanwhile", "The record is of another revision than the change was made for.", .caller),
        ErrorDescription(
            "rule.changed-meanwhile", "A rule, or what rules name, is of another revision than the change was made for.", .caller),
    ]

    static func ruleChangedMeanwhile(_ what: String, expected: Int, found: Int?) -> Fault {
        Fault(
            code: "rule.changed-meanwhile", message: "\(what) changed meanwhile. Nothing was changed by this call.",
            remedy: "Read it again, and repeat the change if it is still wanted.", turn: .caller,
            details: "revision \(expected) was to be replaced; there is \(found.map { "\($0)" } ?? "none")")
    }

    static func taken(_ code: String, _ message: String, _ id: String) -> Fault {
        Fault(code: code, message: message, remedy: "Choose another one.", turn: .caller, details: "for \(id)")
    }

    static func changedMeanwhile(_ plugin: PluginID, what: String, expected: Int, found: Int?) -> Fault {
        Fault(
            code: "plugin.changed-meanwhile", message: "\(what) of plugin '\(plugin)' changed meanwhile. Nothing was changed by this call.",
            place: plugin.rawValue, remedy: "Read it again, and repeat the change if it is still wanted.", turn: .caller,
            details: "revision \(expected) was to be replaced; there is \(found.map { "\($0)" } ?? "none")")
    }
}
