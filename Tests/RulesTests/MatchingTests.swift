import JSON
import Rules
import Testing

struct MatchCase: Sendable, CustomTestStringConvertible {
    let signal: BuiltInSignal
    let values: MatchingValues
    let data: JSONValue
    let expected: Outcome
    var testDescription: String { "\(signal.rawValue) \(values.json) on \(data)" }

    init(_ signal: BuiltInSignal, _ strings: [String], _ text: JSONValue, _ expected: Outcome) {
        (self.signal, values, data, self.expected) = (signal, MatchingValues(strings: strings), ["text": text], expected)
    }
}

struct MatchingTests {
    private static func leaf(_ signal: BuiltInSignal, _ values: MatchingValues?, _ input: ConditionInput = field("text")) -> LeafCondition {
        LeafCondition(input, signal: SignalChoice(signal.rawValue), matchingValues: values)
    }

    @Test(arguments: [
        MatchCase(.containsText, ["WORD"], "a word here", .passed), MatchCase(.containsText, ["none", "here"], "a word HERE", .passed),
        MatchCase(.containsText, ["words"], "a word", .failed), MatchCase(.containsText, ["ÄRGER"], "viel ärger", .passed),
        MatchCase(.containsText, ["a word here and more"], "a word here", .failed), MatchCase(.containsText, ["aab"], "aaab", .passed),
        MatchCase(.containsText, ["a"], "", .failed), MatchCase(.containsNoText, ["a"], "", .passed),
        MatchCase(.containsNoText, ["word"], "a WORD", .failed), MatchCase(.containsNoText, ["word", "b"], "nothing", .passed),
        MatchCase(.containsRegex, ["^b.d$"], "BAD", .passed), MatchCase(.containsRegex, ["\\d{3}", "x"], "12", .failed),
        MatchCase(.containsNoRegex, ["\\bcat\\b"], "concat", .passed),
        MatchCase(.containsRegex, ["(a+)+$"], .string(String(repeating: "a", count: 40) + "!"), .errored),
        MatchCase(.containsVariant, ["badword"], "B4DW0RD", .passed), MatchCase(.containsVariant, ["badword"], "bааdwоrd", .passed),
        MatchCase(.containsVariant, ["badword"], "baaaddwoooord", .passed), MatchCase(.containsVariant, ["badword"], "ｂａｄｗｏｒｄ", .passed),
        MatchCase(.containsVariant, ["badword"], "bàdwörd", .passed), MatchCase(.containsVariant, ["badword"], "bad word", .failed),
        MatchCase(.containsVariant, ["h3llo"], "hello", .passed),
        MatchCase(.containsVariant, ["badword"], "ba\u{200B}d\u{301}word", .passed),
    ])
    func `texts are looked into`(_ c: MatchCase) throws {
        #expect(try outcome(Self.leaf(c.signal, c.values), c.data) == c.expected)
    }

    @Test func `a needle is found wherever a slow search finds it`() throws {
        var random = Seeded(19)
        let letters = Array("abzé ")
        func text(_ length: Int) -> String { String((0..<length).map { _ in letters.randomElement(using: &random) ?? "a" }) }
        for _ in 0..<2_000 {
            let (needle, hay) = (text(.random(in: 1...5, using: &random)), text(.random(in: 0...40, using: &random)))
            let expected = hay.utf8.indices.contains { hay.utf8[$0...].starts(with: needle.utf8) }
            let found = try outcome(Self.leaf(.containsText, MatchingValues(strings: [needle])), ["text": .string(hay)])
            #expect(found == (expected ? .passed : .failed), "\(needle) in \(hay)")
        }
    }

    @Test func `banks stand for what is in them`() throws {
        var banks = Banks()
        banks.texts = ["b": ["spam", "ham"]]
        let leaf = Self.leaf(.containsText, MatchingValues(textBankIDs: ["b"]))
        #expect(try outcome(leaf, ["text": "more ham"], banks: banks) == .passed)
        let missing = RuleProgram([rule(leaf)], types: [post])
        #expect(missing.findings.map(\.code) == ["rule.missing-bank"])
        #expect(missing.findings.first?.pointer.description == "/0/conditionSet/conditions/0/matchingValues/textBankIds")
        #expect(try outcome(leaf, ["text": "more ham"]) == .errored)
    }

