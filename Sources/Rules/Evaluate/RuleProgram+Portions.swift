extension RuleProgram {
    /// About what is kept of one item while it is decided, beside the item.
    private var bytesPerItem: Int {
        leaves.count + slots.count * MemoryLayout<SlotValues>.stride + questions.count * MemoryLayout<[ItemEvaluation.Answer]?>.stride
    }

    /// Items that are decided together, by place: as many as there are, unless they or the rules are large.
    package func portions(of items: [Item]) -> [Range<Int>] {
        var portions: [Range<Int>] = []
        var (start, bytes) = (0, 0)
        for (place, item) in items.enumerated() {
            // Joined, and folded in two ways.
            let more = bytesPerItem + item.textBytes * 4
            if bytes + more > RuleLimits.portionBytesMax, place > start {
                portions.append(start..<place)
                (start, bytes) = (place, 0)
            }
            bytes += more
        }
        if start < items.count { portions.append(start..<items.count) }
        return portions
    }
}

extension Item {
    /// Of all texts among its values.
    fileprivate var textBytes: Int {
        func bytes(_ value: ItemValue) -> Int { if case .text(let text) = value { text.utf8.count } else { 0 } }
        return fields.reduce(0) { sum, field in
            switch field {
            case nil: sum
            case .one(let value)?: sum + bytes(value)
            case .list(let values)?, .map(_, let values)?: values.reduce(sum) { $0 + bytes($1) }
            }
        }
    }
}
