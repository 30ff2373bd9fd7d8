import HubCore
import JSON
import PluginModel

extension SQLTransaction {
    static let itemColumns =
        "sequence, organisation, item_id, type_id, submission, data, received_ms, state, attempts, problem, thread, look"

    static func item(_ row: any SQLRow) throws(Fault) -> SubmittedItem {
        SubmittedItem(
            sequence: row.integer(0), organisation: row.id(1), itemID: row.text(2), typeID: row.text(3), submission: row.id(4),
            data: try row.json(5), receivedAt: row.timestamp(6), state: try row.named(7, "an item's state"),
            attempts: Int(row.integer(8)), problem: try row.problem(9), thread: row.optionalText(10), look: try row.look(11))
    }

    func append(_ items: [SubmittedItem]) throws(Fault) -> [SubmittedItem] {
        guard !items.isEmpty else { return [] }
        for organisation in Set(items.map(\.organisation)) { try require(organisation) }
        var sequence = try advance("items", by: items.count) - Int64(items.count)
        var placed = items
        for index in placed.indices {
            sequence += 1
            placed[index].sequence = sequence
            let item = placed[index]
            let data = item.data.serialized()
            let bytes = Int64(data.utf8.count)
            try change(
                "insert into items (\(Self.itemColumns), bytes) values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)",
                .integer(sequence), .id(item.organisation), .text(item.itemID), .text(item.typeID), .id(item.submission), .text(data),
                .at(item.receivedAt), .text(item.state.rawValue), .integer(Int64(item.attempts)), .problem(item.problem),
                .text(item.thread), .text(item.look?.rawValue), .integer(bytes))
            bytesUnwritten[item.organisation, default: 0] += bytes
        }
        return placed
    }

    func item(_ sequence: Int64, in organisation: Organisation.ID) throws(Fault) -> SubmittedItem? {
        try rows(
            "select \(Self.itemColumns) from items where sequence = $1 and organisation = $2", .integer(sequence), .id(organisation),
            read: Self.item
        ).first
    }

    func items(
        _ wanted: ItemFilter, in organisation: Organisation.ID, before sequence: Int64?, limit: Int
    ) throws(Fault) -> [SubmittedItem] {
        var filter = SQLFilter()
        filter.add("organisation = ", .id(organisation))
        filter.add("sequence < ", .integer(sequence ?? .max))
        filter.addAny(wanted.typeIDs.map { SQLFilter.Pattern(exactly: $0, column: "type_id") })
        if let id = wanted.itemID { filter.add("item_id = ", .text(id)) }
        if let isLook = wanted.isLook { filter.add(isLook ? "look is not null" : "look is null") }
        if let state = wanted.state { filter.add("state = ", .text(state.rawValue)) }
        if let text = wanted.text { return try search(text, filter, limit: limit) }
        return try rows(
            "select \(Self.itemColumns) from items where \(filter.text) order by sequence desc limit \(filter.next(.limit(limit)))",
            filter.values, read: Self.item)
    }

    /// A database would look for a text in all there is, for as long as it takes; here it ends after a number of items and bytes.
    private func search(_ text: String, _ filter: SQLFilter, limit: Int) throws(Fault) -> [SubmittedItem] {
        let wanted = TextSearch(text)
        var found: [SubmittedItem] = []
        var (items, bytes) = (0, 0)
        var before = Int64.max
        while items < ItemFilter.searchedMax, bytes < ItemFilter.searchedBytesMax, found.count < limit {
            var filter = filter
            filter.add("sequence < ", .integer(before))
            let page = min(Self.searchedAtOnce, ItemFilter.searchedMax - items)
            let rows = try rows(
                "select \(Self.itemColumns) from items where \(filter.text) order by sequence desc limit \(filter.next(.limit(page)))",
                filter.values
            ) { (row: any SQLRow) throws(Fault) in
                let data = row.text(5)
                return (sequence: row.integer(0), bytes: data.utf8.count, item: wanted.isIn(data) ? try Self.item(row) : nil)
            }
            for row in rows where found.count < limit && bytes < ItemFilter.searchedBytesMax {
                bytes += row.bytes
                if let item = row.item { found.append(item) }
            }
            items += rows.count
            guard rows.count == page, let last = rows.last else { break }
            before = last.sequence
        }
        return found
    }

    /// Items that are in memory at once while they are searched; each has up to 1 MiB.
    private static let searchedAtOnce = 16

