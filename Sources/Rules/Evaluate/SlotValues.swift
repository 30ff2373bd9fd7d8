/// The values of one input of one item, and what has been made of them so far. Storage is kept from item to item.
struct SlotValues {
    var isReady = false
    private(set) var isFullItem = false
    /// What the values are; nil for a full item, or nothing.
    private(set) var scalar: Scalar?
    private(set) var values: [ItemValue] = []
    private var lowered = Folded()
    private var variants = Folded()

    /// The texts of the values, folded, one after the other.
    private struct Folded {
        var isReady = false
        var bytes: [UInt8] = []
        var ends: [Int] = []
    }

    mutating func pick(_ pick: TypePlan.Pick, _ scalar: Scalar?, from item: Item) {
        self.scalar = scalar
        values.removeAll(keepingCapacity: true)
        isFullItem = false
        isReady = true
        (lowered.isReady, variants.isReady) = (false, false)
        switch pick {
        case .nothing: break
        case .field(let place): add(item.fields[place])
        case .any(let places): for place in places { add(item.fields[place]) }
        case .text(let places):
            for place in places { add(item.fields[place]) }
            guard values.count > 1 else { return }
            var joined = ""
            for (index, value) in values.enumerated() {
                guard case .text(let text) = value else { continue }
                if index > 0 { joined += " " }
                joined += text
            }
            values.removeAll(keepingCapacity: true)
            values.append(.text(joined))
        case .user: if let user = item.user { values.append(.reference(user)) }
        case .author: if let creator = item.creator { values.append(.reference(creator)) }
        case .policies: for id in item.policyIDs { values.append(.text(id)) }
        case .source: if let source = item.source { values.append(.text(source)) }
        case .fullItem: isFullItem = true
        }
    }

    private mutating func add(_ field: FieldValue?) {
        switch field {
        case nil: break
        case .one(let value)?: values.append(value)
        case .list(let list)?: values += list
        case .map(_, let list)?: values += list
        }
    }

    /// Lends one value's folded text; all of them are folded at the first use of any.
    mutating func withFolded<R>(_ index: Int, variant: Bool, _ body: (UnsafeBufferPointer<UInt8>) -> R) -> R {
        if variant {
            if !variants.isReady { Self.fold(values, TextFolding.variant, &variants) }
            return Self.lend(variants, index, body)
        }
        if !lowered.isReady { Self.fold(values, TextFolding.lower, &lowered) }
        return Self.lend(lowered, index, body)
    }

    private static func fold(_ values: [ItemValue], _ folding: (String, inout [UInt8]) -> Void, _ folded: inout Folded) {
        folded.bytes.removeAll(keepingCapacity: true)
        folded.ends.removeAll(keepingCapacity: true)
        for value in values {
            if case .text(let text) = value { folding(text, &folded.bytes) }
            folded.ends.append(folded.bytes.count)
        }
        folded.isReady = true
    }

    private static func lend<R>(_ folded: Folded, _ index: Int, _ body: (UnsafeBufferPointer<UInt8>) -> R) -> R {
        let start = index == 0 ? 0 : folded.ends[index - 1]
        return folded.bytes.withUnsafeBufferPointer { body(UnsafeBufferPointer(rebasing: $0[start..<folded.ends[index]])) }
    }
}
