import JSON

/// What the conditions of a program compare with: each list put together once from what is written out and from banks, however many
/// conditions name it, and no more of it than there may be.
struct ValueTable {
    /// One list. Nothing is copied until something is made of it: where rules are only looked at, nothing ever is.
    struct Values {
        /// Its place among those of the program: who compares with the same shares what is made of them.
        var place = -1
        /// What is written out first, then each bank in order.
        var texts: [TextPiece] = []
        var areas: [[LocationArea]] = []
        var hashes: [[PerceptualHash]] = []
        var imageBankIDs: Set<String> = []
        /// Whether a signal outside would be given nothing.
        var isEmpty = true
    }

    /// Texts that come from one place.
    struct TextPiece {
        /// Nil: they are written out.
        let bank: String?
        let texts: [String]
    }

    enum Answer {
        case values(Values)
        /// By the member of `matchingValues` that names it.
        case noBank(String, member: String)
        case tooLarge(String)
    }

    private let banks: Banks
    private let looks: TextLooks
    private var places: [MatchingValues: Int] = [:]
    private var answers: [Answer] = []
    private var written: [Int: [JSONValue]] = [:]

    init(_ banks: Banks, _ looks: TextLooks) { (self.banks, self.looks) = (banks, looks) }

    /// - Parameter size: Of the program until now; a list that is taken is added.
    mutating func values(_ named: MatchingValues?, addingTo size: inout ProgramSize) -> Answer {
        let named = (named ?? MatchingValues()).withoutRepeats
        if let place = places[named] { return answers[place] }
        var answer = gather(named, &size)
        if case .values(var values) = answer {
            values.place = answers.count
            answer = .values(values)
        }
        places[named] = answers.count
        answers.append(answer)
        return answer
    }

    /// All of a list, as signals outside get it.
    mutating func json(_ values: Values, of named: MatchingValues?) -> [JSONValue] {
        if let made = written[values.place] { return made }
        var list = values.allTexts.map { JSONValue.string($0) } + (named?.locations ?? [])
        for id in (named?.withoutRepeats.locationBankIDs ?? []) { list += (banks.locations[id] ?? []).map(\.json) }
        for id in (named?.withoutRepeats.imageBankIDs ?? []) {
            list.append(["id": .string(id), "hashes": .array((banks.images[id] ?? []).map { .string($0.description) })])
        }
        written[values.place] = list
        return list
    }

    /// What is written out first, then each bank in order.
    private func gather(_ named: MatchingValues, _ size: inout ProgramSize) -> Answer {
        var count = named.strings.count + named.locations.count
        func add(_ ids: [String], _ member: String, _ length: (String) -> Int?) -> Answer? {
            for id in ids {
                guard let more = length(id) else {
                    return banks.leftOut.contains(id)
                        ? .tooLarge("The bank '\(id.prefix(100))' and others that are named are too large to be read together.")
                        : .noBank(id, member: member)
                }
                count += more
            }
            return nil
        }
        let problem =
            add(named.textBankIDs, "textBankIds") { banks.texts[$0]?.count }
            ?? add(named.locationBankIDs, "locationBankIds") { banks.locations[$0]?.count }
            ?? add(named.imageBankIDs, "imageBankIds") { banks.images[$0]?.count }
        if let problem { return problem }
        guard count <= RuleLimits.leafValuesMax else {
            return .tooLarge("A condition compares with at most \(RuleLimits.leafValuesMax) values, and this one names \(count).")
        }
        var values = Values()
        values.texts = [TextPiece(bank: nil, texts: named.strings)]
        values.texts += named.textBankIDs.map { TextPiece(bank: $0, texts: banks.texts[$0] ?? []) }
        values.areas = [named.locations.compactMap { LocationArea($0) }] + named.locationBankIDs.map { banks.locations[$0] ?? [] }
        values.hashes = named.imageBankIDs.map { banks.images[$0] ?? [] }
        values.imageBankIDs = Set(named.imageBankIDs)
        values.isEmpty = count == 0 && named.imageBankIDs.isEmpty
        let weight = ProgramSize(values: values.count, valueBytes: values.texts.reduce(0) { $0 + looks.bytes(of: $1) })
        guard weight.valueBytes <= RuleLimits.leafValueBytesMax else {
            return .tooLarge(
                "A condition compares with at most \(RuleLimits.leafValueBytesMax >> 20) MiB of texts, and this one names more.")
        }
        let after = size + weight
        if let excess = after.excess { return .tooLarge(excess) }
        size = after
        return .values(values)
    }
}

extension ValueTable.Values {
    var allTexts: [String] { texts.flatMap(\.texts) }
    var allAreas: [LocationArea] { areas.flatMap { $0 } }
    var allHashes: [PerceptualHash] { hashes.flatMap { $0 } }

    var hasTexts: Bool { texts.contains { !$0.texts.isEmpty } }
    var hasAreas: Bool { areas.contains { !$0.isEmpty } }

    var count: Int {
        texts.reduce(0) { $0 + $1.texts.count } + areas.reduce(0) { $0 + $1.count } + hashes.reduce(0) { $0 + $1.count }
    }
}

extension MatchingValues {
    /// Naming a thing twice says no more than naming it once.
    var withoutRepeats: MatchingValues {
        MatchingValues(
            strings: Self.once(strings), textBankIDs: Self.once(textBankIDs), locations: Self.once(locations),
            locationBankIDs: Self.once(locationBankIDs), imageBankIDs: Self.once(imageBankIDs))
    }

    private static func once<Value: Hashable>(_ list: [Value]) -> [Value] {
        guard list.count > 1 else { return list }
        var seen: Set<Value> = []
        return list.filter { seen.insert($0).inserted }
    }
}
