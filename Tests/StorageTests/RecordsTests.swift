import HostCalls
import HubCore
import JSON
import PluginModel
import Testing

@testable import Storage

@Suite(.timeLimit(.minutes(3))) struct ThePlugins {
    @Test(arguments: Backend.allCases) func `a record is replaced by the next revision alone`(_ backend: Backend) async throws {
        let id = try plugin()
        var record = PluginRecord(id: id, installedAt: at(10))
        try await withStore(backend) { (store) async throws in
            @Sendable func put(_ record: PluginRecord) async -> String? {
                await code { try await store.write { (r) throws(Fault) in try r.put(record) } }
            }
            record.revision = 2
            #expect(await put(record) == "plugin.changed-meanwhile", "there is none to be replaced")
            record.revision = 1
            #expect(await put(record) == nil)
            #expect(await put(record) == "plugin.changed-meanwhile")
            record.revision = 2
            (record.runningVersion, record.waitingVersion, record.fallbackVersion) = ("1.0.0+abc", "1.1.0", "0.9.0")
            record.quarantine = PluginRecord.Quarantine(reason: "it said \u{0} \"é\"", code: "worker.crashed", since: at(-5))
            (record.consentedAt, record.changedAt) = (at(11), at(12))
            #expect(await put(record) == nil)
            #expect(try await store.read { (r) throws(Fault) in try r.plugin(id) } == record)
            for wrong in [1, 2, 4, .max] {
                var other = record
                other.revision = wrong
                #expect(await put(other) == "plugin.changed-meanwhile")
            }
            #expect(try await store.read { (r) throws(Fault) in try r.plugin(id) } == record)
        }
    }

    @Test(arguments: Backend.allCases) func `plugins are listed by the bytes of their ids`(_ backend: Backend) async throws {
        let ids = ["a.b", "B", "a-b", "a_b", "Z9", "ab", "a.b.c", "9"]
        try await withStore(backend) { (store) async throws in
            for id in ids {
                let record = PluginRecord(id: try plugin(id), installedAt: at(1))
                try await store.write { (r) throws(Fault) in try r.put(record) }
            }
            let listed = try await store.read { (r) throws(Fault) in try r.plugins().map(\.id.rawValue) }
            #expect(listed == ids.sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) })
            let absent = try plugin("absent")
            #expect(try await store.read { (r) throws(Fault) in try r.plugin(absent) } == nil)
        }
    }

    @Test(arguments: Backend.allCases) func `overrides and enablement say on, off or nothing`(_ backend: Backend) async throws {
        let (one, two) = (try plugin("one"), try plugin("two"))
        let acme = Organisation.ID("o1")
        try await withStore(backend) { (store) async throws in
            try await store.put(organisation("o1"), organisation("o2"))
            try await store.write { (r) throws(Fault) in
                try r.put(PluginOverride(plugin: two, isEnabled: true, updatedAt: at(1)))
                try r.put(PluginOverride(plugin: one, isEnabled: true, updatedAt: at(1)))
                try r.put(PluginOverride(plugin: one, isEnabled: false, updatedAt: at(2)))
                try r.setEnablement(of: one, in: acme, true)
                try r.setEnablement(of: one, in: acme, false)
                try r.setEnablement(of: one, in: Organisation.ID("o2"), true)
                try r.setEnablement(of: two, in: acme, true)
                try r.setEnablement(of: two, in: acme, nil)
                try r.setEnablement(of: two, in: acme, nil)
            }
            let found = try await store.read { (r) throws(Fault) in
                (
                    try r.override(one), try r.overrides().map(\.plugin), try r.enablement(of: one), try r.enablement(in: acme),
                    try r.enablement(of: two)
                )
            }
            #expect(found.0 == PluginOverride(plugin: one, isEnabled: false, updatedAt: at(2)))
            #expect(found.1 == [one, two])
            #expect(found.2 == [acme: false, Organisation.ID("o2"): true])
            #expect(found.3 == [one: false])
            #expect(found.4 == [:])
            #expect(try await store.write { (r) throws(Fault) in try r.removeOverride(one) } == true)
            #expect(try await store.write { (r) throws(Fault) in try r.removeOverride(one) } == false)
            #expect(
                await code { try await store.write { (r) throws(Fault) in try r.setEnablement(of: one, in: Organisation.ID("o9"), true) } }
                    == "storage.unknown-reference")
        }
    }

    @Test(arguments: Backend.allCases) func `grants are given, counted and taken back`(_ backend: Backend) async throws {
        let weather = try plugin()
        try await withStore(backend) { (store) async throws in
            let uses = try await store.write { (r) throws(Fault) in
                try r.put(Grant(plugin: weather, permission: "network:outbound:b.test", grantedBy: "u1", grantedAt: at(1)))
                try r.put(Grant(plugin: weather, permission: "network:outbound:a.test", grantedBy: "u1", grantedAt: at(1)))
                try r.put(Grant(plugin: weather, permission: "network:outbound:a.test", grantedBy: "u2", grantedAt: at(2)))
                func use(_ uses: Int, _ refusals: Int, _ last: Int64?) -> GrantUse {
                    GrantUse(
                        plugin: weather, permission: "network:outbound:a.test", uses: uses, refusals: refusals, lastUsedAt: last.map(at))
                }
                try r.add([use(0, 1, nil), use(3, 0, 50)])
                try r.add([use(2, 1, 40), use(0, 2, nil), use(1, 0, 60)])
                try r.add([])
                return try r.grantUses(of: weather)
            }
            #expect(uses == [GrantUse(plugin: weather, permission: "network:outbound:a.test", uses: 6, refusals: 4, lastUsedAt: at(60))])
            let grants = try await store.read { (r) throws(Fault) in (try r.grants(of: weather), try r.grants()) }
            #expect(grants.0.map(\.permission) == ["network:outbound:a.test", "network:outbound:b.test"])
            #expect(grants.0[0].grantedBy == "u2")
            #expect(grants.1 == grants.0)
            let removed = try await store.write { (r) throws(Fault) in
                (
                    try r.removeGrant(of: weather, permission: "network:outbound:a.test"),
                    try r.removeGrant(of: weather, permission: "network:outbound:a.test"), try r.grantUses(of: weather)
                )
            }
            #expect(removed.0)
            #expect(!removed.1)
            #expect(removed.2 == [])
        }
    }

    @Test(arguments: Backend.allCases) func `settings of the hub and of organisations stand side by side`(_ backend: Backend) async throws {
        let weather = try plugin()
        let values: JSONObject = ["z": 1, "a": ["é", .null, 1.5, ["\u{0}": true]], "big": .string(String(repeating: "x", count: 1 << 20))]
        try await withStore(backend) { (store) async throws in
            try await store.put(organisation("o1"))
            let acme = Organisation.ID("o1")
            var hub = PluginSettings(plugin: weather, organisation: nil, values: values, revision: 1, changedAt: at(1))
            let own = PluginSettings(plugin: weather, organisation: acme, values: [:], revision: 1, changedAt: at(2))
            try await store.write { [hub] (r) throws(Fault) in
                try r.put(own)
                try r.put(hub)
            }
            #expect(try await store.read { (r) throws(Fault) in try r.settings(of: weather, in: nil) } == hub)
            #expect(
                try await store.read { (r) throws(Fault) in try r.settings(of: weather, in: nil)?.values.keys.map(\.self) } == [
                    "z", "a", "big",
                ])
            #expect(try await store.read { (r) throws(Fault) in try r.settings(of: weather, in: acme) } == own)
            #expect(try await store.read { (r) throws(Fault) in try r.settings(of: weather) }.map(\.organisation) == [nil, acme])
            let again = hub
            #expect(await code { try await store.write { (r) throws(Fault) in try r.put(again) } } == "plugin.changed-meanwhile")
            (hub.revision, hub.values) = (2, ["a": 2])
            try await store.write { [hub] (r) throws(Fault) in try r.put(hub) }
            #expect(try await store.read { (r) throws(Fault) in try r.settings(of: weather, in: nil) } == hub)
            let orphan = PluginSettings(plugin: weather, organisation: Organisation.ID("o9"), values: [:], revision: 1, changedAt: at(1))
            #expect(await code { try await store.write { (r) throws(Fault) in try r.put(orphan) } } == "storage.unknown-reference")
        }
    }

    @Test(arguments: Backend.allCases) func `the newest failures are kept, whatever a plugin says`(_ backend: Backend) async throws {
        let (weather, other) = (try plugin(), try plugin("other"))
        let fault = Fault(code: "plugin.threw", message: "\u{0}\u{1f600}", place: "a\u{0}", remedy: nil, turn: .plugin, details: "at x")
        try await withStore(backend) { (store) async throws in
            try await store.write { (r) throws(Fault) in
                try r.append(PluginFailure(plugin: other, version: "1", at: at(0), entry: "e", fault: fault), keeping: 3)
                for number in 1...5 {
                    try r.append(
                        PluginFailure(plugin: weather, version: "1.\(number)", at: at(Int64(number)), entry: "scan\u{0}", fault: fault),
                        keeping: 3)
                }
            }
            let found = try await store.read { (r) throws(Fault) in
                (try r.failures(of: weather, limit: 100), try r.failures(of: weather, limit: 0), try r.failures(of: other, limit: .max))
            }
            #expect(found.0.map(\.version) == ["1.5", "1.4", "1.3"])
            #expect(found.0[0] == PluginFailure(sequence: 6, plugin: weather, version: "1.5", at: at(5), entry: "scan\u{0}", fault: fault))
            #expect(found.1.map(\.version) == ["1.5"])
            #expect(found.2.count == 1)
        }
    }

    @Test(arguments: Backend.allCases) func `an organisation has its own failures, and takes them along`(_ backend: Backend) async throws {
        let weather = try plugin()
        let (one, two) = (Organisation.ID("o1"), Organisation.ID("o2"))
        try await withStore(backend) { (store) async throws in
            try await store.put(organisation("o1"), organisation("o2"))
            let fault = Fault(code: "plugin.threw", message: "m", turn: .plugin)
            try await store.write { (r) throws(Fault) in
                for (number, owner) in [one, nil, two, one].enumerated() {
                    let failure = PluginFailure(
                        plugin: weather, version: "\(number)", at: at(1), organisation: owner, entry: "e", fault: fault)
                    try r.append(failure, keeping: 9)
                }
            }
            func versions(_ organisation: Organisation.ID?, limit: Int = 9) async throws -> [String] {
                try await store.read { (r) throws(Fault) in try r.failures(of: weather, in: organisation, limit: limit) }.map(\.version)
            }
            #expect(try await versions(nil) == ["3", "2", "1", "0"])
            #expect(try await versions(one) == ["3", "0"])
            #expect(try await versions(one, limit: 1) == ["3"])
            #expect(try await versions(two) == ["2"])
            #expect(try await versions(Organisation.ID("o3")) == [])
            try await store.write { (r) throws(Fault) in _ = try r.removeWhole(one) }
            #expect(try await versions(nil) == ["2", "1"])
        }
    }

    @Test(arguments: Backend.allCases) func `the grants before a trial are kept with it`(_ backend: Backend) async throws {
        let weather = try plugin()
        try await withStore(backend) { (store) async throws in
            var record = PluginRecord(id: weather, installedAt: at(1))
            for grants in [
                [], [Grant(plugin: weather, permission: "network:outbound:a.test", grantedBy: "u\u{1f600}", grantedAt: at(7))], nil,
            ] {
                record.fallbackGrants = grants
                try await store.write { [record] (r) throws(Fault) in try r.put(record) }
                #expect(try await store.read { (r) throws(Fault) in try r.plugin(weather) } == record)
                record.revision += 1
            }
        }
    }

    @Test(arguments: Backend.allCases) func `with a plugin goes everything of it, its state and secrets too`(_ backend: Backend)
        async throws
    {
        let (weather, other) = (try plugin(), try plugin("other"))
        try await withStore(backend) { (store) async throws in
            try await store.put(organisation("o1"))
            for id in [weather, other] {
                try store.set([1, 2], of: id, key: "k", limits: .default)
                try await store.write { (r) throws(Fault) in
                    try r.put(PluginRecord(id: id, installedAt: at(1)))
                    try r.put(PluginOverride(plugin: id, isEnabled: true, updatedAt: at(1)))
                    try r.setEnablement(of: id, in: Organisation.ID("o1"), true)
                    try r.put(Grant(plugin: id, permission: "p", grantedBy: "u", grantedAt: at(1)))
                    try r.add([GrantUse(plugin: id, permission: "p", uses: 1, refusals: 0, lastUsedAt: nil)])
                    try r.put(PluginSettings(plugin: id, organisation: nil, values: [:], revision: 1, changedAt: at(1)))
                    try r.append(
                        PluginFailure(plugin: id, version: "1", at: at(1), entry: "e", fault: Fault(code: "c", message: "m", turn: .hub)),
                        keeping: 5)
                    try r.put(
                        SealedSecret(
                            place: SecretPlace(owner: id.rawValue, field: "f"), keyID: "k", wrappedKey: [], sealed: [], changedAt: at(1)))
                }
            }
            #expect(
                await code {
                    try await store.write { (r) throws(Fault) in
                        _ = try r.removePlugin(weather)
                        throw Fault(code: "test.no", message: "no", turn: .hub)
                    }
                } == "test.no")
            #expect(try store.value(of: weather, key: "k") == [1, 2], "a removal that is not kept leaves the state")
            #expect(try await store.write { (r) throws(Fault) in try r.removePlugin(weather) } == true)
            #expect(try await store.write { (r) throws(Fault) in try r.removePlugin(weather) } == false)
            @Sendable func count(_ id: PluginID) async throws -> [Int] {
                try await store.read { (r) throws(Fault) in
                    [
                        try r.plugin(id) == nil ? 0 : 1, try r.override(id) == nil ? 0 : 1, try r.enablement(of: id).count,
                        try r.grants(of: id).count, try r.grantUses(of: id).count, try r.settings(of: id).count,
                        try r.failures(of: id, limit: 10).count, try r.secrets(of: id.rawValue, in: "").count,
                    ]
                }
            }
            #expect(try await count(weather) == [0, 0, 0, 0, 0, 0, 0, 0])
            #expect(try await count(other) == [1, 1, 1, 1, 1, 1, 1, 1])
            #expect(try store.usage(of: weather) == StateUsage())
            #expect(try store.value(of: weather, key: "k") == nil)
            #expect(try store.usage(of: other) == StateUsage(keys: 1, bytes: 3))
        }
    }
}

