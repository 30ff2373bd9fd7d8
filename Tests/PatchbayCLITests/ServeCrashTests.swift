import Glibc
import JSON
import PatchbayCLI
import Testing

/// The whole program killed at seeded moments while somebody installs, updates and configures through the API, over one data folder.
@Suite(.serialized) struct ServeCrashTests {
    /// 20 rounds; `PATCHBAY_SOAK=1` makes 200 of them.
    static let rounds = getenv("PATCHBAY_SOAK") == nil ? 20 : 200

    /// What a client knows: what was acknowledged, and what it asked for and never heard of again.
    private struct Known: Sendable {
        var running = 0
        var asked: Int?
        var word = 0
        var askedWord: Int?
        var stored = 0
        var changes = 0
    }

    struct Dice {
        var state: UInt64
        mutating func roll(_ sides: Int) -> Int {
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return Int(state >> 33) % sides
        }
    }

    let program: Program

    init() throws { program = try Program() }

    private func version(_ number: Int) throws -> String {
        let folder = try program.plugin("crash-\(number)", "export const version = () => \(number);\n")
        try program.write(
            "crash-\(number)/patchbay.json",
            #"{"id": "test.crash", "name": "Crash", "version": "\#(number).0.0", "entry": "index.ts", "permissions": [], "configuration": [{"key": "word", "type": "text", "label": "Word"}, {"key": "token", "type": "text", "label": "Token", "secret": true}]}"#
        )
        return folder
    }

    @Test(.timeLimit(.minutes(20)))
    func `nothing acknowledged is lost and nothing half done is visible, wherever the program is killed`() async throws {
        var hub = try await ServedHub.start(program)
        var ada = try await hub.setUp()
        try await ada.install(try version(1))
        var known = Known(running: 1, stored: 1)
        var dice = Dice(state: 20_261_121)
        var lives: [Int] = []
        for round in 0..<Self.rounds {
            let (visitor, before, seed) = (ada, known, UInt64(round + 1))
            let work = Task { try await self.work(visitor, before, seed) }
            // The moment of the kill is the point of the test: nothing is waited for.
            try await Task.sleep(for: .milliseconds(200 + dice.roll(1500)))
            #expect(await hub.end(SIGKILL) == -SIGKILL)
            known = try await work.value
            lives.append(known.changes - before.changes)

            hub = try await ServedHub.start(program)
            ada = hub.visitor.with(cookies: ada.cookies).with(csrf: ada.csrfToken)
            try await look(ada, &known, round)
        }
        print("killed \(Self.rounds) times; acknowledged in each life: \(lives)")
        #expect(known.changes >= Self.rounds, "the hubs did something")
        let verified = try await program.run(["plugin", "verify", "--data", "\(program.home)/data"])
        #expect(verified.exit == 0, "\(verified)")
        #expect(await hub.end() == 0)
    }

    /// Changes one thing after the other until the hub is gone.
    private func work(_ ada: HTTPVisitor, _ start: Known, _ seed: UInt64) async throws -> Known {
        var known = start
        var dice = Dice(state: seed)
        while true {
            do {
                if dice.roll(4) == 0 {
                    let next = known.stored + 1
                    // Installed or not when the answer is missing: the version is asked for by its own name then, so either is fine.
                    _ = try await ada.installed(try version(next))
                    known.stored = next
                    known.asked = next
                    let answer = try await ada.ask(
                        "POST", "/api/v1/plugins/test.crash/consent", json: ["version": .string("\(next).0.0"), "grants": []])
                    #expect(answer.status == 200, "\(answer.text)")
                    (known.running, known.asked) = (next, nil)
                } else {
                    let next = (known.askedWord ?? known.word) + 1
                    known.askedWord = next
                    let answer = try await ada.ask(
                        "PUT", "/api/v1/plugins/test.crash/configuration",
                        json: ["values": ["word": .string("w\(next)")], "secrets": ["token": .string("t\(next)")]])
                    #expect(answer.status == 200, "\(answer.text)")
                    (known.word, known.askedWord) = (next, nil)
                }
                known.changes += 1
            } catch is HTTPVisitor.NoAnswer { return known }
        }
    }

    /// What the next hub shows; what was open is known from then on.
    private func look(_ ada: HTTPVisitor, _ known: inout Known, _ round: Int) async throws {
        let plugin = try await ada.ask("GET", "/api/v1/plugins/test.crash")
        let shown = plugin.json["version"]?.stringValue ?? ""
        let possible = [known.running, known.asked].compactMap(\.self).map { "\($0).0.0" }
        #expect(possible.contains(shown), "round \(round): \(shown) is none of \(possible)")
        #expect(plugin.json["state"]?["name"] == "enabled", "round \(round): \(plugin.text)")
        let versions = Set((plugin.json["versions"]?.arrayValue ?? []).compactMap { $0["version"]?.stringValue })
        #expect(versions.contains("\(known.stored).0.0"), "round \(round): \(versions) lacks \(known.stored)")

        let configuration = try await ada.ask("GET", "/api/v1/plugins/test.crash/configuration")
        let fields = configuration.json["fields"]?.arrayValue ?? []
        let word = fields.first { $0["key"] == "word" }?["value"]?.stringValue
        let token = fields.first { $0["key"] == "token" }?["isSet"]?.boolValue
        let words = [known.word, known.askedWord].compactMap(\.self).map { $0 == 0 ? nil : "w\($0)" }
        #expect(words.contains(word), "round \(round): \(word ?? "nothing") is none of \(words)")
        #expect(token == (word != nil), "round \(round): a word without its secret is half a change")

        let call = try await ada.ask("POST", "/api/v1/plugins/test.crash/call", json: ["export": "version", "argument": [:]])
        #expect("\(call.json["result"]?.intValue ?? 0).0.0" == shown, "round \(round): \(call.text)")
        #expect(try await ada.ask("GET", "/readyz").status == 200, "round \(round)")

        if let asked = known.asked, shown == "\(asked).0.0" { known.running = asked }
        if let asked = known.askedWord, word == "w\(asked)" { known.word = asked }
        (known.asked, known.askedWord) = (nil, nil)
        // A version that was stored without anybody hearing of it is there under its name.
        known.stored = max(known.stored, versions.compactMap { Int($0.prefix { $0 != "." }) }.max() ?? 0)
    }
}
