package import JSON
package import Manifests
package import PluginModel
package import Sandbox

/// What a message to a signal is about, and how long it may take.
package struct CoopQuestion: Sendable {
    package var signal: String
    /// As the contract of Coop writes the inputs of runs (section 6.1).
    package var inputs: [JSONValue]
    package var orgID: String
    /// The organisation's own; good for this message alone.
    package var credential: JSONObject?
    /// Where the organisation has a catalog of signals.
    package var catalog: CoopCatalog?
    /// From the call to the last answer.
    package var time: Duration

    package init(
        signal: String, inputs: [JSONValue], orgID: String, credential: JSONObject? = nil, catalog: CoopCatalog? = nil, time: Duration
    ) {
        (self.signal, self.inputs, self.orgID, self.credential) = (signal, inputs, orgID, credential)
        (self.catalog, self.time) = (catalog, time)
    }
}

/// What became of one value of a message.
package enum CoopAnswer: Sendable, Hashable {
    case run(CoopRun)
    /// Nothing came back. Late: it took too long, as opposed to bringing its worker down.
    case none(Fault, isLate: Bool)

    /// Of the fault where a value did not go into any message.
    package static let tooLargeCode = "call.argument-too-large"
}

/// Answers, one a value and in order, and what went wrong on the way there.
package struct CoopAnswers: Sendable {
    package var answers: [CoopAnswer]
    /// Calls that failed as a whole, first to last: of a message whose other values were answered all the same.
    package var failures: [CallFailure] = []
}

/// How a message to a signal is cut into calls, so that one bad value costs no other its answer.
package struct CoopAskingLimits: Sendable, Hashable {
    /// How long runs of one message may begin one after the other before what is there is sent back and the rest asked again.
    package var sliceTime: Duration = .milliseconds(250)
    /// Share of a message's time that runs may wait before those that have not settled are given up, in percent.
    package var waitShare = 55
    /// Share after which a call is ended from outside. What is left is for the other values.
    package var callShare = 60
    /// What a value may take that is asked about alone, after its message failed; a share of the message's time, in percent.
    package var aloneShare = 24
    /// With less time left nothing is asked any more: a call that had no chance would be held against the plugin.
    package var leastTime: Duration = .milliseconds(50)
    /// Values of one message that may bring the worker down before the others are asked alone, and then before they are given up.
    package var culpritsMax = 2
    /// How long a value that brought the worker down is not asked about again.
    package var culpritTime: Duration = .seconds(600)
    /// Values remembered for that, for one plugin and organisation; beyond them the oldest are forgotten.
    package var culpritsKept = 1_000
    /// CPU time of one call of an integration in the hub. A loop is known by it.
    package static let callCPUTime: Duration = .milliseconds(700)

    package init() {}
}
