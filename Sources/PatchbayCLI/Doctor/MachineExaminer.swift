import PluginModel

/// The seam between `patchbay doctor` and the rooms that know the machine: turns their findings into a report.
struct MachineExaminer: MachineExamining {
    func examine() async throws(CommandFailure) -> DoctorReport {
        throw CommandFailure(
            Fault(
                code: "sandbox.not-connected", message: "this build cannot examine the machine yet", place: nil, remedy: "Update patchbay.",
                turn: .hub, details: "the command line is not connected to the sandbox"))
    }
}
