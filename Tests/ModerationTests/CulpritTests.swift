import JSON
import PluginRuntime
import Testing

/// When a value that brought its worker down is taken for the same.
struct CulpritTests {
    private static func culprit(
        _ change: JSONObject = [:], signal: String = "LOOP", orgID: String = "o1"
    ) -> CoopCulprit {
        var input: JSONObject = [
            "value": ["type": "STRING", "value": "hang"], "subcategory": "s", "args": ["depth": 9], "context": ["parent": ["itemId": "p"]],
            "contentId": "1",
        ]
        for (key, value) in change { input[key] = value }
        return CoopCulprit(CoopQuestion(signal: signal, inputs: [.object(input)], orgID: orgID, time: .seconds(1)), 0)
    }

    struct Case: Sendable, CustomTestStringConvertible {
        let testDescription: String
        let change: JSONObject
    }

    @Test(arguments: [
        Case(testDescription: "another value", change: ["value": ["type": "STRING", "value": "fine"]]),
        Case(testDescription: "another subcategory", change: ["subcategory": "t"]),
        Case(testDescription: "other arguments", change: ["args": ["depth": 1]]),
        Case(testDescription: "another context", change: ["context": ["parent": ["itemId": "q"]]]),
    ]) func `asked otherwise it is asked again`(_ c: Case) {
        #expect(Self.culprit(c.change) != Self.culprit())
    }

    @Test func `asked the same it is known, whichever item it stands in`() {
        #expect(Self.culprit() == Self.culprit() && Self.culprit(["contentId": "2"]) == Self.culprit())
        #expect(Self.culprit(signal: "OTHER") != Self.culprit())
        #expect(Self.culprit(orgID: "o2") != Self.culprit(), "another organisation's settings may make it harmless")
    }
}
