internal import JSON
internal import Manifests
internal import PluginModel
package import Sandbox
internal import Synchronization

/// Asking a signal so that every value gets its answer, whatever another one does to the worker.
///
/// Values go out together. When the call fails as a whole, because the plugin loops or dies over one of them, the worker has mostly left word of
/// which one it was at, and the others go out again together. Where it has not, as after an `await`, each is asked alone from there on.
extension LoadedCoopPackage {
    package func answers(to question: CoopQuestion, limits: CoopAskingLimits = .init()) async -> CoopAnswers {
        let clock = ContinuousClock()
        let start = clock.now
        let end = start + question.time
        var answers: [CoopAnswer?] = Array(repeating: nil, count: question.inputs.count)
        var failures: [CallFailure] = []
        var left = known(question, &answers, now: start)
        // Together, slice by slice. Whoever is known to have stopped the worker is left out, and the others go on together.
        var isTogether = true
        var culprits = 0
        // Values that go into one call; fewer after one that was too large.
        var together = left.count
        while isTogether, !left.isEmpty {
            let time = end - clock.now
            guard time > limits.leastTime else { break }
            let asked = Array(left.prefix(together))
            let marks = self.marks.wrappingAdd(UInt32(asked.count), ordering: .relaxed).oldValue & 0x7FFF_FFFF | 0x8000_0000
            do throws(CallFailure) {
                let some = try await some(question, asked, time: time, limits: limits, marks: marks)
                for (place, run) in zip(asked, some) { answers[place] = .run(run) }
                left.removeFirst(some.count)
                together = min(together * 2, max(1, left.count))
            } catch {
                if error.isTooLarge {
                    // Nothing was sent, and nobody has failed.
                    together = asked.count / 2
                    guard together == 0 else { continue }
                    answers[asked[0]] = .none(plugin.fault(error, calling: question.signal), isLate: false)
                    left.removeFirst()
                    together = 1
                    continue
                }
                failures.append(error)
                let fault = plugin.fault(error, calling: question.signal)
                guard error.isOfOneValue else {
                    for place in left { answers[place] = .none(fault, isLate: error.isLate) }
                    left = []
                    break
                }
                culprits += 1
                if error.isOfAnotherCall, culprits <= limits.culpritsMax { continue }
                let mark = plugin.host.failureMark.load(ordering: .acquiring)
                if mark >= marks, mark - marks < UInt32(asked.count), culprits <= limits.culpritsMax {
                    let place = left.remove(at: Int(mark - marks))
                    if error.bringsDown { remember(question, place, limits: limits) }
                    answers[place] = .none(fault, isLate: error.isLate)
                } else {
                    isTogether = false
                }
            }
        }
        if !isTogether { await alone(question, &left, &answers, &failures, until: end, limits: limits) }
        let late = Fault(
            code: "call.time-limit", message: "The signal '\(question.signal)' had no time left for this value.",
            place: question.signal, remedy: "Ask about fewer values at a time, or give messages more time.", turn: .plugin)
        return CoopAnswers(answers: answers.map { $0 ?? .none(late, isLate: true) }, failures: failures)
    }

    /// One value a call, after a call with all of them has failed.
    private func alone(
        _ question: CoopQuestion, _ left: inout [Int], _ answers: inout [CoopAnswer?], _ failures: inout [CallFailure],
        until end: ContinuousClock.Instant, limits: CoopAskingLimits
    ) async {
        let clock = ContinuousClock()
        var culprits = 0
        // A single value cannot be told from itself: it has failed, and asking again would do it all over.
        if left.count == 1, let place = left.first, let failure = failures.last, !failure.isOfAnotherCall {
            if failure.bringsDown { remember(question, place, limits: limits) }
            answers[place] = .none(plugin.fault(failure, calling: question.signal), isLate: failure.isLate)
            left = []
        }
        while let place = left.first {
            // On a machine without a core to spare the culprit must not use up what is left for the others.
            let time = min(question.time * limits.aloneShare / 100, (end - clock.now) * 2 / 5)
            guard time > limits.leastTime * 2 / 5 else { return }
            do throws(CallFailure) {
                guard let run = try await some(question, [place], time: time, limits: limits, isAlone: true).first else { return }
                answers[place] = .run(run)
            } catch {
                let fault = plugin.fault(error, calling: question.signal)
                if error.isTooLarge {
                    answers[place] = .none(fault, isLate: false)
                    left.removeFirst()
                    continue
                }
                failures.append(error)
                if error.isOfAnotherCall, culprits < limits.culpritsMax {
                    culprits += 1
                    continue
                }
                answers[place] = .none(fault, isLate: error.isLate)
                if error.isOfOneValue, !error.isOfAnotherCall {
                    culprits += 1
                    if error.bringsDown { remember(question, place, limits: limits) }
                }
                if !error.isOfOneValue || culprits >= limits.culpritsMax {
                    for place in left.dropFirst() { answers[place] = .none(fault, isLate: error.isLate) }
                    left = []
                    return
                }
            }
            left.removeFirst()
        }
    }

