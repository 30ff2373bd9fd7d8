internal import JSON
internal import Rules

/// Rules and items as an organisation that moderates posts may have them, made by chance from a fixed seed.
struct RuleWorkload {
    static let ruleCount = 100
    static let itemCount = 2_000

    private var state: UInt64 = 0x2545_F491_4F6C_DD1D
    let vocabulary: [String]

    static let type = ItemType(
        id: "post",
        fields: [
            .init("text", .scalar(.string)), .init("title", .scalar(.string)), .init("language", .scalar(.string)),
            .init("likes", .scalar(.number)), .init("reports", .scalar(.number)), .init("accountAgeDays", .scalar(.number)),
            .init("isVerified", .scalar(.boolean)), .init("hasMedia", .scalar(.boolean)), .init("createdAt", .scalar(.dateTime)),
            .init("tags", .array(of: .string)), .init("author", .scalar(.userID)),
        ])

    init() {
        let beginnings = ["ba", "con", "de", "fi", "gra", "in", "lo", "mo", "pre", "re", "sta", "ter", "un", "vi", "wo"]
        let ends = ["ble", "cer", "dent", "fer", "ging", "land", "ment", "nor", "port", "ring", "ster", "tion", "ver"]
        vocabulary =
            beginnings.flatMap { beginning in ends.map { beginning + $0 } } + ["the", "of", "and", "to", "a", "is", "you", "money", "free"]
    }

    private mutating func random(_ limit: Int) -> Int {
        state ^= state << 13
        state ^= state >> 7
        state ^= state << 17
        return Int(state >> 33) % limit
    }

    private mutating func words(_ count: Int) -> String {
        var text = ""
        for index in 0..<count {
            let word = vocabulary[random(3) == 0 ? vocabulary.count - 1 - random(9) : random(vocabulary.count)]
            text += (index == 0 ? "" : " ") + (random(10) == 0 ? word.uppercased() : word)
        }
        return text
    }

    mutating func item(_ index: Int) -> JSONValue {
        var data: JSONObject = [
            "text": .string(words(20 + random(40))), "language": .string(["en", "de", "fr", "es"][random(4)]),
            "likes": .int(Int64(random(1_000))), "reports": .int(Int64(random(20))), "accountAgeDays": .int(Int64(random(2_000))),
            "isVerified": .bool(random(2) == 0), "hasMedia": .bool(random(2) == 0),
            "createdAt": .string("2026-\(random(9) < 5 ? "03" : "11")-1\(random(10))T10:00:00Z"),
            "tags": .array((0..<random(5)).map { _ in .string(vocabulary[random(vocabulary.count)]) }),
            "author": ["id": .string("u\(random(500))"), "typeId": "user"],
        ]
        if random(3) > 0 { data["title"] = .string(words(6)) }
        return ["id": .string("\(index)"), "typeId": "post", "data": .object(data)]
    }

    private mutating func leaf() -> JSONValue {
        func field(_ name: String) -> JSONValue { ["type": "CONTENT_FIELD", "name": .string(name), "contentTypeId": "post"] }
        let order = ["LESS_THAN", "LESS_THAN_OR_EQUALS", "GREATER_THAN", "GREATER_THAN_OR_EQUALS"]
        switch random(100) {
        case 0..<35:
            let (name, range) = [("likes", 1_000), ("reports", 20), ("accountAgeDays", 2_000)][random(3)]
            return ["input": field(name), "comparator": .string(order[random(4)]), "threshold": .int(Int64(random(range)))]
        case 35..<65:
            let all: JSONValue = ["type": "CONTENT_COOP_INPUT", "name": "All text"]
            let strings = (0...random(3)).map { _ in JSONValue.string(vocabulary[random(vocabulary.count)]) }
            return [
                "input": random(3) == 0 ? all : field(random(4) == 0 ? "title" : "text"), "signal": ["type": "TEXT_MATCHING_CONTAINS_TEXT"],
                "matchingValues": ["strings": .array(strings)],
            ]
        case 65..<77:
            return [
                "input": field("language"), "comparator": random(2) == 0 ? "EQUALS" : "NOT_EQUAL_TO",
                "threshold": .string(["en", "de", "fr"][random(3)]),
            ]
        case 77..<87:
            return [
                "input": field(random(2) == 0 ? "isVerified" : "hasMedia"), "comparator": "EQUALS",
                "threshold": random(2) == 0 ? "true" : "false",
            ]
        case 87..<92: return ["input": field("tags"), "comparator": "EQUALS", "threshold": .string(vocabulary[random(vocabulary.count)])]
        case 92..<96: return ["input": field("title"), "comparator": "IS_NOT_PROVIDED"]
        default:
            return [
                "input": field("text"), "signal": ["type": "TEXT_MATCHING_CONTAINS_REGEX"],
                "matchingValues": ["strings": [.string("\\b\(vocabulary[random(vocabulary.count)])\\s+[a-f]\\w+\\b")]],
            ]
        }
    }

    /// Five leaves: side by side, or three and two.
    mutating func rule(_ index: Int) -> JSONValue {
        func word() -> JSONValue { random(2) == 0 ? "AND" : "OR" }
        func set(_ count: Int) -> JSONValue { ["conjunction": word(), "conditions": .array((0..<count).map { _ in leaf() })] }
        let conditions: JSONValue = index % 2 == 0 ? set(5) : ["conjunction": word(), "conditions": [set(3), set(2)]]
        return ["id": .string("r\(index)"), "status": "LIVE", "conditionSet": conditions]
    }

    /// Four native leaves of which one is enough, and then the signal: most items come to it in some rule.
    mutating func askingRule(_ index: Int, signal: String) -> JSONValue {
        let asking: JSONValue = [
            "input": ["type": "CONTENT_FIELD", "name": "text", "contentTypeId": "post"], "signal": ["type": .string(signal)],
            "comparator": "GREATER_THAN", "threshold": .double(Double(random(100)) / 100),
        ]
        return [
            "id": .string("a\(index)"), "status": "LIVE",
            "conditionSet": [
                "conjunction": "AND",
                "conditions": [
                    ["conjunction": "OR", "conditions": .array((0..<4).map { _ in leaf() })],
                    ["conjunction": "AND", "conditions": [asking]],
                ],
            ],
        ]
    }
}
