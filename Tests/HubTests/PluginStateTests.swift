import HubCore
import Testing

struct StateCase: Sendable, CustomTestStringConvertible {
    let testDescription: String
    var change: @Sendable (inout PluginFacts) -> Void
    var name: PluginState.Name
    var worker = PluginState.Worker.stopped
    var status: PluginState.Status
    var turn: PluginState.Turn?

    init(
        _ testDescription: String, _ name: PluginState.Name, worker: PluginState.Worker = .stopped, _ status: PluginState.Status,
        turn: PluginState.Turn? = nil, _ change: @escaping @Sendable (inout PluginFacts) -> Void
    ) {
        (self.testDescription, self.change, self.name, self.worker) = (testDescription, change, name, worker)
        (self.status, self.turn) = (status, turn)
    }
}

struct PluginStateTests {
    static let moment = Timestamp(unixMilliseconds: 1_000_000)

    @Test(arguments: [
        StateCase("nothing is wrong", .enabled, worker: .idle, .enabled) { _ in },
        StateCase("its worker runs", .enabled, worker: .running, .enabled) { $0.worker = .running },
        StateCase("a damaged package stands before everything", .invalid, .error, turn: .author) {
            ($0.trouble, $0.mismatch, $0.isConsented, $0.override) = (.init("It is damaged."), .init("Wrong host."), false, false)
        },
        StateCase("a package that is gone is the operator's turn", .invalid, .error, turn: .operator) {
            $0.trouble = .init("It is gone.", turn: .operator)
        },
        StateCase("made for another host", .incompatible, .disabled, turn: .author) { $0.mismatch = .init("It wants version 9.") },
        StateCase("nobody has agreed", .needsConsent, .disabled, turn: .operator) { $0.isConsented = false },
        StateCase("nobody has agreed, and it begins switched off", .needsConsent, .disabled, turn: .operator) {
            ($0.isConsented, $0.startsEnabled) = (false, false)
        },
        StateCase("nobody has agreed, and it was switched off in words", .disabled, .disabled) {
            ($0.isConsented, $0.override) = (false, false)
        },
        StateCase("begins switched off", .disabled, .disabled) { $0.startsEnabled = false },
        StateCase("begins switched off, and a file switches it on", .enabled, worker: .idle, .enabled) {
            ($0.startsEnabled, $0.file) = (false, true)
        },
        StateCase("begins switched off, and an organisation switches it on", .enabled, worker: .idle, .enabled) {
            ($0.startsEnabled, $0.organisation) = (false, true)
        },
        StateCase("a file switches it off", .disabled, .disabled) { $0.file = false },
        StateCase("a row stands before the file: on", .enabled, worker: .idle, .enabled) { ($0.file, $0.override) = (false, true) },
        StateCase("a row stands before the file: off", .disabled, .disabled) { ($0.file, $0.override) = (true, false) },
        StateCase("an organisation switches it off for itself", .disabled, .disabled) { $0.organisation = false },
        StateCase("an organisation cannot switch on what the hub switched off", .disabled, .disabled) {
            ($0.override, $0.organisation) = (false, true)
        },
        StateCase("switched off stands before a missing setting", .disabled, .disabled) { ($0.override, $0.missing) = (false, ["key"]) },
        StateCase("a missing setting of the hub", .needsConfiguration, .error, turn: .operator) { $0.missing = ["key"] },
        StateCase("a missing setting of an organisation", .needsConfiguration, .error, turn: .member) {
            ($0.missing, $0.isOrganisationView) = (["key"], true)
        },
        StateCase("a missing setting stands before quarantine", .needsConfiguration, .error, turn: .operator) {
            $0.missing = ["key"]
            $0.quarantine = .init(reason: "3 failures", code: "plugin.quarantined", since: moment)
        },
        StateCase("in quarantine", .enabled, worker: .quarantined, .error, turn: .operator) {
            $0.quarantine = .init(reason: "3 failures", code: "plugin.quarantined", since: moment)
        },
        StateCase(
            "its worker is in quarantine, and nobody has written it down yet", .enabled, worker: .quarantined, .error, turn: .operator
        ) {
            $0.worker = .quarantined
        },
        StateCase("without a wall", .enabled, worker: .degraded, .enabled, turn: .operator) {
            ($0.worker, $0.degraded) = (.running, ["a network namespace"])
        },
        StateCase("switched off while calls finish", .disabled, worker: .draining, .disabled) {
            ($0.override, $0.worker) = (false, .draining)
        },
        StateCase("a newer version was taken back", .enabled, worker: .running, .enabled, turn: .author) {
            ($0.worker, $0.setback) = (.running, "Version 2 failed.")
        },
    ]) func `the state follows from the facts`(_ c: StateCase) {
        var facts = PluginFacts(since: Self.moment)
        c.change(&facts)
        let state = facts.state
        #expect(state.name == c.name)
        #expect(state.worker == c.worker)
        #expect(state.status == c.status)
        #expect(state.turn == c.turn)
        #expect(state.since == Self.moment)
        #expect(state.missing == (state.name == .needsConfiguration ? facts.missing : []))
        // Whoever has a turn is told why and what to do.
        #expect(state.turn == nil || (state.reason != nil && state.remedy != nil) || state.name == .invalid || state.name == .incompatible)
        #expect(state.takesCalls == (state.name == .enabled && state.worker != .quarantined))
    }
}

