package import HubCore
package import JSON
import PluginModel
package import Rules

/// What a rule said of one item that it was tried on.
package struct TestDecision: Sendable {
    package let itemID: String?
    package let typeID: String?
    package let outcome: Outcome
    /// Nil where the item could not be read, or the rule does not look at its type.
    package let trace: TraceNode?
    /// What its conditions took, those that share a message to a signal sharing its time.
    package let milliseconds: Double
    package let signalRuns: Int
    /// Why it was not decided.
    package let findings: [RuleFinding]
}

/// What a live test gave.
package struct TestResult: Sendable {
    package let decisions: [TestDecision]
    /// Of the rule.
    package let findings: [RuleFinding]
}

extension RuleBook {
    /// Decides items by a rule that need not be kept; nothing is stored and nothing follows. Signals really run.
    /// - Parameter items: `{id, typeId, data, …}` each. An item without an id gets its place.
    package nonisolated func test(_ document: JSONValue, on items: [JSONValue], in organisation: Organisation.ID) async throws(RuleRefusal)
        -> TestResult
    {
        try await trying.take(organisation) { () async throws(RuleRefusal) in try await decide(items, by: document, in: organisation) }
    }

    private nonisolated func decide(
        _ items: [JSONValue], by document: JSONValue, in organisation: Organisation.ID
    ) async throws(RuleRefusal) -> TestResult {
        let (review, surroundings, banks) = try await reviewed(document, in: organisation)
        guard let rule = review.rule else { throw RuleRefusal.invalid("The rule", review.findings) }
        let (program, readings) = await RuleLane.trying.work(for: organisation) {
            let reading = ItemReading(surroundings.types)
            return (
                RuleProgram([rule], types: surroundings.types, signals: surroundings.signals, banks: banks),
                items.enumerated().map { place, item in reading.read(item.named(place), at: JSONPointer(["items", String(place)])) }
            )
        }
        let evaluator = RuleEvaluator(program, runner: signals.runner(for: organisation))
        var subjects = readings.compactMap(\.value)
        if rule.kind == .user {
            // An item that comes from nobody stays what it is, and the rule does not look at it.
            do throws(Fault) {
                subjects = zip(subjects, try await users(of: subjects, surroundings)).map { $1 ?? $0 }
            } catch { throw RuleRefusal(error) }
        }
        let around = KeptSurroundings(store: store, organisation: organisation, types: surroundings.types)
        var decisions = await RuleLane.trying.run(for: organisation) { [subjects] in
            await evaluator.decide(subjects, orgID: organisation.rawValue, traces: .all, surroundings: around)
        }[...]
        var subject = subjects.makeIterator()
        return TestResult(
            decisions: zip(items, readings).enumerated().map { place, pair in
                let (item, reading) = pair
                guard reading.value != nil, let typeID = subject.next()?.type.id else { return .unread(item, reading.findings) }
                return TestDecision(typeID, decisions.removeFirst(), rule, at: JSONPointer(["items", String(place)]))
            }, findings: review.findings)
    }
}

extension JSONValue {
    /// A pasted item may have no id; it is then named for its place.
    func named(_ place: Int) -> JSONValue {
        guard var object = objectValue, object["id"] == nil || object["id"] == .null else { return self }
        object["id"] = .string("item-\(place + 1)")
        return .object(object)
    }
}

extension TestDecision {
    static func unread(_ item: JSONValue, _ findings: [RuleFinding]) -> TestDecision {
        TestDecision(
            itemID: item["id"]?.stringValue, typeID: item["typeId"]?.stringValue, outcome: .errored, trace: nil, milliseconds: 0,
            signalRuns: 0, findings: findings)
    }

    /// - Parameter place: Of the rule among those of the program.
    init(_ typeID: String, _ decision: ItemDecision, _ rule: Rule, place: Int = 0, at pointer: JSONPointer) {
        let result = decision.results.first { $0.rule == place }
        let trace = result?.trace
        var findings: [RuleFinding] = []
        if result == nil {
            findings = [
                RuleFinding(
                    .warning, "rule.other-type", at: pointer.appending("typeId"),
                    rule.kind == .user
                        ? "The rule '\(rule.name)' looks at users, and this item comes from none."
                        : "The rule '\(rule.name)' does not look at items of this type.",
                    remedy: rule.kind == .user
                        ? "Say who its creator is, or choose another item." : "Add the item type to the rule, or choose another item.")
            ]
        }
        self.init(
            itemID: decision.itemID, typeID: typeID, outcome: result?.truth.outcome ?? .inapplicable, trace: trace,
            milliseconds: trace?.milliseconds ?? 0, signalRuns: decision.signalRuns, findings: findings)
    }
}

extension TraceNode {
    /// Of all leaves that were evaluated.
    fileprivate var milliseconds: Double {
        switch self {
        case .leaf(_, _, let trace): (trace?.time ?? .zero) / .milliseconds(1)
        case .set(_, let children, _, _): children.reduce(0) { $0 + $1.milliseconds }
        }
    }
}
