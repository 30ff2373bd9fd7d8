import HTTPServer
import HubCore
import JSON
import Moderation
import PluginModel
import Rules

/// Asks something of the rules; what is refused is answered with everything that is wrong.
func ofRules<Value>(_ body: () async throws -> Value) async throws -> Value {
    do { return try await body() } catch let refusal as RuleRefusal {
        // Without findings it may be the hub's own trouble, which its log is told of.
        guard !refusal.findings.isEmpty else { throw refusal.fault }
        throw ProblemDocument.about(refusal.fault, findings: refusal.findings.map(\.text))
    }
}

extension RuleFinding {
    var text: ProblemDocument.FindingText {
        .init(code: code, severity: severity.rawValue, pointer: pointer.description, message: sentence, remedy: remedy)
    }
}

extension APICall {
    var moderation: Moderation { hub.moderation }

    /// A text for one of the words of an enumeration, in the body.
    func word<Word: RawRepresentable<String> & CaseIterable>(_ name: String) throws -> Word {
        let known = Word.allCases.map(\.rawValue)
        guard let word = Word(rawValue: try text(name)) else { throw wrong(name, "is one of \(known.joined(separator: ", "))") }
        return word
    }
}

extension RuleView {
    /// - Parameter actions: Whether what it did today is known; of a past version it is not.
    var json: JSONValue {
        var members: JSONObject = [
            "id": .string(record.id.rawValue), "name": .string(record.name),
        ]
        let document = rule?.json.objectValue ?? record.document
        for member in ["description", "ruleType", "expirationTime"] { members[member] = document[member] }
        members["status"] = .string(record.status)
        for member in ["contentTypeIds", "actionIds", "policyIds", "tags"] { members[member] = document[member] ?? [] }
        for member in ["maxDailyActions", "conditionSet"] { members[member] = document[member] }
        members["parentId"] = record.document["parentId"]
        members["version"] = .int(Int64(record.version))
        members["revision"] = .int(Int64(record.revision))
        members["state"] = .string(state.rawValue)
        members["missingSignals"] = .array(missingSignals.map(JSONValue.string))
        members["findings"] = .array(findings.map(\.text.json))
        members["createdAt"] = .string(record.createdAt.description)
        members["changedAt"] = .string(record.changedAt.description)
        members["changedBy"] = .string(record.changedByName)
        var counted = today
        // What the daily cap goes by, which is older than what is counted beside it.
        counted.actions = actionsToday
        members["today"] = .object(counted.json)
        members["alarm"] = alarm?.json
        return .object(members)
    }

    func response(status: HTTPStatus = .ok) -> HTTPResponse {
        var response = HTTPResponse.json(json, status: status)
        response.tag(revision: record.revision)
        return response
    }
}

extension RuleTally {
    var json: JSONObject {
        [
            "looked": .int(Int64(looked)), "passed": .int(Int64(passed)), "errored": .int(Int64(errored)), "actions": .int(Int64(actions)),
        ]
    }
}

extension RuleDay {
    var json: JSONValue {
        var members: JSONObject = ["day": .string(String("\(Timestamp(unixMilliseconds: day * 86_400_000))".prefix(10)))]
        for (key, value) in tally.json { members[key] = value }
        return .object(members)
    }
}

extension RuleAlarm {
    var json: JSONValue {
        [
            "direction": .string(direction.rawValue), "message": .string(sentence), "today": .double(today.rate),
            "before": .double(before.rate),
        ]
    }
}

extension RuleVersion {
    var json: JSONValue {
        var members: JSONObject = [
            "version": .int(Int64(version)), "at": .string(at.description), "by": .string(byName), "status": .string(status),
        ]
        members["note"] = note.map { .string($0) }
        return .object(members)
    }
}

extension TestDecision {
    var json: JSONValue {
        var item = JSONObject()
        item["id"] = itemID.map { .string($0) }
        item["typeId"] = typeID.map { .string($0) }
        var members: JSONObject = ["item": .object(item), "outcome": .string(outcome.word)]
        members["trace"] = trace?.json
        members["milliseconds"] = .double(milliseconds)
        members["signalRuns"] = .int(Int64(signalRuns))
        if !findings.isEmpty { members["findings"] = .array(findings.map(\.text.json)) }
        return .object(members)
    }
}

extension RulePart {
    /// An item type as rules and submitters know it, a policy with its description, or a bank; values of a bank only where they are asked for.
    func json(findings: [RuleFinding]? = nil) -> JSONValue {
        var members: JSONObject = ["id": .string(id), "name": .string(name)]
        switch kind {
        case .itemType:
            for (key, value) in document.objectValue ?? [:] { members[key] = value }
        case .policy:
            members["description"] = document["description"]
            members["strikes"] = .int(Int64(strikes))
        case .textBank, .locationBank, .imageBank:
            members = ["kind": .string(kind.bank?.rawValue ?? ""), "id": .string(id), "name": .string(name)]
            members["count"] = .int(Int64(count))
            members["values"] = document
        }
        members["revision"] = .int(Int64(revision))
        members["changedAt"] = .string(changedAt.description)
        if let findings { members["findings"] = .array(findings.map(\.text.json)) }
        return .object(members)
    }

    func response(findings: [RuleFinding]? = nil) -> HTTPResponse {
        var response = HTTPResponse.json(json(findings: findings))
        response.tag(revision: revision)
        return response
    }
}

extension RulePartSummary {
    var json: JSONValue {
        [
            "kind": .string(kind.bank?.rawValue ?? kind.rawValue), "id": .string(id), "name": .string(name), "count": .int(Int64(count)),
            "revision": .int(Int64(revision)), "changedAt": .string(changedAt.description),
        ]
    }
}

extension Backtest {
    /// Without samples: each has a trace, and lists and events come often.
    var summary: JSONValue { json(withSamples: false) }
    var json: JSONValue { json(withSamples: true) }

    private func json(withSamples: Bool) -> JSONValue {
        var members: JSONObject = [
            "id": .string(id.rawValue), "state": .string(state.rawValue), "ruleName": .string(ruleName),
            "hasLiveVersion": .bool(hasLiveVersion), "done": .int(Int64(done)), "total": .int(Int64(total)),
            "ratePerSecond": .int(Int64(ratePerSecond)), "startedAt": .string(startedAt.description),
        ]
        members["ruleId"] = rule.map { .string($0.rawValue) }
        members["endedAt"] = endedAt.map { .string($0.description) }
        // While it runs it changes with every look, and what it comes to is for the end.
        if state != .running { members["result"] = result.json(withSamples: withSamples) }
        members["problem"] = problem.map { ProblemDocument.about($0).json }
        return .object(members)
    }
}

extension Backtest.Result {
    fileprivate func json(withSamples: Bool) -> JSONValue {
        var members: JSONObject = [
            "items": .int(Int64(items)), "passed": .int(Int64(passed)), "errored": .int(Int64(errored)),
            "live": ["passed": .int(Int64(livePassed))], "wouldStart": .int(Int64(wouldStart)), "wouldStop": .int(Int64(wouldStop)),
            "signalRuns": .int(Int64(signalRuns)),
        ]
        if withSamples { members["samples"] = .array(samples.map(\.json)) }
        return .object(members)
    }
}

extension Backtest.Sample {
    fileprivate var json: JSONValue {
        [
            "itemId": .string(itemID), "sequence": .int(sequence), "was": .bool(was), "is": .bool(now),
            "outcome": .string(decision.outcome.word), "decision": decision.json,
        ]
    }
}
