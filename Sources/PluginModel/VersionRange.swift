/// A set of versions in npm's grammar (node-semver 7, strict): `^1.2.0`, `~1.2`, `1.x`, `>=1.0.0 <2.0.0-0`, `1.2 - 2.3`, `^1 || ^2`.
///
/// The empty text and `*` are every release. A pre-release is contained only where a comparator of the same alternative names a
/// pre-release of the same three numbers. Build metadata counts for nothing.
package struct VersionRange: Sendable, Hashable, CustomStringConvertible {
    /// In bytes; longer texts are refused unread.
    package static let lengthMax = 1024
    /// Numbers above what JavaScript counts exactly are refused, as npm refuses them.
    static let numberMax = 9_007_199_254_740_991

    struct Comparator: Sendable, Hashable {
        enum Relation: String, Sendable, Hashable {
            case less = "<"
            case atMost = "<="
            case greater = ">"
            case atLeast = ">="
            case equal = "="
        }

        var relation: Relation
        var version: Version

        func accepts(_ other: Version) -> Bool {
            switch relation {
            case .less: other < version
            case .atMost: other <= version
            case .greater: other > version
            case .atLeast: other >= version
            case .equal: other == version
            }
        }
    }

    /// As written.
    package let description: String
    /// All comparators of one alternative must accept; without any, every release is accepted.
    let alternatives: [[Comparator]]

    package init(_ text: String) throws(InvalidVersionRange) {
        guard text.utf8.count <= Self.lengthMax else {
            throw InvalidVersionRange(text: text, reason: "is longer than \(Self.lengthMax) bytes")
        }
        var alternatives: [[Comparator]] = []
        for part in RangeText.alternatives(of: text) {
            do throws(RangeFault) {
                alternatives.append(try RangeText.comparators(of: part))
            } catch { throw InvalidVersionRange(text: text, reason: error.reason) }
        }
        description = text
        // npm's rule: beside "every release" no other alternative counts, so that `* || 1.0.0-a` does not contain 1.0.0-a.
        self.alternatives = alternatives.contains([]) ? [[]] : alternatives
    }

    package func contains(_ version: Version) -> Bool {
        alternatives.contains { comparators in
            comparators.allSatisfy { $0.accepts(version) }
                && (version.prerelease.isEmpty
                    || comparators.contains { comparator in
                        let named = comparator.version
                        return !named.prerelease.isEmpty
                            && (named.major, named.minor, named.patch) == (version.major, version.minor, version.patch)
                    })
        }
    }
}

/// Why a text is no version range.
package struct InvalidVersionRange: Error, Hashable, Sendable, CustomStringConvertible {
    package let text: String
    /// Goes on from "the version range …".
    package let reason: String

    package var description: String { "The version range '\(visible(text))' \(reason)." }
}
