import HubCore
import JSON
import PluginModel
import Testing

@testable import Storage

@Suite(.timeLimit(.minutes(3))) struct TheRules {
    private static let acme = Organisation.ID("o1")
    private static let other = Organisation.ID("o2")

    private static func rule(_ id: String, revision: Int = 1, version: Int = 1, in organisation: Organisation.ID = acme) -> RuleRecord {
        RuleRecord(
            id: RuleRecord.ID(id), organisation: organisation, name: "Rule \(id)", status: "DRAFT",
            document: ["name": .string("\u{0} \"é\""), "conditionSet": ["conjunction": "AND"]], version: version, revision: revision,
            createdAt: at(1), changedAt: at(-2), changedBy: "token:1", changedByName: "Ada")
    }

    private static func version(_ number: Int, of rule: String = "a", in organisation: Organisation.ID = acme) -> RuleVersion {
        RuleVersion(
            rule: RuleRecord.ID(rule), organisation: organisation, version: number, status: "LIVE", document: ["n": .int(Int64(number))],
            at: at(Int64(number)), by: "u", byName: "Ada", note: number % 2 == 0 ? "even" : nil)
    }

    private static func part(_ kind: RulePart.Kind, _ id: String, revision: Int = 1, in organisation: Organisation.ID = acme) -> RulePart {
        RulePart(
            kind: kind, organisation: organisation, id: id, name: "Part \(id)", document: ["a", ["b": 1]], count: 2, revision: revision,
            changedAt: at(7))
    }

    @Test(arguments: Backend.allCases) func `a rule is replaced by the next revision alone`(_ backend: Backend) async throws {
        try await withStore(backend) { (store) async throws in
            try await store.put(organisation("o1"), organisation("o2"))
            @Sendable func put(_ rule: RuleRecord) async -> String? {
                await code { try await store.write { (r) throws(Fault) in try r.put(rule) } }
            }
            #expect(await put(Self.rule("a", revision: 2)) == "rule.changed-meanwhile", "there is none to be replaced")
            #expect(await put(Self.rule("a")) == nil)
            #expect(await put(Self.rule("a")) == "rule.changed-meanwhile")
            #expect(await put(Self.rule("a", in: Self.other)) == nil, "another organisation's has the same id")
            var changed = Self.rule("a", revision: 2, version: 5)
            (changed.name, changed.status, changed.changedByName) = ("Ürgent", "LIVE", "Bob")
            #expect(await put(changed) == nil)
            #expect(await put(Self.rule("z", in: Organisation.ID("o9"))) == "storage.unknown-reference")
            #expect(await put(Self.rule("0")) == nil)
            let found = try await store.read { (r) throws(Fault) in
                (try r.rule(RuleRecord.ID("a"), in: Self.acme), try r.rules(in: Self.acme), try r.rules(in: Self.other))
            }
            #expect(found.0 == changed)
            #expect(found.1 == [Self.rule("0"), changed])
            #expect(found.2 == [Self.rule("a", in: Self.other)])
        }
    }

    @Test(arguments: Backend.allCases) func `versions are kept up to a number, and go with their rule`(_ backend: Backend) async throws {
        try await withStore(backend) { (store) async throws in
            try await store.put(organisation("o1"), organisation("o2"))
            try await store.write { (r) throws(Fault) in
                try r.put(Self.rule("a"))
                try r.put(Self.rule("b"))
                try r.put(Self.rule("a", in: Self.other))
                for number in 1...9 { try r.append(Self.version(number), keeping: 4) }
                try r.append(Self.version(1, of: "b"), keeping: 4)
                try r.append(Self.version(1, in: Self.other), keeping: 4)
            }
            let id = RuleRecord.ID("a")
            let kept = try await store.read { (r) throws(Fault) in
                (try r.versions(of: id, in: Self.acme), try r.version(6, of: id, in: Self.acme), try r.version(5, of: id, in: Self.acme))
            }
            #expect(kept.0 == [9, 8, 7, 6].map { Self.version($0) })
            #expect(kept.1 == Self.version(6))
            #expect(kept.2 == nil)
            #expect(
                await code { try await store.write { (r) throws(Fault) in try r.append(Self.version(1, of: "none"), keeping: 4) } }
                    == "storage.unknown-reference")
            let removed = try await store.write { (r) throws(Fault) in
                (try r.removeRule(id, in: Self.acme), try r.removeRule(id, in: Self.acme))
            }
            #expect(removed == (true, false))
            let left = try await store.read { (r) throws(Fault) in
                (
                    try r.versions(of: id, in: Self.acme), try r.versions(of: RuleRecord.ID("b"), in: Self.acme).count,
                    try r.versions(of: id, in: Self.other).count
                )
            }
            #expect(left.0 == [])
            #expect(left.1 == 1)
            #expect(left.2 == 1)
        }
    }

    @Test(arguments: Backend.allCases) func `what rules name is kept by kind and id, and goes with its organisation`(
        _ backend: Backend
    ) async throws {
        try await withStore(backend) { (store) async throws in
            try await store.put(organisation("o1"), organisation("o2"))
            try await store.write { (r) throws(Fault) in
                try r.put(Self.part(.textBank, "b"))
                try r.put(Self.part(.textBank, "A"))
                try r.put(Self.part(.itemType, "b"))
                try r.put(Self.part(.textBank, "b", in: Self.other))
                try r.put(Self.part(.textBank, "b", revision: 2))
            }
            #expect(
                await code { try await store.write { (r) throws(Fault) in try r.put(Self.part(.textBank, "b", revision: 2)) } }
                    == "rule.changed-meanwhile")
            let found = try await store.read { (r) throws(Fault) in
                (
                    try r.rulePart(.textBank, "b", in: Self.acme), try r.ruleParts(.textBank, in: Self.acme),
                    try r.rulePartSummaries(in: Self.acme), try r.rulePart(.policy, "b", in: Self.acme)
                )
            }
            #expect(found.0 == Self.part(.textBank, "b", revision: 2))
            #expect(found.1 == [Self.part(.textBank, "A"), Self.part(.textBank, "b", revision: 2)])
            #expect(
                found.2 == [
                    Self.part(.itemType, "b").summary, Self.part(.textBank, "A").summary, Self.part(.textBank, "b", revision: 2).summary,
                ])
            #expect(found.3 == nil)
            let removed = try await store.write { (r) throws(Fault) in
                (try r.removeRulePart(.textBank, "A", in: Self.acme), try r.removeRulePart(.textBank, "A", in: Self.acme))
            }
            #expect(removed == (true, false))
            try await store.write { (r) throws(Fault) in
                try r.put(Self.rule("a"))
                #expect(try r.contents(of: Self.acme).rules == 1)
                _ = try r.removeWhole(Self.acme)
                #expect(try r.contents(of: Self.acme).rules == 0)
            }
            let left = try await store.read { (r) throws(Fault) in
                (try r.rules(in: Self.acme), try r.rulePartSummaries(in: Self.acme), try r.rulePartSummaries(in: Self.other).count)
            }
            #expect(left.0 == [])
            #expect(left.1 == [])
            #expect(left.2 == 1)
        }
    }
}
