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

    @Test("of a worker that was taken over: its texts are cut, whatever it sends") func cuts() {
        let long = JSONValue.string(String(repeating: "ä", count: 300_000))
        let failed = CoopRun(["error": ["name": long, "message": long, "stack": long]])
        guard case .failed(let name, let message, let stack) = failed else {
            Issue.record("\(failed)")
            return
        }
        #expect(name.unicodeScalars.count == CoopRun.nameMax && message.unicodeScalars.count == CoopRun.messageMax)
        #expect(stack?.unicodeScalars.count == CoopRun.stackMax)
        let scored = CoopRun(["ok": ["score": long, "matchedValue": long]])
        guard case .scored(.string(let score), _, let matched) = scored else {
            Issue.record("\(scored)")
            return
        }
        #expect(score.unicodeScalars.count == CoopRun.scoreMax && matched?.unicodeScalars.count == CoopRun.matchedMax)
        let values = JSONValue.array((0..<5_000).map { .string("\($0)" + String(repeating: "x", count: 5_000)) })
        let typed = CoopRun(["ok": ["score": 1, "outputType": ["scalarType": "STRING", "enum": values]]])
        guard case .scored(_, let output?, _) = typed else {
            Issue.record("\(typed)")
            return
        }
        #expect(output.values?.count ?? 0 <= CoopRun.enumMax)
        #expect(output.values?.allSatisfy { $0.unicodeScalars.count <= CoopRun.enumTextMax } ?? true)
    }
}
