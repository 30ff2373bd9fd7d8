import HubCore
import PluginModel
import Synchronization
import Testing

private func place(_ number: Int) -> SecretPlace { SecretPlace(owner: "acme.p\(number % 7)", field: "field-\(number)") }

private func filled(_ store: MemoryHubStore, _ vault: Vault, count: Int) async throws {
    try await store.write { (records) throws(Fault) in
        for number in 0..<count { try vault.put(Secret("value \(number)"), at: place(number), in: records) }
    }
}

private func opensAll(_ vault: Vault, count: Int) async throws -> Bool {
    for number in 0..<count where try await vault.open(place(number))?.text != "value \(number)" { return false }
    return true
}

struct VaultRotationTests {
    @Test func `a rotation moves every secret, and the old key may go`() async throws {
        let store = MemoryHubStore()
        let (old, new) = (VaultKey.make(), VaultKey.make())
        let vault = try await Vault.start(store: store, keyRing: KeyRing(active: old))
        try await filled(store, vault, count: 95)
        let before = try await store.read { (records) throws(Fault) in try records.secret(at: place(3)) }
        try await vault.activate(new, by: operatorAtHome)
        #expect(await faultCode { try await vault.retire(old.id, by: operatorAtHome) } == "vault.key-in-use")
        #expect(await faultCode { try await vault.retire(new.id, by: operatorAtHome) } == "vault.key-active")
        #expect(await faultCode { try await vault.retire("no such", by: operatorAtHome) } == "vault.unknown-key")

        let steps = Mutex<[RotationProgress]>([])
        let end = try await vault.rotate(batch: 10, by: operatorAtHome) { progress in steps.withLock { $0.append(progress) } }
        #expect(end == RotationProgress(done: 95, left: 0, damaged: []))
        #expect(steps.withLock { $0.map(\.left) } == [85, 75, 65, 55, 45, 35, 25, 15, 5, 0])
        let after = try await store.read { (records) throws(Fault) in try records.secret(at: place(3)) }
        #expect(after?.sealed == before?.sealed, "values are not touched")
        #expect(after?.wrappedKey != before?.wrappedKey)

        try await vault.retire(old.id, by: operatorAtHome)
        #expect(try await vault.status().keys.map(\.id) == [new.id])
        let alone = try await Vault.start(store: store, keyRing: KeyRing(active: new))
        #expect(try await opensAll(alone, count: 95))
        #expect(
            await faultCode { _ = try await Vault.start(store: store, keyRing: KeyRing(active: old)) }
                == "vault.wrong-key")
    }

    @Test(arguments: [1, 2, 5, 9]) func `a rotation that was stopped goes on where it was`(after stops: Int) async throws {
        let store = MemoryHubStore()
        let (old, new) = (VaultKey.make(), VaultKey.make())
        let first = try await Vault.start(store: store, keyRing: KeyRing(active: old))
        try await filled(store, first, count: 60)
        let second = try await Vault.start(store: store, keyRing: KeyRing([old, new]))
        let steps = Mutex(0)
        let stopped = try await Task {
            try await second.rotate(batch: 6, by: operatorAtHome) { _ in
                if steps.withLock({ steps in
                    steps += 1; return steps
                }) == stops {
                    withUnsafeCurrentTask { $0?.cancel() }
                }
            }
        }.value
        #expect(stopped.done == 6 * stops && !stopped.isOver)
        #expect(try await opensAll(second, count: 60), "half old, half new")
        // Another process: nothing but the store and the keys is carried over.
        let third = try await Vault.start(store: store, keyRing: KeyRing([old, new]))
        #expect(try await opensAll(third, count: 60))
        #expect(try await third.rotate(batch: 50, by: operatorAtHome).left == 0)
        #expect(try await opensAll(try await Vault.start(store: store, keyRing: KeyRing(active: new)), count: 60))
    }

    @Test func `secrets set meanwhile are sealed by the new key and stay`() async throws {
        let store = MemoryHubStore()
        let (old, new) = (VaultKey.make(), VaultKey.make())
        let vault = try await Vault.start(store: store, keyRing: KeyRing(active: old))
        try await filled(store, vault, count: 40)
        try await vault.activate(new, by: operatorAtHome)
        async let rotation = vault.rotate(batch: 1, by: operatorAtHome)
        for number in 40..<60 { try await vault.set(Secret("value \(number)"), at: place(number), by: operatorAtHome) }
        #expect(try await rotation.left == 0)
        #expect(try await opensAll(vault, count: 60))
        #expect(try await store.read { (records) throws(Fault) in try records.secretCounts() } == [new.id: 60])
    }

    @Test func `a secret that does not open stays as it is, and the others move`() async throws {
        let store = MemoryHubStore()
        let (old, new) = (VaultKey.make(), VaultKey.make())
        let vault = try await Vault.start(store: store, keyRing: KeyRing(active: old))
        try await filled(store, vault, count: 20)
        try await store.write { (records) throws(Fault) in
            guard var secret = try records.secret(at: place(2)) else { return }
            secret.wrappedKey[30] ^= 1
            try records.put(secret)
        }
        try await vault.activate(new, by: operatorAtHome)
        let end = try await vault.rotate(batch: 3, by: operatorAtHome)
        #expect(end == RotationProgress(done: 19, left: 1, damaged: [place(2)]))
        #expect(await faultCode { try await vault.retire(old.id, by: operatorAtHome) } == "vault.key-in-use")
        try await vault.set(Secret("value 2"), at: place(2), by: operatorAtHome)
        try await vault.retire(old.id, by: operatorAtHome)
    }

    @Test func `a retired key seals nothing any more, in any hub on the database`() async throws {
        let store = MemoryHubStore()
        let (old, new) = (VaultKey.make(), VaultKey.make())
        let behind = try await Vault.start(store: store, keyRing: KeyRing(active: old))
        let ahead = try await Vault.start(store: store, keyRing: KeyRing([old, new]))
        try await ahead.rotate(by: operatorAtHome)
        try await ahead.retire(old.id, by: operatorAtHome)
        #expect(
            await faultCode { try await behind.set(Secret("x"), at: place(1), by: operatorAtHome) }
                == "vault.key-retired")
        #expect(
            await faultCode { _ = try await Vault.start(store: store, keyRing: KeyRing([new, old])) }
                == "vault.key-retired")
    }
}

