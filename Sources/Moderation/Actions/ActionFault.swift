import HubCore
package import PluginModel

/// What is refused about actions, and why one could not be carried out.
package enum ActionFault {
    static func missing(_ id: String) -> SubmittedItem.Problem {
        SubmittedItem.Problem(code: "action.not-found", message: "There is no action '\(visible(id))' any more.")
    }

    static func full(_ max: Int) -> SubmittedItem.Problem {
        SubmittedItem.Problem(code: "action.queue-full", message: "\(max) webhooks of this organisation waited already.")
    }

    static func refused(_ status: Int) -> SubmittedItem.Problem {
        SubmittedItem.Problem(code: "action.refused", message: "The receiver answered \(status).")
    }

    package static func notFound(_ id: String) -> Fault {
        Fault(
            code: "action.not-found", message: "There is no action '\(visible(id))'.", place: id,
            remedy: "GET /rule-actions shows those there are.", turn: .caller)
    }

    static func tooMany(_ max: Int) -> Fault {
        Fault(
            code: "action.limit-reached", message: "An organisation has at most \(max) actions.", remedy: "Remove one first.", turn: .caller
        )
    }

    static func bad(_ member: String, _ why: String, _ remedy: String) -> Fault {
        Fault(code: "action.unusable", message: why, place: member, remedy: remedy, turn: .caller)
    }

    static func insecure(_ host: String) -> Fault {
        bad(
            "url", "'\(visible(host))' would be told by http, which anybody on the way can read and change.",
            "Use https. Hosts of a private network that the hub's operator allowed may be told by http.")
    }

    static func privateAddress(_ host: String) -> Fault {
        bad(
            "url", "'\(visible(host))' is no address of the public internet.",
            "If that is meant, the hub's operator allows it: PATCHBAY_WEBHOOK_PRIVATE_NETWORK=RANGE@\(visible(host))")
    }

    static func badNetworks(_ text: String) -> Fault {
        Fault(
            code: "action.bad-settings", message: "'\(visible(text))' is no range of addresses with a host.",
            place: WebhookNetworks.variable,
            remedy: "Write RANGE@HOST such as 10.1.2.0/24@hooks.acme.internal, several with commas between.",
            turn: .operator)
    }
}
