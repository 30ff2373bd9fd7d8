import Hub
import HubCore
import PluginModel

/// Fills a new hub with the packages of a folder, so that there is something to look at.
enum Seeding {
    static let patience = Duration.seconds(120)

    /// Installs them and waits until that is over. One that cannot be installed is told and left out.
    static func install(_ folder: String, into registry: PluginRegistry, log: @Sendable (String) -> Void) async {
        do throws(Fault) {
            let begun = try await registry.installTree(folder, by: .hub)
            let deadline = ContinuousClock.now + patience
            var open = Set(begun.map(\.id))
            while !open.isEmpty, ContinuousClock.now < deadline, !Task.isCancelled {
                try? await Task.sleep(for: .milliseconds(50))
                for job in await registry.installations where open.contains(job.id) && job.state.isOver {
                    open.remove(job.id)
                    if let problem = job.problem { log("note \(problem.code): \(job.source): \(problem.message)") }
                }
            }
        } catch { log("note \(error.code): \(error.message)") }
    }
}
