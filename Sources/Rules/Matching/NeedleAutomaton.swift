/// Many needles looked for at once: each byte of a text is looked at once or twice, whatever they are and however many (A. Aho and
/// M. Corasick, 1975).
///
/// States are numbered breadth first, so the children of one lie side by side and need no pointers: 13 bytes for each byte of the needles,
/// beginnings that several share counted once.
final class NeedleAutomaton: Sendable {
    /// By state, and one more: where its children begin; they end where those of the next begin.
    private let children: [UInt32]
    /// By state: the byte that leads to it.
    private let labels: [UInt8]
    /// By state: that of its longest ending which is a beginning of a needle too.
    private let fallbacks: [UInt32]
    /// By state: the first needle in the list that ends here.
    private let found: [UInt32]
    /// By byte: the child of the first state; 0: none.
    private let first: [UInt32]

    /// What each byte of the needles takes at most.
    static let bytesPerByte = 13
    private static let none = UInt32.max

    /// - Parameters:
    ///   - bytes: Of all needles, one after the other; together less than 4 GiB.
    ///   - ends: Where each ends. Empty ones are found nowhere.
    init(bytes: [UInt8], ends: [Int]) {
        func bounds(_ needle: Int) -> Range<Int> { (needle == 0 ? 0 : ends[needle - 1])..<ends[needle] }
        // In the order of a dictionary those with the same beginning lie side by side.
        let sorted = bytes.withUnsafeBufferPointer { bytes in
            ends.indices.filter { !bounds($0).isEmpty }.sorted { bytes[bounds($0)].lexicographicallyPrecedes(bytes[bounds($1)]) }
        }
        var children: [UInt32] = []
        var labels: [UInt8] = [0]
        var found: [UInt32] = [Self.none]
        var parents: [UInt32] = [0]
        // Needles that begin with the state, of those in order, and how long that beginning is.
        var ranges: [(low: UInt32, high: UInt32, depth: UInt32)] = [(0, UInt32(sorted.count), 0)]
        var state = 0
        while state < ranges.count {
            let (low, high, depth) = ranges[state]
            children.append(UInt32(labels.count))
            var place = Int(low)
            while place < high, bounds(sorted[place]).count == depth {
                found[state] = min(found[state], UInt32(sorted[place]))
                place += 1
            }
            while place < high {
                let start = place
                let byte = bytes[bounds(sorted[place]).lowerBound + Int(depth)]
                while place < high, bytes[bounds(sorted[place]).lowerBound + Int(depth)] == byte { place += 1 }
                labels.append(byte)
                found.append(Self.none)
                parents.append(UInt32(state))
                ranges.append((UInt32(start), UInt32(place), depth + 1))
            }
            state += 1
        }
        children.append(UInt32(labels.count))
        var first = [UInt32](repeating: 0, count: 256)
        for child in children[0]..<children[1] { first[Int(labels[Int(child)])] = child }
        var fallbacks = [UInt32](repeating: 0, count: labels.count)
        for state in 1..<max(1, labels.count) where parents[state] != 0 {
            let fallback = Self.step(from: fallbacks[Int(parents[state])], labels[state], children, labels, fallbacks, first)
            fallbacks[state] = fallback
            found[state] = min(found[state], found[Int(fallback)])
        }
        (self.children, self.labels, self.fallbacks, self.found, self.first) = (children, labels, fallbacks, found, first)
    }

    /// The place of a needle that is found in the text: of any, or of the first in the list.
    func find(in text: UnsafeBufferPointer<UInt8>, first wantsFirst: Bool) -> Int? {
        var (state, best) = (UInt32(0), Self.none)
        for byte in text {
            state = Self.step(from: state, byte, children, labels, fallbacks, first)
            let here = found[Int(state)]
            if here < best {
                best = here
                if !wantsFirst { break }
            }
        }
        return best == Self.none ? nil : Int(best)
    }

    @inline(__always)
    private static func step(
        from state: UInt32, _ byte: UInt8, _ children: [UInt32], _ labels: [UInt8], _ fallbacks: [UInt32], _ first: [UInt32]
    ) -> UInt32 {
        var state = state
        while state != 0 {
            var (low, high) = (children[Int(state)], children[Int(state) + 1])
            // Few have many children, and those are in order.
            while high - low > 8 {
                let middle = (low + high) / 2
                if labels[Int(middle)] <= byte { low = middle } else { high = middle }
            }
            while low < high {
                if labels[Int(low)] == byte { return low }
                low += 1
            }
            state = fallbacks[Int(state)]
        }
        return first[Int(byte)]
    }
}
