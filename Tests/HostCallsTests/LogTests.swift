import HostCalls
import JSON
import PluginModel
import Testing

@Suite(.timeLimit(.minutes(1))) struct TheLog {
    private let sink = MemoryLogSink(linesMax: 50)
    private let time = ManualClock()

    private func withBroker(
        secrets: [String] = [], limits: LogLimits = .default, _ body: (Broker) async throws -> Void
    ) async throws {
        let timers = HostLoop(name: "log-test")
        defer { timers.stop() }
        let log = LogCapability(plugin: identity(), sink: sink, secrets: secrets, timers: timers, limits: limits, clock: time.clock)
        let broker = Broker(plugin: identity(), declared: [], granted: .none, capabilities: [log], clock: time.clock)
        defer { broker.close() }
        try await body(broker)
    }

    @Test func keepsLevelMessageFieldsAndCall() async throws {
        try await withBroker { broker in
            #expect(try broker.callNow("log", ["level": "warn", "message": "hello", "fields": ["n": 1]], callID: 9) == .null)
            let line = try #require(sink.lines.first)
            #expect(line.level == .warn)
            #expect(line.message == "hello")
            #expect(line.fields == ["n": 1])
            #expect(line.callID == 9)
            #expect(line.plugin.id.rawValue == "acme.test")
        }
    }

    @Test(
        arguments: [
            ["message": "x"], ["level": "loud", "message": "x"], ["level": "info"], ["level": "info", "message": 1],
            ["level": "info", "message": "x", "fields": []],
        ] as [JSONValue]) func refusesWhatIsNoLine(_ arguments: JSONValue) async throws
    {
        try await withBroker { broker in
            #expect(await broker.call("log", arguments).code == "hostcall.bad-arguments")
            #expect(sink.total == 0)
        }
    }

    @Test func dropsAFloodAndSaysHowMuch() async throws {
        try await withBroker(limits: LogLimits(linesPerSecond: 10, summaryInterval: .milliseconds(500))) { broker in
            for _ in 0..<20_000 { _ = try broker.callNow("log", ["level": "info", "message": "flood"]) }
            // Twenty at once; time stands still, so none is added.
            try await eventually("the summary") { sink.lines.contains { $0.origin == .hub } }
            broker.close()
            let lines = sink.lines
            #expect(lines.filter { $0.origin == .plugin }.count == 20)
            let told = lines.filter { $0.origin == .hub }.reduce(0) { $0 + ($1.fields["dropped"]?.intValue ?? 0) }
            #expect(told == 20_000 - 20)
            #expect(lines.last?.message.contains("log lines were dropped") == true)
        }
    }

    @Test func writesAgainAfterAPause() async throws {
        try await withBroker(limits: LogLimits(linesPerSecond: 10)) { broker in
            for _ in 0..<50 { _ = try broker.callNow("log", ["level": "info", "message": "x"]) }
            #expect(sink.total == 20)
            time.advance(milliseconds: 500)
            for _ in 0..<50 { _ = try broker.callNow("log", ["level": "info", "message": "x"]) }
            #expect(sink.total == 25)
        }
    }

    @Test func boundsBytesPerMinute() async throws {
        try await withBroker(limits: LogLimits(bytesPerMinute: 10_000)) { broker in
            let long = String(repeating: "y", count: 3000)
            for _ in 0..<10 { _ = try broker.callNow("log", ["level": "info", "message": .string(long)]) }
            #expect(sink.total == 3)
        }
    }

    @Test func cutsLongLinesBetweenCharacters() async throws {
        try await withBroker(limits: LogLimits(lineBytesMax: 10)) { broker in
            _ = try broker.callNow("log", ["level": "info", "message": "123456789é and more"])
            #expect(sink.lines.first?.message == "123456789… (11 more bytes)")
            _ = try broker.callNow("log", ["level": "info", "message": "1234567890"])
            #expect(sink.lines.last?.message == "1234567890")
            _ = try broker.callNow("log", ["level": "info", "message": "x", "fields": ["long": "0123456789"]])
            #expect(sink.lines.last?.fields["cut"]?.stringValue?.hasPrefix("{\"long\":\"0") == true)
        }
    }

    @Test func keepsTheLastLinesInMemory() {
        for number in 0..<120 {
            sink.write(
                LogLine(
                    unixMilliseconds: 0, plugin: identity(), callID: nil, origin: .plugin, level: .info, message: "\(number)"))
        }
        #expect(sink.total == 120)
        #expect(sink.lines.map(\.message) == (70..<120).map(String.init))
    }

    // MARK: Secrets

    struct RedactionCase: Sendable, CustomTestStringConvertible {
        let testDescription: String
        let secrets: [String]
        let text: String
        let expected: String
    }

    @Test(arguments: [
        RedactionCase(testDescription: "one", secrets: ["hunter2"], text: "pw=hunter2.", expected: "pw=•••."),
        RedactionCase(testDescription: "often", secrets: ["abcd"], text: "abcdabcd-abcd", expected: "••••••-•••"),
        RedactionCase(testDescription: "overlapping itself", secrets: ["abab"], text: "xabababx", expected: "x•••x"),
        RedactionCase(testDescription: "overlapping each other", secrets: ["abcdef", "defghi"], text: "-abcdefghi-", expected: "-•••-"),
        RedactionCase(testDescription: "one inside another", secrets: ["abcd", "xxabcdxx"], text: "xxabcdxx abcd", expected: "••• •••"),
        RedactionCase(testDescription: "too short to hide", secrets: ["abc", ""], text: "abc", expected: "abc"),
        RedactionCase(testDescription: "not ASCII", secrets: ["pässwörd"], text: "→pässwörd←", expected: "→•••←"),
        RedactionCase(testDescription: "none", secrets: ["hunter2"], text: "hunter1", expected: "hunter1"),
    ]) func hidesSecrets(_ c: RedactionCase) {
        #expect(Redactor(secrets: c.secrets).redact(c.text) == c.expected)
    }

    @Test func hidesSecretsInFieldsKeysAndNumbers() async throws {
        try await withBroker(secrets: ["hunter2", "123456"]) { broker in
            _ = try broker.callNow(
                "log",
                ["level": "info", "message": "a hunter2", "fields": ["hunter2": [["deep": "xhunter2x"], 123456, 9_123_456_9, true]]])
            let text = try #require(sink.lines.first.map { JSONValue.object($0.json).serialized() })
            #expect(!text.contains("hunter2"))
            #expect(!text.contains("123456"))
            #expect(text.contains("a •••"))
        }
    }

    /// A secret must not slip through where a long line is cut, wherever it stands.
    @Test func hidesSecretsAtEveryPlaceOfACutLine() {
        let secret = "s3cr3t-v4lu3"
        let redactor = Redactor(secrets: [secret])
        for place in 0..<140 {
            let text =
                String(repeating: secret, count: 2) + String(repeating: "é", count: place / 2) + String(repeating: ".", count: place % 2)
                + secret + String(repeating: ".", count: 150)
            let shown = redactor.redact(text + "→→→", bytesMax: 100)
            #expect(!shown.contains("\u{fffd}"))
            #expect(!shown.contains("s3c") && !shown.contains("lu3") && !shown.contains("r3t-"), "at \(place): \(shown)")
        }
    }

    @Test func showsControlCharactersOnATerminal() {
        let line = LogLine(
            unixMilliseconds: 43_200_250, plugin: identity(), callID: 1, origin: .plugin, level: .error, message: "a\u{1b}[2Jb\nc",
            fields: ["k": "v\r"])
        #expect(DescriptorLogSink.text(line) == "12:00:00.250 error acme.test: a\\u{1b}[2Jb\\u{a}c k=v\\u{d}")
    }
}
