import JSON
import Rules
import Testing

struct BadConditionCase: Sendable, CustomTestStringConvertible {
    let testDescription: String
    let value: JSONValue
    let findings: [String]

    init(_ name: String, _ value: JSONValue, _ findings: [String]) {
        (testDescription, self.value, self.findings) = (name, value, findings)
    }
}

/// A leaf that is well formed, for what stands around it.
private let good: JSONValue = ["input": ["type": "USER_ID"], "comparator": "EQUALS", "threshold": "a"]
private func set(_ leaves: JSONValue...) -> JSONValue { ["conjunction": "AND", "conditions": .array(leaves)] }

struct ConditionTests {
    static let whole: JSONValue = [
        "conjunction": "XOR",
        "conditions": [
            ["conjunction": "AND", "conditions": [good]],
            [
                "conjunction": "OR",
                "conditions": [
                    ["input": ["type": "FULL_ITEM", "contentTypeIds": ["post"]], "signal": ["id": "{\"type\":\"S\"}", "type": "S"]],
                    [
                        "input": ["type": "CONTENT_FIELD", "name": "text", "contentTypeId": "post"],
                        "signal": ["id": "{\"type\":\"S\"}", "type": "S", "name": "A signal", "subcategory": "c", "args": ["a": [1]]],
                        "matchingValues": [
                            "strings": ["a"], "textBankIds": ["b"],
                            "locations": ["u33", ["geometry": ["center": ["lat": 1, "lng": 2], "radius": 3]]],
                            "locationBankIds": ["l"], "imageBankIds": ["i"],
                        ], "comparator": "GREATER_THAN_OR_EQUALS", "threshold": 0.5,
                    ],
                    ["input": ["type": "CONTENT_COOP_INPUT", "name": "All text"], "comparator": "IS_NOT_PROVIDED"],
                    [
                        "input": ["type": "CONTENT_DERIVED_FIELD", "spec": ["derivationType": "VIDEO_TRANSCRIPTION"]],
                        "comparator": "IS_UNAVAILABLE",
                    ],
                ],
            ],
        ],
    ]

    @Test func `what is read is written back the same`() throws {
        let reading = ConditionSet.read(Self.whole)
        #expect(reading.findings.isEmpty, "\(reading.findings)")
        #expect(try #require(reading.value).json == Self.whole)
    }

    @Test func `both spellings of the source are read, and a signal is named by its id alone`() throws {
        let reading = ConditionSet.read(
            set(
                ["input": ["type": "CONTENT_COOP_INPUT", "name": "Creation Source"], "comparator": "EQUALS", "threshold": "x"],
                ["input": ["type": "USER_ID"], "signal": ["id": "{\"type\":\"S\"}"]]))
        guard case .leaf(let first)? = reading.value?.conditions[0], case .leaf(let second)? = reading.value?.conditions[1] else {
            Issue.record("\(reading.findings)")
            return
        }
        #expect(first.input == .gathered(.source))
        #expect(second.signal?.type == "S")
    }

