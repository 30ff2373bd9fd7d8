import Manifests
import PluginModel

/// A package made of a table: path to text. Folders exist where something lies in them.
struct MemoryPackage: PackageFiles {
    var folderName: String
    var parentNames: [String]
    private var files: [String: [UInt8]] = [:]
    private var siblings: [String: [UInt8]] = [:]
    /// Paths that a symlink leads out of the package.
    var outside: Set<String> = []
    /// Paths that exist and cannot be read.
    var unreadable: Set<String> = []

    init(
        _ texts: [String: String] = [:], bytes: [String: [UInt8]] = [:], folderName: String = "package", parentNames: [String] = [],
        siblings: [String: String] = [:]
    ) {
        (self.folderName, self.parentNames) = (folderName, parentNames)
        files = texts.mapValues { Array($0.utf8) }.merging(bytes) { $1 }
        self.siblings = siblings.mapValues { Array($0.utf8) }
    }

    subscript(path: String) -> String? {
        get { files[path].map { String(decoding: $0, as: UTF8.self) } }
        set { files[path] = newValue.map { Array($0.utf8) } }
    }

    func siblingBytes(_ name: String, bytesMax: Int) -> [UInt8]? { siblings[name].flatMap { $0.count <= bytesMax ? $0 : nil } }

    func kind(of path: RelativePath) -> PackageFileKind? {
        if outside.contains(path.text) { return .outside }
        if files[path.text] != nil || unreadable.contains(path.text) { return .file }
        return files.keys.contains { $0.hasPrefix(path.text + "/") } ? .folder : nil
    }

    func bytes(of path: RelativePath, bytesMax: Int) throws(PackageFileError) -> [UInt8] {
        if outside.contains(path.text) { throw PackageFileError.outside }
        if unreadable.contains(path.text) { throw PackageFileError.unreadable("Permission denied") }
        guard let bytes = files[path.text] else { throw PackageFileError.missing }
        guard bytes.count <= bytesMax else { throw PackageFileError.tooLarge(bytesMax: bytesMax) }
        return bytes
    }
}
