import JSON
import Testing

@testable import Manifests

@Suite("A run") struct CoopRunTests {
    @Test(
        "takes a worker's answer",
        arguments: [
            (
                #"{"ok": {"score": 0.5, "outputType": {"scalarType": "NUMBER"}, "matchedValue": "x"}}"#,
                CoopRun.scored(.number(0.5), output: CoopOutput(.number), matchedValue: "x")
            ),
            (#"{"ok": {"score": 7}}"#, .scored(.number(7), output: nil, matchedValue: nil)),
            (#"{"ok": {"score": null, "number": "-Infinity"}}"#, .scored(.number(-.infinity), output: nil, matchedValue: nil)),
            (
                #"{"ok": {"score": "HIGH", "outputType": {"scalarType": "STRING", "enum": ["LOW", "HIGH"], "ordered": true}}}"#,
                .scored(.string("HIGH"), output: CoopOutput(.string, values: ["LOW", "HIGH"], isOrdered: true), matchedValue: nil)
            ),
            (
                #"{"ok": {"score": true, "outputType": {"scalarType": "NONSENSE"}}}"#,
                .scored(.boolean(true), output: nil, matchedValue: nil)
            ),
            (#"{"ok": {"score": null}}"#, .failed(name: "InvalidResult", message: "The signal gave no score.", stack: nil)),
            (#"{"ok": {"score": {}}}"#, .failed(name: "InvalidResult", message: "The signal gave no score.", stack: nil)),
            (
                #"{"error": {"name": "TypeError", "message": "x is undefined", "stack": "f@a:1:2"}}"#,
                .failed(name: "TypeError", message: "x is undefined", stack: "f@a:1:2")
            ),
            ("[]", .failed(name: "Error", message: "The worker's answer cannot be read.", stack: nil)),
        ] as [(String, CoopRun)])
    func answers(_ json: String, _ expected: CoopRun) throws {
        #expect(try CoopRun(JSONValue(parsing: json)) == expected)
    }

    @Test("takes a score of NaN") func notANumber() throws {
        guard case .scored(.number(let number), _, _) = CoopRun(try JSONValue(parsing: #"{"ok": {"score": null, "number": "NaN"}}"#)) else {
            Issue.record("no number")
            return
        }
        #expect(number.isNaN)
    }
}
