import HubCore
package import PluginModel

/// What is refused about items and decisions as a whole; what is wrong inside an item is a finding.
package enum ItemFault {
    static func queueFull(_ waiting: Int, max: Int) -> Fault {
        Fault(
            code: "item.queue-full", message: "\(waiting) items of this organisation wait for their decisions; at most \(max) may.",
            remedy: "Wait 30 s, then send these again: none of them was taken.", turn: .caller)
    }

    static let storageFullCode = "item.storage-full"

    static func storageFull(_ bytes: Int, max: Int) -> Fault {
        Fault(
            code: storageFullCode,
            message:
                "With these, \(bytes) bytes of this organisation's items would be kept; at most \(max) may, and what is there waits for its "
                + "decision, for a webhook or for a review.",
            remedy:
                "Wait until those are decided, and look after open reviews and receivers; then send these again: none of them was taken.",
            turn: .caller)
    }

    package static func searching(_ max: Int) -> Fault {
        Fault(
            code: "item.search-busy", message: "\(max) searches of this organisation wait already.", remedy: "Wait 1 s, then search again.",
            turn: .caller)
    }

    static func busy(_ max: Int) -> Fault {
        Fault(
            code: "item.busy", message: "\(max) requests of this organisation wait for decisions already, and others have the rest.",
            remedy: "Wait 1 s and send it again, or submit to /items/async and read the decisions later.", turn: .caller)
    }

    static func starting() -> Fault {
        Fault(code: "hub.starting", message: "The hub is starting; it decides nothing yet.", remedy: "Wait 1 s.", turn: .hub)
    }

    static func stopping() -> Fault {
        Fault(code: "hub.stopping", message: "The hub stops.", remedy: "Wait 10 s and try again.", turn: .hub)
    }

    package static func notFound(_ sequence: String) -> Fault {
        Fault(
            code: "item.not-found", message: "There is no item '\(visible(sequence))' here.", place: sequence,
            remedy: "Items are kept for a while and then removed: GET /items shows those there are.", turn: .caller)
    }

    package static func noDecision(_ sequence: String) -> Fault {
        Fault(
            code: "decision.not-found", message: "There is no decision '\(visible(sequence))' here.", place: sequence,
            remedy: "It may still wait, or be too old: GET /items/\(visible(sequence)) says.", turn: .caller)
    }

    static let crashing = SubmittedItem.Problem(
        code: "item.undecidable", message: "The hub ended each time it began to decide this item, and tries no more.")
}
