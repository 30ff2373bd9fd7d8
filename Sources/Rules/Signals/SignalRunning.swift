package import JSON

/// Whoever can ask signals that live outside the engine. The engine never waits longer than a batch's deadline for it.
package protocol SignalRunning: Sendable {
    /// Asks one signal about many values.
    /// - Returns: One outcome a question, in order. Nothing is thrown: what goes wrong is an outcome.
    func run(_ batch: SignalBatch) async -> [SignalRun]
}

/// Questions to one signal that go together.
package struct SignalBatch: Sendable {
    package let signal: SignalDescriptor
    package let orgID: String
    /// As the contract has the input of a run: signal, value, orgId, and what else is known.
    package let inputs: [JSONValue]
    /// When the engine gives up waiting, counted from the call.
    package let time: Duration

    package init(signal: SignalDescriptor, orgID: String, inputs: [JSONValue], time: Duration) {
        (self.signal, self.orgID, self.inputs, self.time) = (signal, orgID, inputs, time)
    }
}

/// What asking a signal about one value gave.
package enum SignalRun: Sendable, Hashable {
    /// A score of the type that `output` says, or, without one, that its descriptor says.
    case scored(Score, output: ScoreType?, matchedValue: String?)
    /// None could be had; the sentence is for people.
    case unavailable(Reason, String)

    package enum Reason: String, Sendable, Hashable, CaseIterable {
        /// It threw, or its answer was none.
        case failed = "condition.signal-failed"
        case timedOut = "condition.signal-timed-out"
        /// It says that it cannot be used by this organisation now.
        case disabled = "condition.signal-disabled"
        /// Nobody here has it.
        case notLoaded = "condition.signal-missing"
        /// The condition does not give it what it needs, or asks it about a kind of value that it does not take.
        case unusable = "condition.unusable"
        /// Its score or the threshold is nothing that can be compared.
        case incomparable = "condition.incomparable"
        /// The item is in a language that it does not understand: nothing was asked.
        case otherLanguage = "condition.other-language"
        /// A pattern or a comparison took too long.
        case tooLong = "condition.too-long"
        /// It compares with more than a condition, or all rules at work together, may; or the value with all that is larger than any message.
        case tooLarge = "condition.too-large"
    }
}
