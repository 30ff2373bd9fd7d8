import Glibc

/// Looks for a text in others, whatever the case of ASCII letters. Takes at most the product of both lengths, so what is wanted should be short.
package struct TextSearch: Sendable {
    private let wanted: [UInt8]

    package init(_ text: String) { wanted = text.utf8.map(Self.plain) }

    package func isIn(_ text: String) -> Bool {
        guard let first = wanted.first else { return true }
        var text = text
        return text.withUTF8 { bytes in
            withUnsafeTemporaryAllocation(of: UInt8.self, capacity: bytes.count) { lower in
                guard let start = lower.baseAddress, bytes.count >= wanted.count else { return false }
                for index in bytes.indices { lower.initializeElement(at: index, to: Self.plain(bytes[index])) }
                let places = bytes.count - wanted.count + 1
                var place = 0
                while place < places, let found = memchr(start + place, Int32(first), places - place) {
                    if memcmp(found, wanted, wanted.count) == 0 { return true }
                    place = UnsafeRawPointer(found) - UnsafeRawPointer(start) + 1
                }
                return false
            }
        }
    }

    private static func plain(_ byte: UInt8) -> UInt8 { (65...90).contains(byte) ? byte | 32 : byte }
}
