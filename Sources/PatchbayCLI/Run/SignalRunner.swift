import PluginModel

/// The seam between `patchbay run` and the rooms that read packages and run them.
struct SignalRunner: SignalLoading {
    func load(_ request: SignalLoadRequest) async throws(CommandFailure) -> any SignalSession {
        throw CommandFailure(
            Fault(
                code: "sandbox.not-connected", message: "this build cannot run signals yet", place: nil,
                remedy: "Update patchbay.", turn: .hub, details: "the command line is not connected to the sandbox"))
    }
}
