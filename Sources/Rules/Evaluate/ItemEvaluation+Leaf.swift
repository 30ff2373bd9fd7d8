/// What one leaf comes to. Contract of Coop, section 15.
extension ItemEvaluation {
    /// Nil: an answer is wanted first. With `telling`, everything about it is written down.
    func evaluate(_ place: Int, telling: LeafTelling?) -> Outcome? {
        let slot = program.leaves[place].slot
        let kind = program.leaves[place].kind
        if kind == .underived { return unavailable(place, telling) }
        prepare(slot)
        let count = count(in: slot)
        let isFullItem = isFullItem(slot)
        if kind == .notProvided { return count == 0 && !isFullItem ? .passed : .failed }
        if count == 0, !isFullItem { return .inapplicable }
        if watch.pointee.isOver { return tooLong(place, telling) }
        switch kind {
        case .plain: return plain(place, slot, count, telling)
        case .builtIn: return builtIn(place, slot, count, telling)
        case .similar: return similar(place, slot, count, telling)
        case .ask: return asked(place, slot, count, isFullItem, telling)
        case .broken, .notProvided, .underived: return unavailable(place, telling)
        }
    }

    /// Passed if any value passed, whatever came before it; else what the first value with a score came to; else what the first one did.
    struct Gathering {
        private var first: Outcome?
        private var firstScored: Outcome?

        @inline(__always)
        mutating func add(_ outcome: Outcome, hasScore: Bool) {
            if first == nil { first = outcome }
            if hasScore, firstScored == nil { firstScored = outcome }
        }

        var outcome: Outcome { firstScored ?? first ?? .inapplicable }
    }

    @inline(__always)
    private func plain(_ place: Int, _ slot: Int, _ count: Int, _ telling: LeafTelling?) -> Outcome {
        let comparator = program.leaves[place].comparator
        // There is a value, so there is a score.
        if comparator == .isUnavailable { return tellAll(slot, count, .failed, telling) }
        var gathering = Gathering()
        for index in 0..<count {
            let result: Comparison.Result
            let value = value(index, in: slot)
            watch.pointee.did(value.work)
            if watch.pointee.isOver { return tooLong(place, telling) }
            switch value {
            case .number(let number) where program.leaves[place].isNumeric:
                result = .init(Comparison.holds(comparator ?? .equals, Comparison.order(number, program.leaves[place].number)))
            case .boolean(let flag): result = flag ? program.leaves[place].whenTrue : program.leaves[place].whenFalse
            case .text(let text) where program.leaves[place].text != nil && scalar(of: slot) != .dateTime:
                let isSame = Comparison.isSame(text, program.leaves[place].text ?? "")
                result = .init(isSame == (comparator == .equals))
            default:
                result = Comparison.judge(
                    value.score, of: ScoreType(scalar(of: slot) ?? .string), comparator, program.leaves[place].condition.threshold)
            }
            telling?.add(value, scalar(of: slot), result, score: value.score)
            if result == .passed { return .passed }
            gathering.add(result.outcome, hasScore: true)
        }
        return gathering.outcome
    }

    private func tellAll(_ slot: Int, _ count: Int, _ outcome: Outcome, _ telling: LeafTelling?) -> Outcome {
        guard let telling else { return outcome }
        for index in 0..<count {
            let value = value(index, in: slot)
            telling.add(value, scalar(of: slot), outcome, score: value.score)
        }
        return outcome
    }

    @inline(__always)
    private func builtIn(_ place: Int, _ slot: Int, _ count: Int, _ telling: LeafTelling?) -> Outcome {
        guard let matcher = program.leaves[place].matcher else { return unavailable(place, telling) }
        guard let scalar = scalar(of: slot), program.leaves[place].takes.contains(scalar) else {
            return wrongKind(place, slot, matcher.signal.rawValue, telling)
        }
        let comparator = program.leaves[place].comparator
        var gathering = Gathering()
        for index in 0..<count {
            let score: Bool
            var matched: String?
            if watch.pointee.isOver { return tooLong(place, telling) }
            switch find(matcher, index, in: slot, tells: telling != nil) {
            case .something(let what): (score, matched) = (!matcher.signal.isNegated, what)
            case .nothing: score = matcher.signal.isNegated
            case .undecided(let reason, let sentence):
                let outcome: Outcome = comparator == .isUnavailable ? .passed : .errored
                telling?.add(value(index, in: slot), scalar, outcome, error: (reason, sentence))
                if outcome == .passed { return .passed }
                gathering.add(outcome, hasScore: false)
                continue
            }
            let result: Comparison.Result =
                comparator == .isUnavailable ? .failed : score ? program.leaves[place].whenTrue : program.leaves[place].whenFalse
            telling?.add(value(index, in: slot), scalar, result, score: .boolean(score), matched: matched)
            if result == .passed { return .passed }
            gathering.add(result.outcome, hasScore: true)
        }
        return gathering.outcome
    }

