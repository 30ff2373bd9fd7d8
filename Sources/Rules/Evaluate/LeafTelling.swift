import JSON

/// How much may still be written down of one item, in about the bytes it takes.
final class TraceRoom {
    private(set) var bytes: Int
    var isUsedUp: Bool { bytes <= 0 }

    init(_ bytes: Int) { self.bytes = bytes }

    func take(_ bytes: Int) { self.bytes -= bytes }
}

/// Writes down what a leaf looks at: of everything no more than a person reads, so that no trace holds whole texts.
final class LeafTelling {
    private let room: TraceRoom
    private(set) var values: [LeafTrace.Value] = []
    private(set) var isTruncated = false
    var problem: LeafProblem?
    private(set) var longest: Duration = .zero

    /// Scalars of a text that are shown, and where there is no more room.
    private static let shownMax = 500
    private static let shownInLittleRoomMax = 60

    init(_ room: TraceRoom) { self.room = room }

    func add(
        _ value: ItemValue?, _ scalar: Scalar?, _ outcome: Outcome, score: Score? = nil, matched: String? = nil,
        error: (SignalRun.Reason, String)? = nil, time: Duration? = nil
    ) {
        longest = max(longest, time ?? .zero)
        if room.isUsedUp { isTruncated = true }
        let valuesMax = room.isUsedUp ? 1 : LeafTrace.valuesMax
        // What passed must be seen, also behind many that did not.
        guard values.count < valuesMax || outcome == .passed else { return }
        if values.count >= valuesMax { values.removeLast() }
        let max = room.isUsedUp ? Self.shownInLittleRoomMax : Self.shownMax
        let told = LeafTrace.Value(
            value: value?.shown(max), scalar: scalar, outcome: outcome, score: score?.shown(max), matched: matched?.shown(max),
            error: error.map { LeafTrace.Failure(code: $0.0.rawValue, sentence: $0.1.shown(max)) }, time: time)
        values.append(told)
        room.take(told.roughBytes)
    }

    func add(
        _ value: ItemValue?, _ scalar: Scalar?, _ result: Comparison.Result, score: Score, matched: String? = nil, time: Duration? = nil
    ) {
        var error: (SignalRun.Reason, String)?
        if case .incomparable(let sentence) = result { error = (.incomparable, sentence) }
        add(value, scalar, result.outcome, score: score, matched: matched, error: error, time: time)
    }
}

extension String {
    /// Its beginning. By scalars: a single character may be as long as a text.
    fileprivate func shown(_ max: Int) -> String {
        guard utf8.count > max else { return self }
        let beginning = unicodeScalars.prefix(max)
        return beginning.endIndex == endIndex ? self : String(String.UnicodeScalarView(beginning)) + "…"
    }
}

extension Score {
    fileprivate func shown(_ max: Int) -> Score { if case .text(let text) = self { .text(text.shown(max)) } else { self } }
}

extension ItemValue {
    /// Banks of a picture that are shown.
    private static let banksShownMax = 20

    fileprivate func shown(_ max: Int) -> ItemValue {
        switch self {
        case .text(let text): .text(text.shown(max))
        case .number, .boolean: self
        case .reference(let reference):
            .reference(
                ItemReference(id: reference.id.shown(max), typeID: reference.typeID.shown(max), name: reference.name?.shown(max)))
        case .media(let media):
            .media(
                Media(
                    url: media.url.shown(max), mediaType: media.mediaType, pdq: media.pdq,
                    matchedBanks: media.matchedBanks.prefix(max < 500 ? 1 : Self.banksShownMax).map { $0.shown(max) },
                    tellsMediaType: media.tellsMediaType))
        }
    }
}

extension LeafTrace.Value {
    fileprivate var roughBytes: Int {
        let texts = [json["value"], json["score"], json["matchedValue"], json["error"]]
        return 100 + texts.reduce(0) { $0 + ($1?.bytesAtMost ?? 0) }
    }
}