    @Test func `a signal that needs values and gets none, or a kind it does not take, cannot tell`() throws {
        #expect(try outcome(Self.leaf(.containsText, nil), ["text": "a"]) == .errored)
        #expect(try outcome(Self.leaf(.containsText, MatchingValues(strings: ["\u{301}"])), ["text": "a"]) == .failed)
        #expect(try outcome(Self.leaf(.containsVariant, MatchingValues(strings: ["\u{301}"])), ["text": "a"]) == .errored)
        let wrong = LeafCondition(
            field("likes"), signal: SignalChoice(BuiltInSignal.containsText.rawValue), matchingValues: MatchingValues(strings: ["a"]))
        #expect(try outcome(wrong, ["likes": 1]) == .errored)
        #expect(RuleProgram([rule(Self.leaf(.containsRegex, MatchingValues(strings: ["("])))]).findings.map(\.code) == ["rule.bad-pattern"])
    }

    @Test func `a pattern without end is unavailable, which a condition can ask for`() throws {
        let text: JSONValue = .string(String(repeating: "a", count: 40) + "!")
        let leaf = LeafCondition(
            field("text"), signal: SignalChoice(BuiltInSignal.containsRegex.rawValue), matchingValues: MatchingValues(strings: ["(a+)+$"]),
            .isUnavailable)
        #expect(try outcome(leaf, ["text": text]) == .passed)
        #expect(try outcome(leaf, ["text": "a"]) == .failed)
    }

    @Test(arguments: [
        ("u33dc0", "u33d", Outcome.passed), ("U33DC0", "u33d", .passed), ("u33e", "u33d", .failed), ("u3", "u33d", .failed),
    ])
    func `a cell holds what its letters begin`(_ place: String, _ cell: String, _ expected: Outcome) throws {
        let leaf = Self.leaf(.geoContainedWithin, MatchingValues(locations: [.string(cell)]), field("place"))
        #expect(try outcome(leaf, ["place": .string(place)]) == expected)
    }

    @Test func `a circle holds what lies within its radius along the earth, also over the date line`() throws {
        func within(_ latitude: Double, _ longitude: Double, _ radius: Double, _ place: String) throws -> Outcome {
            let area: JSONValue = [
                "geometry": ["center": ["lat": .double(latitude), "lng": .double(longitude)], "radius": .double(radius)]
            ]
            return try outcome(Self.leaf(.geoContainedWithin, MatchingValues(locations: [area]), field("place")), ["place": .string(place)])
        }
        // Berlin's television tower is u33dc1…; Potsdam lies 27 km away.
        #expect(try within(52.5208, 13.4094, 500, "u33dc1r3y") == .passed)
        #expect(try within(52.3906, 13.0645, 20_000, "u33dc1r3y") == .failed)
        #expect(try within(52.3906, 13.0645, 35_000, "u33dc1r3y") == .passed)
        let eastEnd = try #require(Geohash("xbpbpbpbpbp"))
        #expect(eastEnd.longitude > 179.99)
        #expect(try within(eastEnd.latitude, -179.999, 1_000, "xbpbpbpbpbp") == .passed)
    }

    @Test func `pictures match by their hash, or by the bank they were found in`() throws {
        let hash = String(repeating: "0f", count: 32)
        var near = Array(hash)
        near[0] = "f"  // four bits
        let far = String(repeating: "f0", count: 32)
        var banks = Banks()
        banks.images = ["bank": [try #require(PerceptualHash(hash))]]
        func found(_ picture: JSONValue, _ signal: BuiltInSignal = .imageMatches) throws -> Outcome {
            try outcome(Self.leaf(signal, MatchingValues(imageBankIDs: ["bank"]), field("picture")), ["picture": picture], banks: banks)
        }
        #expect(try found(["url": "https://a.test/", "hashes": ["pdq": .string(String(near))]]) == .passed)
        #expect(try found(["url": "https://a.test/", "hashes": ["pdq": .string(far)]]) == .failed)
        #expect(try found(["url": "https://a.test/", "hashes": ["pdq": .string(far)]], .imageDoesNotMatch) == .passed)
        #expect(try found(["url": "https://a.test/", "matchedBanks": ["bank"]]) == .passed)
        #expect(try found(["url": "https://a.test/"]) == .errored)
        #expect(PerceptualHash(hash).map { $0.description } == hash)
    }

    @Test func `banks are read, and all that is wrong with them is told`() throws {
        let reading = Banks.read([
            "texts": ["a": ["x"]], "locations": ["b": ["u33"]], "images": ["c": [.string(String(repeating: "0", count: 64))]],
        ])
        #expect(reading.value?.texts == ["a": ["x"]] && reading.value?.locations["b"]?.count == 1 && reading.value?.images["c"]?.count == 1)
        let bad = Banks.read(["text": [:], "texts": ["a": ["", 1]], "locations": ["b": "u33"], "images": [1]])
        #expect(bad.findings.map(\.pointer.description) == ["/text", "/texts/a/0", "/texts/a/1", "/locations/b", "/images"])
    }
}
