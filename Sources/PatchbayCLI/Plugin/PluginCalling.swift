package import JSON
package import PluginModel

/// One call of one exported function, as the command line asks for it.
package struct PluginCallRequest: Sendable, Equatable {
    /// The plugin's folder, absolute.
    package let folder: String
    package let export: String
    /// The function's only argument; nil calls it with none.
    package let argument: JSONValue?
    /// Granted for this call only.
    package let grants: [Permission]
    package let config: JSONObject
    package let limits: CallLimits
    /// Where the plugin's state is kept, absolute; nil keeps it in memory for this call.
    package let statePath: String?
    /// Run although a required layer of the sandbox is missing.
    package let allowDegraded: Bool

    package init(
        folder: String, export: String, argument: JSONValue? = nil, grants: [Permission] = [], config: JSONObject = JSONObject(),
        limits: CallLimits = CallLimits(), statePath: String? = nil, allowDegraded: Bool = false
    ) {
        self.folder = folder
        self.export = export
        self.argument = argument
        self.grants = grants
        self.config = config
        self.limits = limits
        self.statePath = statePath
        self.allowDegraded = allowDegraded
    }
}

/// What one call may use.
package struct CallLimits: Sendable, Equatable {
    /// Wall time from the start of the call to its result, or to the next item of a generator.
    package var time: Duration
    /// Bytes the plugin may allocate beyond what the engine needs.
    package var memoryBytes: Int

    package static let timeDefault: Duration = .seconds(5)
    package static let timeRange: ClosedRange<Duration> = .milliseconds(1)...Duration.seconds(3600)
    package static let memoryDefault = 64 << 20
    package static let memoryRange = (4 << 20)...(4 << 30)

    package init(time: Duration = timeDefault, memoryBytes: Int = memoryDefault) {
        self.time = time
        self.memoryBytes = memoryBytes
    }
}

/// What happens during a call, in the order it happened.
package enum PluginCallEvent: Sendable, Equatable {
    /// A line the plugin logged.
    case log(PluginLogLevel, String)
    /// The next item of a generator. The one after it is asked for when the handler returns.
    case item(JSONValue)
    /// A step worth telling with `--verbose`: what was done and how long it took.
    case step(String, took: Duration)
}

package enum PluginLogLevel: String, Sendable, CaseIterable {
    case debug, info, warn, error
}

/// How a call ended well.
package enum PluginCallResult: Sendable, Equatable {
    case value(JSONValue)
    /// The function returned `undefined`, or a generator ended without a value.
    case nothing
}

/// Runs one function of a plugin folder in the sandbox.
package protocol PluginCalling: Sendable {
    /// Builds and starts the plugin, calls the function, and stops the plugin again, whatever happens.
    ///
    /// Cancelling the task cancels the call; the failure then has exit code `interrupted`.
    /// - Parameter handle: Told of each event in order; awaited before the next one, which is how a slow reader slows a generator down.
    func call(
        _ request: PluginCallRequest, handle: @escaping @Sendable (PluginCallEvent) async -> Void
    ) async throws(CommandFailure) -> PluginCallResult
}
