import CSodium
import PluginModel

/// How a secret is sealed: the value by a data key of its own, the data key by a key-encryption key. Both XChaCha20-Poly1305-IETF with
/// a random nonce in front (24 bytes) and the tag behind (16 bytes).
///
/// Both seals are bound to the secret's place and to the key that made them (`boundData`), so that neither can be moved to another place,
/// and a data key cannot be offered to another key-encryption key. For the value that key is the data key, named the same way but stored
/// nowhere: changing the key-encryption key leaves the value untouched.
enum Envelope {
    static let nonceBytes = Int(crypto_aead_xchacha20poly1305_ietf_NPUBBYTES)
    static let tagBytes = Int(crypto_aead_xchacha20poly1305_ietf_ABYTES)
    static let dataKeyBytes = Int(crypto_aead_xchacha20poly1305_ietf_KEYBYTES)

    static func seal(_ value: Secret, at place: SecretPlace, by key: VaultKey, now: Timestamp, entropy: Entropy) -> SealedSecret {
        let dataKey = Secret(entropy.bytes(dataKeyBytes))
        let dataKeyID = dataKey.withBytes { VaultKey.name(of: $0) }
        return SealedSecret(
            place: place, keyID: key.id, wrappedKey: wrap(dataKey, at: place, by: key, entropy: entropy),
            sealed: dataKey.withBytes { bytes in
                sealed(value, bound: boundData(place, keyID: dataKeyID), key: bytes, nonce: entropy.bytes(nonceBytes))
            },
            changedAt: now)
    }

    static func open(_ secret: SealedSecret, by key: VaultKey) throws(Fault) -> Secret {
        let dataKey = try unwrap(secret, by: key)
        let bound = boundData(secret.place, keyID: dataKey.withBytes { VaultKey.name(of: $0) })
        guard let value = dataKey.withBytes({ opened(secret.sealed, bound: bound, key: $0) }) else {
            throw VaultFault.damaged(secret.place)
        }
        return value
    }

    /// The same secret under another key-encryption key; its value is not looked at.
    static func rewrap(_ secret: SealedSecret, from old: VaultKey, to new: VaultKey, entropy: Entropy) throws(Fault) -> SealedSecret {
        let dataKey = try unwrap(secret, by: old)
        var moved = secret
        moved.keyID = new.id
        moved.wrappedKey = wrap(dataKey, at: secret.place, by: new, entropy: entropy)
        return moved
    }

    private static func wrap(_ dataKey: Secret, at place: SecretPlace, by key: VaultKey, entropy: Entropy) -> [UInt8] {
        key.withBytes { bytes in
            sealed(
                dataKey, bound: boundData(place, keyID: key.id), key: UnsafeRawBufferPointer(start: bytes, count: VaultKey.byteCount),
                nonce: entropy.bytes(nonceBytes))
        }
    }

    private static func unwrap(_ secret: SealedSecret, by key: VaultKey) throws(Fault) -> Secret {
        let bound = boundData(secret.place, keyID: key.id)
        let dataKey = key.withBytes {
            opened(secret.wrappedKey, bound: bound, key: UnsafeRawBufferPointer(start: $0, count: VaultKey.byteCount))
        }
        guard let dataKey, dataKey.count == dataKeyBytes else { throw VaultFault.damaged(secret.place) }
        return dataKey
    }

    /// `v1`, the members of the place and the key's name, each behind its length in four bytes, big end first: no two places have the same.
    static func boundData(_ place: SecretPlace, keyID: String) -> [UInt8] {
        var bytes: [UInt8] = []
        for part in ["v1", place.organisation, place.owner, place.instance, place.field, keyID] {
            let length = UInt32(part.utf8.count)
            bytes += [24, 16, 8, 0].map { UInt8(truncatingIfNeeded: length >> $0) }
            bytes += part.utf8
        }
        return bytes
    }

    private static func sealed(_ value: Secret, bound: [UInt8], key: UnsafeRawBufferPointer, nonce: [UInt8]) -> [UInt8] {
        Sodium.prepare()
        var out = nonce + [UInt8](repeating: 0, count: value.count + tagBytes)
        out.withUnsafeMutableBufferPointer { out in
            guard let start = out.baseAddress, let key = key.baseAddress else { return }
            value.withBytes { value in
                _ = crypto_aead_xchacha20poly1305_ietf_encrypt(
                    start + nonceBytes, nil, value.baseAddress?.assumingMemoryBound(to: UInt8.self), UInt64(value.count), bound,
                    UInt64(bound.count), nil, start, key.assumingMemoryBound(to: UInt8.self))
            }
        }
        return out
    }

    private static func opened(_ sealed: [UInt8], bound: [UInt8], key: UnsafeRawBufferPointer) -> Secret? {
        Sodium.prepare()
        guard sealed.count >= nonceBytes + tagBytes else { return nil }
        return sealed.withUnsafeBufferPointer { sealed in
            guard let start = sealed.baseAddress, let key = key.baseAddress else { return nil }
            return Secret(count: sealed.count - nonceBytes - tagBytes) { out in
                crypto_aead_xchacha20poly1305_ietf_decrypt(
                    out, nil, nil, start + nonceBytes, UInt64(sealed.count - nonceBytes), bound, UInt64(bound.count), start,
                    key.assumingMemoryBound(to: UInt8.self)) == 0
            }
        }
    }
}
