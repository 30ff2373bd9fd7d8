import JSON
import Testing

@testable import Rules

struct CuttingCase: Sendable, CustomTestStringConvertible {
    let testDescription: String
    /// Of each value, in bytes.
    let sizes: [Int]
    let parts: [Range<Int>]
}

@Suite struct SignalCuttingTests {
    @Test(arguments: [
        CuttingCase(testDescription: "nothing", sizes: [], parts: []),
        CuttingCase(testDescription: "one", sizes: [10], parts: [0..<1]),
        CuttingCase(testDescription: "as many as may be", sizes: [1, 1, 1, 1], parts: [0..<4]),
        CuttingCase(testDescription: "one more", sizes: [1, 1, 1, 1, 1], parts: [0..<4, 4..<5]),
        CuttingCase(testDescription: "too many bytes together", sizes: [600, 300, 200, 700], parts: [0..<2, 2..<4]),
        CuttingCase(testDescription: "one that is too large goes alone", sizes: [10, 5_000, 10], parts: [0..<1, 1..<2, 2..<3]),
        CuttingCase(testDescription: "all too large", sizes: [5_000, 5_000], parts: [0..<1, 1..<2]),
    ]) func `questions are cut by number and by size`(_ one: CuttingCase) {
        let inputs = one.sizes.map { JSONValue.string(String(repeating: "a", count: $0)) }
        #expect(SignalCutting.parts(of: inputs, countMax: 4, bytesMax: 1_000) == one.parts)
    }

    @Test func `the estimate is no less than what is written, but for escapes, and counts no further than it must`() {
        let value: JSONValue = ["text": "some words", "list": [1, true, .null, "x"], "data": ["a": ["b": "ünï"]]]
        let written = value.serializedBytes().count
        let estimate = SignalCutting.bytesAtLeast(value, upTo: .max)
        #expect(estimate >= written && estimate <= written * 2)
        let many = JSONValue.array(Array(repeating: "0123456789", count: 100_000))
        #expect((1_000..<1_100).contains(SignalCutting.bytesAtLeast(many, upTo: 1_000)))
    }
}
