import CSodium

/// Keyed hashes of request bodies, as services ask for them (RFC 2104).
enum Signatures {
    /// HMAC-SHA-256, -SHA-512 or -SHA-1; nil for another word.
    static func hmac(_ algorithm: String, key: [UInt8]) -> (@Sendable ([UInt8]) -> [UInt8])? {
        switch algorithm {
        case "sha256": { hmac($0, key: key, blockBytes: 64, hash: sha256) }
        case "sha512": { hmac($0, key: key, blockBytes: 128, hash: sha512) }
        case "sha1": { hmac($0, key: key, blockBytes: 64, hash: sha1) }
        default: nil
        }
    }

    private static func hmac(_ message: [UInt8], key: [UInt8], blockBytes: Int, hash: ([UInt8]) -> [UInt8]) -> [UInt8] {
        var block = key.count > blockBytes ? hash(key) : key
        block += [UInt8](repeating: 0, count: blockBytes - block.count)
        return hash(block.map { $0 ^ 0x5c } + hash(block.map { $0 ^ 0x36 } + message))
    }

    private static func sha256(_ bytes: [UInt8]) -> [UInt8] {
        var out = [UInt8](repeating: 0, count: Int(crypto_hash_sha256_bytes()))
        crypto_hash_sha256(&out, bytes, UInt64(bytes.count))
        return out
    }

    private static func sha512(_ bytes: [UInt8]) -> [UInt8] {
        var out = [UInt8](repeating: 0, count: Int(crypto_hash_sha512_bytes()))
        crypto_hash_sha512(&out, bytes, UInt64(bytes.count))
        return out
    }

    /// FIPS 180-4 § 6.1. Services that began long ago sign with it; libsodium leaves it out.
    static func sha1(_ bytes: [UInt8]) -> [UInt8] {
        var state: [UInt32] = [0x6745_2301, 0xefcd_ab89, 0x98ba_dcfe, 0x1032_5476, 0xc3d2_e1f0]
        var padded = bytes + [0x80]
        padded += [UInt8](repeating: 0, count: (120 - padded.count % 64) % 64)
        padded += (0..<8).map { UInt8(truncatingIfNeeded: UInt64(bytes.count) * 8 >> (56 - 8 * UInt64($0))) }
        func rotated(_ word: UInt32, _ count: UInt32) -> UInt32 { word << count | word >> (32 - count) }
        for start in stride(from: 0, to: padded.count, by: 64) {
            var words = (0..<16).map { place -> UInt32 in
                padded[(start + 4 * place)..<(start + 4 * place + 4)].reduce(0) { $0 << 8 | UInt32($1) }
            }
            for place in 16..<80 {
                words.append(rotated(words[place - 3] ^ words[place - 8] ^ words[place - 14] ^ words[place - 16], 1))
            }
            var (a, b, c, d, e) = (state[0], state[1], state[2], state[3], state[4])
            for (round, word) in words.enumerated() {
                let (mixed, constant): (UInt32, UInt32) =
                    switch round {
                    case ..<20: (b & c | ~b & d, 0x5a82_7999)
                    case ..<40: (b ^ c ^ d, 0x6ed9_eba1)
                    case ..<60: (b & c | b & d | c & d, 0x8f1b_bcdc)
                    default: (b ^ c ^ d, 0xca62_c1d6)
                    }
                (a, b, c, d, e) = (rotated(a, 5) &+ mixed &+ e &+ constant &+ word, a, rotated(b, 30), c, d)
            }
            for (place, value) in [a, b, c, d, e].enumerated() { state[place] &+= value }
        }
        return state.flatMap { word in (0..<4).map { UInt8(truncatingIfNeeded: word >> (24 - 8 * UInt32($0))) } }
    }
}