@Suite(.timeLimit(.minutes(3))) struct TheSecretsAndAnswers {
    @Test(arguments: Backend.allCases) func `a secret is found at its place and nowhere else`(_ backend: Backend) async throws {
        @Sendable func secret(_ place: SecretPlace, key: String = "k1", _ byte: UInt8 = 1) -> SealedSecret {
            SealedSecret(place: place, keyID: key, wrappedKey: Array(0...255), sealed: [byte, 0], changedAt: at(1))
        }
        let places = [
            SecretPlace(owner: "acme.weather", field: "token"), SecretPlace(owner: "acme.weather", instance: "b", field: "token"),
            SecretPlace(owner: "acme.weather", instance: "a", field: "token"),
            SecretPlace(organisation: "o1", owner: "acme.weather", field: "token"),
            SecretPlace(owner: "hub", field: "token"),
        ]
        try await withStore(backend) { (store) async throws in
            try await store.put(organisation("o1"))
            try await store.write { (r) throws(Fault) in
                for (number, place) in places.enumerated() { try r.put(secret(place, key: number < 2 ? "k1" : "k2", UInt8(number))) }
                try r.put(secret(places[0], key: "k3", 9))
            }
            let found = try await store.read { (r) throws(Fault) in
                (
                    try r.secret(at: places[0]), try r.secrets(of: "acme.weather", in: "").map(\.place.instance),
                    try r.secrets(of: "acme.weather", in: "o1").map(\.place), try r.secretCounts(),
                    try r.secrets(notSealedBy: "k2", limit: 10).map(\.place), try r.secrets(notSealedBy: "k9", limit: 2).count,
                    try r.secret(at: SecretPlace(owner: "acme.weather", field: "TOKEN"))
                )
            }
            #expect(found.0 == secret(places[0], key: "k3", 9))
            #expect(found.1 == ["", "a", "b"])
            #expect(found.2 == [places[3]])
            #expect(found.3 == ["k1": 1, "k2": 3, "k3": 1])
            #expect(found.4 == [places[0], places[1]])
            #expect(found.5 == 2)
            #expect(found.6 == nil)
            #expect(try await store.write { (r) throws(Fault) in try r.removeSecret(at: places[1]) } == true)
            #expect(try await store.write { (r) throws(Fault) in try r.removeSecret(at: places[1]) } == false)
            let orphan = secret(SecretPlace(organisation: "o9", owner: "hub", field: "f"))
            #expect(await code { try await store.write { (r) throws(Fault) in try r.put(orphan) } } == "storage.unknown-reference")
        }
    }

    @Test(arguments: Backend.allCases) func `small values of the hub are replaced`(_ backend: Backend) async throws {
        try await withStore(backend) { (store) async throws in
            try await store.write { (r) throws(Fault) in
                try r.setSetting("canary", [])
                try r.setSetting("canary", [0, 1, 255])
                try r.setSetting("empty", [])
            }
            let found = try await store.read { (r) throws(Fault) in
                (try r.setting("canary"), try r.setting("empty"), try r.setting("absent"))
            }
            #expect(found.0 == [0, 1, 255])
            #expect(found.1 == [])
            #expect(found.2 == nil)
        }
    }

    @Test(arguments: Backend.allCases) func `the first answer to a key stays`(_ backend: Backend) async throws {
        let answer = KeptAnswer(
            requestHash: [1, 2], status: 201, headers: ["etag": "\"1\"", "x": "é"], body: Array("{}".utf8), at: at(10))
        try await withStore(backend) { (store) async throws in
            #expect(try await store.write { (r) throws(Fault) in try r.keep(answer, for: "key", of: "u1") } == true)
            let other = KeptAnswer(requestHash: [], status: 500, headers: [:], body: [], at: at(20))
            #expect(try await store.write { (r) throws(Fault) in try r.keep(other, for: "key", of: "u1") } == false)
            #expect(try await store.write { (r) throws(Fault) in try r.keep(other, for: "key", of: "u2") } == true)
            #expect(try await store.read { (r) throws(Fault) in try r.answer(to: "key", of: "u1") } == answer)
            #expect(try await store.read { (r) throws(Fault) in try r.answer(to: "key", of: "u2") } == other)
            #expect(try await store.read { (r) throws(Fault) in try r.answer(to: "KEY", of: "u1") } == nil)
            #expect(try await store.write { (r) throws(Fault) in try r.removeAnswers(before: at(20)) } == 1)
            #expect(try await store.write { (r) throws(Fault) in try r.keep(other, for: "key", of: "u1") } == true)
        }
    }
}
