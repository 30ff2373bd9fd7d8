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

    /// The source of a built file that is not there: `src/index.ts` for `dist/index.js`, both relative to the package.
    ///
    /// Build output is commonly left out of version control, so a checkout of a package has only this. Folders that builds write into are
    /// taken off the front and `src` or nothing put there; the ending becomes one that compiles to it.
    static func source(ofBuilt built: String, in package: String) -> String? {
        var rest = built.split(separator: "/").map(String.init)[...]
        guard let name = rest.popLast() else { return nil }
        var bases: [String] = []
        var isBuilt = false
        while let first = rest.first, outputFolders.contains(first) {
            rest = rest.dropFirst()
            isBuilt = true
        }
        guard isBuilt, let dot = name.lastIndex(of: ".") else { return nil }
        let stem = String(name[..<dot])
        for folder in ["src", "source", ""] { bases.append(([folder] + rest + [stem]).filter { !$0.isEmpty }.joined(separator: "/")) }
        bases.append("src/index")
        let candidates = bases.flatMap { base in sourceEndings[String(name[dot...]), default: []].map { base + $0 } }
        return candidates.first { $0 != built && SmallFile.kind(Paths.join(package, $0), following: false) == .file }
    }

    private static let outputFolders: Set<String> = ["dist", "lib", "build", "out", "output", "esm", "cjs"]
    private static let sourceEndings = [
        ".js": [".ts", ".tsx", ".js", ".jsx", ".mts", ".mjs"], ".mjs": [".mts", ".ts", ".mjs", ".js"],
        ".cjs": [".cts", ".ts", ".cjs", ".js"],
    ]
}
