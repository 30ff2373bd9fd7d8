import Glibc
import HubCore
import PluginModel
import Synchronization
import Testing

private let place = SecretPlace(organisation: "org-1", owner: "acme.weather", instance: "main", field: "apiKey")
private let planted = "sk-planted-4f1c-secret-value"

private func makeVault(_ store: MemoryHubStore, _ keys: VaultKey...) async throws(Fault) -> Vault {
    try await Vault.start(store: store, keyRing: try KeyRing(keys), clock: HandClock().read)
}

struct VaultTests {
    @Test func `what is put in comes out, at its place alone`() async throws {
        let vault = try await makeVault(MemoryHubStore(), .make())
        try await vault.set(Secret(planted), at: place, by: operatorAtHome)
        #expect(try await vault.open(place)?.text == planted)
        #expect(try await vault.open(SecretPlace(owner: "acme.weather", field: "apiKey")) == nil)
    }

    @Test(arguments: [0, 1, 64, 4096, Vault.valueBytesMax]) func `any size up to the limit survives`(size: Int) async throws {
        let vault = try await makeVault(MemoryHubStore(), .make())
        let value = Secret(Entropy.system.bytes(size))
        try await vault.set(value, at: place, by: operatorAtHome)
        #expect(try await vault.open(place) == value)
    }

    @Test func `what is too large is refused`() async throws {
        let vault = try await makeVault(MemoryHubStore(), .make())
        let tooLarge = Secret([UInt8](repeating: 1, count: Vault.valueBytesMax + 1))
        #expect(await faultCode { try await vault.set(tooLarge, at: place, by: operatorAtHome) } == "vault.too-large")
        let far = SecretPlace(owner: String(repeating: "a", count: 257), field: "x")
        #expect(await faultCode { try await vault.set(Secret("x"), at: far, by: operatorAtHome) } == "vault.too-large")
    }

    @Test func `which are set is told without their values`() async throws {
        let vault = try await makeVault(MemoryHubStore(), .make())
        try await vault.set(Secret(planted), at: place, by: operatorAtHome)
        let status = try await vault.has(of: place.owner, in: place.organisation)
        #expect(status.map(\.place) == [place])
        #expect(!String(reflecting: status).contains(planted))
        #expect(try await vault.remove(place, by: operatorAtHome))
        #expect(try await vault.has(of: place.owner, in: place.organisation).isEmpty)
        #expect(try await !vault.remove(place, by: operatorAtHome))
    }

    struct Move: Sendable, CustomTestStringConvertible {
        let testDescription: String
        let change: @Sendable (inout SealedSecret) -> Void
    }

    @Test(arguments: [
        Move(testDescription: "another organisation") { $0.place.organisation = "org-2" },
        Move(testDescription: "no organisation") { $0.place.organisation = "" },
        Move(testDescription: "another plugin") { $0.place.owner = "evil.plugin" },
        Move(testDescription: "another instance") { $0.place.instance = "other" },
        Move(testDescription: "another field") { $0.place.field = "webhook" },
        Move(testDescription: "the same letters, cut elsewhere") {
            $0.place.owner = "acme.weathermain"
            $0.place.instance = ""
        },
        Move(testDescription: "the wrapped key in place of the value") { $0.sealed = $0.wrappedKey },
        Move(testDescription: "the value in place of the wrapped key") { $0.wrappedKey = $0.sealed },
        Move(testDescription: "nothing") { ($0.sealed, $0.wrappedKey) = ([], []) },
    ]) func `a sealed secret that was moved does not open`(move: Move) async throws {
        let (store, key) = (MemoryHubStore(), VaultKey.make())
        let vault = try await makeVault(store, key)
        try await vault.set(Secret(planted), at: place, by: operatorAtHome)
        let sealed = try #require(try await store.read { (records) throws(Fault) in try records.secret(at: place) })
        #expect(try vault.open(sealed).text == planted)
        var moved = sealed
        move.change(&moved)
        #expect(await faultCode { _ = try vault.open(moved) } == "vault.secret-damaged")
    }

    @Test func `a secret under another key's name does not open`() async throws {
        let store = MemoryHubStore()
        let (old, new) = (VaultKey.make(), VaultKey.make())
        let vault = try await makeVault(store, old, new)
        try await vault.set(Secret(planted), at: place, by: operatorAtHome)
        var sealed = try #require(try await store.read { (records) throws(Fault) in try records.secret(at: place) })
        #expect(sealed.keyID == new.id)
        sealed.keyID = old.id
        #expect(await faultCode { _ = try vault.open(sealed) } == "vault.secret-damaged")
        sealed.keyID = "0123456789abcdef"
        #expect(await faultCode { _ = try vault.open(sealed) } == "vault.key-not-loaded")
    }

