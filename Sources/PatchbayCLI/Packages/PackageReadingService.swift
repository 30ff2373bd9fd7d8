package import Manifests
package import PluginModel

/// Reads packages without installing them; behind it lie the readers of all formats, and a worker for manifests that are code.
package protocol PackageReadingService: Sendable {
    /// The packages at a path: one where the path is a package's folder, its manifest or an archive of it, several where it is a tree of them.
    /// - Throws: `usage.…` when nothing is at the path, or nothing that could hold a package.
    func find(at path: String, format: PackageFormat?) async throws(CommandFailure) -> [FoundPackage]
    /// Reads one of them. Never fails: what is wrong with a package is in what comes back.
    func read(_ package: FoundPackage, platform: Platform?) async -> CheckedPackage
    /// Removes what reading left behind, such as unpacked archives, and ends workers.
    func finish() async
}

/// A package that was found, before it is read.
package struct FoundPackage: Sendable, Hashable {
    /// As the person wrote it, with what was found below it.
    package let path: String
    /// Where its files lie; absolute.
    package let folder: String
    /// As asked for; nil: to be recognised.
    package let format: PackageFormat?

    package init(path: String, folder: String, format: PackageFormat?) { (self.path, self.folder, self.format) = (path, folder, format) }
}

/// What a package turned out to be.
package struct CheckedPackage: Sendable {
    package let path: String
    /// Nil when no format fits.
    package let format: PackageFormat?
    /// Nil when there is an error.
    package let manifest: PluginManifest?
    /// What it says of itself, also when it is not valid.
    package let claim: PackageReading.Claim
    package let findings: [Finding]

    package init(
        path: String, format: PackageFormat?, manifest: PluginManifest? = nil, claim: PackageReading.Claim = .init(), findings: [Finding]
    ) {
        (self.path, self.format, self.claim, self.findings) = (path, format, claim, findings)
        self.manifest = findings.errors.isEmpty ? manifest : nil
    }

    package init(path: String, reading: PackageReading) {
        self.init(path: path, format: reading.format, manifest: reading.manifest, claim: reading.claim, findings: reading.findings)
    }

    package var isValid: Bool { manifest != nil }
}
