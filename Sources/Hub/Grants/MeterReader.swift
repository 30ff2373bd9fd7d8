import HostCalls
import PluginModel

/// What a broker counted since it was looked at last.
struct MeterDelta: Sendable {
    struct Use: Sendable {
        var permission: String
        var uses: Int
        var refusals: Int
        /// Milliseconds since 1970; nil when it was not used.
        var lastUsedAt: Int64?
    }

    var uses: [Use] = []
    var egressBytes = 0
    var ingressBytes = 0
    var denials = 0
}

/// Turns the running sums of a meter into what came since.
struct MeterReader: Sendable {
    private var uses: [String: Int] = [:]
    private var refusals: [String: Int] = [:]
    private var traffic = (egress: 0, ingress: 0, denials: 0)

    init() {}

    mutating func delta(of snapshot: MeterSnapshot) -> MeterDelta {
        var delta = MeterDelta()
        for use in snapshot.permissions {
            let name = use.permission.description
            let count = use.uses - (uses[name] ?? 0)
            guard count > 0 else { continue }
            uses[name] = use.uses
            delta.uses.append(.init(permission: name, uses: count, refusals: 0, lastUsedAt: use.lastUsedUnixMilliseconds))
        }
        for refusal in snapshot.refusals {
            let key = "\(refusal.permission) \(refusal.denial)"
            let count = refusal.count - (refusals[key] ?? 0)
            guard count > 0 else { continue }
            refusals[key] = refusal.count
            delta.uses.append(.init(permission: refusal.permission, uses: 0, refusals: count, lastUsedAt: nil))
        }
        let fetches = snapshot.operations["http.fetch"]
        let (sent, received) = (fetches?.bytesIn ?? 0, fetches?.bytesOut ?? 0)
        let denials = snapshot.operations.values.reduce(0) { $0 + $1.refused }
        (delta.egressBytes, delta.ingressBytes) = (sent - traffic.egress, received - traffic.ingress)
        delta.denials = denials - traffic.denials
        traffic = (sent, received, denials)
        return delta
    }
}
