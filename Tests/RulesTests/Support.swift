import JSON
import Rules
import Synchronization
import Testing

/// An item type with a field of each kind that the tests look at.
let post = ItemType(
    id: "post", name: "Post",
    fields: [
        .init("text", .scalar(.string)), .init("title", .scalar(.string)), .init("likes", .scalar(.number)),
        .init("isNew", .scalar(.boolean)), .init("when", .scalar(.dateTime)), .init("place", .scalar(.geohash)),
        .init("picture", .scalar(.image)), .init("owner", .scalar(.userID)), .init("scores", .array(of: .number)),
        .init("lines", .array(of: .string)), .init("named", .map(key: .string, value: .number)), .init("pictures", .array(of: .image)),
    ],
    roles: [.creatorId: "owner"])

func item(_ data: JSONValue, id: String = "1", type: ItemType = post) throws -> Item {
    let reading = ItemReading([type]).read(["id": .string(id), "typeId": .string(type.id), "data": data])
    return try #require(reading.value, "\(reading.findings)")
}

func field(_ name: String) -> ConditionInput { .field(name: name, typeID: "post") }

/// A rule of one condition.
func rule(_ leaf: LeafCondition, id: String = "rule") -> Rule { Rule(id: id, conditions: ConditionSet(.and, [.leaf(leaf)])) }

/// What one condition without signals outside comes to on some data.
func outcome(_ leaf: LeafCondition, _ data: JSONValue, banks: Banks = Banks()) throws -> Outcome {
    let program = RuleProgram([rule(leaf)], types: [post], banks: banks)
    let evaluation = ItemEvaluation(program, of: try item(data))
    _ = try #require(evaluation.decide(0))
    guard case .set(_, let children, _, _) = evaluation.trace(of: 0) else { fatalError("a rule is a set") }
    return try #require(children[0].outcome)
}

/// Answers as it is told, and remembers what it was asked.
final class ScriptedSignals: SignalRunning {
    private let asked = Mutex<[(signal: String, inputs: [JSONValue])]>([])
    private let answer: @Sendable (String, JSONValue) async -> SignalRun

    init(_ answer: @escaping @Sendable (_ signal: String, _ input: JSONValue) async -> SignalRun) { self.answer = answer }

    var messages: [(signal: String, inputs: [JSONValue])] { asked.withLock { $0 } }
    var questions: Int { messages.reduce(0) { $0 + $1.inputs.count } }

    func run(_ batch: SignalBatch) async -> [SignalRun] {
        asked.withLock { $0.append((batch.signal.type, batch.inputs)) }
        var runs: [SignalRun] = []
        for input in batch.inputs { runs.append(await answer(batch.signal.type, input)) }
        return runs
    }
}

/// A seeded generator: a failing case is found again by its seed.
struct Seeded: RandomNumberGenerator {
    private var state: UInt64
    init(_ seed: UInt64) { state = seed &* 0x9E37_79B9_7F4A_7C15 | 1 }

    mutating func next() -> UInt64 {
        state ^= state << 13
        state ^= state >> 7
        state ^= state << 17
        return state &* 0x2545_F491_4F6C_DD1D
    }
}
