/// Makes a script of an ES module with top-level await, which CommonJS cannot hold.
///
/// esbuild bundles such an entry to an ES module only. Its imports of the hub's modules go through shims, so that the bundle has none left,
/// and its `export { … };` comes last; so the bundle can become the body of an async function whose result is the exports. The script's
/// `module.exports` is then the promise of them.
enum AsyncModule {
    /// Where the bundler's sandbox sees the shims.
    static let shimFolder = "/shims"
    private static let requireName = "__patchbay_require"
    private static let head = "const \(requireName) = require; module.exports = (async () => {\n"

    static func shimName(_ index: Int) -> String { "\(index).js" }

    /// One file a module of the hub: `(name, text)`. Module names are plain (`Bundler` checks them), so quoting them is enough.
    static func shims(for externals: [String]) -> [(name: String, text: String)] {
        externals.enumerated().map { index, name in (shimName(index), "module.exports = \(requireName)(\"\(name)\");\n") }
    }

    /// The script for esbuild's ES module output; nil when it does not end as expected.
    static func script(of module: [UInt8]) -> [UInt8]? {
        let text = String(decoding: module, as: UTF8.self)
        let start = "\nexport {\n"
        guard let list = text.ranges(of: start).last else {
            // A module without exports has no list.
            return Array("\(head)\(text)\nreturn { __proto__: null };\n})();\n".utf8)
        }
        let names = text[list.upperBound...]
        guard let end = names.firstRange(of: "\n};"), names[end.upperBound...].allSatisfy(\.isWhitespace) else { return nil }
        var getters: [String] = []
        for line in names[..<end.lowerBound].split(separator: "\n") {
            let entry = line.hasSuffix(",") ? line.dropLast() : line
            let parts = entry.drop { $0 == " " }.split(separator: " ", maxSplits: 2)
            // `name`, or `name as other`, where other may be quoted.
            guard let local = parts.first, parts.count == 1 || (parts.count == 3 && parts[1] == "as") else { return nil }
            getters.append("get \(parts.last ?? local)() { return \(local); }")
        }
        let body = text[..<list.lowerBound]
        return Array("\(head)\(body)\nreturn { __proto__: null, \(getters.joined(separator: ", ")) };\n})();\n".utf8)
    }

    /// The source map's mappings, for the line that `script` puts before the body.
    static func mappings(of module: String) -> String { ";" + module }
}
