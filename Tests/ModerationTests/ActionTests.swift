import HostCalls
import HubCore
import JSON
import Moderation
import PluginModel
import Rules
import Synchronization
import Testing

@Suite(.timeLimit(.minutes(5))) struct ActionTests {
    @Test(arguments: ItemStore.allCases) func `live rules act, each action once; background rules do nothing`(_ kind: ItemStore)
        async throws
    {
        try await withItems(kind) { (lab) async throws in
            lab.rules.set(
                [
                    try WrittenRules.rule("r1", ["spam"], actions: ["note", "hook"]),
                    try WrittenRules.rule("r2", ["spam"], actions: ["hook", "gone"]),
                    try WrittenRules.rule("r3", ["spam"], .background, actions: ["quiet"]),
                    try WrittenRules.rule("r4", ["ham"], actions: ["note"]),
                ], types: [WrittenRules.post])
            try await lab.put(
                lab.action("note", .journal), lab.action("hook", .webhook, url: "https://acme.test/in"), lab.action("quiet", .journal))
            let desk = lab.desk()
            try await desk.start()
            let report = try #require(try await desk.decide([WrittenRules.item("a")], in: ItemLab.one).first)
            await desk.stop()
            #expect(report.decision.passed == ["r1", "r2", "r3"])
            #expect(report.runs.map(\.action) == ["note", "hook", "gone"])
            #expect(report.runs.map(\.state) == [.done, .waiting, .failed])
            #expect(report.runs.map(\.problem?.code) == [nil, nil, "action.not-found"])
            let passed = try await lab.events("moderation.RulePassed")
            #expect(passed.count == 1)
            #expect(passed.first?.data["action"] == "note")
            #expect(passed.first?.data["rules"] == ["r1"])
            #expect(passed.first?.data["policies"] == ["policy-r1"])
            #expect(passed.first?.data["custom"] == ["team": "blue"])
            let counts = try await lab.store.read { [now = lab.clock.read()] (records) throws(Fault) in
                try records.actionCounts(in: ItemLab.one, onDay: now.unixMilliseconds / 86_400_000)
            }
            #expect(counts == ["r1": 1, "r2": 1])
            let waiting = try await lab.store.read { [now = lab.clock.read()] (records) throws(Fault) in
                try records.dueRuns(in: ItemLab.one, at: now, limit: 9)
            }
            let payload = try #require(waiting.first?.payload)
            #expect(payload["rules"] == [["id": "r1", "name": "Rule r1", "version": 1], ["id": "r2", "name": "Rule r2", "version": 1]])
            #expect(
                payload["policies"] == [
                    ["id": "policy-r1", "name": "policy-r1", "strikes": 0], ["id": "policy-r2", "name": "policy-r2", "strikes": 0],
                ])
            #expect(payload["item"]?["data"] == ["text": "spam"])
            #expect(payload["action"] == ["id": "hook", "name": "Do hook"])
            #expect(payload["creator"] == ["id": "u1", "typeId": "user"])
            #expect(payload["userStrikeCount"] == 0)
            #expect(payload["custom"] == ["team": "blue"])
            #expect(payload["decision"] == "1")
        }
    }

    @Test(arguments: ItemStore.allCases) func `a rule never acts more often than it may in a day`(_ kind: ItemStore) async throws {
        try await withItems(kind) { (lab) async throws in
            lab.rules.set(
                [
                    try WrittenRules.rule("few", ["spam"], actions: ["note"], cap: 5),
                    try WrittenRules.rule("free", ["ham"], actions: ["note"]),
                    try WrittenRules.rule("never", ["spam"], actions: ["other"], cap: 0),
                ], types: [WrittenRules.post])
            try await lab.put(lab.action("note", .journal), lab.action("other", .journal))
            let desk = lab.desk { $0.limits.batchMax = 3 }
            try await desk.start()
            // From the queue and from those who wait, at once.
            _ = try await desk.submit(WrittenRules.items(20), in: ItemLab.one)
            try await withThrowingTaskGroup(of: Void.self) { group in
                for number in 0..<10 {
                    group.addTask { _ = try await desk.decide([WrittenRules.item("now\(number)")], in: ItemLab.one) }
                }
                try await group.waitForAll()
            }
            try await lab.isQuiet()
            let first = try await lab.reports()
            #expect(first.count == 30)
            #expect(first.allSatisfy { $0.decision.passed == ["few", "never"] }, "it passes all the same")
            #expect(first.count { $0.runs.contains { $0.action == "note" && $0.state == .done } } == 5)
            #expect(first.count { $0.runs.contains { $0.action == "note" && $0.state == .capped } } == 25)
            #expect(first.allSatisfy { $0.runs.contains { $0.action == "other" && $0.state == .capped } })
            #expect(try await lab.events("moderation.RulePassed").count == 5)
            // What another rule asks for too is done.
            let both = try await desk.decide([WrittenRules.item("both", "spam ham")], in: ItemLab.one)
            #expect(both.first?.runs.map(\.state) == [.done, .capped])
            #expect(try await lab.events("moderation.RulePassed").last?.data["rules"] == ["free"])
            // Another day.
            lab.clock.advance(by: .seconds(86_400))
            let next = try await desk.decide([WrittenRules.item("next")], in: ItemLab.one)
            #expect(next.first?.runs.map(\.state) == [.done, .capped])
            await desk.stop()
        }
    }

    @Test func `a rule whose time is over is not asked`() async throws {
        try await withItems(.memory) { (lab) async throws in
            var rule = try WrittenRules.rule("r1", ["spam"], actions: ["note"])
            rule.expiresAt = Rules.Timestamp(milliseconds: lab.clock.read().unixMilliseconds + 1000)
            lab.rules.set([rule, try WrittenRules.rule("r2", ["spam"])], types: [WrittenRules.post])
            try await lab.put(lab.action("note", .journal))
            let desk = lab.desk()
            try await desk.start()
            #expect(try await desk.decide([WrittenRules.item("a")], in: ItemLab.one).first?.decision.passed == ["r1", "r2"])
            lab.clock.advance(by: .seconds(2))
            let after = try await desk.decide([WrittenRules.item("a")], in: ItemLab.one).first
            #expect(after?.decision.passed == ["r2"])
            #expect(after?.lineup.members.map(\.id) == ["r2"])
            #expect(after?.runs == [])
            await desk.stop()
        }
    }

    @Test func `webhooks that nobody takes do not pile up without end`() async throws {
        try await withItems(.sqlite) { (lab) async throws in
            lab.rules.set([try WrittenRules.rule("r1", ["spam"], actions: ["hook"])], types: [WrittenRules.post])
            try await lab.put(lab.action("hook", .webhook, url: "https://acme.test/in"))
            let desk = lab.desk { $0.actionLimits.waitingMax = 3 }
            try await desk.start()
            let reports = try await desk.decide(WrittenRules.items(5), in: ItemLab.one)
            #expect(reports.map { $0.runs.first?.state } == [.waiting, .waiting, .waiting, .failed, .failed])
            #expect(reports.last?.runs.first?.problem?.code == "action.queue-full")
            await desk.stop()
        }
    }
}

