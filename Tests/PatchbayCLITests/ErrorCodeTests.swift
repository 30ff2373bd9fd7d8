import PatchbayCLI
import Testing

/// Every code in the sources has a row in docs/errors.md, and every row a code. Codes are found as text: whole ones by their shape
/// (`area.what-happened` between quotes), composed ones by the calls that hand the second half to whoever puts the area before it.
struct ErrorCodeTests {
    /// Who puts an area before a code. A file that composes codes and is not here fails a test of its own.
    private struct Composer {
        let file: String
        let areas: [String]
        /// Files whose calls hand codes to it, by how their paths begin.
        let callers: [String]
    }

    private static let composers = [
        Composer(file: "PatchbayCLI/Framework/UsageError.swift", areas: ["usage"], callers: ["PatchbayCLI/Framework/UsageError.swift"]),
        Composer(
            file: "Manifests/Findings/ObjectReader.swift", areas: ["manifest", "integrations"],
            callers: ["Manifests/Findings/ObjectReader.swift"]),
        Composer(file: "Manifests/Findings/ObjectReader.swift", areas: ["manifest"], callers: ["Manifests/Patchbay/"]),
        Composer(
            file: "Manifests/Coop/IntegrationsConfiguration.swift", areas: ["integrations"],
            callers: ["Manifests/Coop/IntegrationsConfiguration.swift"]),
        Composer(file: "Manifests/Coop/CoopText.swift", areas: ["coop"], callers: ["Manifests/Coop/Coop"]),
        Composer(
            file: "PluginPackages/Resolve/PackageLogo.swift", areas: ["coop"], callers: ["PluginPackages/Resolve/PackageLogo.swift"]),
    ]

    /// The text of each source, by its path below Sources or runtime/src.
    private static func sources() throws -> [String: String] {
        var texts: [String: String] = [:]
        func gather(_ folder: String, _ prefix: String) throws {
            for name in try Files.names(in: folder) {
                let path = "\(folder)/\(name)"
                if Files.kind(path) == .folder {
                    try gather(path, "\(prefix)\(name)/")
                } else if name.hasSuffix(".swift") || name.hasSuffix(".js") || name.hasSuffix(".c") {
                    texts["\(prefix)\(name)"] = String(decoding: try Files.read(path, limit: 1 << 20), as: UTF8.self)
                }
            }
        }
        try gather("\(Program.repository)/Sources", "")
        try gather("\(Program.repository)/runtime/src", "runtime/")
        return texts
    }

    private static func page() throws -> String {
        String(decoding: try Files.read("\(Program.repository)/docs/errors.md", limit: 1 << 20), as: UTF8.self)
    }

    private static func rows() throws -> Set<String> {
        Set(try page().split(separator: "\n").filter { $0.hasPrefix("| `") }.map { String($0.dropFirst(3).prefix { $0 != "`" }) })
    }

    /// Words that have the shape of a code and are none, by the chapter that lists them.
    private static func notCodes() throws -> Set<String> {
        let chapter = try #require(try page().ranges(of: "## Not codes").first)
        return Set(try page()[chapter.upperBound...].matches(of: #/`([a-z]+\.[a-z-]+)`/#).map { String($0.1) })
    }

    private static let fileEndings = [".js", ".json", ".h"]

    private static func whole(_ texts: [String: String]) -> Set<String> {
        var found: Set<String> = []
        for text in texts.values {
            for match in text.matches(of: #/["']([a-z]+(?:-[a-z]+)*\.[a-z0-9]+(?:-[a-z0-9]+)*)["']/#) {
                let word = String(match.1)
                if !fileEndings.contains(where: word.hasSuffix) { found.insert(word) }
            }
        }
        return found
    }

    private static func composed(_ texts: [String: String]) throws -> Set<String> {
        var found: Set<String> = []
        for composer in composers {
            let callers = texts.filter { path, _ in composer.callers.contains { path.hasPrefix($0) } }
            try #require(!callers.isEmpty, "nobody calls \(composer.file)")
            for text in callers.values {
                var words = text.matches(of: #/\.(?:error|warning|notice),\s*"([a-z]+(?:-[a-z]+)*)"/#).map { String($0.1) }
                // Functions whose first word is a code, and the reader of manifests, which hands on the member and the code.
                for name in text.matches(of: #/func (\w+)\(\s*_ code: String/#).map({ String($0.1) }) {
                    words += try text.matches(of: Regex("\\b\(name)\\(\\s*\"([a-z]+(?:-[a-z]+)*)\"")).compactMap { match in
                        match.output[1].substring.map(String.init)
                    }
                }
                words += text.matches(of: #/&reader, "\w+", "([a-z]+(?:-[a-z]+)*)"/#).map { String($0.1) }
                for word in words { for area in composer.areas { found.insert("\(area).\(word)") } }
            }
        }
        return found
    }

    @Test func `every code has a row in errors.md`() throws {
        let texts = try Self.sources()
        let codes = Self.whole(texts).subtracting(try Self.notCodes()).union(try Self.composed(texts))
        try #require(codes.count > 200, "the search finds what it is for")
        let missing = codes.subtracting(try Self.rows())
        #expect(missing.sorted() == [], "give each a row, or a word under 'Not codes'")
    }

    @Test func `every row of errors.md is of a code that exists`() throws {
        let texts = try Self.sources()
        let dead = try Self.rows().subtracting(Self.whole(texts)).subtracting(try Self.composed(texts))
        #expect(dead.sorted() == [])
    }

    @Test func `what is listed as no code is there, and has no row`() throws {
        let words = try Self.notCodes()
        try #require(words.count > 10)
        #expect(words.subtracting(Self.whole(try Self.sources())).filter { !$0.hasSuffix(".json") }.sorted() == [])
        #expect(words.intersection(try Self.rows()).sorted() == [])
    }

    @Test func `whoever composes codes is known here`() throws {
        let files = try Self.sources().filter { !$0.value.ranges(of: #/code: "[^"]*\\\(/#).isEmpty }.keys.sorted()
        #expect(files == Set(Self.composers.map(\.file)).sorted())
    }
}
