import JSON
import PluginModel

/// Items, decisions and actions of a store in memory.
struct MemoryItems: Sendable {
    struct Place: Hashable, Sendable {
        let organisation: Organisation.ID
        let id: String
    }
    struct Count: Hashable, Sendable {
        let organisation: Organisation.ID
        let rule: String
        let day: Int64
    }

    /// By place.
    var items: [Int64: SubmittedItem] = [:]
    var lastItem: Int64 = 0
    var lineups: [Place: RuleLineup] = [:]
    var decisions: [Int64: StoredDecision] = [:]
    var counts: [Count: Int] = [:]
    var actions: [Place: RuleAction] = [:]
    var runs: [Int64: ActionRun] = [:]
    var lastRun: Int64 = 0
    var users = MemoryUsers()

    mutating func remove(_ organisation: Organisation.ID) {
        items = items.filter { $0.value.organisation != organisation }
        lineups = lineups.filter { $0.key.organisation != organisation }
        decisions = decisions.filter { $0.value.organisation != organisation }
        counts = counts.filter { $0.key.organisation != organisation }
        actions = actions.filter { $0.key.organisation != organisation }
        runs = runs.filter { $0.value.organisation != organisation }
        users.remove(organisation)
    }

    func items(of organisation: Organisation.ID) -> [SubmittedItem] {
        items.values.filter { $0.organisation == organisation }.sorted { $0.sequence < $1.sequence }
    }
}

extension MemoryRecords {
    /// Oldest first.
    fileprivate func idleItems(of organisation: Organisation.ID) -> [SubmittedItem] {
        let busy = Set(moderation.runs.values.filter { $0.state == .waiting }.map(\.decision)).union(reviews.decisionsHeld)
        return moderation.items(of: organisation).filter { $0.state != .waiting && !busy.contains($0.sequence) }
    }

    fileprivate func bytes(of item: SubmittedItem) -> Int {
        let traces = (moderation.decisions[item.sequence]?.traces ?? [:]).map { ("\($0.key)", $0.value) }
        let decided = moderation.decisions[item.sequence] == nil ? 0 : JSONValue.object(JSONObject(traces)).serializedBytes().count
        return item.data.serializedBytes().count + decided
    }

    /// With their decisions and what hangs on these.
    mutating func remove(items gone: [Int64]) {
        for sequence in gone {
            moderation.items[sequence] = nil
            moderation.decisions[sequence] = nil
        }
        let removed = Set(gone)
        reviews.reasons.removeAll { removed.contains($0.decision) }
        moderation.runs = moderation.runs.filter { !removed.contains($0.value.decision) }
    }
}

extension MemoryTransaction {
    static func conflict() -> Fault {
        Fault(code: "storage.conflict", message: "There is one already.", turn: .caller)
    }

    // MARK: Items

    func append(_ items: [SubmittedItem]) throws(Fault) -> [SubmittedItem] {
        try change { (records) throws(Fault) in
            var placed = items
            for index in placed.indices {
                guard records.organisations[placed[index].organisation] != nil else {
                    throw Fault(code: "storage.unknown-reference", message: "There is no such organisation.", turn: .caller)
                }
                records.moderation.lastItem += 1
                placed[index].sequence = records.moderation.lastItem
                records.moderation.items[placed[index].sequence] = placed[index]
            }
            return placed
        }
    }

    func item(_ sequence: Int64, in organisation: Organisation.ID) throws(Fault) -> SubmittedItem? {
        records.moderation.items[sequence].flatMap { $0.organisation == organisation ? $0 : nil }
    }

    func items(
        _ filter: ItemFilter, in organisation: Organisation.ID, before sequence: Int64?, limit: Int
    ) throws(Fault) -> [SubmittedItem] {
        let fitting = records.moderation.items(of: organisation).reversed().filter { item in
            (sequence.map { item.sequence < $0 } ?? true) && (filter.typeIDs.isEmpty || filter.typeIDs.contains(item.typeID))
                && (filter.itemID.map { item.itemID == $0 } ?? true) && (filter.state.map { item.state == $0 } ?? true)
                && (filter.isLook.map { (item.look != nil) == $0 } ?? true)
        }
        guard let text = filter.text.map(TextSearch.init) else { return Array(fitting.prefix(limit)) }
        var found: [SubmittedItem] = []
        var bytes = 0
        for item in fitting.prefix(ItemFilter.searchedMax) where found.count < limit && bytes < ItemFilter.searchedBytesMax {
            let data = item.data.serialized()
            bytes += data.utf8.count
            if text.isIn(data) { found.append(item) }
        }
        return found
    }