    static let escape = " escape '!'"

    func itemCount(ofTypes types: [String], in organisation: Organisation.ID, max: Int) throws(Fault) -> Int {
        var filter = SQLFilter()
        filter.add("organisation = ", .id(organisation))
        filter.add("look is null")
        filter.addAny(types.map { SQLFilter.Pattern(exactly: $0, column: "type_id") })
        return try rows(
            "select count(*) from (select 1 from items where \(filter.text) limit \(filter.next(.integer(Int64(max))))) as counted",
            filter.values
        ) { (row: any SQLRow) throws(Fault) in Int(row.integer(0)) }.first ?? 0
    }

    func waitingItems(
        in organisation: Organisation.ID, after sequence: Int64, limit: Int, bytesMax: Int
    ) throws(Fault) -> [SubmittedItem] {
        guard try isPresent(organisation) else { return [] }
        var items: [SubmittedItem] = []
        var bytes = 0
        while items.count < limit, bytes < bytesMax {
            let page = min(Self.waitingAtOnce, limit - items.count)
            let found = try rows(
                """
                select \(Self.itemColumns) from items where organisation = $1 and state = 'waiting' and sequence > $2 order by sequence limit $3
                """, .id(organisation), .integer(items.last?.sequence ?? sequence), .limit(page)
            ) { (row: any SQLRow) throws(Fault) -> SubmittedItem? in
                // Those behind are not even read.
                guard bytes < bytesMax else { return nil }
                bytes += row.text(5).utf8.count
                return try Self.item(row)
            }
            items += found.compactMap(\.self)
            guard found.count == page else { break }
        }
        return items
    }

    /// A database may hold a whole answer in memory, whatever of it is wanted.
    private static let waitingAtOnce = 32

    func waitingItemCount(in organisation: Organisation.ID) throws(Fault) -> Int {
        guard try isPresent(organisation) else { return 0 }
        return try rows("select count(*) from items where organisation = $1 and state = 'waiting'", .id(organisation)) {
            (row: any SQLRow) throws(Fault) in Int(row.integer(0))
        }.first ?? 0
    }

    func organisationsWithWaitingItems() throws(Fault) -> [Organisation.ID] {
        try present(
            rows("select distinct organisation from items where state = 'waiting' order by organisation") {
                (row: any SQLRow) throws(Fault) in row.id(0)
            })
    }

    func countAttempt(at items: ClosedRange<Int64>, in organisation: Organisation.ID) throws(Fault) {
        try change(
            """
            update items set attempts = attempts + 1
            where organisation = $1 and state = 'waiting' and sequence >= $2 and sequence <= $3
            """, .id(organisation), .integer(items.lowerBound), .integer(items.upperBound))
    }

    func settle(
        _ sequence: Int64, in organisation: Organisation.ID, as state: SubmittedItem.State, problem: SubmittedItem.Problem?
    ) throws(Fault) -> Bool {
        guard try isPresent(organisation) else { return false }
        return try hasChanged(
            "update items set state = $1, problem = $2 where sequence = $3 and organisation = $4 and state = 'waiting'",
            .text(state.rawValue), .problem(problem), .integer(sequence), .id(organisation))
    }
}

extension SQLValue {
    static func problem(_ problem: SubmittedItem.Problem?) -> SQLValue {
        guard let problem else { return .null }
        return .json(["code": .string(problem.code), "message": .string(problem.message)])
    }

    /// A pattern of `like` for texts that hold this one; `!` takes the meaning from the signs behind it.
    static func containing(_ text: String) -> SQLValue {
        var pattern = "%"
        for character in text.unicodeScalars {
            if "!%_".unicodeScalars.contains(character) { pattern.unicodeScalars.append("!") }
            pattern.unicodeScalars.append((65...90).contains(character.value) ? Unicode.Scalar(UInt8(character.value) + 32) : character)
        }
        return .text(pattern + "%")
    }
}

extension SQLRow {
    func look(_ column: Int) throws(Fault) -> SubmittedItem.Look? {
        isNull(column) ? nil : try named(column, "why a user is looked at")
    }

    func problem(_ column: Int) throws(Fault) -> SubmittedItem.Problem? {
        guard !isNull(column) else { return nil }
        let object = try object(column)
        return SubmittedItem.Problem(code: object["code"]?.stringValue ?? "", message: object["message"]?.stringValue ?? "")
    }
}
