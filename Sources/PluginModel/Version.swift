/// A version by Semantic Versioning 2.0.0 (semver.org): `1.4.0-beta.2+build.7`.
///
/// Order and equality follow precedence, so build metadata counts for neither; `description` keeps it.
public struct Version: Sendable, CustomStringConvertible {
    /// In characters; longer texts are refused unread.
    public static let lengthMax = 256

    public let major: Int
    public let minor: Int
    public let patch: Int
    /// The identifiers after `-`, in order.
    public let prerelease: [String]
    /// The identifiers after `+`, in order.
    public let build: [String]

    public init(_ major: Int, _ minor: Int, _ patch: Int) {
        precondition(major >= 0 && minor >= 0 && patch >= 0, "Version numbers are not negative.")
        (self.major, self.minor, self.patch) = (major, minor, patch)
        (prerelease, build) = ([], [])
    }

    public init(_ text: String) throws(InvalidVersion) {
        func refuse(_ reason: String) -> InvalidVersion { InvalidVersion(text: text, reason: reason) }
        guard text.utf8.count <= Self.lengthMax else { throw refuse("is longer than \(Self.lengthMax) characters") }
        let plus = text.split(separator: "+", maxSplits: 1, omittingEmptySubsequences: false)
        guard let front = plus.first else { throw refuse("is empty") }
        let dash = front.split(separator: "-", maxSplits: 1, omittingEmptySubsequences: false)
        let numbers = (dash.first ?? "").split(separator: ".", omittingEmptySubsequences: false)
        guard numbers.count == 3 else { throw refuse("needs three numbers, such as 1.0.0") }
        var parsed: [Int] = []
        for number in numbers {
            guard !number.isEmpty, number.utf8.allSatisfy(isDigit) else {
                throw refuse("has '\(visible(String(number)))' where a number belongs")
            }
            guard number == "0" || !number.hasPrefix("0") else { throw refuse("has a number with a leading zero, '\(number)'") }
            guard let value = Int(number) else { throw refuse("has a number too large to compare, '\(number)'") }
            parsed.append(value)
        }
        (major, minor, patch) = (parsed[0], parsed[1], parsed[2])
        prerelease = dash.count > 1 ? dash[1].split(separator: ".", omittingEmptySubsequences: false).map(String.init) : []
        build = plus.count > 1 ? plus[1].split(separator: ".", omittingEmptySubsequences: false).map(String.init) : []
        for identifier in prerelease + build where identifier.isEmpty || !identifier.utf8.allSatisfy(isIdentifierByte) {
            throw refuse("has '\(visible(identifier))' where an identifier of letters, digits and hyphens belongs")
        }
        for identifier in prerelease where identifier.count > 1 && identifier.hasPrefix("0") && identifier.utf8.allSatisfy(isDigit) {
            throw refuse("has a pre-release number with a leading zero, '\(identifier)'")
        }
    }

    public var description: String {
        "\(major).\(minor).\(patch)" + (prerelease.isEmpty ? "" : "-" + prerelease.joined(separator: "."))
            + (build.isEmpty ? "" : "+" + build.joined(separator: "."))
    }
}

extension Version: Comparable, Hashable {
    public static func == (a: Version, b: Version) -> Bool {
        (a.major, a.minor, a.patch) == (b.major, b.minor, b.patch) && a.prerelease == b.prerelease
    }

    public func hash(into hasher: inout Hasher) {
        hasher.combine(major)
        hasher.combine(minor)
        hasher.combine(patch)
        hasher.combine(prerelease)
    }

    /// Semver § 11: a pre-release comes before its release; identifiers compare one by one, numbers before words, fewer before more.
    public static func < (a: Version, b: Version) -> Bool {
        if (a.major, a.minor, a.patch) != (b.major, b.minor, b.patch) {
            return (a.major, a.minor, a.patch) < (b.major, b.minor, b.patch)
        }
        if a.prerelease.isEmpty || b.prerelease.isEmpty { return !a.prerelease.isEmpty && b.prerelease.isEmpty }
        for (mine, theirs) in zip(a.prerelease, b.prerelease) where mine != theirs {
            switch (mine.utf8.allSatisfy(isDigit), theirs.utf8.allSatisfy(isDigit)) {
            // Without leading zeros the longer number is the larger; so numbers of any length compare without overflow.
            case (true, true): return mine.utf8.count == theirs.utf8.count ? mine < theirs : mine.utf8.count < theirs.utf8.count
            case (true, false): return true
            case (false, true): return false
            case (false, false): return mine.utf8.lexicographicallyPrecedes(theirs.utf8)
            }
        }
        return a.prerelease.count < b.prerelease.count
    }
}

/// Why a text is no semantic version.
public struct InvalidVersion: Error, Hashable, Sendable, CustomStringConvertible {
    public let text: String
    /// Goes on from "the version …".
    public let reason: String

    public var description: String { "The version '\(visible(text))' \(reason)." }

    package var fault: Fault {
        Fault(code: "plugin.invalid-version", message: description, remedy: "Change \"version\", for example to '1.0.0'.", turn: .plugin)
    }
}

private func isDigit(_ byte: UInt8) -> Bool { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) }

private func isIdentifierByte(_ byte: UInt8) -> Bool {
    isDigit(byte) || byte == UInt8(ascii: "-") || (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte)
        || (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains(byte)
}
