/// A path that stays inside the folder it starts from, as far as its text can tell; symlinks are for whoever opens it.
///
/// Kept in its plain form: no `.`, no `..`, no doubled slashes, no slash at either end.
package struct RelativePath: Sendable, Hashable, CustomStringConvertible {
    /// In bytes; Linux takes paths of up to 4096.
    package static let bytesMax = 1024

    package let text: String

    /// Reads a path. The error goes on from "the path '…'".
    package init(_ text: String) throws(InvalidRelativePath) {
        guard !text.isEmpty else { throw InvalidRelativePath(reason: "is empty") }
        guard text.utf8.count <= Self.bytesMax else { throw InvalidRelativePath(reason: "is longer than \(Self.bytesMax) bytes") }
        guard !text.utf8.contains(where: { $0 < 0x20 || $0 == 0x7f }) else {
            throw InvalidRelativePath(reason: "holds a control character")
        }
        guard !text.contains("\\") else { throw InvalidRelativePath(reason: "holds a backslash; folders are separated by '/'") }
        guard !text.hasPrefix("/") else { throw InvalidRelativePath(reason: "is absolute") }
        var parts: [Substring] = []
        for part in text.split(separator: "/") where part != "." {
            if part != ".." {
                parts.append(part)
            } else if parts.popLast() == nil {
                throw InvalidRelativePath(reason: "leaves the plugin's folder")
            }
        }
        guard !parts.isEmpty else { throw InvalidRelativePath(reason: "names the folder itself") }
        self.text = parts.joined(separator: "/")
    }

    package var description: String { text }

    /// What follows the last dot of the last part, without the dot; empty when there is none.
    package var fileExtension: String {
        let name = text.split(separator: "/").last ?? ""
        guard let dot = name.lastIndex(of: "."), dot != name.startIndex else { return "" }
        return String(name[name.index(after: dot)...])
    }
}

package struct InvalidRelativePath: Error, Sendable, Hashable {
    package let reason: String
}
