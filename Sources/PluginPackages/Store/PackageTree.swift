import Glibc
import PluginModel

/// Finds the packages of a whole tree: Coco AI's `extensions/<developer>/<extension>`, Made Open's `plugins/{connectors,channels,operators}/<plugin>`,
/// or a folder of packages.
///
/// A package is a folder with one of the known manifest files; what lies inside it is its own. Symlinks are not followed.
package enum PackageTree {
    /// Files by which a folder is told to be a package; whether it is a good one is for its reader.
    package static let markers = ["patchbay.json", "plugin.json", "forgeportal-plugin.json", "package.json"]
    /// How deep packages may lie: the two trees have them at the second level, and one more for the folder that holds the tree.
    package static let depthMax = 3
    /// Folders looked at.
    package static let foldersMax = 20_000
    private static let skipped: Set<String> = ["node_modules"]

    /// Absolute paths, sorted; the folder itself when it is a package. Throws `package.not-found`, and `package.too-many-entries` for a tree that
    /// has more folders than are looked at. A `package.json` in the folder given does not make it a package while there are some below it: a
    /// repository of plugins has one too.
    package static func find(in folder: String) throws(StoreError) -> [String] {
        let root = try PackageSigner.open(folder).path
        var seen = 0
        var found: [String] = []
        try look(root, depth: 0, seen: &seen, found: &found)
        if found.isEmpty, hasMarker(root, markers) { found = [root] }
        return found.sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
    }

    private static func hasMarker(_ folder: String, _ names: [String]) -> Bool {
        names.contains { SmallFile.kind(Paths.join(folder, $0), following: false) == .file }
    }

    private static func look(_ folder: String, depth: Int, seen: inout Int, found: inout [String]) throws(StoreError) {
        seen += 1
        guard seen <= foldersMax else {
            throw .refused(
                "package.too-many-entries", "There are more than \(foldersMax) folders in this tree.",
                remedy: "Name the folder that holds the packages.",
                turn: .caller)
        }
        if hasMarker(folder, depth == 0 ? markers.filter { $0 != "package.json" } : markers) {
            found.append(folder)
            return
        }
        guard depth < depthMax else { return }
        for name in Folder.names(folder) ?? [] where !name.hasPrefix(".") && !skipped.contains(name) {
            let path = Paths.join(folder, name)
            if SmallFile.kind(path, following: false) == .folder { try look(path, depth: depth + 1, seen: &seen, found: &found) }
        }
    }
}