struct VaultStartTests {
    @Test func `a hub with another key does not start`() async throws {
        let store = MemoryHubStore()
        let right = VaultKey.make()
        _ = try await Vault.start(store: store, keyRing: KeyRing(active: right))
        do throws(Fault) {
            _ = try await Vault.start(store: store, keyRing: KeyRing(active: .make()))
            Issue.record("it started")
        } catch {
            #expect(error.code == "vault.wrong-key" && error.turn == .operator)
            #expect(error.message.contains(right.id))
        }
        _ = try await Vault.start(store: store, keyRing: KeyRing([right, .make()]))
    }

    @Test func `a canary that was changed is noticed`() async throws {
        let store = MemoryHubStore()
        let key = VaultKey.make()
        _ = try await Vault.start(store: store, keyRing: KeyRing(active: key))
        try await store.write { (records) throws(Fault) in
            var bytes = try records.setting("vault-canary") ?? []
            bytes[bytes.count - 1] ^= 1
            try records.setSetting("vault-canary", bytes)
        }
        #expect(
            await faultCode { _ = try await Vault.start(store: store, keyRing: KeyRing(active: key)) }
                == "vault.damaged")
    }

    @Test func `a first start makes the key file, the next reads it`() async throws {
        let (store, folder) = (MemoryHubStore(), try TemporaryFolder())
        let file = KeyFile(path: "\(folder.path)/vault.key")
        let first = try await Vault.start(store: store, keyFile: file, environment: [:])
        try await first.set(Secret("kept"), at: place(1), by: operatorAtHome)
        #expect(try folder.mode("vault.key") == 0o600)
        #expect(folder.names == ["vault.key"], "no draft is left")
        let second = try await Vault.start(store: store, keyFile: file, environment: [:])
        #expect(try await second.open(place(1))?.text == "kept")
    }

    @Test func `a lost key file is not made anew over sealed secrets`() async throws {
        let (store, folder) = (MemoryHubStore(), try TemporaryFolder())
        _ = try await Vault.start(store: store, keyRing: KeyRing(active: .make()))
        let file = KeyFile(path: "\(folder.path)/vault.key")
        #expect(
            await faultCode { _ = try await Vault.start(store: store, keyFile: file, environment: [:]) }
                == "vault.key-file-missing")
        #expect(folder.names.isEmpty)
    }
}
