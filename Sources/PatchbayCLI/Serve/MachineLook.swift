import HubAPI
import PluginModel
import Sandbox

/// What this machine offers, as the hub shows it and decides by it.
struct MachineLook: Sendable {
    let report: DoctorReport
    let layers: [HubFacts.Layer]
    let runtime: String

    static func take(_ layout: WorkerLayout) async -> MachineLook {
        let report = await withCheckedContinuation { continuation in
            HubThread.start("pb-doctor") { continuation.resume(returning: MachineReport.take(workerExecutable: layout.executable)) }
        }
        let layers = report.layers.map { layer in
            HubFacts.Layer(
                name: layer.name, state: layer.state == .active ? "on" : layer.state.rawValue, detail: layer.detail,
                isRequired: layer.required)
        }
        let shown = (try? await MachineExaminer().examine()) ?? DoctorReport(sections: [])
        return MachineLook(report: shown, layers: layers, runtime: layout.runtime)
    }

    /// The required layers that are missing, if the operator says that plugins may run without; throws otherwise.
    func waived(allowsDegraded: Bool) throws(Fault) -> Set<String> {
        let missing = layers.filter { $0.isRequired && $0.state != "on" }.map(\.name)
        guard !missing.isEmpty else { return [] }
        guard allowsDegraded else {
            throw Fault(
                code: "hub.sandbox-missing",
                message: "This machine does not give what keeps plugins in: \(missing.joined(separator: ", ")).",
                place: "the sandbox", remedy: "patchbay doctor says what to do; --allow-degraded starts all the same.", turn: .operator)
        }
        return Set(missing)
    }
}
