package import HubCore
import Synchronization

/// One minute of a plugin's life.
package struct MetricsMinute: Sendable, Hashable {
    /// When it began.
    package var at: Timestamp
    package var calls = 0
    package var errors = 0
    package var p50Ms: Double?
    package var p95Ms: Double?
    /// CPU time of its workers.
    package var cpuMs = 0
    /// The most its workers held together, in bytes.
    package var memoryBytes = 0
    package var egressBytes = 0
    package var ingressBytes = 0
    /// Host calls refused for want of a permission.
    package var denials = 0
}

/// A plugin at a glance.
package struct PluginHealth: Sendable, Hashable {
    /// In the last 60 s, or what there was of them.
    package var callsPerMinute = 0
    package var errorsPerMinute = 0
    package var p50Ms: Double?
    package var p95Ms: Double?
    package var memoryBytes = 0
    package var cpuPercent: Double = 0
    /// Calls of each of the last 30 minutes, oldest first.
    package var spark: [Int] = []
}

/// Everything counted since the hub started.
package struct PluginTotals: Sendable, Hashable {
    package var calls = 0
    package var errors = 0
    package var cpuMs = 0
    package var egressBytes = 0
    package var ingressBytes = 0
    package var denials = 0
    package var memoryBytes = 0
    /// Of all calls, in milliseconds.
    package var p50Ms: Double?
    package var p95Ms: Double?
}

/// What one plugin does, in minutes; the last 60 are kept.
final class PluginMetrics: Sendable {
    static let minutesMax = 60
    static let sparkMinutes = 30
    private static let noCalls = [Int](repeating: 0, count: sparkMinutes)

    private struct Bucket {
        var minute: Int64
        var calls = 0
        var errors = 0
        var latency = LatencyHistogram()
        var cpuMs = 0
        var memoryBytes = 0
        var egressBytes = 0
        var ingressBytes = 0
        var denials = 0
    }

    private struct State {
        /// Oldest first; minutes in which nothing happened are left out.
        var buckets: [Bucket] = []
        var totals = PluginTotals()
        var latency = LatencyHistogram()
        var memoryBytes = 0
        var cpuPercent: Double = 0
    }

    private let state = Mutex(State())

    private static func minute(_ now: Timestamp) -> Int64 { now.unixMilliseconds / 60_000 }

    private static func change(_ state: inout State, at now: Timestamp, _ body: (inout Bucket) -> Void) {
        let minute = minute(now)
        if state.buckets.last.map({ $0.minute < minute }) ?? true {
            state.buckets.append(Bucket(minute: minute))
            state.buckets.removeAll { $0.minute <= minute - Int64(minutesMax) }
        }
        // A clock that was set back counts into the newest minute.
        body(&state.buckets[state.buckets.count - 1])
    }

    func call(at now: Timestamp, microseconds: Double, failed: Bool) {
        state.withLock { state in
            Self.change(&state, at: now) { bucket in
                bucket.calls += 1
                bucket.errors += failed ? 1 : 0
                bucket.latency.add(microseconds: microseconds)
            }
            state.totals.calls += 1
            state.totals.errors += failed ? 1 : 0
            state.latency.add(microseconds: microseconds)
        }
    }

    func traffic(at now: Timestamp, egress: Int, ingress: Int, denials: Int) {
        guard egress > 0 || ingress > 0 || denials > 0 else { return }
        state.withLock { state in
            Self.change(&state, at: now) { bucket in
                bucket.egressBytes += egress
                bucket.ingressBytes += ingress
                bucket.denials += denials
            }
            state.totals.egressBytes += egress
            state.totals.ingressBytes += ingress
            state.totals.denials += denials
        }
    }

    /// `cpu` of the time since the sample before.
    func sample(at now: Timestamp, cpuMs: Int, over milliseconds: Int, memoryBytes: Int) {
        state.withLock { state in
            if cpuMs > 0 || memoryBytes > 0 {
                Self.change(&state, at: now) { bucket in
                    bucket.cpuMs += cpuMs
                    bucket.memoryBytes = max(bucket.memoryBytes, memoryBytes)
                }
            }
            state.totals.cpuMs += cpuMs
            state.totals.memoryBytes = memoryBytes
            state.memoryBytes = memoryBytes
            state.cpuPercent = milliseconds > 0 ? Double(cpuMs) * 100 / Double(milliseconds) : 0
        }
    }

    /// Oldest first, one a minute, those without anything included.
    func minutes(_ count: Int, at now: Timestamp) -> [MetricsMinute] {
        let buckets = state.withLock { $0.buckets }
        let last = Self.minute(now)
        let count = Int64(min(max(count, 1), Self.minutesMax))
        return ((last - count + 1)...last).map { minute in
            var shown = MetricsMinute(at: Timestamp(unixMilliseconds: minute * 60_000))
            guard let bucket = buckets.last(where: { $0.minute == minute }) else { return shown }
            (shown.calls, shown.errors, shown.cpuMs) = (bucket.calls, bucket.errors, bucket.cpuMs)
            (shown.p50Ms, shown.p95Ms) = (bucket.latency.quantile(0.5), bucket.latency.quantile(0.95))
            (shown.memoryBytes, shown.denials) = (bucket.memoryBytes, bucket.denials)
            (shown.egressBytes, shown.ingressBytes) = (bucket.egressBytes, bucket.ingressBytes)
            return shown
        }
    }

    func health(at now: Timestamp) -> PluginHealth {
        state.withLock { state in
            let last = Self.minute(now)
            guard let newest = state.buckets.last, newest.minute > last - Int64(Self.sparkMinutes) else {
                return PluginHealth(memoryBytes: state.memoryBytes, cpuPercent: state.cpuPercent, spark: Self.noCalls)
            }
            // The minute at work and the part of the one before that makes it sixty seconds.
            let part = 1 - Double(now.unixMilliseconds % 60_000) / 60_000
            var (calls, errors) = (0.0, 0.0)
            var latency = LatencyHistogram()
            var spark: [Int] = []
            for minute in (last - Int64(Self.sparkMinutes) + 1)...last {
                let bucket = state.buckets.last { $0.minute == minute }
                spark.append(bucket?.calls ?? 0)
                guard let bucket, minute >= last - 1 else { continue }
                let weight = minute == last ? 1 : part
                calls += Double(bucket.calls) * weight
                errors += Double(bucket.errors) * weight
                latency.add(bucket.latency)
            }
            return PluginHealth(
                callsPerMinute: Int(calls.rounded()), errorsPerMinute: Int(errors.rounded()), p50Ms: latency.quantile(0.5),
                p95Ms: latency.quantile(0.95), memoryBytes: state.memoryBytes, cpuPercent: state.cpuPercent, spark: spark)
        }
    }

    var totals: PluginTotals {
        state.withLock { state in
            var totals = state.totals
            (totals.p50Ms, totals.p95Ms) = (state.latency.quantile(0.5), state.latency.quantile(0.95))
            return totals
        }
    }
}
