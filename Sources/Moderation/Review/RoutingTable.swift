import HubCore
package import JSON
import PluginModel
package import Rules

/// The live routing rules of an organisation, compiled, in their order.
package struct RoutingTable: Sendable {
    package struct Route: Sendable {
        let rule: Rule
        let revision: Int
        let queue: String
        let program: RuleProgram
    }

    package let routes: [Route]
    /// Whether any of them asks a signal outside the hub.
    let asksSignals: Bool

    init(_ routes: [Route]) {
        self.routes = routes
        asksSignals = routes.contains { route in
            RuleReferences(route.rule).signals.contains { BuiltInSignal(rawValue: $0.type) == nil }
        }
    }

    package static let none = RoutingTable([])

    /// A runner for deciding and routing alike.
    func remembering(_ runner: (any SignalRunning)?) -> (any SignalRunning)? {
        guard asksSignals, let runner else { return runner }
        return SignalMemory(runner)
    }
}

/// What routing rules said of one item.
package struct RoutingChoice: Sendable {
    /// One rule that was asked; what stands behind the one that passed is not.
    package struct Step: Sendable {
        package let rule: String
        package let name: String
        package let revision: Int
        package let queue: String
        package let outcome: Outcome
        package let trace: JSONValue
    }

    /// Those that look at the item's type, in their order.
    package internal(set) var steps: [Step] = []
    /// The first that passed; nil: the default queue takes it.
    package internal(set) var match: Step?
    /// Whether time was up before all were asked.
    package internal(set) var isLate = false
    package internal(set) var signalRuns = 0

    /// - Parameter bytesMax: Traces beyond are left out, those of later rules first.
    package func json(bytesMax: Int) -> JSONValue {
        var bytes = 0
        let rules = steps.map { step -> JSONValue in
            var object: JSONObject = [
                "id": .string(step.rule), "name": .string(step.name), "revision": .int(Int64(step.revision)),
                "queueId": .string(step.queue), "outcome": .string(step.outcome.word),
            ]
            bytes += step.trace.serializedBytes().count
            if bytes <= bytesMax { object["trace"] = step.trace }
            return .object(object)
        }
        var members: JSONObject = ["rules": .array(rules)]
        members["ruleId"] = match.map { .string($0.rule) }
        members["queueId"] = match.map { .string($0.queue) }
        if isLate {
            members["problem"] = [
                "code": "review.routing-late", "message": "Time was up before every routing rule was asked; the default queue took it.",
            ]
        }
        return .object(members)
    }
}

/// Asks routing rules about items, one rule after the other, and of each item only until one passes: what cannot matter is not asked.
struct RoutingChoosing: Sendable {
    let table: RoutingTable
    let runner: (any SignalRunning)?
    let limits: ReviewLimits
    /// What stands around items, by their places among those that are kept; nil: an item that is not kept sees all there is.
    let around: @Sendable (_ sequences: [Int64?]) -> KeptSurroundings

    /// One choice an item, in order. A rule that could not be told has not passed.
    /// - Parameters:
    ///   - sequences: Of each item that is kept.
    ///   - lane: Where it is evaluated.
    func choose(
        for items: [Item], sequences: [Int64?] = [], in organisation: Organisation.ID, on lane: RuleLane
    ) async -> [RoutingChoice] {
        items.isEmpty ? [] : await lane.run(for: organisation) { await chooseHere(items, sequences, organisation) }
    }

    private func chooseHere(_ items: [Item], _ sequences: [Int64?], _ organisation: Organisation.ID) async -> [RoutingChoice] {
        let clock = ContinuousClock()
        let deadline = clock.now + limits.routingTime
        var choices = items.map { _ in RoutingChoice() }
        // What is not kept in the end is not kept on the way either.
        var room = items.map { _ in limits.routingTraceBytesMax }
        for route in table.routes {
            let asked = items.indices.filter { choices[$0].match == nil && route.rule.looksAt(items[$0].type) }
            guard !asked.isEmpty else { continue }
            guard clock.now < deadline else {
                for index in asked { choices[index].isLate = true }
                break
            }
            let evaluator = RuleEvaluator(route.program, runner: runner, until: deadline)
            let places = asked.map { sequences.indices.contains($0) ? sequences[$0] : nil }
            let decisions = await evaluator.decide(
                asked.map { items[$0] }, orgID: organisation.rawValue, traces: .all, surroundings: around(places))
            for (index, decision) in zip(asked, decisions) {
                choices[index].signalRuns += decision.signalRuns
                choices[index].isLate = decision.isLate
                // What was broken off says nothing of the rule.
                guard !decision.isLate, let result = decision.results.first else { continue }
                let trace = room[index] > 0 ? result.trace?.json(bytesMax: room[index]) ?? .null : .null
                room[index] -= trace.serializedBytes().count
                let step = RoutingChoice.Step(
                    rule: route.rule.id, name: route.rule.name, revision: route.revision, queue: route.queue,
                    outcome: result.truth.outcome, trace: trace)
                choices[index].steps.append(step)
                if result.passed { choices[index].match = step }
            }
        }
        return choices
    }
}
