import JSON
package import PluginModel

/// How far a rotation is.
package struct RotationProgress: Sendable, Hashable {
    /// Sealed by the active key now.
    package var done: Int
    /// Still sealed by older keys.
    package var left: Int
    /// Secrets that do not open and stay as they are; counted among `left`.
    package var damaged: [SecretPlace]

    package init(done: Int, left: Int, damaged: [SecretPlace]) { (self.done, self.left, self.damaged) = (done, left, damaged) }

    package var isOver: Bool { left == damaged.count }
}

/// The keys that are loaded, and how many secrets each seals.
package struct VaultStatus: Sendable, Hashable {
    package struct Key: Sendable, Hashable {
        package let id: String
        package let isActive: Bool
        package let secrets: Int
    }

    package let keys: [Key]
}

extension Vault {
    /// Of one transaction, so that others need not wait long.
    package static let rotationBatchMax = 1000
    /// Secrets that do not open; with more of them a rotation stops, since something larger is wrong.
    package static let damagedMax = 1000

    package func status() async throws(Fault) -> VaultStatus {
        let keyRing = keyRing
        let counts = try await store.read { (records) throws(Fault) in try records.secretCounts() }
        return VaultStatus(
            keys: keyRing.ids.map { VaultStatus.Key(id: $0, isActive: $0 == keyRing.active, secrets: counts[$0] ?? 0) })
    }

    /// Makes a key the one that seals. Secrets of older keys open as before; `rotate` moves them.
    ///
    /// Write it into the key file first (`KeyFile.append`): a key that only memory knows is lost with the process.
    package func activate(_ key: VaultKey, by requester: Requester) async throws(Fault) {
        let note = requester.note("vault.activate-key", "key:\(key.id)", at: clock(), entropy)
        try await store.write { (records) throws(Fault) in
            guard try !RetiredKeys(records).contains(key.id) else { throw VaultFault.keyRetired(key.id) }
            try records.keep(note, event: "VaultKeyActivated", data: ["key": .string(key.id)])
        }
        try changeRing { (ring) throws(Fault) in try ring.activate(key) }
    }

    /// Seals the data keys of older keys' secrets with the active key, batch by batch; values are not touched, and every secret opens
    /// at any moment. Stopped anywhere, it goes on where it was: what is left says the store, not a bookmark.
    ///
    /// - Parameters:
    ///   - batch: Secrets a transaction, at most `rotationBatchMax`.
    ///   - onProgress: Called after each transaction; cancelling the task stops before the next one.
    @discardableResult
    package func rotate(
        batch: Int = 200, by requester: Requester, onProgress: @Sendable (RotationProgress) -> Void = { _ in }
    ) async throws(Fault) -> RotationProgress {
        let size = min(max(batch, 1), Self.rotationBatchMax)
        let keyRing = keyRing
        let active = keyRing.activeKey
        var damaged: Set<SecretPlace> = []
        while true {
            let known = damaged
            let (progress, moved) = try await store.write { [entropy] (records) throws(Fault) in
                guard try !RetiredKeys(records).contains(active.id) else { throw VaultFault.keyRetired(active.id) }
                // Those that do not open come again each time, so they are asked for in addition.
                let found = try records.secrets(notSealedBy: active.id, limit: size + known.count).filter { !known.contains($0.place) }
                var broken = known
                var moved = 0
                for secret in found.prefix(size) {
                    if let key = keyRing[secret.keyID], let again = try? Envelope.rewrap(secret, from: key, to: active, entropy: entropy) {
                        try records.put(again)
                        moved += 1
                    } else {
                        broken.insert(secret.place)
                    }
                }
                let counts = try records.secretCounts()
                let done = counts[active.id] ?? 0
                let progress = RotationProgress(
                    done: done, left: counts.values.reduce(0, +) - done,
                    damaged: broken.sorted { ($0.owner, $0.organisation, $0.field) < ($1.owner, $1.organisation, $1.field) })
                return (progress, moved)
            }
            damaged = Set(progress.damaged)
            onProgress(progress)
            guard damaged.count <= Self.damagedMax else { throw VaultFault.tooManyDamaged(damaged.count) }
            if progress.isOver {
                try await finishRotation(active, progress, requester)
                return progress
            }
            if Task.isCancelled || (moved == 0 && damaged == known) { return progress }
        }
    }

    private func finishRotation(_ active: VaultKey, _ progress: RotationProgress, _ requester: Requester) async throws(Fault) {
        let detail: JSONObject = ["secrets": .int(Int64(progress.done)), "damaged": .int(Int64(progress.damaged.count))]
        let note = requester.note("vault.rotate", "key:\(active.id)", at: clock(), detail: detail, entropy)
        try await store.write { [entropy] (records) throws(Fault) in
            try VaultCanary.put(by: active, entropy, in: records)
            try records.keep(note, event: "VaultRotated", data: ["key": .string(active.id), "secrets": .int(Int64(progress.done))])
        }
    }

    /// Lets go of a key that seals nothing any more, for this hub and all others on the database; take it out of its file afterwards.
    package func retire(_ keyID: String, by requester: Requester) async throws(Fault) {
        let keyRing = keyRing
        guard keyRing[keyID] != nil else { throw VaultFault.unknownKey(keyID) }
        guard keyID != keyRing.active else { throw VaultFault.keyActive(keyID) }
        let note = requester.note("vault.retire-key", "key:\(keyID)", at: clock(), entropy)
        try await store.write { [entropy] (records) throws(Fault) in
            let count = try records.secretCounts()[keyID] ?? 0
            guard count == 0 else { throw VaultFault.keyInUse(keyID, secrets: count) }
            if try VaultCanary.keyID(records) == keyID { try VaultCanary.put(by: keyRing.activeKey, entropy, in: records) }
            var retired = try RetiredKeys(records)
            try retired.add(keyID, in: records)
            try records.keep(note, event: "VaultKeyRetired", data: ["key": .string(keyID)])
        }
        try changeRing { (ring) throws(Fault) in ring.remove(keyID) }
    }
}
