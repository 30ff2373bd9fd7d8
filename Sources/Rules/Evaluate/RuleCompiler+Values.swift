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
}

/// Regular expressions that were looked at already, where rules are looked at one after the other. Belongs to one task.
final class CheckedPatterns {
    /// How many different ones are looked at.
    let max: Int
    private var good: Set<String> = []

    init(max: Int) { self.max = max }

    var isFull: Bool { good.count >= max }

    func contains(_ text: String) -> Bool { good.contains(text) }

    func add(_ text: String) { good.insert(text) }
}

extension RuleCompiler {
    /// Nothing but a placeholder where rules are only looked at.
    mutating func prepare(
        _ signal: BuiltInSignal, _ named: MatchingValues?, at pointer: JSONPointer
    ) -> (ValueMatcher?, LeafProblem?) {
        let (values, problem) = gathered(named, at: pointer)
        if let problem { return (nil, problem) }
        func needed(_ what: String) -> (ValueMatcher?, LeafProblem?) {
            (nil, unusable("The signal '\(signal.rawValue)' needs \(what) to compare with, and the condition names none.", at: pointer))
        }
        let key = MadeMatchers.Key(signal: signal, place: values.place)
        if let made = made.matchers[key] { return (made, nil) }
        let matcher: ValueMatcher
        switch signal {
        case .containsText, .containsNoText, .containsVariant:
            guard ValueMatcher.hasNeedles(values.texts, for: signal) else { return needed("texts") }
            matcher = ValueMatcher(signal, needles: checks == nil ? needles(values, isVariant: signal == .containsVariant) : nil)
        case .containsRegex, .containsNoRegex:
            guard !values.texts.isEmpty else { return needed("patterns") }
            switch patterns(values, at: pointer) {
            case .problem(let problem): return (nil, problem)
            case .all(let patterns): matcher = ValueMatcher(signal, patterns: patterns)
            }
        case .textSimilarity:
            guard let similarity = TextSimilarity(values.texts) else {
                return (
                    nil,
                    unusable(
                        "The signal '\(signal.rawValue)' compares with at most \(TextSimilarity.trigramsMax) runs of three signs, "
                            + "and these texts have more.", at: pointer)
                )
            }
            guard !similarity.texts.isEmpty else { return needed("texts") }
            matcher = ValueMatcher(signal, similarity: similarity)
        case .imageMatches, .imageDoesNotMatch:
            guard !values.imageBankIDs.isEmpty else { return needed("an image bank") }
            matcher = ValueMatcher(signal, hashes: values.hashes, imageBankIDs: values.imageBankIDs)
        case .geoContainedWithin:
            guard !values.areas.isEmpty else { return needed("places") }
            matcher = ValueMatcher(signal, areas: values.areas)
        }
        made.matchers[key] = matcher
        return (matcher, nil)
    }

    private mutating func needles(_ values: ValueTable.Values, isVariant: Bool) -> NeedleSet {
        if let made = made.needles[isVariant]?[values.place] { return made }
        let needles = NeedleSet(values.texts, isVariant: isVariant)
        made.needles[isVariant, default: [:]][values.place] = needles
        return needles
    }

    private mutating func patterns(_ values: ValueTable.Values, at pointer: JSONPointer) -> MadeMatchers.Patterns {
        if let before = made.patterns[values.place] { return .all(before) }
        var after = size
        after.patterns += values.texts.count
        if let excess = after.excess { return .problem(tooLarge(excess, at: pointer.appending("matchingValues"))) }
        var patterns: [Pattern] = []
        for text in values.texts where checks?.contains(text) != true {
            if let checks, checks.isFull {
                return .problem(
                    tooLarge(
                        "Of the rules of an organisation \(checks.max) different regular expressions are looked at, and there are more.",
                        at: pointer.appending("matchingValues")))
            }
            do throws(PatternError) {
                let pattern = try Pattern(text, ignoringCase: true)
                if let checks { checks.add(text) } else { patterns.append(pattern) }
            } catch {
                let sentence = "'\(text.prefix(100))' is no regular expression that is understood here. \(error.message)"
                notes.error("rule.bad-pattern", at: pointer.appending("matchingValues"), sentence, remedy: "Mend the pattern.")
                return .problem(LeafProblem(reason: .unusable, sentence: sentence))
            }
        }
        size = after
        made.patterns[values.place] = patterns
        return .all(patterns)
    }

    /// What a signal outside compares with.
    mutating func resolve(
        _ named: MatchingValues?, at pointer: JSONPointer
    ) -> (values: ValueTable.Values, json: [JSONValue], problem: LeafProblem?) {
        let (values, problem) = gathered(named, at: pointer)
        return (values, problem == nil ? table.json(values, of: named) : [], problem)
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
