/// The names a bundled module exports, read from what esbuild wrote around it.
///
/// Of an ES module it lists them in the call of `__export` whose object becomes `module.exports`; its own list of exports (`--metafile`) is empty for
/// CommonJS. A module that assigns `module.exports` itself says what it exports only when it runs.
enum BundleExports {
    private static let end = "module.exports = __toCommonJS("

    /// Sorted; nil where only a run would tell.
    static func names(ofScript script: [UInt8]) -> [String]? {
        let text = String(decoding: script, as: UTF8.self)
        // At the beginning of a line: a text of the author's that says the same has quotes before it.
        guard let last = text.ranges(of: "\n" + end).last else { return nil }
        let object = text[last.upperBound...].prefix { $0 != ")" }
        guard !object.isEmpty, let list = text.firstRange(of: "\n__export(\(object), {\n") else { return [] }
        var names: [String] = []
        for line in text[list.upperBound...].split(separator: "\n", omittingEmptySubsequences: false) {
            if line.hasPrefix("});") { break }
            guard let arrow = line.firstRange(of: ": () => ") else { return nil }
            names.append(String(line[..<arrow.lowerBound].drop { $0 == " " }).filter { $0 != "\"" })
        }
        return names.sorted()
    }
}
