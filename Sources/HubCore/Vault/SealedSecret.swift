/// Where a secret belongs: it can be opened for this place and for no other.
package struct SecretPlace: Sendable, Hashable {
    /// An organisation's id, or empty for the whole hub.
    package var organisation: String
    /// A plugin's id, or `hub` for secrets of the hub itself.
    package var owner: String
    /// Which of several instances, such as a connector's account; empty where there is one.
    package var instance: String
    package var field: String

    package init(organisation: String = "", owner: String, instance: String = "", field: String) {
        (self.organisation, self.owner, self.instance, self.field) = (organisation, owner, instance, field)
    }
}

/// A secret as it is stored: useless without the key it names.
package struct SealedSecret: Sendable, Hashable {
    package var place: SecretPlace
    /// The key-encryption key that sealed `wrappedKey`: 16 hexadecimal digits.
    package var keyID: String
    /// Nonce and sealed data key.
    package var wrappedKey: [UInt8]
    /// Nonce and sealed value.
    package var sealed: [UInt8]
    package var changedAt: Timestamp

    package init(place: SecretPlace, keyID: String, wrappedKey: [UInt8], sealed: [UInt8], changedAt: Timestamp) {
        (self.place, self.keyID, self.wrappedKey, self.sealed, self.changedAt) = (place, keyID, wrappedKey, sealed, changedAt)
    }
}
