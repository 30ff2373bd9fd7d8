import Glibc
import Manifests
import PluginModel
import Testing

/// Reads a checkout of the published first-party plugins, named by PATCHBAY_FORGEPORTAL_TREE: a folder that holds package folders.
@Suite("The published plugins of ForgePortal") struct ForgePortalTreeTests {
    @Test("are all valid", .enabled(if: getenv("PATCHBAY_FORGEPORTAL_TREE") != nil, "PATCHBAY_FORGEPORTAL_TREE names no checkout"))
    func published() throws {
        let root = String(cString: try #require(getenv("PATCHBAY_FORGEPORTAL_TREE")))
        var count = 0
        for name in try DiskPackage.names(root) where access("\(root)/\(name)/\(ForgePortalReader.fileName)", F_OK) == 0 {
            let reading = ForgePortalReader.read(DiskPackage(folder: "\(root)/\(name)", folderName: name), options: ReadingOptions())
            #expect(reading.isValid, "\(name): \(reading.findings)")
            #expect(reading.findings.allSatisfy { $0.severity == .notice }, "\(name): \(reading.findings)")
            count += 1
        }
        #expect(count > 0, "no plugin was found in \(root)")
    }
}

/// A folder, read without the care that the hub takes: for trusted trees in tests.
private struct DiskPackage: PackageFiles {
    let folder: String
    let folderName: String
    let parentNames: [String] = []

    func siblingBytes(_ name: String, bytesMax: Int) -> [UInt8]? { nil }

    func kind(of path: RelativePath) -> PackageFileKind? {
        var info = stat()
        guard stat("\(folder)/\(path)", &info) == 0 else { return nil }
        return info.st_mode & S_IFMT == S_IFDIR ? .folder : .file
    }

    func bytes(of path: RelativePath, bytesMax: Int) throws(PackageFileError) -> [UInt8] {
        guard let file = fopen("\(folder)/\(path)", "r") else { throw .missing }
        defer { fclose(file) }
        var bytes = [UInt8](repeating: 0, count: bytesMax + 1)
        let count = fread(&bytes, 1, bytes.count, file)
        guard count <= bytesMax else { throw .tooLarge(bytesMax: bytesMax) }
        return Array(bytes.prefix(count))
    }

    static func names(_ folder: String) throws -> [String] {
        let directory = try #require(opendir(folder), "\(folder) cannot be listed")
        defer { closedir(directory) }
        var names: [String] = []
        while let entry = readdir(directory) {
            let name = withUnsafePointer(to: &entry.pointee.d_name) {
                $0.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
            }
            if !name.hasPrefix(".") { names.append(name) }
        }
        return names.sorted()
    }
}
