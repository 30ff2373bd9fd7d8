/// Base64 with padding (RFC 4648 § 4), the form `http.fetch` carries bytes in that are no text.
enum Base64 {
    private static let letters = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8)
    private static let values: [UInt8] = {
        var values = [UInt8](repeating: 0xff, count: 256)
        for (value, letter) in letters.enumerated() { values[Int(letter)] = UInt8(value) }
        return values
    }()

    static func encode(_ bytes: [UInt8]) -> String {
        String(unsafeUninitializedCapacity: (bytes.count + 2) / 3 * 4) { out in
            var place = 0
            for start in stride(from: 0, to: bytes.count, by: 3) {
                let rest = bytes.count - start
                let group =
                    UInt32(bytes[start]) << 16 | (rest > 1 ? UInt32(bytes[start + 1]) << 8 : 0) | (rest > 2 ? UInt32(bytes[start + 2]) : 0)
                out[place] = letters[Int(group >> 18)]
                out[place + 1] = letters[Int(group >> 12 & 63)]
                out[place + 2] = rest > 1 ? letters[Int(group >> 6 & 63)] : UInt8(ascii: "=")
                out[place + 3] = rest > 2 ? letters[Int(group & 63)] : UInt8(ascii: "=")
                place += 4
            }
            return place
        }
    }

    /// Nil when the text is not whole groups of four letters, padded only at the end and with zero bits behind the last byte.
    static func decode(_ text: String) -> [UInt8]? {
        let letters = Array(text.utf8)
        guard letters.count % 4 == 0 else { return nil }
        guard !letters.isEmpty else { return [] }
        let padding = letters.suffix(2).reversed().prefix { $0 == UInt8(ascii: "=") }.count
        var bytes: [UInt8] = []
        bytes.reserveCapacity(letters.count / 4 * 3)
        for start in stride(from: 0, to: letters.count, by: 4) {
            let isLast = start + 4 == letters.count
            var group: UInt32 = 0
            for place in 0..<4 {
                if isLast, place >= 4 - padding {
                    group <<= 6
                    continue
                }
                let value = values[Int(letters[start + place])]
                guard value != 0xff else { return nil }
                group = group << 6 | UInt32(value)
            }
            let kept = isLast ? 3 - padding : 3
            guard group & ((1 << UInt32(8 * (3 - kept))) - 1) == 0 else { return nil }
            for place in 0..<kept { bytes.append(UInt8(truncatingIfNeeded: group >> UInt32(16 - 8 * place))) }
        }
        return bytes
    }
}
