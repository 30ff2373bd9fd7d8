package import HubCore
import PluginModel
import Synchronization

/// Who may try rules now: of each organisation so many at once, since each holds banks and items in memory, and some more that wait.
/// Whoever comes then is asked to come again.
package final class TryingDesk: Sendable {
    private let atOnce: Int
    private let waitingMax: Int
    private let tickets = Atomic<Int>(0)
    private let lines = Mutex<[Organisation.ID: Line]>([:])

    private struct Line {
        var atWork = 0
        /// In the order they came.
        var waiting: [(ticket: Int, turn: CheckedContinuation<Bool, Never>)] = []
    }

    package init(atOnce: Int = RuleBookLimits.tryingAtOnce, waitingMax: Int = RuleBookLimits.tryingWaitingMax) {
        (self.atOnce, self.waitingMax) = (atOnce, waitingMax)
    }

    /// Throws `rule.busy` where as many wait as may, or where nobody waits for this any more. Not for something within its own turn.
    package func take<Value>(
        _ organisation: Organisation.ID, _ body: () async throws(RuleRefusal) -> Value
    ) async throws(RuleRefusal) -> Value {
        guard await begin(organisation) else { throw RuleRefusal.busy(atOnce + waitingMax) }
        defer { end(organisation) }
        return try await body()
    }

    /// Of an organisation: at work, and waiting.
    package func counts(_ organisation: Organisation.ID) -> (atWork: Int, waiting: Int) {
        lines.withLock { ($0[organisation]?.atWork ?? 0, $0[organisation]?.waiting.count ?? 0) }
    }

    private func begin(_ organisation: Organisation.ID) async -> Bool {
        let ticket = tickets.wrappingAdd(1, ordering: .relaxed).newValue
        return await withTaskCancellationHandler {
            await withCheckedContinuation { turn in wait(organisation, ticket, turn) }
        } onCancel: {
            leave(organisation, ticket)
        }
    }

    private func wait(_ organisation: Organisation.ID, _ ticket: Int, _ turn: CheckedContinuation<Bool, Never>) {
        let now = lines.withLock { lines -> Bool? in
            // Cancelled before it stood in the line: nobody would take it out.
            if Task.isCancelled { return false }
            var line = lines[organisation] ?? Line()
            defer { lines[organisation] = line }
            if line.atWork < atOnce {
                line.atWork += 1
                return true
            }
            guard line.waiting.count < waitingMax else { return false }
            line.waiting.append((ticket, turn))
            return nil
        }
        if let now { turn.resume(returning: now) }
    }

    private func leave(_ organisation: Organisation.ID, _ ticket: Int) {
        let turn = lines.withLock { lines -> CheckedContinuation<Bool, Never>? in
            guard let place = lines[organisation]?.waiting.firstIndex(where: { $0.ticket == ticket }) else { return nil }
            return lines[organisation]?.waiting.remove(at: place).turn
        }
        turn?.resume(returning: false)
    }

    private func end(_ organisation: Organisation.ID) {
        let next = lines.withLock { lines -> CheckedContinuation<Bool, Never>? in
            guard var line = lines[organisation] else { return nil }
            if line.waiting.isEmpty {
                line.atWork -= 1
                lines[organisation] = line.atWork == 0 ? nil : line
                return nil
            }
            // Whoever is next takes the place over.
            let next = line.waiting.removeFirst().turn
            lines[organisation] = line
            return next
        }
        next?.resume(returning: true)
    }
}