    @Test(arguments: 1...4) func `no flipped bit and no cut is taken`(seed: Int) async throws {
        var random = SeededGenerator(seed: UInt64(seed))
        let store = MemoryHubStore()
        let vault = try await makeVault(store, .make())
        try await vault.set(Secret(planted), at: place, by: operatorAtHome)
        let sealed = try #require(try await store.read { (records) throws(Fault) in try records.secret(at: place) })
        for _ in 0..<200 {
            var broken = sealed
            let path = Bool.random(using: &random) ? \SealedSecret.sealed : \SealedSecret.wrappedKey
            let index = Int.random(in: 0..<broken[keyPath: path].count, using: &random)
            if Bool.random(using: &random) {
                broken[keyPath: path][index] ^= 1 << UInt8.random(in: 0..<8, using: &random)
            } else {
                broken[keyPath: path].removeSubrange(index...)
            }
            #expect(await faultCode { _ = try vault.open(broken) } == "vault.secret-damaged")
        }
    }

    @Test func `sealing twice shows nothing of it being the same`() async throws {
        let store = MemoryHubStore()
        let vault = try await makeVault(store, .make())
        let other = SecretPlace(owner: "acme.weather", field: "second")
        try await vault.set(Secret(planted), at: place, by: operatorAtHome)
        try await vault.set(Secret(planted), at: other, by: operatorAtHome)
        let (a, b) = try await store.read { (records) throws(Fault) in (try records.secret(at: place), try records.secret(at: other)) }
        #expect(Set(try #require(a).sealed).count > 8)
        #expect(a?.sealed.dropFirst(24) != b?.sealed.dropFirst(24))
        #expect(a?.wrappedKey.dropFirst(24) != b?.wrappedKey.dropFirst(24))
    }

    @Test func `neither the store nor what is printed has the value or the key`() async throws {
        let (store, key) = (MemoryHubStore(), VaultKey.make(Entropy { [UInt8](repeating: 0x41, count: $0) }))
        let vault = try await makeVault(store, key)
        let value = Secret(planted)
        try await vault.set(value, at: place, by: operatorAtHome)
        let bytes = Array(planted.utf8).map(String.init).joined(separator: ", ")
        let keyBytes = [String](repeating: "65", count: 32).joined(separator: ", ")
        for text in [
            store.dump, String(reflecting: value), "\(value)", String(reflecting: key), String(reflecting: Mirror(reflecting: value)),
        ] {
            #expect(!text.contains(planted))
            #expect(!text.contains(bytes), "as numbers")
            #expect(!text.contains(keyBytes))
        }
        var dumped = ""
        dump(value, to: &dumped)
        dump(key, to: &dumped)
        #expect(!dumped.contains("planted") && !dumped.contains("QUFB"))
    }

    @Test func `a change of a secret is in the audit and in the journal`() async throws {
        let store = MemoryHubStore()
        let vault = try await makeVault(store, .make())
        try await vault.set(Secret(planted), at: place, by: operatorAtHome)
        try await vault.remove(place, by: operatorAtHome)
        let (audit, events) = try await store.read { (records) throws(Fault) in
            (
                try records.audit(AuditFilter(), before: nil, limit: 10),
                try records.events(after: 0, types: [], organisation: nil, limit: 10)
            )
        }
        #expect(audit.map(\.action) == ["secret.remove", "secret.set"])
        #expect(audit.allSatisfy { $0.subject == "secret:acme.weather/main/apiKey" && $0.actor == "hub" })
        #expect(events.map(\.eventType) == ["system.SecretChanged", "system.SecretRemoved"])
    }

    @Test func `put inside a transaction that fails leaves the old value`() async throws {
        let store = MemoryHubStore()
        let vault = try await makeVault(store, .make())
        try await vault.set(Secret("before"), at: place, by: operatorAtHome)
        let code = await faultCode {
            try await store.write { (records) throws(Fault) in
                try vault.put(Secret("after"), at: place, in: records)
                #expect(try vault.open(place, in: records)?.text == "after")
                throw Fault(code: "test.stopped", message: "", turn: .hub)
            }
        }
        #expect(code == "test.stopped")
        #expect(try await vault.open(place)?.text == "before")
    }

    @Test func `sealing and opening take microseconds`() async throws {
        let vault = try await makeVault(MemoryHubStore(), .make())
        let store = MemoryHubStore()
        let value = Secret([UInt8](repeating: 7, count: 512))
        let rounds = 2000
        let (seal, open) = try await store.write { (records) throws(Fault) in
            let clock = SuspendingClock()
            let seal = try clock.measureFault { () throws(Fault) in
                for _ in 0..<rounds { try vault.put(value, at: place, in: records) }
            }
            let open = try clock.measureFault { () throws(Fault) in
                for _ in 0..<rounds { _ = try vault.open(place, in: records) }
            }
            return (seal / rounds, open / rounds)
        }
        print("vault, 512 bytes, debug build: seal and put \(seal), open \(open)")
        #expect(seal < .milliseconds(2) && open < .milliseconds(2))
    }
}

extension SuspendingClock {
    func measureFault(_ body: () throws(Fault) -> Void) throws(Fault) -> Duration {
        let begun = now
        try body()
        return begun.duration(to: now)
    }
}
