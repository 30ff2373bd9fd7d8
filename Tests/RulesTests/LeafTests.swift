import JSON
import Rules
import Testing

struct LeafCase: Sendable, CustomTestStringConvertible {
    let leaf: LeafCondition
    let data: JSONValue
    let expected: Outcome
    var testDescription: String { "\(JSONValue.object(leaf.json)) on \(data): \(expected.word)" }

    init(_ input: String, _ comparator: Comparator?, _ threshold: Score?, _ data: JSONValue, _ expected: Outcome) {
        (leaf, self.data, self.expected) = (LeafCondition(field(input), comparator, threshold), data, expected)
    }
}

/// Leaves without signals: the value itself is compared.
struct LeafTests {
    @Test(arguments: [
        LeafCase("likes", .equals, .number(5), ["likes": 5], .passed), LeafCase("likes", .equals, .number(5), ["likes": 6], .failed),
        LeafCase("likes", .notEqualTo, .number(5), ["likes": 6], .passed),
        LeafCase("likes", .lessThan, .number(5), ["likes": 4.9], .passed),
        LeafCase("likes", .lessThan, .number(5), ["likes": 5], .failed),
        LeafCase("likes", .lessThanOrEquals, .number(5), ["likes": 5], .passed),
        LeafCase("likes", .greaterThan, .number(5), ["likes": 5], .failed),
        LeafCase("likes", .greaterThanOrEquals, .number(5), ["likes": 5], .passed),
        LeafCase("likes", .equals, .text("5"), ["likes": 5], .passed), LeafCase("likes", .equals, .text(" 5e0 "), ["likes": 5], .passed),
        LeafCase("likes", .equals, .text("five"), ["likes": 5], .failed),
        LeafCase("likes", .notEqualTo, .text("five"), ["likes": 5], .passed),
        LeafCase("likes", .lessThan, .text("0x10"), ["likes": 5], .failed),
        LeafCase("text", .equals, .text("ab"), ["text": "ab"], .passed), LeafCase("text", .equals, .text("Ab"), ["text": "ab"], .failed),
        LeafCase("text", .equals, .text("e\u{301}"), ["text": "é"], .failed),
        LeafCase("text", .lessThan, .text("b"), ["text": "ab"], .passed),
        LeafCase("text", .lessThan, .text("\u{FFFF}"), ["text": "😀"], .passed),
        LeafCase("text", .equals, .number(5), ["text": "5.0"], .passed),
        LeafCase("text", .notEqualTo, .number(5), ["text": "x"], .passed),
        LeafCase("isNew", .equals, .text("true"), ["isNew": true], .passed),
        LeafCase("isNew", .equals, .text("TRUE"), ["isNew": true], .passed),
        LeafCase("isNew", .equals, .text("false"), ["isNew": false], .passed),
        LeafCase("isNew", .equals, .boolean(false), ["isNew": true], .failed),
        LeafCase("isNew", .notEqualTo, .number(0), ["isNew": true], .passed),
        LeafCase("when", .lessThan, .text("2026-01-01T00:00:00Z"), ["when": "2026-01-01T01:30:00+02:00"], .passed),
        LeafCase("when", .equals, .text("2026-01-01"), ["when": "2026-01-01T00:00:00.000Z"], .passed),
        LeafCase("when", .greaterThan, .number(0), ["when": "1970-01-01T00:00:00.001Z"], .passed),
        LeafCase("when", .greaterThan, .text("soon"), ["when": "1970-01-01"], .errored),
        LeafCase("owner", .equals, .text("7"), ["owner": ["id": 7, "typeId": "user"]], .passed),
        LeafCase("picture", .equals, .text("https://a.test/"), ["picture": "https://a.test/"], .passed),
        LeafCase("likes", nil, nil, ["likes": 0], .failed), LeafCase("likes", nil, nil, ["likes": 2], .passed),
        LeafCase("text", nil, nil, ["text": ""], .failed), LeafCase("text", nil, nil, ["text": "x"], .passed),
        LeafCase("isNew", nil, nil, ["isNew": false], .failed),
        // Nothing to look at.
        LeafCase("text", .equals, .text("a"), [:], .inapplicable), LeafCase("text", .isNotProvided, nil, [:], .passed),
        LeafCase("text", .isNotProvided, nil, ["text": "a"], .failed),
        LeafCase("scores", .equals, .number(1), ["scores": []], .inapplicable),
        LeafCase("scores", .isNotProvided, nil, ["scores": []], .passed),
        LeafCase("picture", .isNotProvided, nil, ["picture": ""], .passed),
        LeafCase("nowhere", .equals, .text("a"), ["nowhere": "a"], .inapplicable),
        LeafCase("text", .isUnavailable, nil, [:], .inapplicable),
        // Several values: any.
        LeafCase("scores", .greaterThan, .number(5), ["scores": [1, 9, 2]], .passed),
        LeafCase("scores", .greaterThan, .number(5), ["scores": [1, 2]], .failed),
        LeafCase("named", .equals, .number(2), ["named": ["a": 1, "b": 2]], .passed),
        LeafCase("text", .isUnavailable, nil, ["text": "a"], .failed),
    ])
    func `a value is compared with a threshold`(_ c: LeafCase) throws {
        #expect(try outcome(c.leaf, c.data) == c.expected)
    }

