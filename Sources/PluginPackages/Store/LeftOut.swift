import Glibc

/// What lies in an author's folder and is no part of the package: when it is copied, packed and signed alike, so that all three mean the same files.
///
/// Always `.git`, `.env`, `.npmrc` and `.patchbayignore` at the top, `.DS_Store` anywhere, and `.bin` in any `node_modules` (links that only a shell
/// uses). Besides, what `.patchbayignore` names: a line is a file or folder of the package (`drafts`, `test/`) or an ending (`*.map`); blank lines and
/// those that begin with `#` say nothing.
struct LeftOut: Sendable, Hashable {
    static let file = ".patchbayignore"
    private static let atTop: Set<String> = [".git", ".env", ".npmrc", file]
    /// Bytes of the file; a larger one counts as absent.
    private static let bytesMax = 64 << 10
    /// Lines beyond are not read.
    private static let patternsMax = 1000

    private let paths: Set<String>
    private let endings: [String]

    init(of folder: BeneathFolder) {
        guard let bytes = try? folder.bytes(Self.file, bytesMax: Self.bytesMax) else {
            (paths, endings) = ([], [])
            return
        }
        let patterns = String(decoding: bytes, as: UTF8.self).split(whereSeparator: \.isNewline).prefix(Self.patternsMax).compactMap {
            line in
            let plain = String(line.drop { $0 == " " }.reversed().drop { $0 == " " || $0 == "/" }.reversed())
            let pattern = plain.hasPrefix("./") ? String(plain.dropFirst(2)) : plain
            return pattern.isEmpty || pattern.hasPrefix("#") ? nil : pattern
        }
        paths = Set(patterns.filter { !$0.hasPrefix("*") })
        endings = patterns.filter { $0.hasPrefix("*") && $0.utf8.count > 1 }.map { String($0.dropFirst()) }
    }

    /// Asked of each file and folder; what lies in a folder that is left out is never asked for.
    func contains(_ path: String) -> Bool {
        let name = Paths.lastComponent(path)
        if name == ".DS_Store" || Self.atTop.contains(path) { return true }
        if name == ".bin", Paths.lastComponent(Paths.parent(path)) == "node_modules" { return true }
        return paths.contains(path) || endings.contains { path.hasSuffix($0) }
    }
}
