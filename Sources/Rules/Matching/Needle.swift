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
            while place < end, let hit = memchr(base + place, Int32(needle[rarest]), end - place) {
                let found = UnsafeRawPointer(hit) - UnsafeRawPointer(base)
                let first = base + (found - rarest)
                if first[second] == needle[second], memcmp(first, start, needle.count) == 0 { return true }
                place = found + 1
            }
            return false
        }
    }
}
