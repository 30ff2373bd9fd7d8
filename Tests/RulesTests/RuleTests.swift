import JSON
import Rules
import Testing

struct RuleTests {
    private static let leaf: JSONValue = [
        "conjunction": "AND", "conditions": [["input": ["type": "USER_ID"], "comparator": "EQUALS", "threshold": "a"]],
    ]

    @Test(
        arguments: [
            (RuleStatus.draft, RuleState.draft, RuleState.draft, nil), (.background, .background, .expired, .background),
            (.live, .live, .expired, .live), (.archived, .archived, .archived, nil), (.deprecated, .deprecated, .deprecated, nil),
        ] as [(RuleStatus, RuleState, RuleState, RuleEnvironment?)])
    func `only rules at work expire, and only those at work judge what comes in`(
        _ status: RuleStatus, _ before: RuleState, _ after: RuleState, _ environment: RuleEnvironment?
    ) throws {
        let end = try #require(Timestamp(iso8601: "2026-01-01T00:00:00Z"))
        #expect(RuleState(status, expiresAt: end, now: Timestamp(milliseconds: end.milliseconds - 1)) == before)
        #expect(RuleState(status, expiresAt: end, now: end) == after)
        #expect(RuleState(status, expiresAt: nil, now: end) == before)
        #expect(RuleEnvironment(submissionTo: before) == environment)
        #expect(before.judgesSubmissions == (environment != nil))
        #expect(!after.judgesSubmissions || after == before)
    }

    @Test func `a cap counts what is live and never lets through one too many`() {
        let cap = DailyCap(2)
        #expect(cap.decide(in: .live, count: 0) == .fire(count: 1))
        #expect(cap.decide(in: .live, count: 1) == .fire(count: 2))
        #expect(cap.decide(in: .live, count: 2) == .spent)
        #expect(cap.decide(in: .manual, count: 2) == .fire(count: 2))
        #expect(cap.decide(in: .background, count: 0) == .silent)
        #expect(cap.decide(in: .backtest, count: 0) == .silent)
        #expect(DailyCap(0).decide(in: .live, count: 0) == .spent)
        #expect(DailyCap(nil).decide(in: .live, count: .max - 1) == .fire(count: .max))
    }

    @Test(arguments: [
        ("1970-01-01T00:00:00Z", 0 as Int64, 0 as Int64), ("1969-12-31T23:59:59.999Z", -1, -1), ("2000-02-29", 951_782_400_000, 11_016),
        ("2026-11-21T12:00:00+14:00", 1_795_212_000_000, 20_777), ("0000-01-01", -62_167_219_200_000, -719_528),
        ("9999-12-31T23:59:59,9Z", 253_402_300_799_900, 2_932_896),
    ])
    func `a moment is read, and has a day of UTC`(_ text: String, _ milliseconds: Int64, _ day: Int64) throws {
        let moment = try #require(Timestamp(iso8601: text))
        #expect(moment.milliseconds == milliseconds)
        #expect(moment.day == day)
    }

    @Test(arguments: [
        "", "2026", "2026-13-01", "2026-04-31", "2026-01-01T", "2026-01-01T24:00", "2026-01-01T10:00:00.Z", "2026-01-01T10:00Zx",
        "26-01-01",
    ])
    func `what is no moment is none`(_ text: String) { #expect(Timestamp(iso8601: text) == nil) }

    @Test func `a rule is read and written back the same`() throws {
        let value: JSONValue = [
            "id": "r", "name": "Rule", "description": "What for", "ruleType": "CONTENT", "status": "LIVE",
            "expirationTime": "2027-01-01T00:00:00Z",
            "contentTypeIds": ["post"], "actionIds": ["a"], "policyIds": ["p"], "tags": ["t"], "maxDailyActions": 3,
            "conditionSet": Self.leaf,
        ]
        let reading = Rule.read(value)
        #expect(reading.findings.isEmpty, "\(reading.findings)")
        #expect(try #require(reading.value).json == value)
        #expect(Rule.read(["statusIfUnexpired": "BACKGROUND", "conditionSet": Self.leaf], id: "x").value?.status == .background)
    }

    @Test func `all that is wrong with a rule is told`() {
        let reading = Rule.read([
            "status": "LIFE", "expirationTime": "soon", "maxDailyActions": -1, "tags": "a", "conditionSets": 1, "conditionSet": Self.leaf,
        ])
        #expect(
            reading.findings.map { "\($0.code) \($0.pointer)" } == [
                "rule.unknown-member /conditionSets", "rule.unknown-word /status", "rule.wrong-type /expirationTime",
                "rule.wrong-type /maxDailyActions", "rule.wrong-type /tags",
            ])
        #expect(Rule.read(.null).value == nil && Rule.read(["id": "a"]).value == nil)
    }

    @Test func `actions of several passing rules are done once, where the first one has them`() {
        func rule(_ actions: [String], _ policies: [String]) -> Rule {
            var rule = Rule(id: "r", conditions: ConditionSet(.and, []))
            (rule.actionIDs, rule.policyIDs) = (actions, policies)
            return rule
        }
        let rules = [rule(["b", "a"], ["p"]), rule(["a", "c", "b"], ["q", "p"])]
        #expect(FiringActions.ids(of: rules) == ["b", "a", "c"])
        #expect(FiringActions.union(rules.map(\.policyIDs)) == ["p", "q"])
    }

    @Test func `a rule looks at the types it names, and without any at all of them`() throws {
        var (some, all) = (
            rule(LeafCondition(field("likes"), .equals, .number(1))), rule(LeafCondition(.gathered(.allText), .isNotProvided))
        )
        some.itemTypeIDs = ["comment"]
        all.itemTypeIDs = []
        let program = RuleProgram([some, all], types: [post])
        #expect(ItemEvaluation(program, of: try item(["likes": 1])).rules == [1])
    }

    @Test func `a trace is the rule with results beside it, and reads as the rule`() throws {
        let set = ConditionSet(
            .or,
            [
                .leaf(LeafCondition(field("likes"), .greaterThan, .number(5))),
                .leaf(
                    LeafCondition(
                        field("text"), signal: SignalChoice(BuiltInSignal.containsText.rawValue),
                        matchingValues: MatchingValues(strings: ["Spam"]))),
                .leaf(LeafCondition(field("title"), .isNotProvided)),
            ])
        let evaluation = ItemEvaluation(
            RuleProgram([Rule(id: "r", conditions: set)], types: [post]), of: try item(["likes": 3, "text": "SPAM!"]))
        #expect(evaluation.decide(0) == .true)
        let trace = evaluation.trace(of: 0).json
        #expect(trace["result"] == ["outcome": "PASSED"])
        let leaves = trace["conditions"]
        #expect(leaves?[0]?["result"]?["outcome"] == "FAILED" && leaves?[0]?["result"]?["score"] == "3")
        #expect(leaves?[1]?["result"]?["matchedValue"] == "Spam" && leaves?[1]?["result"]?["score"] == "true")
        #expect(
            leaves?[1]?["result"]?["values"] == [
                ["type": "STRING", "value": "SPAM!", "outcome": "PASSED", "score": true, "matchedValue": "Spam"]
            ])
        #expect(leaves?[2]?["result"] == nil)
        #expect(ConditionSet.read(trace).value == set)
    }
}
