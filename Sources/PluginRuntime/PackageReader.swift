package import Manifests
package import PluginModel
internal import PluginPackages

/// Reads packages of every format from their folders: recognises the format, asks its reader, and for Coop, whose manifest is code, a worker.
package struct PackageReader: Sendable {
    /// What a folder turned out to be.
    package struct Outcome: Sendable {
        /// Nil when no format fits.
        package let format: PackageFormat?
        package let manifest: PluginManifest?
        package let claim: PackageReading.Claim
        package let findings: [Finding]
    }

    package var options: ReadingOptions
    /// Reads a package of Coop's in its folder: its manifest is code, so that takes a worker.
    private let coop: @Sendable (_ folder: String) async -> PackageReading

    package init(options: ReadingOptions = ReadingOptions(), coop: @escaping @Sendable (_ folder: String) async -> PackageReading) {
        (self.options, self.coop) = (options, coop)
    }

    /// Reads the package in a folder. What is wrong with it is in what comes back.
    package func read(_ folder: String, as format: PackageFormat? = nil) async -> Outcome {
        let files: FolderPackage
        do throws(PackageFileError) { files = try FolderPackage(folder) } catch {
            return Outcome(format: format, manifest: nil, claim: .init(), findings: [Self.unreadable(folder, error)])
        }
        var notices: [Finding] = []
        let known: PackageFormat
        if let format {
            known = format
        } else {
            let recognition = PackageFormat.recognise(files)
            guard let format = recognition.format else {
                return Outcome(format: nil, manifest: nil, claim: .init(), findings: recognition.findings)
            }
            known = format
            notices = recognition.findings
        }
        let reading = await read(files, as: known)
        return Outcome(format: known, manifest: reading.manifest, claim: reading.claim, findings: notices + reading.findings)
    }

    private func read(_ files: FolderPackage, as format: PackageFormat) async -> PackageReading {
        switch format {
        case .patchbay: PatchbayReader.read(files, options: options)
        case .coco: CocoReader.read(files, options: options)
        case .madeOpen: MadeOpenReader.read(files, options: options)
        case .forgePortal: ForgePortalReader.read(files, options: options)
        case .coop: await coop(files.path)
        }
    }

    private static func unreadable(_ folder: String, _ error: PackageFileError) -> Finding {
        let why =
            switch error {
            case .missing: "There is no folder here."
            case .tooLarge, .outside: "This folder cannot be opened."
            case .unreadable(let reason): "This folder cannot be opened: \(reason)."
            }
        return Finding(
            .error, code: "package.unreadable", place: .file(folder), why, remedy: "Check the path and who may read it.")
    }
}
