import JSON
import Rules
import Testing

struct ScalarCase: Sendable, CustomTestStringConvertible {
    let scalar: Scalar
    let given: JSONValue
    /// Nil: it does not fit.
    let expected: JSONValue?
    var testDescription: String { "\(scalar.rawValue) from \(given)" }

    init(_ scalar: Scalar, _ given: JSONValue, _ expected: JSONValue?) {
        (self.scalar, self.given, self.expected) = (scalar, given, expected)
    }
}

struct ItemTests {
    @Test(arguments: [
        ScalarCase(.string, "a", "a"), ScalarCase(.string, "", ""), ScalarCase(.string, nil, .null), ScalarCase(.string, 1, nil),
        ScalarCase(.id, 12, "12"), ScalarCase(.id, "x", "x"), ScalarCase(.id, 1.5, nil), ScalarCase(.policyID, 7, "7"),
        ScalarCase(.boolean, "true", true), ScalarCase(.boolean, "1", true), ScalarCase(.boolean, "false", false),
        ScalarCase(.boolean, "0", false), ScalarCase(.boolean, "yes", nil), ScalarCase(.boolean, 1, nil),
        ScalarCase(.boolean, false, false),
        ScalarCase(.number, "12.5", 12.5), ScalarCase(.number, " 3 ", 3), ScalarCase(.number, "", nil), ScalarCase(.number, "0x10", nil),
        ScalarCase(.number, "nan", nil), ScalarCase(.number, "many", nil), ScalarCase(.number, 4, 4), ScalarCase(.number, true, nil),
        ScalarCase(.image, "https://a.test/b.png", ["url": "https://a.test/b.png"]),
        ScalarCase(.image, ["url": "https://a.test/b.png"], ["url": "https://a.test/b.png"]), ScalarCase(.image, "", .null),
        ScalarCase(.image, ["url": ""], .null), ScalarCase(.image, ["href": "x"], nil),
        ScalarCase(.image, ["url": "https://a.test/", "hashes": ["pdq": "short"]], nil),
        ScalarCase(.media, "https://a.test/b", ["url": "https://a.test/b", "mediaType": .null]),
        ScalarCase(.media, ["url": "https://a.test/b", "mediaType": "VIDEO"], ["url": "https://a.test/b", "mediaType": "VIDEO"]),
        ScalarCase(.media, ["url": "https://a.test/b", "mediaType": "STRING"], nil),
        ScalarCase(.url, "", .null), ScalarCase(.url, "https://a.test", "https://a.test"), ScalarCase(.url, "a.test", nil),
        ScalarCase(.url, "https://a b", nil),
        ScalarCase(.dateTime, "", .null), ScalarCase(.dateTime, "2026-02-29", nil), ScalarCase(.dateTime, "2024-02-29", "2024-02-29"),
        ScalarCase(.dateTime, "2026-01-31T23:59:60.5+02:00", "2026-01-31T23:59:60.5+02:00"), ScalarCase(.dateTime, "yesterday", nil),
        ScalarCase(.geohash, "u33db", "u33db"), ScalarCase(.geohash, "ail", nil), ScalarCase(.geohash, "", .null),
        ScalarCase(.ipAddress, "10.0.0.1", "10.0.0.1"), ScalarCase(.ipAddress, "::1", "::1"), ScalarCase(.ipAddress, "10.0.0.256", nil),
        ScalarCase(.emailAddress, "a@b.test", "a@b.test"), ScalarCase(.emailAddress, "a b@c", nil), ScalarCase(.emailAddress, "@b", nil),
        ScalarCase(.userID, ["id": 5, "typeId": "user"], ["id": "5", "typeId": "user"]), ScalarCase(.userID, "5", nil),
        ScalarCase(.relatedItem, ["id": "5", "typeId": "t", "name": "N"], ["id": "5", "typeId": "t", "name": "N"]),
    ])
    func `a value takes the form of its type, or does not fit`(_ c: ScalarCase) throws {
        let type = ItemType(id: "t", fields: [.init("f", .scalar(c.scalar))])
        let reading = ItemReading([type]).read(["id": "1", "typeId": "t", "data": ["f": c.given]])
        guard let expected = c.expected else {
            let finding = try #require(reading.findings.first)
            #expect(finding.code == "item.wrong-value" && finding.pointer.description == "/data/f")
            return
        }
        let read = try #require(reading.value, "\(reading.findings)")
        #expect(read.fields[0]?.json == (expected.isNull ? JSONValue?.none : expected))
    }

    @Test func `one value of a container that does not fit fails the field, and nulls in it are left out`() throws {
        #expect(try item(["scores": [1, "2", .null]]).data["scores"] == [1, 2])
        #expect(try item(["named": ["a": "1", "b": .null]]).data["named"] == ["a": 1])
        let reading = ItemReading([post]).read([
            "id": "1", "typeId": "post", "data": ["scores": [1, "x", 2, true], "named": [1], "lines": "no list"],
        ])
        #expect(reading.value == nil)
        #expect(reading.findings.map(\.pointer.description) == ["/data/scores/1", "/data/scores/3", "/data/lines", "/data/named"])
    }

