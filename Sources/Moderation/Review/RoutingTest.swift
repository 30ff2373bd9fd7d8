package import HubCore
package import JSON
import PluginModel
package import Rules

/// Where routing rules would send one item.
package struct RoutingTest: Sendable {
    package let itemID: String?
    package let typeID: String?
    /// Nil where the item could not be read; `findings` say why.
    package let choice: RoutingChoice?
    /// The queue that would take it; nil: there is none.
    package let queue: String?
    package let findings: [RuleFinding]
}

extension RuleBook {
    /// Routes items by the live rules; nothing is stored. Signals really run.
    /// - Parameters:
    ///   - items: `{id, typeId, data, …}` each. An item without an id gets its place.
    ///   - draft: A rule that is taken for live, in the place of `replacing`, or behind all others.
    package nonisolated func testRouting(
        _ items: [JSONValue], with draft: JSONValue? = nil, replacing id: RuleRecord.ID? = nil, limits: ReviewLimits = ReviewLimits(),
        in organisation: Organisation.ID
    ) async throws(RuleRefusal) -> (results: [RoutingTest], findings: [RuleFinding]) {
        try await trying.take(organisation) { () async throws(RuleRefusal) in
            try await route(items, with: draft, replacing: id, limits, organisation)
        }
    }

    private nonisolated func route(
        _ items: [JSONValue], with draft: JSONValue?, replacing id: RuleRecord.ID?, _ limits: ReviewLimits, _ organisation: Organisation.ID
    ) async throws(RuleRefusal) -> (results: [RoutingTest], findings: [RuleFinding]) {
        let shelf = try await shelfRefusing(organisation)
        var routes = shelf.routing.table.routes
        var findings: [RuleFinding] = []
        if let draft {
            let name = id?.rawValue ?? "draft"
            let (review, queue, surroundings, banks) = try await reviewedRouting(draft, id: name, in: organisation)
            guard let rule = review.rule, let queue else { throw RuleRefusal.invalid("The routing rule", review.findings) }
            findings = review.findings
            let program = await RuleLane.trying.work(for: organisation) {
                RuleProgram([rule], types: surroundings.types, signals: surroundings.signals, banks: banks)
            }
            let route = RoutingTable.Route(rule: rule, revision: 0, queue: queue, program: program)
            let order = shelf.routing.entries.map(\.record.rule.id.rawValue)
            let place = order.firstIndex(of: name) ?? order.count
            let before = Set(order.prefix(place))
            routes.removeAll { $0.rule.id == name }
            routes.insert(route, at: routes.count { before.contains($0.rule.id) })
        }
        let reading = ItemReading(shelf.surroundings.types)
        let readings = await RuleLane.trying.work(for: organisation) {
            items.enumerated().map { place, item in reading.read(item.named(place), at: JSONPointer(["items", String(place)])) }
        }
        let choosing = RoutingChoosing(
            table: RoutingTable(routes), runner: RoutingTable(routes).remembering(signals.runner(for: organisation)), limits: limits
        ) { [store, types = shelf.surroundings.types] sequences in
            KeptSurroundings(store: store, organisation: organisation, types: types, sequences: sequences)
        }
        var choices = await choosing.choose(for: readings.compactMap(\.value), in: organisation, on: .trying)[...]
        let queues = shelf.routing.queues
        let otherwise = queues.first(where: \.isDefault)?.id
        let results = zip(items, readings).map { item, reading -> RoutingTest in
            let choice = reading.value == nil ? nil : choices.popFirst()
            let queue = queues.first { $0.id == choice?.match?.queue }?.id ?? otherwise
            return RoutingTest(
                itemID: reading.value?.id ?? item["id"]?.stringValue, typeID: item["typeId"]?.stringValue, choice: choice,
                queue: choice == nil ? nil : queue, findings: reading.value == nil ? reading.findings : [])
        }
        return (results, findings)
    }
}