struct TrialCase: Sendable, CustomTestStringConvertible {
    let testDescription: String
    /// Seconds, and how the call ended.
    let calls: [(Int, HealthTrial.Outcome)]
    var lookAt: Int?
    let verdict: HealthTrial.Verdict
}

struct HealthTrialTests {
    @Test(arguments: [
        TrialCase(testDescription: "nothing happened yet", calls: [], verdict: .watching),
        TrialCase(
            testDescription: "five good calls", calls: [(0, .answered), (1, .answered), (2, .answered), (3, .answered), (4, .answered)],
            verdict: .passed),
        TrialCase(
            testDescription: "four good calls", calls: [(0, .answered), (1, .answered), (2, .answered), (3, .answered)], verdict: .watching),
        TrialCase(
            testDescription: "the time is up without a call", calls: [], lookAt: 60, verdict: .passed),
        TrialCase(
            testDescription: "its only call failed when the time is up", calls: [(1, .failed("boom"))], lookAt: 60,
            verdict: .takenBack(reason: "its only call failed: boom")),
        TrialCase(
            testDescription: "one of two failed when the time is up", calls: [(1, .failed("boom")), (2, .answered)], lookAt: 60,
            verdict: .passed),
        TrialCase(
            testDescription: "two failures", calls: [(0, .answered), (1, .failed("a")), (2, .failed("b"))],
            verdict: .takenBack(reason: "2 of its first 3 calls failed; the last: b")),
        TrialCase(testDescription: "a crash at once", calls: [(0, .broke("a crash"))], verdict: .takenBack(reason: "a crash")),
        TrialCase(
            testDescription: "a crash behind the fifth call is another matter",
            calls: [(0, .answered), (0, .answered), (0, .answered), (0, .answered), (0, .answered), (1, .broke("a crash"))],
            verdict: .passed),
        TrialCase(testDescription: "failures behind the time", calls: [(61, .failed("a")), (62, .failed("b"))], verdict: .passed),
    ]) func `a version is kept or taken back by its first calls`(_ c: TrialCase) {
        var trial = HealthTrial(beganAt: .zero)
        for (second, outcome) in c.calls { _ = trial.record(outcome, at: .seconds(second)) }
        if let second = c.lookAt { _ = trial.look(at: .seconds(second)) }
        #expect(trial.verdict == c.verdict)
    }
}

struct SuspectCase: Sendable, CustomTestStringConvertible {
    let testDescription: String
    /// The organisation, its input, and how the call ended.
    let calls: [(String, Int, HealthTrial.Outcome)]
    var isAlone = false
    var lookAt: Int?
    let verdict: HealthTrial.Verdict
}