    @Test func `members that the type does not know stay as they came`() throws {
        let read = try item(["text": "a", "more": ["b": [1, .null]]])
        #expect(read.data == ["text": "a", "more": ["b": [1, .null]]])
    }

    @Test func `a required field must have a value, and an empty address is none`() throws {
        let type = ItemType(id: "t", fields: [.init("a", .scalar(.string), isRequired: true), .init("b", .scalar(.url), isRequired: true)])
        let reading = ItemReading([type]).read(["id": 1, "typeId": "t", "data": ["a": "", "b": ""]])
        #expect(reading.findings.map(\.code) == ["item.missing-field"])
        #expect(reading.findings.first?.pointer.description == "/data/b")
    }

    @Test(
        arguments: [
            ("a list", [], ["item.malformed"]), ("nothing", .null, ["item.malformed"]),
            ("no id and no data", ["typeId": "post"], ["item.malformed", "item.malformed"]),
            ("a type that is misspelt", ["id": "1", "typeId": "pots", "data": [:]], ["item.unknown-type"]),
        ] as [(String, JSONValue, [String])])
    func `what is no item is told as such`(_ name: String, _ value: JSONValue, _ codes: [String]) {
        let reading = ItemReading([post]).read(value)
        #expect(reading.value == nil)
        #expect(reading.findings.map(\.code) == codes)
        for finding in reading.findings {
            #expect(!finding.sentence.isEmpty && finding.remedy.hasSuffix(".") || finding.remedy.hasSuffix("?"))
        }
    }

    @Test func `an item type is read, written back the same, and all its mistakes are told at once`() throws {
        let reading = ItemType.read(post.json)
        #expect(reading.value == post)
        let bad = ItemType.read([
            "id": "", "kind": "POST", "schema": [["name": "a", "type": "STRNG"], ["name": "b", "type": "ARRAY"], ["type": "ID"]],
            "schemaFieldRoles": ["creatorId": "none", "author": "a"],
        ])
        #expect(bad.value == nil)
        #expect(bad.findings.count == 7, "\(bad.findings)")
        #expect(bad.findings.contains { $0.remedy == "Did you mean 'STRING'?" })
    }

    @Test func `random JSON is read or refused, and refused with a reason`() {
        var random = Seeded(5)
        var (read, refused): ([String: Int], [String: Int]) = ([:], [:])
        func count<Value>(_ what: String, _ reading: RuleReading<Value>, _ value: JSONValue) {
            let hasErrors = reading.findings.contains { $0.severity == .error }
            #expect((reading.value == nil) == hasErrors, "\(what): \(value)")
            if reading.value == nil { refused[what, default: 0] += 1 } else { read[what, default: 0] += 1 }
        }
        for _ in 0..<3_000 {
            let value = RandomJSON.value(
                &random, keys: ["id", "typeId", "data", "text", "scores", "picture", "url", "schema", "name", "type"],
                words: ["a", "", "post", "STRING"])
            count("item", ItemReading([post]).read(value), value)
            count("data", ItemReading([post]).read(["id": "1", "typeId": "post", "data": value]), value)
            count("type", ItemType.read(value), value)
            count("schema", ItemType.read(["id": "t", "schema": [["name": "a", "type": value]]]), value)
            count("banks", Banks.read(value), value)
            count("bank", Banks.read(["texts": ["b": value]]), value)
        }
        for what in ["data", "schema", "banks", "bank"] {
            #expect(read[what, default: 0] > 10 && refused[what, default: 0] > 100, "\(what): \(read) \(refused)")
        }
        // An item or a type needs more than chance gives.
        #expect(refused["item", default: 0] > 2_900 && refused["type", default: 0] > 2_900, "\(read)")
    }
}

/// JSON by chance, with keys that a reader looks for.
enum RandomJSON {
    static func value(_ random: inout Seeded, keys: [String], words: [String] = ["a", ""], depth: Int = 0) -> JSONValue {
        switch Int.random(in: 0..<(depth > 4 ? 6 : 10), using: &random) {
        case 0: return .null
        case 1: return .bool(.random(using: &random))
        case 2: return .int(.random(in: -3...3, using: &random))
        case 3: return .double(.random(in: -1e300...1e300, using: &random))
        case 4, 5: return .string((words + keys).randomElement(using: &random) ?? "")
        case 6, 7:
            return .array(
                (0..<Int.random(in: 0..<4, using: &random)).map { _ in value(&random, keys: keys, words: words, depth: depth + 1) })
        default:
            var object = JSONObject()
            for _ in 0..<Int.random(in: 0..<5, using: &random) {
                object[keys.randomElement(using: &random) ?? "k"] = value(&random, keys: keys, words: words, depth: depth + 1)
            }
            return .object(object)
        }
    }
}
