import Glibc
package import Manifests
package import PluginModel

/// The files of a package that lies in a folder of this machine.
///
/// Holds one descriptor for as long as it lives: make it for a reading, let go of it after. Every answer stays inside the folder, as `BeneathFolder`
/// says. A package's two or three files cost some tens of microseconds.
package final class FolderPackage: PackageFiles {
    private let folder: BeneathFolder
    package let folderName: String
    package let parentNames: [String]
    /// How many folders above are named.
    private static let parentsMax = 3

    /// Throws `missing` when there is no folder.
    package convenience init(_ folder: String) throws(PackageFileError) { try self.init(folder, usesOldWay: false) }

    init(_ path: String, usesOldWay: Bool) throws(PackageFileError) {
        folder = try BeneathFolder(path, usesOldWay: usesOldWay)
        let names = folder.path.split(separator: "/").map(String.init)
        folderName = names.last ?? ""
        parentNames = Array(names.dropLast().reversed().prefix(Self.parentsMax))
    }

    /// Absolute, symlinks resolved.
    package var path: String { folder.path }

    package func siblingBytes(_ name: String, bytesMax: Int) -> [UInt8]? {
        guard !name.isEmpty, name != ".", name != "..", !name.contains("/"), folder.path != "/" else { return nil }
        return try? BeneathFolder(Paths.parent(folder.path)).bytes(name, bytesMax: bytesMax, followingSymlinks: false)
    }

    package func kind(of path: RelativePath) -> PackageFileKind? {
        do throws(PackageFileError) {
            switch try folder.kind(path.text) {
            case .file: return .file
            case .folder: return .folder
            default: return .other
            }
        } catch {
            return error == .outside ? .outside : nil
        }
    }

    package func bytes(of path: RelativePath, bytesMax: Int) throws(PackageFileError) -> [UInt8] {
        try folder.bytes(path.text, bytesMax: bytesMax)
    }
}
