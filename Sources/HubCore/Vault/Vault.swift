package import PluginModel
import Synchronization

/// Where secrets are kept sealed: put in, lent out to whoever runs the plugin, never listed with their values.
///
/// Members that take `records` work inside somebody's transaction, so that a change of settings and of secrets is one; the others make a
/// transaction of their own, audit entry and event included.
package final class Vault: Sendable {
    /// Of one value, in bytes.
    package static let valueBytesMax = 64 * 1024
    /// Of each member of a place, in bytes.
    package static let placeBytesMax = 256

    let store: any HubStore
    let clock: @Sendable () -> Timestamp
    let entropy: Entropy
    private let ring: Mutex<KeyRing>

    init(store: any HubStore, keyRing: KeyRing, clock: @escaping @Sendable () -> Timestamp, entropy: Entropy) {
        (self.store, self.clock, self.entropy) = (store, clock, entropy)
        ring = Mutex(keyRing)
    }

    var keyRing: KeyRing { ring.withLock { $0 } }

    func changeRing(_ change: (inout KeyRing) throws(Fault) -> Void) throws(Fault) {
        let fault: Fault? = ring.withLock { ring in
            do throws(Fault) {
                try change(&ring)
                return nil
            } catch {
                return error
            }
        }
        if let fault { throw fault }
    }

    // MARK: Inside a transaction

    /// Seals a value and stores it in place of the one before.
    package func put(_ value: Secret, at place: SecretPlace, in records: any HubTransaction) throws(Fault) {
        try check(value, place)
        let key = keyRing.activeKey
        // A key that another hub on this database has retired would make a secret that its next start cannot open.
        guard try !RetiredKeys(records).contains(key.id) else { throw VaultFault.keyRetired(key.id) }
        try records.put(Envelope.seal(value, at: place, by: key, now: clock(), entropy: entropy))
    }

    /// Nil when none is set.
    package func open(_ place: SecretPlace, in records: any HubTransaction) throws(Fault) -> Secret? {
        guard let sealed = try records.secret(at: place) else { return nil }
        return try open(sealed)
    }

    /// Opens what was read before, outside a transaction.
    package func open(_ sealed: SealedSecret) throws(Fault) -> Secret {
        guard let key = keyRing[sealed.keyID] else { throw VaultFault.keyNotLoaded(sealed.keyID, sealed.place) }
        return try Envelope.open(sealed, by: key)
    }

    private func check(_ value: Secret, _ place: SecretPlace) throws(Fault) {
        guard value.count <= Self.valueBytesMax else { throw VaultFault.tooLarge("secret", max: Self.valueBytesMax) }
        for part in [place.organisation, place.owner, place.instance, place.field] where part.utf8.count > Self.placeBytesMax {
            throw VaultFault.tooLarge("name of the secret's place", max: Self.placeBytesMax)
        }
    }

    // MARK: A transaction each

    package func set(_ value: Secret, at place: SecretPlace, by requester: Requester) async throws(Fault) {
        try check(value, place)
        let note = requester.note("secret.set", place.subject, at: clock(), in: place.organisationID, entropy)
        try await store.write { [self] (records) throws(Fault) in
            try put(value, at: place, in: records)
            try records.keep(note, event: "SecretChanged", data: place.json)
        }
    }

    package func open(_ place: SecretPlace) async throws(Fault) -> Secret? {
        guard let sealed = try await store.read({ (records) throws(Fault) in try records.secret(at: place) }) else { return nil }
        return try open(sealed)
    }

    /// All of one owner in one organisation, by field; read in one transaction.
    package func openAll(of owner: String, in organisation: String = "") async throws(Fault) -> [(place: SecretPlace, value: Secret)] {
        let sealed = try await store.read { (records) throws(Fault) in try records.secrets(of: owner, in: organisation) }
        var opened: [(SecretPlace, Secret)] = []
        for secret in sealed { opened.append((secret.place, try open(secret))) }
        return opened
    }

    /// False when there was none.
    @discardableResult
    package func remove(_ place: SecretPlace, by requester: Requester) async throws(Fault) -> Bool {
        let note = requester.note("secret.remove", place.subject, at: clock(), in: place.organisationID, entropy)
        return try await store.write { (records) throws(Fault) in
            guard try records.removeSecret(at: place) else { return false }
            try records.keep(note, event: "SecretRemoved", data: place.json)
            return true
        }
    }

    /// Which secrets of an owner are set, without a look at their values.
    package func has(of owner: String, in organisation: String = "") async throws(Fault) -> [SecretStatus] {
        try await store.read { (records) throws(Fault) in
            try records.secrets(of: owner, in: organisation).map { SecretStatus(place: $0.place, changedAt: $0.changedAt) }
        }
    }
}

/// That a secret is set, and since when.
package struct SecretStatus: Sendable, Hashable {
    package let place: SecretPlace
    package let changedAt: Timestamp
}
