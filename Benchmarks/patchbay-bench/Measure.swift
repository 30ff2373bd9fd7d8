internal import Glibc

/// Nanoseconds of the monotonic clock.
func nanoseconds() -> UInt64 {
    var now = timespec()
    clock_gettime(CLOCK_MONOTONIC, &now)
    return UInt64(now.tv_sec) * 1_000_000_000 + UInt64(now.tv_nsec)
}

/// Latencies of one series and the rate over its whole time.
struct Sample: Sendable {
    /// Microseconds per call.
    var p50 = 0.0, p95 = 0.0, p99 = 0.0
    /// Calls, or items, a second.
    var rate = 0.0

    /// `each`: nanoseconds per operation of `items` items; `total`: nanoseconds of the whole series.
    init(_ each: [UInt64], total: UInt64, items: Int = 1) {
        let sorted = each.sorted()
        guard !sorted.isEmpty else { return }
        func at(_ share: Double) -> Double {
            Double(sorted[min(sorted.count - 1, Int(Double(sorted.count) * share))]) / 1_000 / Double(items)
        }
        (p50, p95, p99) = (at(0.5), at(0.95), at(0.99))
        rate = Double(sorted.count * items) / (Double(total) / 1e9)
    }

    init(p50: Double, p95: Double, p99: Double, rate: Double) { (self.p50, self.p95, self.p99, self.rate) = (p50, p95, p99, rate) }

    /// The round whose rate is in the middle, so that a neighbour's hiccup does not decide.
    static func middle(_ rounds: [Sample]) -> Sample { rounds.sorted { $0.rate < $1.rate }[rounds.count / 2] }
}

/// One operation after the other, timed each.
func series(_ count: Int, items: Int = 1, _ body: () throws -> Void) rethrows -> Sample {
    var each = [UInt64](repeating: 0, count: count)
    let start = nanoseconds()
    var last = start
    for index in 0..<count {
        try body()
        let now = nanoseconds()
        each[index] = now - last
        last = now
    }
    return Sample(each, total: last - start, items: items)
}

func series(_ count: Int, items: Int = 1, _ body: () async throws -> Void) async rethrows -> Sample {
    var each = [UInt64](repeating: 0, count: count)
    let start = nanoseconds()
    var last = start
    for index in 0..<count {
        try await body()
        let now = nanoseconds()
        each[index] = now - last
        last = now
    }
    return Sample(each, total: last - start, items: items)
}

/// Memory of processes, from `smaps_rollup`, in megabytes each.
struct Memory {
    var pss = 0.0, privateDirty = 0.0, rss = 0.0

    init(of pids: [Int32]) {
        for pid in pids {
            for line in readLines("/proc/\(pid)/smaps_rollup") {
                let parts = line.split(whereSeparator: { $0 == " " || $0 == ":" })
                guard parts.count >= 2, let kilobytes = Double(parts[1]) else { continue }
                switch parts[0] {
                case "Pss": pss += kilobytes / 1_024
                case "Private_Dirty": privateDirty += kilobytes / 1_024
                case "Rss": rss += kilobytes / 1_024
                default: break
                }
            }
        }
        let count = Double(max(1, pids.count))
        (pss, privateDirty, rss) = (pss / count, privateDirty / count, rss / count)
    }
}

func readLines(_ path: String) -> [Substring] {
    guard let file = fopen(path, "re") else { return [] }
    defer { fclose(file) }
    var bytes: [UInt8] = []
    var buffer = [UInt8](repeating: 0, count: 16 << 10)
    while case let count = fread(&buffer, 1, buffer.count, file), count > 0 { bytes.append(contentsOf: buffer[..<count]) }
    return String(decoding: bytes, as: UTF8.self).split(separator: "\n")
}
