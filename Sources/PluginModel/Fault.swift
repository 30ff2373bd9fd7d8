/// The shape of every error that reaches a person or a program outside.
///
/// `message` is one sentence that may be shown to anyone who sees the plugin; inside knowledge (paths of the hub, stacks, downstream
/// answers) goes into `details`, which `description` leaves out and only logs print.
package struct Fault: Error, Sendable, Hashable, CustomStringConvertible {
    /// Who can mend it.
    package enum Turn: String, Sendable, Hashable, CaseIterable {
        /// The plugin's author.
        case plugin
        /// The person who runs the hub and grants permissions.
        case `operator`
        /// The hub itself: our bug, or our machine.
        case hub
        /// A service that the plugin or the hub called.
        case downstream
        /// Whoever called the plugin, with these arguments.
        case caller
    }

    /// Stable and for programs: `area.what-happened`, listed in docs/errors.md.
    package var code: String
    package var message: String
    /// The file and place, or the call, that the message is about: `patchbay.json /permissions/0`.
    package var place: String?
    /// What to do now, as one imperative sentence or a command to type.
    package var remedy: String?
    package var turn: Turn
    package var details: String?

    package init(
        code: String, message: String, place: String? = nil, remedy: String? = nil, turn: Turn, details: String? = nil
    ) {
        self.code = code
        self.message = message
        self.place = place
        self.remedy = remedy
        self.turn = turn
        self.details = details
    }

    /// Three lines: what; where and whose turn; what to do now.
    package var description: String {
        let whose = turn.owner
        return """
            \(code): \(message)
              \(place.map { "at \($0); " } ?? "")\(whose)'s turn
              \(remedy ?? turn.usualRemedy)
            """
    }
}

extension Fault.Turn {
    /// Read before "'s turn".
    package var owner: String {
        switch self {
        case .plugin: "the plugin author"
        case .operator: "the operator"
        case .hub: "the hub"
        case .downstream: "the called service"
        case .caller: "the caller"
        }
    }

    /// Said where an error has no better advice of its own.
    var usualRemedy: String {
        switch self {
        case .plugin: "Tell the plugin's author, with the code above."
        case .operator: "Check the hub's configuration for this plugin."
        case .hub: "Look in the hub's log for the code above, and report it."
        case .downstream: "Try again later; if it stays, ask whoever runs that service."
        case .caller: "Check the arguments of the call."
        }
    }
}
