import Manifests

/// Finds the file that a name without its ending means, and the source that a missing built file comes from.
enum SourceSearch {
    /// Node's endings first, in its order, then those that need a bundler.
    private static let endings = [".js", ".json", ".cjs", ".mjs", ".ts", ".tsx", ".mts", ".cts", ".jsx"]

    /// The file itself, or with the first ending that exists.
    static func file(at path: String) -> String? {
        if SmallFile.kind(path) == .file { return path }
        return endings.map { path + $0 }.first { SmallFile.kind($0) == .file }
    }

    /// `index` in a folder.
    static func index(of folder: String) -> String? {
        endings.map { Paths.join(folder, "index" + $0) }.first { SmallFile.kind($0) == .file }
    }

    /// The source of a built file that is not there; both paths are relative to the package.
    static func source(ofBuilt built: String, in package: String) -> String? {
        BuiltFile.sources(of: built).first { SmallFile.kind(Paths.join(package, $0), following: false) == .file }
    }
}
