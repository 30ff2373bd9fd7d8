import JSON
import Manifests
import PluginModel
import Rules

/// Counts of `patchbay rule test`, and whether all of it is well.
struct RuleTestTally: Sendable {
    var items = 0
    var unfit = 0
    var passed = 0
    var failed = 0
    var untold = 0
    var unexpected = 0
    var conditions = 0
    var signalRuns = 0

    /// Every item fitted its type, every decision could be told, and was as expected.
    var isGood: Bool { unfit == 0 && untold == 0 && unexpected == 0 }

    mutating func add(_ result: RuleResult, expected: Bool?) {
        switch result.truth {
        case .true: passed += 1
        case .false: failed += 1
        case .unknown: untold += 1
        }
        if let expected, expected != result.passed { unexpected += 1 }
    }

    func json(rules: Int, took: Duration) -> JSONValue {
        func number(_ count: Int) -> JSONValue { .int(Int64(count)) }
        return [
            "summary": [
                "rules": number(rules), "items": number(items), "unfit": number(unfit), "passed": number(passed), "failed": number(failed),
                "untold": number(untold), "unexpected": number(unexpected), "conditions": number(conditions),
                "signalRuns": number(signalRuns), "seconds": .double(took.inSeconds),
            ]
        ]
    }
}

/// Prints decisions as they fall, and a summary.
struct RuleTestPrinter: Sendable {
    let terminal: Terminal
    let isJSON: Bool
    let isQuiet: Bool

    /// What the rules' file and the packages had to say.
    func notices(_ notices: [LoadNotice]) {
        for notice in notices where isJSON || !isQuiet || notice.severity == .error {
            if isJSON {
                var object = JSONObject([("severity", .string(notice.severity.rawValue))])
                for (key, value) in ErrorRendering.json(CommandFailure(notice.fault))["error"]?.objectValue ?? [:] where key != "exit" {
                    object[key] = value
                }
                terminal.output.line((["notice": .object(object)] as JSONValue).serialized())
            } else {
                let style = terminal.error.style
                terminal.error.lines(
                    ErrorRendering.lines(notice.fault, label: notice.severity.rawValue, style: style, width: terminal.error.width))
            }
        }
    }

    /// One line: what came out, for which item, by which rule, and why.
    func decision(_ item: String, _ rule: Rule, _ result: RuleResult, expected: Bool?) -> String? {
        if isJSON {
            var object = JSONObject([
                ("item", .string(item)), ("rule", .string(rule.id)), ("passed", .bool(result.passed)),
                ("outcome", .string(result.truth.outcome.word)),
            ])
            object["expected"] = expected.map { .bool($0) }
            object["trace"] = result.trace?.json
            return JSONValue.object(object).serialized()
        }
        let isUnexpected = expected.map { $0 != result.passed } ?? false
        // Quiet leaves what somebody has to look at.
        if isQuiet, !isUnexpected, result.truth != .unknown { return nil }
        let style = terminal.output.style
        let word =
            switch result.truth {
            case .true: style.green("passed ")
            case .false: style.dim("failed ")
            case .unknown: style.red("untold ")
            }
        let wish = isUnexpected ? style.yellow(" (expected: \(expected == true ? "passed" : "failed"))") : ""
        let reason = result.trace.map { TraceText.line($0, style: style) } ?? ""
        return "\(word) \(SafeText.line(item))  \(style.bold(SafeText.line(rule.id)))\(wish)  \(reason)"
    }

    /// An item that does not fit its type, with everything that is wrong.
    func unfit(_ line: RuleTestFiles.Line, _ findings: [RuleFinding]) -> String {
        if isJSON {
            return
                ([
                    "line": .int(Int64(line.number)), "item": line.value["id"] ?? .null, "findings": .array(findings.map(\.json)),
                ] as JSONValue).serialized()
        }
        let style = terminal.output.style
        let reasons = findings.map { "\($0.pointer): \($0.sentence) \($0.remedy) [\($0.code)]" }.joined(separator: " ")
        return "\(style.red("unfit  ")) line \(line.number)  \(SafeText.line(reasons))"
    }

    func summary(_ tally: RuleTestTally, rules: Int, took: Duration) {
        let output = terminal.output
        if isJSON { return output.line(tally.json(rules: rules, took: took).serialized()) }
        func count(_ number: Int, _ word: String, _ many: String? = nil) -> String {
            "\(Quantity.grouped(number)) \(number == 1 ? word : many ?? word)"
        }
        var parts = [count(tally.passed, "passed"), count(tally.failed, "failed")]
        if tally.untold > 0 { parts.append(output.style.red(count(tally.untold, "could not be told"))) }
        if tally.unfit > 0 { parts.append(output.style.red(count(tally.unfit, "item did not fit", "items did not fit"))) }
        if tally.unexpected > 0 { parts.append(output.style.yellow(count(tally.unexpected, "not as expected"))) }
        output.lines([
            "", parts.joined(separator: ", "),
            [
                count(tally.items, "item", "items"), count(rules, "rule", "rules"), count(tally.conditions, "condition", "conditions"),
                "\(count(tally.signalRuns, "question", "questions")) to signals in \(took.brief)",
            ].joined(separator: ", "),
        ])
    }
}
