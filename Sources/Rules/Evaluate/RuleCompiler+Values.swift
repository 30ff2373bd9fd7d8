import JSON
import Patterns
import PluginModel

/// What was made of lists of values, by their place among those of the program: conditions that compare with the same share it.
struct MadeMatchers {
    struct Key: Hashable {
        let signal: BuiltInSignal
        let place: Int
    }

    enum Patterns {
        case all([Pattern])
        case problem(LeafProblem)
    }

    /// By whether look-alikes are folded, and the list's place.
    var needles: [Bool: [Int: NeedleSet]] = [:]
    var matchers: [Key: ValueMatcher] = [:]
    /// Lists without a mistake alone: what is wrong is told of each condition.
    var patterns: [Int: [Pattern]] = [:]
    /// What was found to be as it should, where rules are only looked at.
    var sound: Set<Key> = []
    /// What was counted among what takes memory.
    var weighed: Set<Weight> = []

    /// What is made of a list, by its place.
    enum Weight: Hashable {
        case needles(Int, isVariant: Bool)
        case similarity(Int)
        case list(Int)
    }
}

extension RuleCompiler {
    /// What is wrong with comparing so, and the matcher; none where rules are only looked at.
    mutating func prepare(
        _ signal: BuiltInSignal, _ named: MatchingValues?, at pointer: JSONPointer
    ) -> (ValueMatcher?, LeafProblem?) {
        let (values, problem) = gathered(named, at: pointer)
        if let problem { return (nil, problem) }
        let key = MadeMatchers.Key(signal: signal, place: values.place)
        if isLooking {
            guard made.sound.contains(key) == false else { return (nil, nil) }
            let problem = flaw(of: values, for: signal, at: pointer)
            if problem == nil { made.sound.insert(key) }
            return (nil, problem)
        }
        if let made = made.matchers[key] { return (made, nil) }
        let (matcher, flaw) = matcher(signal, values, at: pointer)
        made.matchers[key] = matcher
        return (matcher, flaw)
    }

    private mutating func needed(_ what: String, _ signal: BuiltInSignal, at pointer: JSONPointer) -> LeafProblem {
        unusable("The signal '\(signal.rawValue)' needs \(what) to compare with, and the condition names none.", at: pointer)
    }

    private mutating func tooManyTrigrams(at pointer: JSONPointer) -> LeafProblem {
        tooLarge(
            "A condition on similarity compares with at most \(TextSimilarity.trigramsMax) runs of three signs, and these texts have more.",
            at: pointer.appending("matchingValues"))
    }

    /// Counts what will be made of a list; what is too much, if it is.
    private mutating func weigh(_ weight: MadeMatchers.Weight, _ bytes: Int, at pointer: JSONPointer) -> LeafProblem? {
        guard !made.weighed.contains(weight) else { return nil }
        var after = size
        after.memoryBytes += bytes
        if let excess = after.excess { return tooLarge(excess, at: pointer.appending("matchingValues")) }
        size = after
        made.weighed.insert(weight)
        return nil
    }

    /// What is wrong with comparing so, found out without making anything.
    private mutating func flaw(of values: ValueTable.Values, for signal: BuiltInSignal, at pointer: JSONPointer) -> LeafProblem? {
        switch signal {
        case .containsText, .containsNoText, .containsVariant:
            let isVariant = signal == .containsVariant
            guard values.texts.contains(where: { looks.hasNeedles($0, isVariant: isVariant) }) else {
                return needed("texts", signal, at: pointer)
            }
            let (count, bytes) = values.texts.reduce(into: (0, 0)) { $0 = ($0.0 + $1.texts.count, $0.1 + looks.bytes(of: $1)) }
            return weigh(
                .needles(values.place, isVariant: isVariant), NeedleSet.memoryBytes(count: count, bytes: bytes), at: pointer)
        case .containsRegex, .containsNoRegex:
            guard values.hasTexts else { return needed("patterns", signal, at: pointer) }
            if case .problem(let problem) = patterns(values, at: pointer) { return problem }
            return nil
        case .textSimilarity:
            var trigrams = 0
            for piece in values.texts where trigrams <= TextSimilarity.trigramsMax { trigrams += looks.trigrams(of: piece) }
            guard trigrams <= TextSimilarity.trigramsMax else { return tooManyTrigrams(at: pointer) }
            guard trigrams > 0 else { return needed("texts", signal, at: pointer) }
            return weigh(.similarity(values.place), TextSimilarity.memoryBytes(trigrams: trigrams), at: pointer)
        case .imageMatches, .imageDoesNotMatch: return values.imageBankIDs.isEmpty ? needed("an image bank", signal, at: pointer) : nil
        case .geoContainedWithin: return values.hasAreas ? nil : needed("places", signal, at: pointer)
        }
    }

