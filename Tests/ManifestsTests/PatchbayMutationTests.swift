import JSON
import PluginModel
import Testing

@testable import Manifests

/// Manifests changed at random places: whatever comes, the reader answers, and points at places that are there.
@Suite("A manifest with random faults") struct PatchbayMutationTests {
    /// SplitMix64.
    private struct Seeded: RandomNumberGenerator {
        var state: UInt64

        mutating func next() -> UInt64 {
            state &+= 0x9e37_79b9_7f4a_7c15
            var mixed = state
            mixed = (mixed ^ (mixed >> 30)) &* 0xbf58_476d_1ce4_e5b9
            mixed = (mixed ^ (mixed >> 27)) &* 0x94d0_49bb_1331_11eb
            return mixed ^ (mixed >> 31)
        }
    }

    private static let strange: [JSONValue] = [
        .null, true, 0, -1, 1.5, 9_007_199_254_740_993, "", " ", "\u{0}", "../..", "/", "{", "🦜", [], [[]], [:], ["": .null],
        [1, "a", .null],
        .string(String(repeating: "é", count: 3000)), ["zzz": ["id": "a"]],
    ]

    /// One value somewhere in the tree replaced, taken away, or joined by a stranger.
    private static func mutated(_ value: JSONValue, _ random: inout Seeded) -> JSONValue {
        let strange = strange.randomElement(using: &random) ?? .null
        switch value {
        case .object(var object) where object.count > 0 && Int.random(in: 0..<8, using: &random) > 0:
            guard let key = Array(object.keys).randomElement(using: &random) else { return strange }
            switch Int.random(in: 0..<10, using: &random) {
            case 0: object[key] = nil
            case 1: object[key + "x"] = strange
            default: object[key] = mutated(object[key] ?? .null, &random)
            }
            return .object(object)
        case .array(var array) where !array.isEmpty && Int.random(in: 0..<8, using: &random) > 0:
            let place = Int.random(in: 0..<array.count, using: &random)
            switch Int.random(in: 0..<10, using: &random) {
            case 0: array.remove(at: place)
            case 1: array.append(array[place])
            default: array[place] = mutated(array[place], &random)
            }
            return .array(array)
        default: return strange
        }
    }

    @Test("is answered, and each finding's place or its parent is in the file", arguments: [1, 20_260_101] as [UInt64])
    func mutations(seed: UInt64) throws {
        var random = Seeded(state: seed)
        var faulty = 0
        for round in 0..<600 {
            var document = PatchbayDocuments.whole
            for _ in 0..<Int.random(in: 1...4, using: &random) { document = Self.mutated(document, &random) }
            let reading = PatchbayDocuments.read(document)
            if !reading.findings.isEmpty { faulty += 1 }
            #expect(reading.isValid == reading.findings.errors.isEmpty)
            for finding in reading.findings {
                guard case .document(_, let pointer) = finding.place else { continue }
                #expect(Self.isThere(pointer, in: document), "seed \(seed), round \(round): \(finding)")
            }
        }
        #expect(faulty > 480, "most changes are faults, and \(faulty) of 600 were found")
    }

    @Test("in its bytes is answered, too", arguments: [3, 4] as [UInt64])
    func bytes(seed: UInt64) {
        var random = Seeded(state: seed)
        let whole = PatchbayDocuments.whole.serializedBytes()
        for _ in 0..<300 {
            var bytes = whole
            for _ in 0..<Int.random(in: 1...3, using: &random) {
                bytes[Int.random(in: 0..<bytes.count, using: &random)] = UInt8.random(in: 0...255, using: &random)
            }
            let reading = PatchbayReader.read(MemoryPackage([:], bytes: ["patchbay.json": bytes]), options: ReadingOptions())
            // The entry and the pages are missing from this package, so there is always something to find.
            #expect(!reading.isValid && !reading.findings.isEmpty)
        }
    }

    private static func isThere(_ pointer: JSONPointer, in document: JSONValue) -> Bool {
        var value = document
        for token in pointer.tokens {
            guard let next = value.arrayValue != nil ? Int(token).flatMap({ value[$0] }) : value[token] else { return false }
            value = next
        }
        return true
    }
}
