/// The name of one record; `Owner` only keeps the names of different records apart.
///
/// Made by the hub: 16 random bytes with a time in front (UUID version 7), in lower case, so that newer records sort behind older ones.
package struct Identifier<Owner>: Hashable, Sendable, Comparable, CustomStringConvertible {
    package let rawValue: String

    /// Takes a name as it was stored or sent; whether there is such a record is for the store to say.
    package init(_ rawValue: String) { self.rawValue = rawValue }

    package var description: String { rawValue }

    package static func < (a: Self, b: Self) -> Bool { a.rawValue < b.rawValue }
}

extension Identifier {
    /// A new name.
    /// - Parameter random: Gives so many bytes that nobody can guess.
    package static func make(at now: Timestamp, random: (Int) -> [UInt8]) -> Self {
        var bytes = random(16)
        for place in 0..<6 { bytes[place] = UInt8(truncatingIfNeeded: now.unixMilliseconds >> (8 * (5 - place))) }
        bytes[6] = bytes[6] & 0x0f | 0x70
        bytes[8] = bytes[8] & 0x3f | 0x80
        let digits = Array("0123456789abcdef".utf8)
        var text: [UInt8] = []
        for (place, byte) in bytes.enumerated() {
            if [4, 6, 8, 10].contains(place) { text.append(UInt8(ascii: "-")) }
            text += [digits[Int(byte >> 4)], digits[Int(byte & 15)]]
        }
        return Self(String(decoding: text, as: UTF8.self))
    }
}