    @Test(arguments: [
        BadConditionCase("no object", [], ["rule.wrong-type "]),
        BadConditionCase("no conjunction", ["conditions": [good]], ["rule.missing /conjunction"]),
        BadConditionCase("a misspelt conjunction", ["conjunction": "ADN", "conditions": [good]], ["rule.unknown-word /conjunction"]),
        BadConditionCase("an empty set", set(), ["rule.empty-set /conditions"]),
        BadConditionCase("leaves beside sets", set(good, set(good)), ["rule.mixed-conditions /conditions/1"]),
        BadConditionCase(
            "everything at once",
            set(["input": ["type": "FIELD"], "comparator": "EQUAL"], ["input": ["type": "CONTENT_FIELD"], "threshold": []]),
            [
                "rule.unknown-word /conditions/0/input/type", "rule.unknown-word /conditions/0/comparator",
                "rule.missing /conditions/1/input/name", "rule.missing /conditions/1/input/contentTypeId",
                "rule.wrong-type /conditions/1/threshold",
            ]),
        BadConditionCase(
            "not provided with everything it forbids",
            set([
                "input": ["type": "USER_ID"], "signal": ["type": "S"], "matchingValues": ["strings": ["a"]],
                "comparator": "IS_NOT_PROVIDED",
                "threshold": 1,
            ]),
            [
                "rule.contradiction /conditions/0/signal", "rule.contradiction /conditions/0/matchingValues",
                "rule.contradiction /conditions/0/threshold",
            ]),
        BadConditionCase(
            "a whole item without a signal", set(["input": ["type": "FULL_ITEM"], "comparator": "EQUALS", "threshold": "a"]),
            ["rule.contradiction /conditions/0/input"]),
        BadConditionCase(
            "a comparator without a threshold", set(["input": ["type": "USER_ID"], "comparator": "LESS_THAN"]),
            ["rule.missing /conditions/0/threshold"]),
        BadConditionCase(
            "matching values without a signal",
            set(["input": ["type": "USER_ID"], "matchingValues": ["strings": ["a"]], "comparator": "EQUALS", "threshold": "a"]),
            ["rule.contradiction /conditions/0/matchingValues"]),
        BadConditionCase(
            "an id that names another signal", set(["input": ["type": "USER_ID"], "signal": ["id": "{\"type\":\"A\"}", "type": "B"]]),
            ["rule.contradiction /conditions/0/signal/id"]),
        BadConditionCase(
            "an id that is none", set(["input": ["type": "USER_ID"], "signal": ["id": "A", "type": "A"]]),
            ["rule.wrong-type /conditions/0/signal/id"]),
        BadConditionCase(
            "places that are none",
            set(["input": ["type": "USER_ID"], "signal": ["type": "S"], "matchingValues": ["locations": ["?", ["geometry": [:]]]]]),
            ["rule.wrong-type /conditions/0/matchingValues/locations/0", "rule.wrong-type /conditions/0/matchingValues/locations/1"]),
    ])
    func `what is no condition is told, all of it, with where and what to do`(_ c: BadConditionCase) {
        let reading = ConditionSet.read(c.value)
        #expect(reading.value == nil)
        #expect(reading.findings.map { "\($0.code) \($0.pointer)" } == c.findings)
        for finding in reading.findings { #expect(!finding.remedy.isEmpty && finding.sentence.hasSuffix(".")) }
    }

    @Test func `a member that is not known is a warning with the near one`() throws {
        let reading = ConditionSet.read(set(["input": ["type": "USER_ID"], "treshold": 1, "result": ["outcome": "PASSED"]]))
        #expect(reading.value != nil)
        #expect(reading.findings.map(\.code) == ["rule.unknown-member"])
        #expect(reading.findings.first?.remedy == "Did you mean 'threshold'?")
    }

    @Test func `sets go as deep as the limit, and no deeper`() {
        func nested(_ depth: Int) -> JSONValue { (1..<depth).reduce(set(good)) { inner, _ in set(inner) } }
        #expect(ConditionSet.read(nested(RuleLimits.setDepthMax)).value != nil)
        #expect(ConditionSet.read(nested(RuleLimits.setDepthMax + 1)).findings.map(\.code) == ["rule.too-deep"])
        let wide = JSONValue.array(Array(repeating: good, count: RuleLimits.conditionsMax + 1))
        #expect(ConditionSet.read(["conjunction": "OR", "conditions": wide]).findings.map(\.code) == ["rule.too-many"])
    }

    @Test func `random JSON is never more than refused, and what is taken is written back`() {
        var random = Seeded(14)
        let keys = [
            "conjunction", "conditions", "input", "type", "name", "signal", "id", "comparator", "threshold", "matchingValues", "strings",
        ]
        let words = [
            "AND", "OR", "XOR", "USER_ID", "FULL_ITEM", "CONTENT_FIELD", "EQUALS", "IS_NOT_PROVIDED", "All text", "{\"type\":\"S\"}",
        ]
        for _ in 0..<5_000 {
            let reading = ConditionSet.read(RandomJSON.value(&random, keys: keys, words: words))
            #expect((reading.value == nil) == reading.findings.contains { $0.severity == .error })
        }
        var taken = 0
        for _ in 0..<5_000 {
            let arguments = RandomJSON.value(&random, keys: ["a", "b"], depth: 2)
            let strings = RandomJSON.value(&random, keys: ["strings", "textBankIds"], words: words, depth: 3)
            let value = set([
                "input": ["type": "USER_ID"], "signal": ["type": "S", "args": arguments, "name": strings],
                "matchingValues": ["strings": strings], "comparator": "EQUALS", "threshold": 1,
            ])
            guard let read = ConditionSet.read(value).value else { continue }
            taken += 1
            #expect(ConditionSet.read(read.json).value == read)
        }
        #expect(taken > 10)
    }
}
