/// The folders that an included path means: `*` stands for any text without a slash, and never for a leading dot.
package enum FolderPattern {
    /// Names looked at for one pattern; a pattern over more finds nothing.
    package static let namesMax = 20_000

    static func hasWildcard(_ path: String) -> Bool { path.contains("*") }

    /// Absolute paths of folders, sorted within each folder; nil when there is too much to look at. Links to folders count as folders.
    package static func folders(_ pattern: String, from folder: String) -> [String]? {
        var found = ["/"]
        var seen = 0
        for part in Files.absolute(pattern, from: folder).split(separator: "/").map(String.init) {
            var next: [String] = []
            for place in found {
                let names = hasWildcard(part) ? Files.names(lenient: place).filter { matches($0, part) } : [part]
                seen += names.count
                guard seen <= namesMax else { return nil }
                next += names.map { place == "/" ? "/" + $0 : "\(place)/\($0)" }.filter { Files.target($0) == .folder }
            }
            found = next
        }
        return found
    }

    /// Goes back to the last `*` alone, which is enough for patterns without other wildcards and takes at most the product of both lengths.
    package static func matches(_ name: String, _ pattern: String) -> Bool {
        let (text, wanted) = (Array(name.utf8), Array(pattern.utf8))
        if text.first == UInt8(ascii: "."), wanted.first != UInt8(ascii: ".") { return false }
        var (at, next) = (0, 0)
        var star: (pattern: Int, text: Int)?
        while at < text.count {
            if next < wanted.count, wanted[next] == UInt8(ascii: "*") {
                star = (next, at)
                next += 1
            } else if next < wanted.count, wanted[next] == text[at] {
                (at, next) = (at + 1, next + 1)
            } else if let last = star {
                star = (last.pattern, last.text + 1)
                (at, next) = (last.text + 1, last.pattern + 1)
            } else {
                return false
            }
        }
        return wanted[next...].allSatisfy { $0 == UInt8(ascii: "*") }
    }
}
