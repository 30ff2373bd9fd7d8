import PatchbayCLI
import Testing

/// What the pages point at is there: a map that names a street which was renamed is worse than none.
struct DocsMapTests {
    private static let root = Program.repository

    private static func text(_ path: String) throws -> String {
        String(decoding: try Files.read("\(root)/\(path)", limit: 4 << 20), as: UTF8.self)
    }

    /// README.md and every page below docs, by path.
    private static func pages() throws -> [String] {
        try ["README.md"] + Files.names(in: "\(root)/docs").filter { $0.hasSuffix(".md") }.map { "docs/\($0)" }
            + Files.names(in: "\(root)/docs/decisions").map { "docs/decisions/\($0)" }
    }

    /// Every file and folder of the repository, below it; folders that are made by building and by Git left out.
    private static func everything() throws -> Set<String> {
        var found: Set<String> = []
        func gather(_ folder: String) throws {
            for name in try Files.names(in: folder.isEmpty ? root : "\(root)/\(folder)") where ![".git", ".build"].contains(name) {
                let path = folder.isEmpty ? name : "\(folder)/\(name)"
                found.insert(path)
                if Files.kind("\(root)/\(path)") == .folder { try gather(path) }
            }
        }
        try gather("")
        return found
    }

    /// A heading as its address within a page.
    private static func anchor(_ heading: String) -> String {
        String(
            heading.lowercased().filter { $0.isLetter || $0.isNumber || $0 == "-" || $0 == " " || $0 == "_" }.map { $0 == " " ? "-" : $0 })
    }

    @Test func `every link within the repository leads to a file and a heading`() throws {
        for page in try Self.pages() {
            let folder = page.split(separator: "/").dropLast().joined(separator: "/")
            for match in try Self.text(page).matches(of: #/\]\(([^)\s]+)\)/#) where !match.1.contains("://") {
                let parts = match.1.split(separator: "#", maxSplits: 1, omittingEmptySubsequences: false)
                let target = parts[0].isEmpty ? page : String(Files.absolute("\(folder)/\(parts[0])", from: "/").dropFirst())
                #expect(Files.kind("\(Self.root)/\(target)") != .missing, "\(page) links to \(match.1)")
                guard parts.count == 2, target.hasSuffix(".md") else { continue }
                let headings = try Self.text(target).split(separator: "\n").filter { $0.hasPrefix("#") }
                let anchors = headings.map { Self.anchor(String($0.drop { $0 == "#" }.dropFirst())) }
                #expect(anchors.contains(String(parts[1])), "\(page) links to \(match.1)")
            }
        }
    }

    @Test func `every source that a page names exists`() throws {
        let everything = try Self.everything()
        for page in try Self.pages() {
            for match in try Self.text(page).matches(of: #/`([\w.+@/-]+\.(?:swift|c|cpp|js|ts|cjs))`/#) {
                let named = String(match.1)
                // Some places are told by a part of their path, as `Sandbox/PluginHost.swift`; some files are made by building.
                let isThere = everything.contains { $0 == named || $0.hasSuffix("/" + named) }
                #expect(isThere || named == "prelude.js", "\(page) names \(named)")
            }
        }
    }

    @Test func `the map has a paragraph for each target and a row for each folder`() throws {
        let map = try Self.text("docs/ARCHITECTURE.md")
        for match in try Self.text("Package.swift").matches(of: #/\.(?:target|executableTarget|systemLibrary)\(\s*name: "([^"]+)"/#) {
            #expect(map.contains("**\(match.1)**"), "\(match.1) is not on the map")
        }
        for name in try Files.names(in: Self.root) where Files.kind("\(Self.root)/\(name)") == .folder {
            #expect([".git", ".build", "Sources", "runtime"].contains(name) || map.contains("`\(name)/`"), "\(name)/ is not on the map")
        }
        let everything = try Self.everything()
        // Programs that only tests start lie beside them.
        for match in map.matches(of: #/\*\*([A-Za-z-]+)\*\*:? /#)
        where !everything.contains("Sources/\(match.1)") && !everything.contains("Tests/\(match.1)") {
            #expect(["patchbay-bench", "Sources"].contains(String(match.1)), "the map has \(match.1), which is no target")
        }
    }
}