    func itemCount(ofTypes types: [String], in organisation: Organisation.ID, max: Int) throws(Fault) -> Int {
        min(
            max,
            records.moderation.items.values.count {
                $0.organisation == organisation && $0.look == nil && (types.isEmpty || types.contains($0.typeID))
            })
    }

    /// ASCII letters in lower case.
    static func plain(_ text: String) -> String {
        String(decoding: text.utf8.map { (65...90).contains($0) ? $0 + 32 : $0 }, as: UTF8.self)
    }

    func waitingItems(
        in organisation: Organisation.ID, after sequence: Int64, limit: Int, bytesMax: Int
    ) throws(Fault) -> [SubmittedItem] {
        guard records.organisations[organisation] != nil else { return [] }
        var bytes = 0
        return Array(
            records.moderation.items(of: organisation).filter { $0.state == .waiting && $0.sequence > sequence }.prefix(limit).prefix {
                guard bytes < bytesMax else { return false }
                bytes += bytesMax == .max ? 0 : $0.data.serializedBytes().count
                return true
            })
    }

    func waitingItemCount(in organisation: Organisation.ID) throws(Fault) -> Int {
        guard records.organisations[organisation] != nil else { return 0 }
        return records.moderation.items.values.count { $0.organisation == organisation && $0.state == .waiting }
    }

    func organisationsWithWaitingItems() throws(Fault) -> [Organisation.ID] {
        Set(records.moderation.items.values.filter { $0.state == .waiting }.map(\.organisation)).filter { records.organisations[$0] != nil }
            .sorted()
    }

    func countAttempt(at items: ClosedRange<Int64>, in organisation: Organisation.ID) throws(Fault) {
        try change { (records) throws(Fault) in
            for (sequence, item) in records.moderation.items
            where items.contains(sequence) && item.organisation == organisation && item.state == .waiting {
                records.moderation.items[sequence]?.attempts += 1
            }
        }
    }

    func settle(
        _ sequence: Int64, in organisation: Organisation.ID, as state: SubmittedItem.State, problem: SubmittedItem.Problem?
    ) throws(Fault) -> Bool {
        try change { (records) throws(Fault) in
            guard records.organisations[organisation] != nil, var item = records.moderation.items[sequence],
                item.organisation == organisation, item.state == .waiting
            else {
                return false
            }
            (item.state, item.problem) = (state, problem)
            records.moderation.items[sequence] = item
            return true
        }
    }

    func removeItems(
        in organisation: Organisation.ID, receivedBefore moment: Timestamp, keeping: Int, limit: Int
    ) throws(Fault) -> Int {
        try change { (records) throws(Fault) in
            let latest = Set(records.moderation.items(of: organisation).suffix(keeping).map(\.sequence))
            let gone = records.idleItems(of: organisation).filter { $0.receivedAt < moment || !latest.contains($0.sequence) }.prefix(limit)
            records.remove(items: gone.map(\.sequence))
            return gone.count
        }
    }

    func itemBytes(in organisation: Organisation.ID) throws(Fault) -> Int {
        records.moderation.items(of: organisation).reduce(0) { $0 + records.bytes(of: $1) }
    }

    func removeOldestItems(in organisation: Organisation.ID, freeing bytes: Int, limit: Int) throws(Fault) -> (items: Int, bytes: Int) {
        try change { (records) throws(Fault) in
            var gone: [Int64] = []
            var freed = 0
            for item in records.idleItems(of: organisation).prefix(limit) where freed < bytes {
                gone.append(item.sequence)
                freed += records.bytes(of: item)
            }
            records.remove(items: gone)
            return (gone.count, freed)
        }
    }
}