struct SuspectTests {
    @Test(arguments: [
        SuspectCase(
            testDescription: "whatever one organisation's inputs cost",
            calls: [("red", 1, .broke("a")), ("red", 2, .broke("b")), ("red", 3, .failed("c"))], verdict: .watching),
        SuspectCase(
            testDescription: "two organisations", calls: [("red", 1, .broke("a")), ("blue", 1, .failed("b"))],
            verdict: .takenBack(reason: "calls of 2 organisations failed; the last: b")),
        SuspectCase(
            testDescription: "the only organisation there is, with one input", calls: [("red", 1, .broke("a")), ("red", 1, .broke("b"))],
            isAlone: true, verdict: .watching),
        SuspectCase(
            testDescription: "the only organisation there is, with two", calls: [("red", 1, .broke("a")), ("red", 2, .broke("b"))],
            isAlone: true, verdict: .takenBack(reason: "calls about 2 different inputs failed; the last: b")),
        SuspectCase(
            testDescription: "failures do not count as calls that a version has passed",
            calls: [
                ("red", 1, .failed("a")), ("red", 1, .failed("a")), ("red", 1, .failed("a")), ("red", 1, .failed("a")),
                ("red", 1, .failed("a")),
            ],
            verdict: .watching),
        SuspectCase(
            testDescription: "others' calls that went well do",
            calls: [("red", 1, .broke("a"))] + (0..<5).map { ("blue", $0, .answered) }, verdict: .passed),
        SuspectCase(
            testDescription: "the time is up, and nobody else has called", calls: [("red", 1, .broke("a"))], lookAt: 60, verdict: .watching),
        SuspectCase(
            testDescription: "the time is up, and somebody was answered", calls: [("red", 1, .broke("a")), ("blue", 1, .answered)],
            lookAt: 60, verdict: .passed),
    ]) func `what one organisation's input may have caused counts only when another one's fails too`(_ c: SuspectCase) {
        var policy = HealthTrial.Policy()
        policy.isAlone = c.isAlone
        var trial = HealthTrial(policy: policy, beganAt: .zero)
        for (organisation, input, outcome) in c.calls {
            _ = trial.record(outcome, because: HealthTrial.Cause(Organisation.ID(organisation), inputs: [input]), at: .seconds(1))
        }
        if let second = c.lookAt { _ = trial.look(at: .seconds(second)) }
        #expect(trial.verdict == c.verdict)
    }
}

struct WordsCase: Sendable, CustomTestStringConvertible {
    let permission: String
    let risk: PermissionRisk
    let holds: String
    var testDescription: String { permission }
}

struct PermissionWordsTests {
    @Test(arguments: [
        WordsCase(permission: "network:outbound:api.example.com", risk: .medium, holds: "send data to api.example.com"),
        WordsCase(permission: "network:outbound:*.example.com", risk: .high, holds: "every host below example.com"),
        WordsCase(permission: "network:outbound:http://printer.example", risk: .high, holds: "others can read"),
        WordsCase(permission: "network:inbound", risk: .medium, holds: "webhooks"),
        WordsCase(permission: "network:private:10.0.0.0/8@nas.example", risk: .high, holds: "your own network"),
        WordsCase(permission: "event:publish:connector.synced", risk: .low, holds: "connector.synced"),
        WordsCase(permission: "event:publish:connector.>", risk: .medium, holds: "connector.>"),
        WordsCase(permission: "data:read:persons", risk: .medium, holds: "read all persons"),
        WordsCase(permission: "data:write:persons", risk: .high, holds: "delete persons"),
        WordsCase(permission: "engine:jit", risk: .high, holds: "wall less"),
        WordsCase(permission: "engine:wasm", risk: .high, holds: "WebAssembly"),
        WordsCase(permission: "file:read:/home", risk: .high, holds: "/home"),
        WordsCase(permission: "process:run:zsh", risk: .high, holds: "zsh"),
        WordsCase(permission: "page:call:fs:read_dir", risk: .medium, holds: "fs:read_dir"),
        WordsCase(permission: "action:run", risk: .low, holds: "right 'action:run'"),
        WordsCase(permission: "moon:walk", risk: .low, holds: "does not know"),
    ]) func `every permission has a sentence and a risk`(_ c: WordsCase) {
        let words = PermissionWords(c.permission)
        #expect(words.risk == c.risk)
        #expect(words.sentence.contains(c.holds))
        #expect(words.sentence.hasSuffix("."))
    }
}
