import Patterns

/// What a built-in signal looks for, prepared once.
final class ValueMatcher: Sendable {
    enum Found {
        /// What was found, as a person reads it; nil where nobody asked.
        case something(String?)
        case nothing
        /// No answer: the reason, and a sentence.
        case undecided(SignalRun.Reason, String)
    }

    let signal: BuiltInSignal
    /// Folded as the signal folds what it looks into; nil where it looks for no texts.
    let needles: NeedleSet?
    let patterns: [Pattern]
    let areas: [LocationArea]
    let hashes: [PerceptualHash]
    let imageBankIDs: Set<String>
    /// For the one signal whose score is a number.
    let similarity: TextSimilarity?

    init(
        _ signal: BuiltInSignal, needles: NeedleSet? = nil, patterns: [Pattern] = [], areas: [LocationArea] = [],
        hashes: [PerceptualHash] = [], imageBankIDs: Set<String> = [], similarity: TextSimilarity? = nil
    ) {
        (self.signal, self.needles) = (signal, needles)
        (self.patterns, self.areas, self.hashes, self.imageBankIDs) = (patterns, areas, hashes, imageBankIDs)
        self.similarity = similarity
    }

    var foldsVariants: Bool { signal == .containsVariant }

    /// Looks into folded text.
    @inline(__always)
    func find(in folded: UnsafeBufferPointer<UInt8>, tells: Bool) -> Found {
        guard let needles, let place = needles.find(in: folded, first: tells) else { return .nothing }
        return .something(tells ? needles.texts[place] : nil)
    }

    /// - Parameter isOver: Told what each pattern was tried on; whether the item's time is over.
    func find(in text: String, with matcher: PatternMatcher, tells: Bool, isOver: (Int) -> Bool) -> Found {
        var gaveUp: Int?
        let bytes = text.utf8.count
        for (index, pattern) in patterns.enumerated() {
            if isOver(bytes) { return .undecided(.tooLong, EvaluationWatch.sentence) }
            switch matcher.match(pattern, text) {
            case .matches: return .something(tells ? pattern.source : nil)
            case .differs: break
            case .undecided: gaveUp = gaveUp ?? index
            }
        }
        guard let gaveUp else { return .nothing }
        return .undecided(
            .tooLong,
            text.utf8.count > PatternLimits.textBytesMax
                ? "The text has more than \(PatternLimits.textBytesMax) bytes, which no pattern is tried on."
                : "The pattern '\(patterns[gaveUp].source.prefix(100))' took too long on this text.")
    }

    func find(_ place: String) -> Found {
        guard let place = Geohash(place) else { return .undecided(.failed, "The value is no geohash.") }
        return areas.contains { $0.contains(place) } ? .something(place.text) : .nothing
    }

    func find(_ media: Media) -> Found {
        if let bank = media.matchedBanks.first(where: imageBankIDs.contains) { return .something(bank) }
        guard let hash = media.pdq else {
            return media.matchedBanks.isEmpty
                ? .undecided(.failed, "The picture came without a hash, and hashing pictures is not built in.") : .nothing
        }
        if let same = hashes.first(where: { $0.bitsApart(hash) <= PerceptualHash.sameBitsApartMax }) { return .something(same.description) }
        return .nothing
    }
}
