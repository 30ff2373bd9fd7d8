/// How long calls took, in steps of about a fifth: enough for a median and a 95th percentile, in 64 numbers.
package struct LatencyHistogram: Sendable, Hashable {
    /// Upper ends in microseconds, from 50 µs; the last takes everything beyond 5 minutes.
    static let edges: [Double] = (0..<63).map { place in 50 * Self.power(1.285, place) }

    private(set) var counts = [UInt32](repeating: 0, count: 64)
    package private(set) var total = 0

    package init() {}

    private static func power(_ base: Double, _ exponent: Int) -> Double { (0..<exponent).reduce(1) { value, _ in value * base } }

    package mutating func add(microseconds: Double) {
        var (low, high) = (0, Self.edges.count)
        while low < high {
            let middle = (low + high) / 2
            if Self.edges[middle] < microseconds { low = middle + 1 } else { high = middle }
        }
        counts[low] &+= 1
        total += 1
    }

    package mutating func add(_ other: LatencyHistogram) {
        for place in counts.indices { counts[place] &+= other.counts[place] }
        total += other.total
    }

    /// Milliseconds below which this part of the calls stayed; nil without calls.
    package func quantile(_ part: Double) -> Double? {
        guard total > 0 else { return nil }
        var left = max(1, (Double(total) * part).rounded(.up))
        for (place, count) in counts.enumerated() {
            left -= Double(count)
            if left <= 0 { return Self.edges[min(place, Self.edges.count - 1)] / 1000 }
        }
        return Self.edges.last.map { $0 / 1000 }
    }
}
