package import PluginModel

/// What `patchbay.json` says about a plugin of our own format; complete before any of its code runs.
package struct PatchbayManifest: Sendable, Hashable {
    package static let fileName = "patchbay.json"

    package let id: PluginID
    package let name: String
    package let version: Version
    package let description: String?
    /// The file whose exports are the plugin, inside the plugin's folder.
    package let entry: RelativePath
    /// In the manifest's order, without repetitions.
    package let permissions: [Permission]
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
