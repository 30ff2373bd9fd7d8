package import PluginModel

/// What came of reading a package: its manifest if it can be used, what it claims to be in any case, and everything found.
package struct PackageReading: Sendable {
    /// As written, also in a package that is not valid; for lists and error messages.
    package struct Claim: Sendable, Hashable {
        package var id: String?
        package var name: String?
        package var version: String?
        package init(id: String? = nil, name: String? = nil, version: String? = nil) {
            (self.id, self.name, self.version) = (id, name, version)
        }
    }

    package var format: PackageFormat
    /// Nil when there was an error.
    package var manifest: PluginManifest?
    package var claim: Claim
    /// In the order of the format's own checks.
    package var findings: [Finding]

    package init(format: PackageFormat, manifest: PluginManifest?, claim: Claim, findings: [Finding]) {
        (self.format, self.claim, self.findings) = (format, claim, findings)
        self.manifest = findings.errors.isEmpty ? manifest : nil
    }

    package var isValid: Bool { manifest != nil }
}

/// What readers need to know of the hub they read for.
package struct ReadingOptions: Sendable, Hashable {
    /// What does not run here is left out, and a package that does not at all is an error; nil: everything is read.
    package var platform: Platform?
    /// The version of Coco AI that the hub announces.
    package var cocoVersion = "0.10.0"
    /// Reads `title` as `name` in manifests of Coco AI, with a warning.
    package var acceptsLegacyCoco = false
    /// The version of ForgePortal's SDK that the hub announces.
    package var forgePortalSDKVersion = "1.0.0"

    package init(platform: Platform? = nil) { self.platform = platform }
}
