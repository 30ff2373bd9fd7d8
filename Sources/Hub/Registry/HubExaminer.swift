import HostCalls
package import Manifests
package import PluginModel
import PluginPackages
package import PluginRuntime
import Sandbox

/// Reads packages of every format for the package store; with `builds`, their code is built too, so that what is installed can run.
package struct HubExaminer: PackageExamining {
    private let services: PluginServices
    private let builds: Bool
    private let platform: Platform?
    private let building: (@Sendable () -> Void)?

    /// `building` is called when the code of a package begins to be built.
    package init(services: PluginServices, builds: Bool = false, platform: Platform? = .linux, building: (@Sendable () -> Void)? = nil) {
        (self.services, self.builds, self.platform, self.building) = (services, builds, platform, building)
    }

    package func examine(_ folder: String) async -> PackageReading {
        let reader = PackageReader(options: ReadingOptions(platform: platform)) { [services] folder in
            do throws(Fault) {
                return try await LoadedCoopPackage.reading(of: folder, log: MemoryLogSink(), limits: SandboxLimits(), services: services)
            } catch {
                return PackageReading(format: .coop, manifest: nil, claim: .init(), findings: [Self.finding(error)])
            }
        }
        let outcome = await reader.read(folder)
        var findings = outcome.findings
        if builds, let manifest = outcome.manifest, manifest.entry != nil || manifest.uiEntry != nil {
            building?()
            do throws(Fault) {
                findings += try await PackageBuilder(bundler: services.bundler).buildOnOwnThread(manifest, in: folder).findings
            } catch {
                findings.append(Self.finding(error))
            }
        }
        return PackageReading(format: outcome.format ?? .patchbay, manifest: outcome.manifest, claim: outcome.claim, findings: findings)
    }

    private static func finding(_ fault: Fault) -> Finding {
        Finding(.error, code: fault.code, place: .file(fault.place ?? "."), fault.message, remedy: fault.remedy)
    }
}
