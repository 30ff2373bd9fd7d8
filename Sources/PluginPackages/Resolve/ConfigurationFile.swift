package import Manifests

/// Where `integrations.config.json` is looked for, and what was found there.
package struct ConfigurationFile: Sendable {
    package static let pathVariable = "INTEGRATIONS_CONFIG_PATH"

    /// Absolute, whether or not there is a file.
    package let path: String
    /// Specs of packages resolve from here.
    package var folder: String { Paths.parent(path) }
    /// Without a configuration when the file is damaged; whoever has an earlier one keeps it. A missing file is an empty configuration.
    package let reading: Reading<IntegrationsConfiguration>

    /// Reads the file that the environment names, else `integrations.config.json` in the working directory, else the one below `server`.
    package init(environment: [String: String], workingDirectory: String) {
        if let named = environment[Self.pathVariable], !named.isEmpty {
            self.init(path: Paths.join(workingDirectory, named), isNamed: true)
            return
        }
        let here = Paths.join(workingDirectory, IntegrationsConfiguration.fileName)
        let below = Paths.join(workingDirectory, "server/\(IntegrationsConfiguration.fileName)")
        self.init(path: SmallFile.kind(here) == .missing && SmallFile.kind(below) != .missing ? below : here, isNamed: false)
    }

    package init(path: String, isNamed: Bool = true) {
        // By text, as upstream does: `conf/../x.json` needs no folder `conf`.
        let path = Paths.normalized(path)
        self.path = path
        let name = Paths.lastComponent(path)
        do throws(FileFailure) {
            reading = IntegrationsConfiguration.read(try SmallFile.read(path, bytesMax: IntegrationsConfiguration.bytesMax), file: name)
        } catch .missing {
            // No error, by the contract; but who named a file meant one.
            let finding = Finding(
                .notice, code: "integrations.no-file", place: .file(path), "There is no configuration here, so no integration is loaded.",
                remedy: "Create the file, or correct \(Self.pathVariable).")
            reading = Reading(manifest: IntegrationsConfiguration(entries: []), findings: isNamed ? [finding] : [])
        } catch {
            reading = Reading(
                manifest: nil, findings: [Finding(.error, code: "integrations.unreadable", place: .file(path), error.sentence)])
        }
    }
}
