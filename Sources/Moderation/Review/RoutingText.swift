import JSON
import PluginModel
import Rules

/// What of a routing rule's document is a rule's, and what is its own.
struct RoutingText {
    /// Nil where none is named, which is an error among the findings.
    let queue: String?
    /// As a rule is read.
    let document: JSONValue
    let findings: [RuleFinding]

    private static let members = ["name", "description", "contentTypeIds", "conditionSet"]
    private static let hubsOwn = RuleText.hubsOwn + ["queueId", "place"]

    init(_ document: JSONValue) {
        guard let object = document.objectValue else {
            (queue, self.document, findings) = (nil, document, [])
            return
        }
        var own = JSONObject()
        var findings: [RuleFinding] = []
        for (key, value) in object where !Self.hubsOwn.contains(key) {
            if Self.members.contains(key) {
                own[key] = value
            } else if findings.count < RuleLimits.findingsMax {
                findings.append(
                    RuleFinding(
                        .warning, "rule.unknown-member", at: JSONPointer([key]), "A routing rule has no '\(key)'; it is passed over.",
                        remedy: "Leave it out: a routing rule chooses a queue, and does nothing else."))
            }
        }
        queue = object["queueId"]?.stringValue.flatMap { $0.isEmpty ? nil : $0 }
        if queue == nil {
            findings.append(
                RuleFinding(
                    .error, "rule.missing", at: JSONPointer(["queueId"]), "A routing rule names the queue it sends to.",
                    remedy: "Write the id of one of GET /review-queues."))
        }
        (self.document, self.findings) = (.object(own), findings)
    }

    /// The status that a document asks for.
    static func status(of document: JSONValue, before: RuleStatus) throws(RuleRefusal) -> RuleStatus {
        guard let word = document["status"], word != .null else { return before }
        switch word.stringValue {
        case RuleStatus.draft.rawValue: return .draft
        case RuleStatus.live.rawValue: return .live
        default: throw RuleRefusal.badStatus("A routing rule is DRAFT or LIVE.", remedy: "Write one of these.")
        }
    }
}
