internal import Glibc
package import Manifests
package import PluginModel
package import PluginPackages

/// A folder with `patchbay.json`, read and bundled: everything about a plugin that is known before it runs.
package struct PluginFolder: Sendable {
    package let manifest: PatchbayManifest
    package let bundle: PluginBundle
    /// Warnings and notices; errors end the reading.
    package let findings: [Finding]

    /// Modules the hub provides to plugins of our own format.
    package static let providedModules = ["@patchbay/plugin"]
    private static let manifestBytesMax = 1 << 20

    /// Reads and bundles. Blocks for as long as the bundler takes, a millisecond when the cache has it.
    package init(at folder: String, bundler: Bundler) throws(Fault) {
        let path = folder + "/" + PatchbayManifest.fileName
        let bytes = try Self.read(path, folder: folder)
        let reading = PatchbayManifest.read(bytes)
        guard let manifest = reading.manifest else {
            let errors = reading.findings.errors
            let first = errors.first
            let more = errors.count > 1 ? " (and \(errors.count - 1) more)" : ""
            throw Fault(
                code: first?.code ?? "manifest.invalid", message: (first?.sentence ?? "The manifest cannot be read.") + more,
                place: first?.place.description ?? PatchbayManifest.fileName, remedy: first?.remedy, turn: .plugin,
                details: Finding.details(of: reading.findings, told: first.map { [$0] } ?? []))
        }
        self.manifest = manifest
        do throws(BundleError) {
            bundle = try bundler.bundle(
                root: folder, entry: manifest.entry.description, externals: Self.providedModules, pluginID: manifest.id.rawValue)
        } catch { throw error.fault }
        findings = reading.findings + bundle.findings
    }

    private static func read(_ path: String, folder: String) throws(Fault) -> [UInt8] {
        guard let file = fopen(path, "re") else { throw noManifest(errno, folder) }
        defer { fclose(file) }
        var bytes = [UInt8](repeating: 0, count: manifestBytesMax + 1)
        let count = fread(&bytes, 1, bytes.count, file)
        guard count <= manifestBytesMax else {
            throw Fault(
                code: "manifest.too-large", message: "The manifest is larger than \(manifestBytesMax) bytes.", place: path,
                remedy: "Shorten it: long texts belong into files of their own.", turn: .plugin)
        }
        return Array(bytes[..<count])
    }

    /// Why the manifest could not be opened, told apart by what a person has to do about it.
    private static func noManifest(_ reason: Int32, _ folder: String) -> Fault {
        func because(_ code: Int32) -> String { String(cString: strerror(code)).lowercased() }
        var info = stat()
        guard stat(folder, &info) == 0 else {
            let isAbsent = errno == ENOENT || errno == ENOTDIR
            return Fault(
                code: "plugin.no-folder",
                message: isAbsent ? "There is no such folder." : "This folder cannot be looked into: \(because(errno)).",
                place: folder, remedy: isAbsent ? "Check the path." : "Check who may read it.", turn: .caller)
        }
        guard info.st_mode & S_IFMT == S_IFDIR else {
            return Fault(
                code: "plugin.no-folder", message: "This is a file, not a folder.", place: folder,
                remedy: "Name the folder that holds \(PatchbayManifest.fileName).", turn: .caller)
        }
        guard reason == ENOENT else {
            return Fault(
                code: "manifest.unreadable", message: "\(PatchbayManifest.fileName) cannot be read: \(because(reason)).", place: folder,
                remedy: "Check who may read it.", turn: .caller)
        }
        let isPackage = access(folder + "/package.json", F_OK) == 0
        return Fault(
            code: "manifest.missing", message: "There is no \(PatchbayManifest.fileName) in this folder.", place: folder,
            remedy: (isPackage
                ? "If it is a Coop integration, name it in integrations.config.json and use: patchbay run. Otherwise write one: "
                : "Write one: ")
                + "{\"id\", \"name\", \"version\", \"entry\", \"permissions\": []}",
            turn: .caller)
    }
}
