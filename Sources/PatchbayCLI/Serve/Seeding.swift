import Hub
import HubCore
import PluginModel
import PluginPackages

/// Brings plugins into a hub as it starts. They wait for consent like all others, and one that cannot be installed is told and left out.
enum Seeding {
    /// For so many at once.
    static let patience = Duration.seconds(120)
    /// Fewer than may wait in a hub (`RegistryLimits.installationsWaiting`).
    private static let atOnce = 50

    /// Every package of a folder, so that there is something to look at.
    static func install(_ folder: String, into registry: PluginRegistry, log: @Sendable (String) -> Void) async {
        do throws(StoreError) {
            await install(try PackageTree.find(in: folder).map { .folder($0) }, into: registry, log: log)
        } catch { log("note \(error.fault.code): \(error.fault.message)") }
    }

    /// What a configuration names, so many at once that a long list is no flood. What was installed before is left as it was decided; other content of a known plugin waits as an update.
    static func install(_ sources: [PackageSource], into registry: PluginRegistry, log: @Sendable (String) -> Void) async {
        for start in stride(from: 0, to: sources.count, by: atOnce) {
            var begun: Set<Installation.ID> = []
            for source in sources[start..<min(start + atOnce, sources.count)] {
                var request = InstallRequest(source)
                request.takesNewOnly = true
                do throws(Fault) { begun.insert(try await registry.install(request, by: .hub).id) } catch {
                    log("note \(error.code): \(source): \(error.message)")
                }
            }
            await wait(for: begun, in: registry, log: log)
        }
    }

    private static func wait(
        for begun: Set<Installation.ID>, in registry: PluginRegistry, log: @Sendable (String) -> Void
    ) async {
        var open = begun
        let deadline = ContinuousClock.now + patience
        while !open.isEmpty, ContinuousClock.now < deadline, !Task.isCancelled {
            try? await Task.sleep(for: .milliseconds(50))
            for job in await registry.installations where open.contains(job.id) && job.state.isOver {
                open.remove(job.id)
                if let problem = job.problem { log("note \(problem.code): \(job.source): \(problem.message)") }
            }
        }
    }
}
