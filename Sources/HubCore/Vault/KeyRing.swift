package import PluginModel

/// The key-encryption keys that are loaded. One is active and seals; the others open what they sealed before.
package struct KeyRing: Sendable {
    /// More than an operator can have a use for.
    package static let keysMax = 16
    /// Where the environment holds keys: base64, several with spaces or commas between them.
    package static let variable = "PATCHBAY_VAULT_KEY"

    private var keys: [String: VaultKey]
    /// The name of the key that seals.
    package private(set) var active: String

    package init(active: VaultKey, others: [VaultKey] = []) {
        self.active = active.id
        keys = Dictionary(([active] + others).map { ($0.id, $0) }) { first, _ in first }
    }

    /// In their order of age; the last one is active.
    package init(_ keys: [VaultKey]) throws(Fault) {
        guard let last = keys.last else { throw VaultFault.noKey() }
        self.init(active: last, others: keys.dropLast())
        guard self.keys.count <= Self.keysMax else { throw VaultFault.tooManyKeys(max: Self.keysMax) }
    }

    package subscript(_ id: String) -> VaultKey? { keys[id] }

    /// By name.
    package var ids: [String] { keys.keys.sorted() }

    var activeKey: VaultKey {
        guard let key = keys[active] else { preconditionFailure("The active key is on the ring.") }
        return key
    }

    /// Puts a key on the ring and makes it the one that seals.
    package mutating func activate(_ key: VaultKey) throws(Fault) {
        guard keys[key.id] != nil || keys.count < Self.keysMax else { throw VaultFault.tooManyKeys(max: Self.keysMax) }
        keys[key.id] = key
        active = key.id
    }

    /// The active key stays.
    mutating func remove(_ id: String) {
        if id != active { keys[id] = nil }
    }
}

extension KeyRing {
    /// Reads the keys of a file and of the environment. The environment's stand behind the file's: its last one is active.
    ///
    /// - Parameters:
    ///   - file: Nil: the environment alone.
    ///   - isMaking: Make the file with a new key when it is not there and the environment has none. False when the database already
    ///     holds something sealed, which a new key could not open.
    package static func load(
        file: KeyFile?, environment: [String: String], isMaking: Bool, entropy: Entropy = .system
    ) throws(Fault) -> KeyRing {
        var keys: [VaultKey] = []
        let given = environment[variable].map { $0.split { " ,\n\t".contains($0) } } ?? []
        if let file {
            if let found = try file.read() {
                keys += found
            } else if given.isEmpty {
                guard isMaking else { throw VaultFault.keyFileMissing(file.path) }
                keys += try file.make(entropy)
            }
        }
        for text in given {
            do throws(Fault) { keys.append(try VaultKey(base64: String(text))) } catch { throw VaultFault.malformedKey(place: variable) }
        }
        return try KeyRing(keys)
    }
}