@Suite(.timeLimit(.minutes(5))) struct WebhookTests {
    /// A desk, a sender that may reach this machine, and an action that goes to a receiver.
    private static func with(
        _ receiver: Receiver, networks: String? = "127.0.0.0/8@127.0.0.1", secret: String? = "a key of the two", store: ItemStore = .sqlite,
        full: FullStore.Switch = FullStore.Switch(),
        _ body: (ItemLab, ItemDesk, WebhookSender, ActionBook) async throws -> Void
    ) async throws {
        try await withItems(store) { (lab) async throws in
            let loop = HostLoop(name: "pb-test-hooks")
            let vault = try await Vault.start(store: lab.store, keyRing: KeyRing(active: VaultKey([UInt8](repeating: 7, count: 32))))
            var parts = WebhookSender.Parts(
                store: FullStore(behind: lab.store, full), vault: vault, service: HTTPService(loop: loop))
            parts.now = lab.clock.read
            if let networks { parts.networks = try WebhookNetworks(reading: networks) }
            parts.limits.pollTime = .milliseconds(20)
            parts.limits.writingWait = .milliseconds(5)
            let sender = WebhookSender(parts)
            lab.rules.set([try WrittenRules.rule("r1", ["spam"], actions: ["hook"])], types: [WrittenRules.post])
            try await lab.put(lab.action("hook", .webhook, url: receiver.url))
            if let secret {
                let place = RuleAction.secretPlace(of: "hook", in: ItemLab.one)
                try await lab.store.write { (records) throws(Fault) in try vault.put(Secret(secret), at: place, in: records) }
            }
            let desk = lab.desk { $0.webhooks = sender }
            try await desk.start()
            await sender.start()
            let book = ActionBook(store: lab.store, vault: vault, networks: parts.networks, now: lab.clock.read)
            try await body(lab, desk, sender, book)
            await desk.stop()
            await sender.stop()
            loop.stop()
            receiver.stop()
        }
    }

    private static func run(_ lab: ItemLab) async throws -> ActionRun? {
        try await lab.store.read { (records) throws(Fault) in try records.actionRuns(of: [1], in: ItemLab.one) }.first
    }

    @Test(arguments: ItemStore.allCases) func `a webhook is sent once, signed`(_ store: ItemStore) async throws {
        let receiver = try Receiver()
        try await Self.with(receiver, store: store) { lab, desk, _, _ in
            _ = try await desk.submit([WrittenRules.item("a", "spam é")], in: ItemLab.one)
            try await until("it was taken") { try await Self.run(lab)?.state == .done }
            let request = try #require(receiver.requests.first)
            #expect(receiver.requests.count == 1)
            #expect(request.headers[""] == "POST /hook?x=1 HTTP/1.1")
            #expect(request.headers["content-type"] == "application/json")
            #expect(request.headers["x-patchbay-delivery"] == "1")
            #expect(request.headers["x-patchbay-attempt"] == "1")
            let expected = WebhookSignature.make(request.body, secret: Secret("a key of the two"), at: lab.clock.read())
            #expect(request.headers["x-patchbay-signature"] == expected)
            let body = try JSONValue(parsing: request.body)
            #expect(body["item"]?["data"] == ["text": "spam é"])
            let run = try #require(try await Self.run(lab))
            #expect(run.attempts == 1 && run.problem == nil)
        }
    }

    @Test func `the signature is what docs say it is`() {
        // Made with: printf '1795000000.{"a":1}' | openssl dgst -sha256 -hmac 'a key of the two'
        let made = WebhookSignature.make(
            Array(#"{"a":1}"#.utf8), secret: Secret("a key of the two"), at: HubCore.Timestamp(unixMilliseconds: 1_795_000_000_999))
        #expect(made == "t=1795000000,v1=5acbd327e01b94d918b9b48511d2839209f991cff8dfb8d1d6e8cb4a6683ddf4")
    }

    @Test func `a receiver is told once, however long the database takes nothing`() async throws {
        let receiver = try Receiver()
        let full = FullStore.Switch()
        try await Self.with(receiver, full: full) { lab, desk, _, _ in
            full.isOn = true
            // The decision is written past the store that is full for the sender alone.
            _ = try await desk.submit([WrittenRules.item("a")], in: ItemLab.one)
            try await until("it was refused some times") { full.refused > 3 }
            #expect(receiver.requests.count == 1)
            #expect(try await Self.run(lab)?.state == .waiting)
            full.isOn = false
            try await until("it was written down") { try await Self.run(lab)?.state == .done }
            #expect(receiver.requests.count == 1)
        }
    }

    @Test func `what waits for an action that was removed has failed`() async throws {
        let receiver = try Receiver(answers: [500])
        try await Self.with(receiver) { lab, desk, _, book in
            _ = try await desk.submit([WrittenRules.item("a")], in: ItemLab.one)
            try await until("it was refused") { try await Self.run(lab)?.attempts == 1 }
            try await book.remove("hook", in: ItemLab.one, by: RuleLab.who())
            lab.clock.advance(by: .seconds(10))
            try await until("it has failed") { try await Self.run(lab)?.state == .failed }
            let run = try #require(try await Self.run(lab))
            #expect(run.attempts == 2 && run.problem?.code == "action.not-found")
        }
    }

    @Test func `what is not taken is tried again, with growing waits`() async throws {
        let receiver = try Receiver(answers: [500, 302, 404])
        try await Self.with(receiver) { lab, desk, _, _ in
            _ = try await desk.submit([WrittenRules.item("a")], in: ItemLab.one)
            for (attempt, wait) in [(1, 10), (2, 60), (3, 300)] {
                try await until("attempt \(attempt)") { try await Self.run(lab)?.attempts == attempt }
                let run = try #require(try await Self.run(lab))
                #expect(run.state == .waiting)
                #expect(run.problem?.code == "action.refused")
                #expect(run.nextAt == lab.clock.read().advanced(by: .seconds(wait)))
                lab.clock.advance(by: .seconds(wait))
            }
            try await until("it was taken") { try await Self.run(lab)?.state == .done }
            #expect(receiver.requests.map { $0.headers["x-patchbay-attempt"] } == ["1", "2", "3", "4"])
            #expect(Set(receiver.requests.map { $0.headers["x-patchbay-delivery"] }) == ["1"])
        }
    }

    @Test func `after five more attempts it has failed`() async throws {
        let receiver = try Receiver(answers: Array(repeating: 503, count: 9))
        try await Self.with(receiver) { lab, desk, _, _ in
            _ = try await desk.submit([WrittenRules.item("a")], in: ItemLab.one)
            for attempt in 1...6 {
                try await until("attempt \(attempt)") { try await Self.run(lab)?.attempts == attempt }
                lab.clock.advance(by: .seconds(7200))
            }
            #expect(try await Self.run(lab)?.state == .failed)
            #expect(receiver.requests.count == 6)
        }
    }

    @Test func `a hub that is told of no private network reaches none`() async throws {
        let receiver = try Receiver()
        try await Self.with(receiver, networks: nil) { lab, desk, _, book in
            _ = try await desk.submit([WrittenRules.item("a")], in: ItemLab.one)
            try await until("it was tried") { try await Self.run(lab)?.attempts == 1 }
            #expect(try await Self.run(lab)?.problem?.code == "action.unusable", "http")
            for url in [
                "https://127.0.0.1:\(receiver.port)/", "https://[::1]/", "https://169.254.169.254/", "http://acme.test/",
                "ftp://acme.test/", "no",
            ] {
                await #expect(throws: Fault.self, "\(url)") { try await Self.put(url, book, lab) }
            }
            try await Self.put("https://hooks.acme.test/in", book, lab)
            // A name is looked up only when it is sent to, and its address is looked at then.
            try await Self.put("https://localhost:\(receiver.port)/", book, lab)
            lab.clock.advance(by: .seconds(10))
            try await until("it was tried again") { try await Self.run(lab)?.attempts == 2 }
            #expect(try await Self.run(lab)?.problem?.code == "http.blocked-address")
            #expect(receiver.requests.isEmpty)
        }
    }

    private static func put(_ url: String, _ book: ActionBook, _ lab: ItemLab) async throws {
        let user = User(id: User.ID("u"), email: "a@b.test", name: "Ada", createdAt: lab.clock.read())
        let requester = Requester(Principal(kind: .local, user: user, memberships: []))
        _ = try await book.put(
            ActionBook.Draft(id: "hook", name: "Hook", kind: .webhook, url: url), in: ItemLab.one, expecting: nil, by: requester)
    }

    @Test func `what goes nowhere any more has failed in the end`() async throws {
        let receiver = try Receiver(answers: [500])
        try await Self.with(receiver) { lab, desk, _, _ in
            _ = try await desk.submit([WrittenRules.item("a")], in: ItemLab.one)
            try await until("attempt 1") { try await Self.run(lab)?.attempts == 1 }
            _ = try await lab.store.write { (records) throws(Fault) in try records.removeRuleAction("hook", in: ItemLab.one) }
            lab.clock.advance(by: .seconds(10))
            try await until("attempt 2") { try await Self.run(lab)?.attempts == 2 }
            #expect(try await Self.run(lab)?.problem?.code == "action.not-found")
        }
    }

    @Test(arguments: ["10.0.0.0/8", "10.0.0.0/8@", "nonsense@host", "10.0.0.0/8@a@b", "10.0.0.0/8@ho st"])
    func `networks that cannot be read are told`(_ text: String) {
        #expect(throws: Fault.self) { try WebhookNetworks(reading: text) }
    }

    @Test func `networks are read`() throws {
        #expect(try WebhookNetworks(reading: "").permissions.isEmpty)
        #expect(try WebhookNetworks(reading: "10.0.0.0/8@a.internal, 127.0.0.0/8@127.0.0.1").permissions.count == 2)
    }
}
