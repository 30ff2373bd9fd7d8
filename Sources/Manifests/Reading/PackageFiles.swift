package import PluginModel

/// The files of one package, as far as a reader of manifests may ask for them. A folder in the hub, a table in tests.
///
/// Whoever implements it keeps every answer inside the package: a path that leaves it through a symlink is `outside`, and has no bytes.
package protocol PackageFiles: Sendable {
    /// Name of the folder the package lies in; empty where there is none.
    var folderName: String { get }
    /// Names of the folders above it, innermost first; at most three are needed.
    var parentNames: [String] { get }
    /// A small file right beside the package's folder, such as Coco AI's `developer.json`; nil when it is not there.
    func siblingBytes(_ name: String, bytesMax: Int) -> [UInt8]?
    /// What is at a path, symlinks followed; nil when nothing is.
    func kind(of path: RelativePath) -> PackageFileKind?
    /// A whole file.
    func bytes(of path: RelativePath, bytesMax: Int) throws(PackageFileError) -> [UInt8]
}

package enum PackageFileKind: Sendable, Hashable {
    case file
    case folder
    /// A symlink that leads out of the package.
    case outside
    /// A device, a pipe, a socket.
    case other
}

package enum PackageFileError: Error, Sendable, Hashable {
    case missing
    case tooLarge(bytesMax: Int)
    case outside
    /// What the system said.
    case unreadable(String)
}
