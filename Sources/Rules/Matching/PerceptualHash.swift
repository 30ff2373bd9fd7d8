/// A PDQ hash of a picture: 256 bits, of which similar pictures share most.
package struct PerceptualHash: Sendable, Hashable, CustomStringConvertible {
    /// Pictures with at most this many bits apart count as the same, as the authors of PDQ advise.
    package static let sameBitsApartMax = 31

    private let words: SIMD4<UInt64>

    /// Reads 64 hexadecimal digits.
    package init?(_ text: String) {
        let digits = Array(text.utf8)
        guard digits.count == 64 else { return nil }
        var words = SIMD4<UInt64>()
        for (index, digit) in digits.enumerated() {
            let value: UInt8
            switch digit {
            case UInt8(ascii: "0")...UInt8(ascii: "9"): value = digit - UInt8(ascii: "0")
            case UInt8(ascii: "a")...UInt8(ascii: "f"): value = digit - UInt8(ascii: "a") + 10
            case UInt8(ascii: "A")...UInt8(ascii: "F"): value = digit - UInt8(ascii: "A") + 10
            default: return nil
            }
            words[index / 16] = words[index / 16] << 4 | UInt64(value)
        }
        self.words = words
    }

    /// How many bits differ, 0 to 256.
    package func bitsApart(_ other: PerceptualHash) -> Int {
        let differing = words ^ other.words
        return (0..<4).reduce(0) { $0 + differing[$1].nonzeroBitCount }
    }

    package var description: String {
        (0..<4).map { index in
            let digits = String(words[index], radix: 16)
            return String(repeating: "0", count: 16 - digits.count) + digits
        }.joined()
    }
}