    /// Answers to as many of the values as one call gets to, from the first on.
    private func some(
        _ question: CoopQuestion, _ places: [Int], time: Duration, limits: CoopAskingLimits, marks: UInt32 = 0x8000_0000,
        isAlone: Bool = false
    ) async throws(CallFailure) -> [CoopRun] {
        let wait = isAlone ? time * 9 / 10 : time * limits.waitShare / 100
        var argument: JSONObject = [
            "signalTypeId": .string(question.signal), "orgId": .string(question.orgID),
            "inputs": .array(places.map { question.inputs[$0] }), "sliceMs": .int(limits.sliceTime.wholeMilliseconds),
            "waitMs": .int(wait.wholeMilliseconds), "marks": .int(Int64(marks)),
        ]
        if let credential = question.credential { argument["credential"] = .object(credential) }
        argument["catalogKey"] = question.catalog.map { .string($0.key) }
        let bytes = JSONValue.object(argument).serializedBytes()
        let limit = isAlone ? time : time * limits.callShare / 100
        var answer = try await value("runSome", bytes, limit: limit)
        if answer["catalogMissing"]?.boolValue == true, let catalog = question.catalog {
            _ = try await describe(catalog, orgID: question.orgID, credential: question.credential)
            answer = try await value("runSome", bytes, limit: limit)
        }
        guard let list = answer["answers"]?.arrayValue, !list.isEmpty, list.count <= places.count else {
            throw .protocolViolation("answers to other questions")
        }
        return list.map { CoopRun($0) }
    }

    /// Calls an entry of the facade and reads its answer.
    func value(_ entry: String, _ argument: [UInt8], limit: Duration? = nil) async throws(CallFailure) -> JSONValue {
        guard case .value(let bytes) = try await plugin.host.call(entry, argument, limit: limit) else {
            throw .protocolViolation("a stream where a value was due")
        }
        do throws(JSONError) {
            return try JSONValue(
                parsing: bytes, limits: JSONLimits(bytesMax: plugin.host.limits.messageBytes, loneSurrogates: .replace))
        } catch { throw .protocolViolation("a result that is no JSON: \(error.message)") }
    }

    // MARK: Values that bring the worker down

    /// The places that are to be asked: all but those of values that are known to bring the worker down.
    private func known(_ question: CoopQuestion, _ answers: inout [CoopAnswer?], now: ContinuousClock.Instant) -> [Int] {
        let known = culprits.withLock { culprits in
            culprits = culprits.filter { $0.value > now }
            return culprits
        }
        guard !known.isEmpty else { return Array(question.inputs.indices) }
        let fault = Fault(
            code: "call.known-culprit", message: "The signal '\(question.signal)' brought its worker down over this value not long ago.",
            place: question.signal, remedy: "Mend the signal; the value is asked about again when some minutes have passed.", turn: .plugin)
        return question.inputs.indices.filter { place in
            guard known[CoopCulprit(question, place)] != nil else { return true }
            answers[place] = .none(fault, isLate: false)
            return false
        }
    }

    private func remember(_ question: CoopQuestion, _ place: Int, limits: CoopAskingLimits) {
        culprits.withLock { culprits in
            if culprits.count >= limits.culpritsKept, let oldest = culprits.min(by: { $0.value < $1.value })?.key { culprits[oldest] = nil }
            culprits[CoopCulprit(question, place)] = .now + limits.culpritTime
        }
    }
}

/// A value that brought a worker down, for one organisation: another one's settings may make it harmless.
///
/// What it was asked with counts too, its arguments and what stands around it: the same value may be harmless with others.
/// Known by 128 bits that nobody outside this process can aim at, since the value itself may be a megabyte.
package struct CoopCulprit: Hashable {
    private let bits: [Int]

    package init(_ question: CoopQuestion, _ place: Int) {
        let input = question.inputs[place]
        bits = (0..<2).map { salt in
            var hasher = Hasher()
            hasher.combine(salt)
            hasher.combine(question.signal)
            hasher.combine(question.orgID)
            hasher.combine(input["value"])
            for member in ["subcategory", "args", "context"] { hasher.combine(input[member]) }
            return hasher.finalize()
        }
    }
}

extension CallFailure {
    /// Whether one value of a message can be to blame, so that the others are worth another try. Upheaval of another call is told as lost.
    var isOfOneValue: Bool {
        switch self {
        case .timeLimit, .cpuLimit, .memoryLimit, .crashed, .left, .lostWorker, .threw: true
        case .sandboxViolation, .protocolViolation, .busy, .cancelled, .loadFailed, .quarantined, .noSuchExport, .argumentTooLarge,
            .sandboxUnavailable, .stopped:
            false
        }
    }

    /// Whether the worker was lost or given up over it, as opposed to an error that it told of.
    var bringsDown: Bool {
        if case .threw = self { false } else { isOfOneValue && !isOfAnotherCall }
    }

    /// Whether the call was well and shared its worker with one that was not: it may be made again, and nobody in it is to blame.
    var isOfAnotherCall: Bool {
        if case .lostWorker = self { true } else { false }
    }

    /// Whether the message was larger than any may be: nothing was sent, and with fewer values it may go.
    var isTooLarge: Bool {
        if case .argumentTooLarge = self { true } else { false }
    }

    package var isLate: Bool {
        switch self {
        case .timeLimit, .cpuLimit: true
        default: false
        }
    }
}

extension Duration {
    var wholeMilliseconds: Int64 { components.seconds * 1_000 + components.attoseconds / 1_000_000_000_000_000 }
}
