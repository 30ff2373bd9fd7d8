import JSON
import Testing

@testable import JSONSchema

struct NumberTests {
    @Test(
        arguments: [
            (0.0075, 0.0001, true), (0.00751, 0.0001, false), (4.35, 0.01, true), (1e308, 0.123456789, false), (12_391_239_123, 1e-8, true),
            (9, 3, true),
            (9.5, 3, false), (1e308, 3, false), (1e300, 1e10, true), (0, 5, true), (0.3, 0.1, true), (-7.5, 2.5, true), (1e-10, 1, false),
            (9_007_199_254_740_993, 3, true), (.int(.min), 2, true), (.int(.max), 2, false),
            (.double(.leastNonzeroMagnitude), 1e308, false), (1e22, 1e22, true),
            (1e16, 0.1, true),
        ] as [(JSONValue, JSONValue, Bool)])
    func `multiples are those of the decimals as written`(_ value: JSONValue, _ divisor: JSONValue, _ expected: Bool) {
        #expect(ExactNumbers.isMultiple(value, of: divisor) == expected)
    }

    @Test(
        arguments: [
            (1, 1.0, .equal), (9_007_199_254_740_993, 9_007_199_254_740_992.0, .greater), (.int(.max), 0x1p63, .less),
            (.int(.min), -0x1p63, .equal), (2, 2.5, .less), (-2, -2.5, .greater), (1.5, 1, .greater), (0, -0.0, .equal), (3, 1e300, .less),
            (3, -1e300, .greater),
        ] as [(JSONValue, JSONValue, ExactNumbers.Order)])
    func `integers and doubles are compared without rounding`(_ a: JSONValue, _ b: JSONValue, _ expected: ExactNumbers.Order) {
        #expect(ExactNumbers.compare(a, b) == expected)
    }

    @Test func `one and one point nought are the same, wherever they stand`() throws {
        #expect(SameValue.areSame(["a": [1, 2.0]], ["a": [1.0, 2]]))
        #expect(SameValue(["a": 1, "b": [2.0]]).hashValue == SameValue(["b": [2], "a": 1.0]).hashValue)
        #expect(!SameValue.areSame(1, true))
        #expect(!SameValue.areSame(9_007_199_254_740_993, 9_007_199_254_740_992.0))
        #expect(try JSONSchema(["const": ["a": 1]]).isValid(["a": 1.0]))
        #expect(try JSONSchema(["type": "integer"]).isValid(1e300))
        #expect(try JSONSchema(["maxLength": 1e30]).isValid("x"))
    }
}
