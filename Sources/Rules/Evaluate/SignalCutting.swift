import JSON

/// How questions to one signal are cut into messages: by their number and by their size, so that large ones do not take others with them.
enum SignalCutting {
    /// Runs of questions that go together, in order; each has one at least.
    static func parts(
        of inputs: [JSONValue], countMax: Int = RuleLimits.signalBatchMax, bytesMax: Int = RuleLimits.signalMessageBytes
    ) -> [Range<Int>] {
        var parts: [Range<Int>] = []
        var start = 0
        var bytes = 0
        for (index, input) in inputs.enumerated() {
            let more = bytesAtLeast(input, upTo: bytesMax)
            if index > start, index - start >= countMax || bytes + more > bytesMax {
                parts.append(start..<index)
                (start, bytes) = (index, 0)
            }
            bytes += more
        }
        if start < inputs.count { parts.append(start..<inputs.count) }
        return parts
    }

    /// What a value takes at least when it is written, without writing it; counting ends beyond `limit`. Escapes may make it longer, which
    /// whoever sends the message finds out.
    static func bytesAtLeast(_ value: JSONValue, upTo limit: Int) -> Int {
        var bytes = 0
        func count(_ value: JSONValue) {
            guard bytes <= limit else { return }
            switch value {
            case .null, .bool: bytes += 5
            case .int, .double: bytes += 8
            case .string(let text): bytes += text.utf8.count + 3
            case .array(let list):
                bytes += 2
                for one in list where bytes <= limit { count(one) }
            case .object(let object):
                bytes += 2
                for (key, one) in object where bytes <= limit {
                    bytes += key.utf8.count + 4
                    count(one)
                }
            }
        }
        count(value)
        return bytes
    }
}
