package import PluginModel

/// Keys that seal nothing any more and never will: kept in the database, so that every hub on it knows.
struct RetiredKeys {
    private static let setting = "vault-retired-keys"
    private(set) var ids: [String]

    init(_ records: any HubTransaction) throws(Fault) {
        let bytes = try records.setting(Self.setting) ?? []
        ids = String(decoding: bytes, as: UTF8.self).split(separator: " ").map(String.init)
    }

    func contains(_ id: String) -> Bool { ids.contains(id) }

    mutating func add(_ id: String, in records: any HubTransaction) throws(Fault) {
        if !ids.contains(id) { ids.append(id) }
        try records.setSetting(Self.setting, Array(ids.joined(separator: " ").utf8))
    }
}

/// A value everybody knows, sealed by the active key: whoever cannot open it has another key.
enum VaultCanary {
    private static let setting = "vault-canary"
    private static let place = SecretPlace(owner: "hub", field: "vault-canary")
    private static let value = Secret("The canary of Patchbay's vault.")
    private static let keyIDBytes = 16
    private static let wrappedBytes = Envelope.nonceBytes + Envelope.dataKeyBytes + Envelope.tagBytes

    /// The key that sealed it; nil when there is none.
    static func keyID(_ records: any HubTransaction) throws(Fault) -> String? {
        try records.setting(setting).map { String(decoding: $0.prefix(keyIDBytes), as: UTF8.self) }
    }

    static func put(by key: VaultKey, _ entropy: Entropy, in records: any HubTransaction) throws(Fault) {
        let sealed = Envelope.seal(value, at: place, by: key, now: Timestamp(unixMilliseconds: 0), entropy: entropy)
        try records.setSetting(setting, Array(sealed.keyID.utf8) + sealed.wrappedKey + sealed.sealed)
    }

    static func opens(with key: VaultKey, _ records: any HubTransaction) throws(Fault) -> Bool {
        guard let bytes = try records.setting(setting), bytes.count > keyIDBytes + wrappedBytes else { return false }
        let sealed = SealedSecret(
            place: place, keyID: key.id, wrappedKey: Array(bytes[keyIDBytes..<(keyIDBytes + wrappedBytes)]),
            sealed: Array(bytes[(keyIDBytes + wrappedBytes)...]), changedAt: Timestamp(unixMilliseconds: 0))
        do throws(Fault) { return try Envelope.open(sealed, by: key) == value } catch { return false }
    }
}

extension Vault {
    /// The vault over a store, after a look that its keys are loaded: every key that seals something, and the one that sealed the canary.
    ///
    /// A hub with another key would take new secrets and could open none of the old ones; it does not start instead.
    package static func start(
        store: any HubStore, keyRing: KeyRing, clock: @escaping @Sendable () -> Timestamp = Timestamp.system, entropy: Entropy = .system
    ) async throws(Fault) -> Vault {
        try await store.write { (records) throws(Fault) in
            let counts = try records.secretCounts()
            let canary = try VaultCanary.keyID(records)
            let missing = Set(counts.keys).union(canary.map { [$0] } ?? []).filter { keyRing[$0] == nil }
            guard missing.isEmpty else {
                throw VaultFault.wrongKey(missing: missing.sorted(), secrets: missing.reduce(0) { $0 + (counts[$1] ?? 0) })
            }
            if let canary, let key = keyRing[canary] {
                guard try VaultCanary.opens(with: key, records) else { throw VaultFault.canaryDamaged(canary) }
            } else {
                try VaultCanary.put(by: keyRing.activeKey, entropy, in: records)
            }
            guard try !RetiredKeys(records).contains(keyRing.active) else { throw VaultFault.keyRetired(keyRing.active) }
        }
        return Vault(store: store, keyRing: keyRing, clock: clock, entropy: entropy)
    }

    /// The same with the keys of a file, the environment or both; the file is made when nothing is sealed yet.
    package static func start(
        store: any HubStore, keyFile: KeyFile?, environment: [String: String],
        clock: @escaping @Sendable () -> Timestamp = Timestamp.system,
        entropy: Entropy = .system
    ) async throws(Fault) -> Vault {
        let isEmpty = try await store.read { (records) throws(Fault) in
            let canary = try VaultCanary.keyID(records)
            let counts = try records.secretCounts()
            return canary == nil && counts.isEmpty
        }
        let keyRing = try KeyRing.load(file: keyFile, environment: environment, isMaking: isEmpty, entropy: entropy)
        return try await start(store: store, keyRing: keyRing, clock: clock, entropy: entropy)
    }
}
