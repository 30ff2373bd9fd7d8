import PluginModel

/// The seam between `patchbay plugin call` and the sandbox: everything the command needs to run a plugin is done behind this one type.
struct PluginCallRunner: PluginCalling {
    func call(
        _ request: PluginCallRequest, handle: @Sendable (PluginCallEvent) async -> Void
    ) async throws(CommandFailure) -> PluginCallResult {
        throw CommandFailure(
            Fault(
                code: "sandbox.not-connected", message: "this build cannot run plugins yet", place: request.folder,
                remedy: "Update patchbay.", turn: .hub, details: "the command line is not connected to the sandbox"))
    }
}
