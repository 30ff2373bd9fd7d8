import JSON
package import PluginModel
package import Rules

/// Reads items that were handed in together: all of them, or every reason why not.
struct SubmissionReading: Sendable {
    let types: [ItemType]
    let limits: ItemLimits

    /// - Returns: The items in order, or findings with places in the request.
    func read(_ items: [JSONValue], max: Int) throws(SubmissionRefusal) -> [Item] {
        guard (1...max).contains(items.count) else {
            throw .invalid([
                RuleFinding(
                    .error, "item.wrong-count", at: JSONPointer(["items"]),
                    "A submission has 1 to \(max) items, and this one has \(items.count).",
                    remedy: "Send them in several.")
            ])
        }
        let reading = ItemReading(types)
        var read: [Item] = []
        var findings: [RuleFinding] = []
        for (index, value) in items.enumerated() where findings.count < RuleLimits.findingsMax {
            let pointer = JSONPointer(["items", String(index)])
            let one = reading.read(value, at: pointer)
            findings += one.findings.filter { $0.severity == .error }
            guard let item = one.value else { continue }
            findings += complaints(about: item, value, at: pointer)
            read.append(item)
        }
        guard findings.isEmpty else { throw .invalid(Array(findings.prefix(RuleLimits.findingsMax))) }
        return read
    }

    private func complaints(about item: Item, _ value: JSONValue, at pointer: JSONPointer) -> [RuleFinding] {
        var found: [RuleFinding] = []
        if item.id.utf8.count > limits.idBytesMax || item.id.unicodeScalars.contains(where: { $0.value < 32 }) {
            found.append(
                RuleFinding(
                    .error, "item.malformed", at: pointer.appending("id"),
                    "The item's id has more than \(limits.idBytesMax) bytes, or signs that cannot be seen.",
                    remedy: "Give it a shorter one."))
        }
        if value.serializedBytes().count > limits.itemBytesMax {
            found.append(
                RuleFinding(
                    .error, "item.too-large", at: pointer, "The item has more than \(limits.itemBytesMax) bytes.",
                    remedy: "Send references in place of what is large."))
        }
        return found
    }
}

/// Why nothing of a submission was taken.
package enum SubmissionRefusal: Error, Sendable {
    /// Everything that is wrong with the items.
    case invalid([RuleFinding])
    case fault(Fault)
}
