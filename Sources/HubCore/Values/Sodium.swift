import CSodium

/// What the hub uses of libsodium beside sealing.
enum Sodium {
    private static let isReady = sodium_init() >= 0

    /// Once before the first use; without working cryptography there is no hub.
    static func prepare() { precondition(isReady, "libsodium could not be started.") }

    /// BLAKE2b-256: what is stored of a token. Tokens hold 256 random bits, so the hash needs neither salt nor cost.
    static func hash(_ bytes: UnsafeRawBufferPointer) -> [UInt8] {
        prepare()
        var hash = [UInt8](repeating: 0, count: 32)
        let start = bytes.baseAddress?.assumingMemoryBound(to: UInt8.self)
        crypto_generichash(&hash, hash.count, start, UInt64(bytes.count), nil, 0)
        return hash
    }

    static func hash(_ text: String) -> [UInt8] { Array(text.utf8).withUnsafeBytes { hash($0) } }

    /// Whether both are the same, in a time that tells only their lengths.
    static func areEqual(_ a: [UInt8], _ b: [UInt8]) -> Bool {
        a.count == b.count && sodium_memcmp(a, b, a.count) == 0
    }

    static func areEqual(_ a: String, _ b: String) -> Bool { areEqual(Array(a.utf8), Array(b.utf8)) }

    /// Base64 for addresses and cookies, without padding (RFC 4648 § 5).
    static func base64URL(_ bytes: [UInt8]) -> String { encoded(bytes, Int32(sodium_base64_VARIANT_URLSAFE_NO_PADDING)) }

    static func base64(_ bytes: [UInt8]) -> String { encoded(bytes, Int32(sodium_base64_VARIANT_ORIGINAL)) }

    /// Nil unless the text is the base64 of exactly `count` bytes; padding may be left out.
    static func bytes(base64 text: String, count: Int) -> [UInt8]? {
        for variant in [sodium_base64_VARIANT_ORIGINAL, sodium_base64_VARIANT_ORIGINAL_NO_PADDING] {
            var bytes = [UInt8](repeating: 0, count: count)
            var filled = 0
            let length = text.utf8.count
            if sodium_base642bin(&bytes, count, text, length, nil, &filled, nil, Int32(variant)) == 0, filled == count { return bytes }
        }
        return nil
    }

    static func hexadecimal(_ bytes: some Sequence<UInt8>) -> String {
        let digits = Array("0123456789abcdef".utf8)
        return String(decoding: bytes.flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] }, as: UTF8.self)
    }

    private static func encoded(_ bytes: [UInt8], _ variant: Int32) -> String {
        prepare()
        // At least the closing zero that libsodium writes.
        var text = [CChar](repeating: 0, count: sodium_base64_encoded_len(bytes.count, variant))
        sodium_bin2base64(&text, text.count, bytes, bytes.count, variant)
        return String(decoding: text.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }
}
