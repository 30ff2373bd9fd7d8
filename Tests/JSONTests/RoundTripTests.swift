import Testing

@testable import JSON

struct Seed: Sendable, CustomTestStringConvertible {
    let value: UInt64
    var testDescription: String { "seed \(value)" }

    static let some = (1...40).map { Seed(value: $0) }
}

struct RoundTripTests {
    @Test("What is written reads back as itself, compact and pretty, by either reader", arguments: Seed.some)
    func identity(_ seed: Seed) throws {
        var random = SeededRandom(seed: seed.value)
        for _ in 0..<50 {
            let value = anyValue(&random, depth: 0)
            let bytes = value.serializedBytes()
            #expect(try JSONValue(parsing: bytes) == value)
            #expect(try JSONValue(parsing: value.serialized(pretty: true)) == value)
            #expect(try carefully(bytes).get() == value)
            #expect(String(decoding: bytes, as: UTF8.self) == value.serialized())
            value.withSerializedBytes { #expect(Array($0) == bytes) }
        }
    }

    @Test("Every double reads back with the same bits", arguments: Seed.some)
    func doubles(_ seed: Seed) throws {
        var random = SeededRandom(seed: seed.value)
        for _ in 0..<500 {
            let double = Double(bitPattern: random.next())
            let text = JSONValue.double(double).serialized()
            guard double.isFinite else {
                #expect(text == "null")
                continue
            }
            guard case .double(let read) = try JSONValue(parsing: text) else {
                Issue.record("\(text) is no double any more")
                continue
            }
            #expect(read.bitPattern == double.bitPattern, "\(text)")
        }
    }

    @Test("Documents with a byte changed, dropped or doubled are judged alike by both readers", arguments: Seed.some)
    func damagedDocuments(_ seed: Seed) {
        var random = SeededRandom(seed: seed.value)
        for _ in 0..<100 {
            var bytes = anyValue(&random, depth: 0).serializedBytes()
            for _ in 0...Int.random(in: 0..<3, using: &random) where !bytes.isEmpty {
                let place = Int.random(in: 0..<bytes.count, using: &random)
                switch Int.random(in: 0..<4, using: &random) {
                case 0: bytes[place] = UInt8.random(in: 0...255, using: &random)
                case 1: bytes[place] = Array("{}[],:\"\\0-.e".utf8).randomElement(using: &random) ?? 0
                case 2: bytes.remove(at: place)
                default: bytes.insert(bytes[place], at: place)
                }
            }
            for policy in [JSONLimits.DuplicateKeys.lastWins, .reject] {
                let limits = JSONLimits(depthMax: 5, duplicateKeys: policy)
                let together = Result { () throws(JSONError) in try JSONValue(parsing: bytes, limits: limits) }
                #expect(together == carefully(bytes, limits: limits), "\(bytes)")
            }
        }
    }

    private func anyValue(_ random: inout SeededRandom, depth: Int) -> JSONValue {
        switch Int.random(in: 0..<(depth < 5 ? 9 : 6), using: &random) {
        case 0: return .null
        case 1: return .bool(Bool.random(using: &random))
        case 2: return .int(Int64(bitPattern: random.next() >> UInt64.random(in: 0..<64, using: &random)))
        case 3: return .double(Double(Int.random(in: -1000...1000, using: &random)) / 8)
        case 4, 5: return .string(anyText(&random))
        case 6: return .array((0..<Int.random(in: 0..<6, using: &random)).map { _ in anyValue(&random, depth: depth + 1) })
        default:
            // Past 16 members an object works with an index: both kinds have to come.
            let count = Int.random(in: 0..<6, using: &random) == 0 && depth < 3 ? Int.random(in: 15..<40, using: &random) : 4
            return .object(JSONObject((0..<count).map { _ in (anyText(&random), anyValue(&random, depth: depth + 1)) }))
        }
    }

    private func anyText(_ random: inout SeededRandom) -> String {
        var text = ""
        for _ in 0..<Int.random(in: 0..<12, using: &random) {
            let ranges: [ClosedRange<UInt32>] = [
                0x61...0x66, 0...0x7F, 0xA0...0x36F, 0xE000...0xFFFF, 0x1F600...0x1F64F, 0x10FFF0...0x10FFFF,
            ]
            let range = ranges.randomElement(using: &random) ?? 0...0x7F
            if let scalar = Unicode.Scalar(UInt32.random(in: range, using: &random)) { text.unicodeScalars.append(scalar) }
        }
        return text
    }
}
