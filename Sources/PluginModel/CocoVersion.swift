/// A version as Coco AI's application numbers itself: `0.10.0`, `0.8.0-2518` (a release with its build's number),
/// `0.9.0-SNAPSHOT-19` (a build before that release).
package struct CocoVersion: Sendable, Hashable, Comparable, CustomStringConvertible {
    /// As written.
    package let description: String
    /// `x.y.z`, or `x.y.z-SNAPSHOT.n`.
    package let version: Version

    /// Reads a semantic version whose pre-release is absent, digits, or `SNAPSHOT-` and digits; `+build` is dropped.
    package init(_ text: String) throws(InvalidVersion) {
        let read = try Version(text)
        let numbers = "\(read.major).\(read.minor).\(read.patch)"
        let prerelease = read.prerelease.joined(separator: ".")
        let snapshot = "SNAPSHOT-"
        if prerelease.isEmpty || prerelease.utf8.allSatisfy(Self.isDigit) {
            version = try Version(numbers)
        } else if prerelease.hasPrefix(snapshot), prerelease.utf8.dropFirst(snapshot.utf8.count).allSatisfy(Self.isDigit),
            let number = UInt64(prerelease.dropFirst(snapshot.count))
        {
            version = try Version("\(numbers)-SNAPSHOT.\(number)")
        } else {
            throw InvalidVersion(
                text: text, reason: "has '-\(visible(prerelease))' where only '-<digits>' or '-SNAPSHOT-<digits>' may stand")
        }
        description = text
    }

    package static func == (a: CocoVersion, b: CocoVersion) -> Bool { a.version == b.version }

    package static func < (a: CocoVersion, b: CocoVersion) -> Bool { a.version < b.version }

    package func hash(into hasher: inout Hasher) { hasher.combine(version) }

    private static func isDigit(_ byte: UInt8) -> Bool { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) }
}