    private func similar(_ place: Int, _ slot: Int, _ count: Int, _ telling: LeafTelling?) -> Outcome {
        guard let matcher = program.leaves[place].matcher, let similarity = matcher.similarity else { return unavailable(place, telling) }
        guard let scalar = scalar(of: slot), program.leaves[place].takes.contains(scalar) else {
            return wrongKind(place, slot, matcher.signal.rawValue, telling)
        }
        let comparator = program.leaves[place].comparator
        // There is a value, so there is a score.
        if comparator == .isUnavailable, telling == nil { return .failed }
        var gathering = Gathering()
        for index in 0..<count {
            guard case .text(let text) = value(index, in: slot) else { continue }
            if watch.pointee.isOver { return tooLong(place, telling) }
            let (score, nearest) = similarity.nearest(to: text)
            watch.pointee.did(similarity.work(text))
            let result =
                comparator == .isUnavailable
                ? .failed
                : Comparison.judge(.number(score), of: ScoreType(.number), comparator, program.leaves[place].condition.threshold)
            let matched = telling == nil ? nil : nearest.map { similarity.texts[$0] }
            telling?.add(value(index, in: slot), scalar, result, score: .number(score), matched: matched)
            if result == .passed { return .passed }
            gathering.add(result.outcome, hasScore: true)
        }
        return gathering.outcome
    }

    private func asked(_ place: Int, _ slot: Int, _ count: Int, _ isFullItem: Bool, _ telling: LeafTelling?) -> Outcome? {
        let question = program.leaves[place].question
        let ask = program.questions[question].ask
        let scalar = scalar(of: slot)
        let takes =
            isFullItem
            ? program.questions[question].takesFullItem : scalar.map { program.questions[question].takes.contains($0) } ?? false
        guard takes else { return wrongKind(place, slot, program.asks[ask].signal.type, telling) }
        if program.questions[question].isForSomeLanguages, scalar == .string || isFullItem, let language = item.language,
            let known = program.asks[ask].signal.languages, !language.isAmong(known)
        {
            telling?.problem = LeafProblem(
                reason: .otherLanguage,
                sentence: "The item is in \(language.name), which the signal '\(program.asks[ask].signal.type)' does not understand.")
            return .inapplicable
        }
        guard let answers = answers(to: question) else { return nil }
        let comparator = program.leaves[place].comparator
        var gathering = Gathering()
        var hasPassed = false
        for (index, answer) in answers.enumerated() {
            if watch.pointee.isOver { return tooLong(place, telling) }
            switch answer.run {
            case .unavailable(let reason, let sentence):
                let outcome: Outcome = comparator == .isUnavailable ? .passed : .errored
                telling?.add(isFullItem ? nil : value(index, in: slot), scalar, outcome, error: (reason, sentence), time: answer.time)
                hasPassed = hasPassed || outcome == .passed
                gathering.add(outcome, hasScore: false)
            case .scored(let score, let output, let matched):
                let result: Comparison.Result
                if comparator == .isUnavailable {
                    result = .failed
                } else if case .number(let number) = score, program.leaves[place].isNumeric,
                    output.map({ $0.scalar == .number }) ?? program.questions[question].isNumeric
                {
                    watch.pointee.did(1)
                    result = .init(Comparison.holds(comparator ?? .equals, Comparison.order(number, program.leaves[place].number)))
                } else {
                    // A signal may name a thousand words in order, and both sides are looked up among them.
                    watch.pointee.did(64)
                    result = Comparison.judge(
                        score, of: output ?? program.asks[ask].signal.output, comparator, program.leaves[place].condition.threshold)
                }
                telling?.add(
                    isFullItem ? nil : value(index, in: slot), scalar, result, score: score, matched: matched, time: answer.time)
                hasPassed = hasPassed || result == .passed
                gathering.add(result.outcome, hasScore: true)
            }
        }
        return hasPassed ? .passed : gathering.outcome
    }

    /// The item's time is over: a condition that was not looked at to its end cannot be told.
    private func tooLong(_ place: Int, _ telling: LeafTelling?) -> Outcome {
        if telling == nil { wasCut(place) }
        return unavailable(place, telling, LeafProblem(reason: .tooLong, sentence: EvaluationWatch.sentence))
    }

    private func wrongKind(_ place: Int, _ slot: Int, _ signal: String, _ telling: LeafTelling?) -> Outcome {
        let kind = scalar(of: slot)?.rawValue ?? "FULL_ITEM"
        return unavailable(place, telling, LeafProblem(reason: .unusable, sentence: "The signal '\(signal)' takes no \(kind)."))
    }

    private func unavailable(_ place: Int, _ telling: LeafTelling?, _ problem: LeafProblem? = nil) -> Outcome {
        let outcome: Outcome = program.leaves[place].comparator == .isUnavailable ? .passed : .errored
        if let telling, let problem = problem ?? program.leaves[place].problem { telling.problem = problem }
        return outcome
    }
}

extension Comparison.Result {
    @inline(__always)
    var outcome: Outcome {
        switch self {
        case .passed: .passed
        case .failed: .failed
        case .incomparable: .errored
        }
    }
}

extension ItemValue {
    /// What is compared where no signal is asked: of a reference its id, of media its address.
    var score: Score {
        switch self {
        case .text(let text): .text(text)
        case .number(let number): .number(number)
        case .boolean(let flag): .boolean(flag)
        case .reference(let reference): .text(reference.id)
        case .media(let media): .text(media.url)
        }
    }
}
