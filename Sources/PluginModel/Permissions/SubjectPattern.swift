/// Which event subjects may be published: tokens joined by dots, `*` for exactly one token, a last `>` for one or more.
///
/// Case counts. `connector.*` covers `connector.SyncCompleted`, but neither `connector` nor `connector.a.b`.
package struct SubjectPattern: Hashable, Sendable, CustomStringConvertible {
    /// In bytes, for patterns and subjects alike.
    package static let lengthMax = 255

    private let tokens: [String]

    init(_ text: String) throws(ResourceError) {
        guard text.utf8.count <= Self.lengthMax else { throw ResourceError("has a subject longer than \(Self.lengthMax) bytes") }
        tokens = text.split(separator: ".", omittingEmptySubsequences: false).map(String.init)
        for (place, token) in tokens.enumerated() {
            switch token {
            case "": throw ResourceError("has an empty token in its subject")
            case "*": break
            case ">":
                guard place == tokens.count - 1 else {
                    throw ResourceError("has '>' before the end of its subject; it stands last or nowhere")
                }
            default:
                if token.contains("*") || token.contains(">") {
                    throw ResourceError("has '\(visible(token))' in its subject; a wildcard is a token of its own")
                }
                guard Self.isPlain(token) else {
                    throw ResourceError("has '\(visible(token))' in its subject; tokens are made of ASCII letters, digits, '-' and '_'")
                }
            }
        }
    }

    /// Whether a subject is covered; a subject with wildcards or empty tokens never is.
    func matches(_ subject: String) -> Bool {
        guard subject.utf8.count <= Self.lengthMax else { return false }
        let asked = subject.split(separator: ".", omittingEmptySubsequences: false).map(String.init)
        guard asked.allSatisfy(Self.isPlain) else { return false }
        for (place, token) in tokens.enumerated() {
            guard place < asked.count else { return false }
            if token == ">" { return true }
            guard token == "*" || token == asked[place] else { return false }
        }
        return asked.count == tokens.count
    }

    func overlaps(_ other: SubjectPattern) -> Bool {
        for (place, token) in tokens.enumerated() {
            guard place < other.tokens.count else { return false }
            let against = other.tokens[place]
            if token == ">" || against == ">" { return true }
            guard token == against || token == "*" || against == "*" else { return false }
        }
        return tokens.count == other.tokens.count
    }

    package var description: String { tokens.joined(separator: ".") }

    private static func isPlain(_ token: String) -> Bool {
        !token.isEmpty
            && token.unicodeScalars.allSatisfy { scalar in
                switch scalar {
                case "a"..."z", "A"..."Z", "0"..."9", "-", "_": true
                default: false
                }
            }
    }
}
