import HubCore
package import PluginModel

/// What is refused about reviews, and why one could not be asked for.
package enum ReviewFault {
    static let noQueue = SubmittedItem.Problem(
        code: "review.no-queue", message: "The organisation has no review queue. PUT /review-queues/ID makes the first one.")

    static func queueFull(_ queue: String, max: Int) -> SubmittedItem.Problem {
        SubmittedItem.Problem(
            code: "review.queue-full", message: "\(max) reviews were open in the queue '\(visible(queue))' already.")
    }

    static func full(_ queue: String, max: Int) -> Fault {
        Fault(
            code: "review.queue-full", message: "The queue '\(visible(queue))' would have more than \(max) open reviews.", place: queue,
            remedy: "Close some of them first, or choose another queue.", turn: .caller)
    }

    package static func notFound(_ what: String, _ name: String) -> Fault {
        Fault(
            code: "review.not-found", message: "There is no \(what) '\(visible(name))' in this organisation.", place: name,
            remedy: "GET /review-queues shows the queues, GET /review-queues/ID/jobs what is in one.", turn: .caller)
    }

    static func joinedMeanwhile(_ item: String) -> Fault {
        Fault(
            code: "review.joined-meanwhile", message: "'\(visible(item))' was handed in again meanwhile, and that asked for a review too.",
            remedy: "Look at what came in, then end it again.", turn: .caller)
    }

    static func isDefault(_ name: String) -> Fault {
        Fault(
            code: "review.default-queue",
            message: "'\(visible(name))' is the default queue, and takes what no routing rule sends elsewhere.",
            remedy: "Make another queue the default first: PUT /review-queues/ID {\"isDefault\": true, …}.", turn: .caller)
    }

    static func hasJobs(_ name: String, _ count: Int, canMove: Bool) -> Fault {
        Fault(
            code: "review.has-jobs", message: "\(count) reviews are open in the queue '\(visible(name))'. Nothing was changed.",
            remedy: canMove ? "Name the queue that takes them: ?moveTo=ID" : "Close them first, or make another queue that takes them.",
            turn: .caller)
    }

    static func tooMany(_ max: Int) -> Fault {
        Fault(
            code: "review.limit-reached", message: "An organisation has at most \(max) review queues.", remedy: "Remove one first.",
            turn: .caller)
    }

    static func claimed(by name: String, until: Timestamp) -> Fault {
        Fault(
            code: "review.claimed", message: "\(visible(name)) looks at this item until \(until).",
            remedy: "Take another one, or wait until then.", turn: .caller)
    }

    static func over(_ closing: ReviewJob.Closing?) -> Fault {
        let whose = closing.map { " by \(visible($0.byName))" } ?? ""
        return Fault(
            code: "review.over", message: "This review was closed\(whose).", remedy: "Take the next one; nothing was done by this call.",
            turn: .caller)
    }

    static let isOpen = Fault(
        code: "review.open", message: "This review is open.", remedy: "There is nothing to undo.", turn: .caller)

    static let acted = Fault(
        code: "review.acted", message: "This review ended with actions, and those are not taken back.",
        remedy: "What they did is undone where they did it.", turn: .caller)

    static func openAlready(_ job: Int64) -> Fault {
        Fault(
            code: "review.open-already", message: "The item has another open review, \(job).", remedy: "Look at that one.", turn: .caller)
    }

    static func bad(_ place: String, _ why: String, _ remedy: String) -> Fault {
        Fault(code: "review.unusable", message: why, place: place, remedy: remedy, turn: .caller)
    }
}
