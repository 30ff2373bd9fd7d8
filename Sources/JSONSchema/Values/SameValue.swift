import JSON

/// A value compared as JSON Schema does: 1 and 1.0 are the same number, the order of members does not matter, texts are code points.
struct SameValue: Hashable {
    let value: JSONValue

    init(_ value: JSONValue) { self.value = value }

    static func == (a: SameValue, b: SameValue) -> Bool { areSame(a.value, b.value) }

    func hash(into hasher: inout Hasher) { Self.hash(value, into: &hasher) }

    static func areSame(_ a: JSONValue, _ b: JSONValue) -> Bool {
        switch (a, b) {
        case (.null, .null): true
        case (.bool(let a), .bool(let b)): a == b
        case (.string(let a), .string(let b)): isSame(a, b)
        case (.int, .int), (.int, .double), (.double, .int), (.double, .double): ExactNumbers.compare(a, b) == .equal
        case (.array(let a), .array(let b)): a.count == b.count && a.elementsEqual(b, by: areSame)
        case (.object(let a), .object(let b)):
            a.count == b.count
                && a.allSatisfy { member in
                    guard let other = b[member.key] else { return false }
                    return areSame(member.value, other)
                }
        default: false
        }
    }

    private static func hash(_ value: JSONValue, into hasher: inout Hasher) {
        switch value {
        case .null: hasher.combine(0 as UInt8)
        case .bool(let flag): hasher.combine(flag)
        // As a double for both: integers that round to the same double collide, and are told apart by comparing.
        case .int(let number): hasher.combine(Double(number))
        case .double(let number): hasher.combine(number)
        case .string(let text): hash(text, into: &hasher)
        case .array(let list):
            hasher.combine(list.count)
            for each in list { hash(each, into: &hasher) }
        case .object(let object):
            var sum = 0
            for (key, value) in object {
                var each = Hasher()
                hash(key, into: &each)
                hash(value, into: &each)
                sum &+= each.finalize()
            }
            hasher.combine(sum)
        }
    }

    private static func hash(_ text: String, into hasher: inout Hasher) {
        var text = text
        text.withUTF8 { hasher.combine(bytes: UnsafeRawBufferPointer($0)) }
    }

    /// Whether no two elements are the same. Few are compared each with each, which beats hashing.
    static func areDistinct(_ list: [JSONValue]) -> Bool {
        guard list.count > pairwiseMax else {
            for second in list.indices.dropFirst() {
                for first in 0..<second where areSame(list[first], list[second]) { return false }
            }
            return true
        }
        var seen: Set<SameValue> = []
        seen.reserveCapacity(list.count)
        return list.allSatisfy { seen.insert(SameValue($0)).inserted }
    }

    private static let pairwiseMax = 8
}
