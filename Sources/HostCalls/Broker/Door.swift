package import PluginModel
import Synchronization

/// The one place where a need is held against what the manifest declares and the operator granted; it counts and journals the answer.
///
/// Capabilities carry it along where one call needs more than one yes, such as for each hop of a redirect.
package final class Door: Sendable {
    package let plugin: PluginIdentity
    package let declared: [Permission]
    private let asking: Asking
    private let grants: Mutex<GrantSet>
    let clock: HubClock
    let meter: Meter
    private let journal: (any HostCallJournal)?
    private let journalAllowance: Mutex<(bucket: TokenBucket, suppressed: Int)>

    init(
        plugin: PluginIdentity, declared: [Permission], granted: GrantSet, asking: Asking, clock: HubClock, meter: Meter,
        journal: (any HostCallJournal)?, journalEntriesPerMinute: Int
    ) {
        self.plugin = plugin
        self.declared = declared
        self.asking = asking
        grants = Mutex(granted)
        self.clock = clock
        self.meter = meter
        self.journal = journal
        let perMinute = Double(journalEntriesPerMinute)
        journalAllowance = Mutex(
            (TokenBucket(capacity: perMinute, perSecond: perMinute / 60, now: clock.monotonicNanoseconds()), 0))
    }

    package var granted: GrantSet { grants.withLock { $0 } }

    /// Counts from the next question on; what was let through goes on.
    func regrant(_ granted: GrantSet) {
        grants.withLock { $0 = granted }
        meter.regrant(granted)
    }

    /// Returns when the need is declared and granted; else throws what is missing and whose turn it is.
    package func require(_ need: Need, for call: HostCall) throws(Fault) {
        do throws(PermissionDenied) {
            try PluginModel.require(need, of: plugin.id, declared: declared, granted: granted, asking: asking)
        } catch {
            meter.countRefusal(of: need.permission, denial: error.denial)
            record(need, .refused(error.denial), call)
            throw error.fault
        }
        meter.countUse(of: need, unixMilliseconds: clock.unixMilliseconds())
        record(need, .allowed, call)
    }

    /// Whether the operator lets this host lead to that address; asked for addresses outside the public internet only.
    package func allowsPrivate(host: String, address: IPAddress, for call: HostCall) -> Bool {
        let need = Need.privateAddress(host: host, address: address.unwrapped.bytes)
        do throws(Fault) {
            try require(need, for: call)
            return true
        } catch {
            return false
        }
    }

    private func record(_ need: Need, _ outcome: HostCallJournalEntry.Outcome, _ call: HostCall) {
        guard let journal else { return }
        let suppressed = journalAllowance.withLock { allowance -> Int? in
            guard allowance.bucket.take(now: clock.monotonicNanoseconds()) else {
                allowance.suppressed += 1
                return nil
            }
            defer { allowance.suppressed = 0 }
            return allowance.suppressed
        }
        guard let suppressed else { return }
        journal.record(
            HostCallJournalEntry(
                unixMilliseconds: clock.unixMilliseconds(), plugin: plugin, callID: call.callID, operation: call.operation,
                permission: need.permission, outcome: outcome, suppressed: suppressed))
    }
}
