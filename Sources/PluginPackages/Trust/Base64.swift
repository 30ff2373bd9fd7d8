import CSodium

/// Base64 with padding (RFC 4648 § 4).
enum Base64 {
    static func text(_ bytes: [UInt8]) -> String {
        // One more for the closing zero that libsodium writes.
        var text = [CChar](repeating: 0, count: (bytes.count + 2) / 3 * 4 + 1)
        sodium_bin2base64(&text, text.count, bytes, bytes.count, Int32(sodium_base64_VARIANT_ORIGINAL))
        return String(decoding: text.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }

    /// Nil unless the text is the base64 of exactly `count` bytes.
    static func bytes(_ text: String, count: Int) -> [UInt8]? {
        var bytes = [UInt8](repeating: 0, count: count)
        var filled = 0
        let length = text.utf8.count
        guard length == (count + 2) / 3 * 4,
            sodium_base642bin(&bytes, count, text, length, nil, &filled, nil, Int32(sodium_base64_VARIANT_ORIGINAL)) == 0, filled == count
        else { return nil }
        return bytes
    }
}