    private mutating func matcher(
        _ signal: BuiltInSignal, _ values: ValueTable.Values, at pointer: JSONPointer
    ) -> (ValueMatcher?, LeafProblem?) {
        // What similarity takes is known once it is made, and counting beforehand takes as long.
        if signal != .textSimilarity, let flaw = flaw(of: values, for: signal, at: pointer) { return (nil, flaw) }
        switch signal {
        case .containsText, .containsNoText, .containsVariant:
            return (ValueMatcher(signal, needles: needles(values, isVariant: signal == .containsVariant)), nil)
        case .containsRegex, .containsNoRegex: return (ValueMatcher(signal, patterns: made.patterns[values.place] ?? []), nil)
        case .textSimilarity:
            guard let similarity = TextSimilarity(values.allTexts) else { return (nil, tooManyTrigrams(at: pointer)) }
            guard !similarity.texts.isEmpty else { return (nil, needed("texts", signal, at: pointer)) }
            let problem = weigh(.similarity(values.place), TextSimilarity.memoryBytes(trigrams: similarity.count), at: pointer)
            return problem.map { (nil, $0) } ?? (ValueMatcher(signal, similarity: similarity), nil)
        case .imageMatches, .imageDoesNotMatch:
            return (ValueMatcher(signal, hashes: values.allHashes, imageBankIDs: values.imageBankIDs), nil)
        case .geoContainedWithin: return (ValueMatcher(signal, areas: values.allAreas), nil)
        }
    }

    private mutating func needles(_ values: ValueTable.Values, isVariant: Bool) -> NeedleSet {
        if let made = made.needles[isVariant]?[values.place] { return made }
        let needles = NeedleSet(values.allTexts, isVariant: isVariant)
        made.needles[isVariant, default: [:]][values.place] = needles
        return needles
    }

    private mutating func patterns(_ values: ValueTable.Values, at pointer: JSONPointer) -> MadeMatchers.Patterns {
        if let before = made.patterns[values.place] { return .all(before) }
        let here = pointer.appending("matchingValues")
        var after = size
        after.patterns += values.texts.reduce(0) { $0 + $1.texts.count }
        if let excess = after.excess { return .problem(tooLarge(excess, at: here)) }
        var patterns: [Pattern] = []
        for piece in values.texts {
            guard isLooking else {
                for text in piece.texts {
                    do throws(PatternError) { patterns.append(try Pattern(text, ignoringCase: true)) } catch {
                        return .problem(badPattern(text, error, at: here))
                    }
                    after.memoryBytes += patterns.last?.memoryBytes ?? 0
                    if let excess = after.excess { return .problem(tooLarge(excess, at: here)) }
                }
                continue
            }
            switch looks.patterns(of: piece) {
            case .good(let bytes):
                after.memoryBytes += bytes
                if let excess = after.excess { return .problem(tooLarge(excess, at: here)) }
            case .bad(let text, let error): return .problem(badPattern(text, error, at: here))
            case .tooMany:
                let sentence =
                    "Of the rules of an organisation \(looks.patternsMax) different regular expressions are looked at, and there are more."
                return .problem(tooLarge(sentence, at: here))
            }
        }
        size = after
        made.patterns[values.place] = patterns
        return .all(patterns)
    }

    private mutating func badPattern(_ text: String, _ error: PatternError, at pointer: JSONPointer) -> LeafProblem {
        let sentence = "'\(text.prefix(100))' is no regular expression that is understood here. \(error.message)"
        notes.error("rule.bad-pattern", at: pointer, sentence, remedy: "Mend the pattern.")
        return LeafProblem(reason: .unusable, sentence: sentence)
    }

    /// What a signal outside compares with.
    mutating func resolve(
        _ named: MatchingValues?, at pointer: JSONPointer
    ) -> (values: ValueTable.Values, json: [JSONValue], problem: LeafProblem?) {
        let (values, problem) = gathered(named, at: pointer)
        if let problem { return (values, [], problem) }
        // A list of values, each a text or an object with a few members.
        let bytes = values.count * MemoryLayout<JSONValue>.stride
        if let problem = weigh(.list(values.place), bytes, at: pointer) { return (values, [], problem) }
        return (values, isLooking ? [] : table.json(values, of: named), nil)
    }

    private mutating func gathered(_ named: MatchingValues?, at pointer: JSONPointer) -> (ValueTable.Values, LeafProblem?) {
        let pointer = pointer.appending("matchingValues")
        switch table.values(named, addingTo: &size) {
        case .values(let values): return (values, nil)
        case .tooLarge(let sentence): return (ValueTable.Values(), tooLarge(sentence, at: pointer))
        case .noBank(let id, let member):
            let sentence = "There is no bank '\(id.prefix(100))' of this kind."
            notes.error("rule.missing-bank", at: pointer.appending(member), sentence, remedy: "Make the bank, or name another.")
            return (ValueTable.Values(), LeafProblem(reason: .unusable, sentence: sentence))
        }
    }
}

extension LocationArea {
    var json: JSONValue {
        switch self {
        case .cell(let cell): ["geohash": .string(cell.text)]
        case .circle(let latitude, let longitude, let radius):
            ["geometry": ["center": ["lat": .double(latitude), "lng": .double(longitude)], "radius": .double(radius)]]
        }
    }
}
