package import PluginModel

/// What the runtime needs of a plugin of our own format: that it has code, and what that code may do.
///
/// `PatchbayReader` reads the file; this is what is left of its model for a plugin that runs.
package struct PatchbayManifest: Sendable, Hashable {
    package static let fileName = "patchbay.json"
    /// 256 KiB: a manifest is written by hand.
    package static let bytesMax = 256 << 10

    package let id: PluginID
    package let name: String
    package let version: Version
    package let description: String?
    /// The file whose exports are the plugin, inside the plugin's folder.
    package let entry: RelativePath
    /// In the manifest's order, without repetitions.
    package let permissions: [Permission]
    /// The fields it is configured through.
    package let configuration: [ConfigField]

    /// Reads the bytes of a `patchbay.json`. Pure; whether the entry exists is for whoever has the folder.
    package static func read(_ bytes: [UInt8]) -> Reading<PatchbayManifest> {
        let reading = PatchbayReader.read(document: bytes, files: nil, options: ReadingOptions())
        guard let manifest = reading.manifest else { return Reading(manifest: nil, findings: reading.findings) }
        guard let running = PatchbayManifest(manifest) else {
            let finding = Finding(
                .error, code: "manifest.no-entry", place: .file(fileName), "This plugin has no code that could be called.",
                remedy: "Add \"entry\", the file whose exports are the plugin.")
            return Reading(manifest: nil, findings: reading.findings + [finding])
        }
        return Reading(manifest: running, findings: reading.findings)
    }

    /// Nil for a plugin without code.
    package init?(_ manifest: PluginManifest) {
        guard let entry = manifest.entry, let version = manifest.version.flatMap({ try? Version($0) }) else { return nil }
        (id, name, self.version, description, self.entry) = (manifest.id, manifest.name, version, manifest.description, entry)
        permissions = manifest.permissions.compactMap(\.permission)
        configuration = manifest.configuration
    }
}

/// A manifest if there was no error, and everything worth telling its author.
package struct Reading<Manifest: Sendable>: Sendable {
    package let manifest: Manifest?
    package let findings: [Finding]

    package init(manifest: Manifest?, findings: [Finding]) {
        self.manifest = manifest
        self.findings = findings
    }
}
