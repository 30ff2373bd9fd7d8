/// A secret text that proves who somebody is: a prefix that says what it is, and 32 random bytes. Only its hash is stored.
package struct Token: Sendable {
    package enum Kind: String, Sendable, CaseIterable {
        case session = "pbs_"
        case api = "pbt_"
        /// An invitation or a password reset.
        case oneTime = "pbc_"
    }

    package static let randomBytes = 32
    private static let textBytes = 4 + 43

    package let kind: Kind
    package let text: Secret
    /// BLAKE2b-256 of the text.
    package let hash: [UInt8]

    package static func make(_ kind: Kind, _ entropy: Entropy) -> Token {
        Token(kind, kind.rawValue + Sodium.base64URL(entropy.bytes(randomBytes)))
    }

    /// Nil unless the text has this kind's shape, which spares the store a question.
    package init?(_ kind: Kind, reading text: String) {
        guard text.hasPrefix(kind.rawValue), text.utf8.count == Self.textBytes else { return nil }
        let isPlain = text.utf8.dropFirst(4).allSatisfy { byte in
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "0")...UInt8(ascii: "9"): true
            default: byte == UInt8(ascii: "-") || byte == UInt8(ascii: "_")
            }
        }
        guard isPlain else { return nil }
        self.init(kind, text)
    }

    private init(_ kind: Kind, _ text: String) { (self.kind, self.text, hash) = (kind, Secret(text), Sodium.hash(text)) }

    /// The first characters, too few to help anybody.
    var hint: String { String((text.text ?? "").prefix(10)) }
}

/// The code that the operator reads off the terminal at the first start: 20 characters of 32, 100 bits, in groups of five.
enum SetupCode {
    private static let alphabet = Array("ABCDEFGHJKLMNPQRSTUVWXYZ23456789")

    static func make(_ entropy: Entropy) -> String {
        let letters = entropy.bytes(20).map { alphabet[Int($0 & 31)] }
        return stride(from: 0, to: 20, by: 5).map { String(letters[$0..<($0 + 5)]) }.joined(separator: "-")
    }

    /// Of what was typed, whatever its case and hyphens.
    static func hash(_ typed: String) -> [UInt8] { Sodium.hash(typed.prefix(64).uppercased().filter { $0.isLetter || $0.isNumber }) }
}