    @Test func `a field of another item type gives nothing`() throws {
        #expect(try outcome(LeafCondition(.field(name: "text", typeID: "comment"), .equals, .text("a")), ["text": "a"]) == .inapplicable)
    }

    @Test(
        arguments: [
            (.allText, ["title": "b", "text": "a", "lines": ["c", "d"]], "a b c d"),
            (.allText, ["text": "a"], "a"), (.anyImage, ["pictures": ["https://a.test/1", "https://a.test/2"]], "https://a.test/2"),
            (.anyGeohash, ["place": "u33"], "u33"), (.author, ["owner": ["id": "9", "typeId": "user"]], "9"),
        ] as [(GatheredInput, JSONValue, String)])
    func `inputs that every type may have gather its values`(_ input: GatheredInput, _ data: JSONValue, _ wanted: String) throws {
        #expect(try outcome(LeafCondition(.gathered(input), .equals, .text(wanted)), data) == .passed)
        #expect(try outcome(LeafCondition(.gathered(input), .isNotProvided), [:]) == .passed)
    }

    @Test func `policies, source and user of a submission can be looked at`() throws {
        let read = try #require(
            ItemReading([post]).read([
                "id": "1", "typeId": "post", "data": [:], "source": "report", "policyIds": ["p1", "p2"],
                "creator": ["id": "u", "typeId": "user"],
            ]).value)
        let rules = [
            rule(LeafCondition(.gathered(.policy), .equals, .text("p2"))),
            rule(LeafCondition(.gathered(.source), .equals, .text("report"))),
            rule(LeafCondition(.userID, .equals, .text("u"))),
        ]
        let evaluation = ItemEvaluation(RuleProgram(rules, types: [post]), of: read)
        for place in rules.indices { #expect(evaluation.decide(place) == .true) }
    }

    @Test func `a derived field cannot be made here, which is an error under every comparator but one`() throws {
        let spec: JSONObject = ["derivationType": "VIDEO_TRANSCRIPTION"]
        #expect(try outcome(LeafCondition(.derived(spec), .equals, .text("a")), [:]) == .errored)
        #expect(try outcome(LeafCondition(.derived(spec), .isNotProvided), [:]) == .errored)
        #expect(try outcome(LeafCondition(.derived(spec), .isUnavailable), [:]) == .passed)
    }

    @Test func `a whole item without a signal is an error`() throws {
        #expect(try outcome(LeafCondition(.fullItem(typeIDs: nil), .equals, .text("a")), [:]) == .errored)
        #expect(try outcome(LeafCondition(.fullItem(typeIDs: ["comment"]), .equals, .text("a")), [:]) == .inapplicable)
    }

    @Test func `upstream defect: true EQUALS the text false`() throws {
        #expect(try outcome(LeafCondition(field("isNew"), .equals, .text("false")), ["isNew": true]) == .failed)
        #expect(try outcome(LeafCondition(field("isNew"), .equals, .text("no")), ["isNew": true]) == .errored)
        #expect(try outcome(LeafCondition(field("isNew"), .notEqualTo, .text("")), ["isNew": true]) == .errored)
    }
}
