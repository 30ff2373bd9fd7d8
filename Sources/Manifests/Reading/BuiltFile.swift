package import PluginModel

/// The source that a missing built file comes from: `src/index.ts` for `dist/index.js`.
///
/// Build output is commonly left out of version control, so a checkout of a package has only its sources. Folders that builds write into are
/// taken off the front and `src` or nothing put there; the ending becomes one that compiles to it.
package enum BuiltFile {
    private static let folders: Set<String> = ["dist", "lib", "build", "out", "output", "esm", "cjs"]
    private static let endings = [
        "js": ["ts", "tsx", "js", "jsx", "mts", "mjs"], "mjs": ["mts", "ts", "mjs", "js"], "cjs": ["cts", "ts", "cjs", "js"],
    ]

    /// Paths at which a source would lie, best first; none for a path that is no build's.
    package static func sources(of built: String) -> [String] {
        let parts = built.split(separator: "/").map(String.init)
        let below = parts.drop { folders.contains($0) }
        guard below.count < parts.count, let name = below.last, let dot = name.lastIndex(of: "."), dot != name.startIndex else { return [] }
        let stem = (below.dropLast() + [String(name[..<dot])]).joined(separator: "/")
        let ending = String(name[name.index(after: dot)...])
        return ["src/\(stem)", "source/\(stem)", stem, "src/index"].flatMap { base in
            endings[ending, default: []].map { "\(base).\($0)" }
        }.filter { $0 != built }
    }

    /// The first of them that is there.
    package static func source(of built: RelativePath, in files: any PackageFiles) -> RelativePath? {
        sources(of: built.text).lazy.compactMap { try? RelativePath($0) }.first { files.kind(of: $0) == .file }
    }
}
