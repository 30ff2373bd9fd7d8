import Glibc
import PluginModel
import PluginPackages
import Sandbox

/// The seam between `patchbay doctor` and the rooms that know the machine: turns their findings into a report.
struct MachineExaminer: MachineExamining {
    func examine() async throws(CommandFailure) -> DoctorReport {
        let layout: Result<WorkerLayout, WorkerLayout.NotFound>
        do throws(WorkerLayout.NotFound) { layout = .success(try WorkerLayout.find()) } catch { layout = .failure(error) }
        let executable = (try? layout.get())?.executable ?? ""
        // The trial forks and waits: a thread of its own, not one of the pool.
        let report = await withCheckedContinuation { continuation in
            HubThread.start("pb-doctor") { continuation.resume(returning: MachineReport.take(workerExecutable: executable)) }
        }
        var tools = report.tools.map(Self.line)
        switch layout {
        case .success(let found): tools.append(DoctorReport.Line("runtime", .ok, found.runtime, isRequired: true))
        case .failure(let error):
            tools.append(DoctorReport.Line("runtime", .missing, error.description, isRequired: true, remedy: "make build"))
        }
        if let start = report.workerStart {
            tools.append(
                DoctorReport.Line(
                    "trial worker", .ok, "forked and locked down in \(start.brief), without an engine", isRequired: false,
                    isInformation: true))
        }
        return DoctorReport(sections: [
            .init("Sandbox", report.layers.map(Self.line)),
            .init("Machine", report.machine.map { Self.line($0, isInformation: !$0.required) }), .init("Engine and tools", tools),
        ])
    }

    private static func line(_ status: LayerStatus) -> DoctorReport.Line { line(status, isInformation: false) }

    private static func line(_ status: LayerStatus, isInformation: Bool) -> DoctorReport.Line {
        let state: DoctorReport.State =
            switch status.state {
            case .active: .ok
            case .degraded: .degraded
            case .missing: .missing
            }
        return DoctorReport.Line(
            status.name, state, status.detail, isRequired: status.required, remedy: status.remedy, isInformation: isInformation)
    }
}
