import JSON

/// What the conditions of a program compare with: each list gathered once from what is written out and from banks, however many conditions
/// name it, and no more of it than there may be.
struct ValueTable {
    /// One list.
    struct Values {
        /// Its place among those of the program: who compares with the same shares what is made of them.
        var place = -1
        var texts: [String] = []
        var areas: [LocationArea] = []
        var hashes: [PerceptualHash] = []
        var imageBankIDs: Set<String> = []
    }

    enum Answer {
        case values(Values)
        /// By the member of `matchingValues` that names it.
        case noBank(String, member: String)
        case tooLarge(String)
    }

    private let banks: Banks
    private var places: [MatchingValues: Int] = [:]
    private var answers: [Answer] = []
    private var written: [Int: [JSONValue]] = [:]

    init(_ banks: Banks) { self.banks = banks }

    /// - Parameter size: Of the program until now; a list that is taken is added.
    mutating func values(_ named: MatchingValues?, addingTo size: inout ProgramSize) -> Answer {
        let named = (named ?? MatchingValues()).withoutRepeats
        if let place = places[named] { return answers[place] }
        var answer = gather(named, size)
        if case .values(var values) = answer {
            values.place = answers.count
            size = size + Self.weight(values)
            answer = .values(values)
        }
        places[named] = answers.count
        answers.append(answer)
        return answer
    }

    /// All of a list, as signals outside get it.
    mutating func json(_ values: Values, of named: MatchingValues?) -> [JSONValue] {
        if let made = written[values.place] { return made }
        var list = values.texts.map { JSONValue.string($0) } + (named?.locations ?? [])
        for id in (named?.withoutRepeats.locationBankIDs ?? []) { list += (banks.locations[id] ?? []).map(\.json) }
        for id in (named?.withoutRepeats.imageBankIDs ?? []) {
            list.append(["id": .string(id), "hashes": .array((banks.images[id] ?? []).map { .string($0.description) })])
        }
        written[values.place] = list
        return list
    }

    /// What is written out first, then each bank in order.
    private func gather(_ named: MatchingValues, _ size: ProgramSize) -> Answer {
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
        // Before any is copied.
        guard count <= RuleLimits.leafValuesMax else {
            return .tooLarge("A condition compares with at most \(RuleLimits.leafValuesMax) values, and this one names \(count).")
        }
        var values = Values()
        values.texts = named.strings + named.textBankIDs.flatMap { banks.texts[$0] ?? [] }
        values.areas = named.locations.compactMap { LocationArea($0) } + named.locationBankIDs.flatMap { banks.locations[$0] ?? [] }
        values.hashes = named.imageBankIDs.flatMap { banks.images[$0] ?? [] }
        values.imageBankIDs = Set(named.imageBankIDs)
        let weight = Self.weight(values)
        guard weight.valueBytes <= RuleLimits.leafValueBytesMax else {
            return .tooLarge(
                "A condition compares with at most \(RuleLimits.leafValueBytesMax >> 20) MiB of texts, and this one names more.")
        }
        if let excess = (size + weight).excess { return .tooLarge(excess) }
        return .values(values)
    }

    private static func weight(_ values: Values) -> ProgramSize {
        ProgramSize(
            values: values.texts.count + values.areas.count + values.hashes.count,
            valueBytes: values.texts.reduce(0) { $0 + $1.utf8.count })
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
