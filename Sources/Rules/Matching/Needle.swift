import Glibc

/// Bytes to be found in other bytes, many times.
///
/// The C library looks for a single byte faster than anything looks for several, so it is sent for the one that texts have least of.
struct Needle: Sendable, Hashable {
    let bytes: [UInt8]
    private let rarest: Int
    /// The next rarest, elsewhere: looked at before the whole is compared.
    private let second: Int

    init(_ bytes: [UInt8]) {
        self.bytes = bytes
        let rarest = bytes.indices.max { Self.rarity(bytes[$0]) < Self.rarity(bytes[$1]) } ?? 0
        self.rarest = rarest
        second = bytes.indices.filter { $0 != rarest }.max { Self.rarity(bytes[$0]) < Self.rarity(bytes[$1]) } ?? rarest
    }

    /// Bytes that looking at one place counts for, and that a search has to begin with.
    private static let hop = 16
    private static let patience = 4096

    /// Letters of English from the most to the least frequent; everything else is rarer still.
    private static let frequent = Array(" etaoinshrdlcumwfgypbvkjxqz".utf8)

    private static func rarity(_ byte: UInt8) -> Int { frequent.firstIndex(of: byte) ?? frequent.count }

    @inline(__always)
    func isFound(in text: UnsafeBufferPointer<UInt8>) -> Bool {
        guard let base = text.baseAddress, text.count >= bytes.count else { return bytes.isEmpty }
        return bytes.withUnsafeBufferPointer { needle in
            guard let start = needle.baseAddress else { return true }
            var place = rarest
            let end = text.count - needle.count + rarest + 1
            // In a text of nothing but that byte it is no help: what that may cost is bounded by the text's length.
            var patience = Self.patience + 2 &* text.count
            while place < end, let hit = memchr(base + place, Int32(needle[rarest]), end - place) {
                let found = UnsafeRawPointer(hit) - UnsafeRawPointer(base)
                let first = base + (found - rarest)
                patience &-= Self.hop
                if first[second] == needle[second] {
                    if memcmp(first, start, needle.count) == 0 { return true }
                    patience &-= needle.count
                }
                place = found + 1
                guard patience > 0 else {
                    let rest = place - rarest
                    return isFoundSteadily(in: UnsafeBufferPointer(start: base + rest, count: text.count - rest))
                }
            }
            return false
        }
    }

    /// In time that grows with the text and the needle alone (J. Morris and V. Pratt, 1970).
    private func isFoundSteadily(in text: UnsafeBufferPointer<UInt8>) -> Bool {
        // How much of the needle's beginning still fits behind so many bytes of it.
        var borders = [Int](repeating: 0, count: bytes.count)
        var length = 0
        for place in bytes.indices.dropFirst() {
            while length > 0, bytes[place] != bytes[length] { length = borders[length - 1] }
            if bytes[place] == bytes[length] { length += 1 }
            borders[place] = length
        }
        length = 0
        for byte in text {
            while length > 0, byte != bytes[length] { length = borders[length - 1] }
            if byte == bytes[length] { length += 1 }
            if length == bytes.count { return true }
        }
        return false
    }
}
