import HubCore
import PluginModel

/// Organisations take turns, a batch each.
extension ItemDesk {
    func wake(_ organisation: Organisation.ID) {
        guard phase == .running else { return }
        if working[organisation] != nil {
            working[organisation]?.isAskedAgain = true
        } else if resting[organisation] == nil, !ready.contains(organisation) {
            ready.append(organisation)
        }
        begin()
    }

    private func begin() {
        while phase == .running, working.count < parts.limits.organisationsAtOnce, !ready.isEmpty {
            let next = ready.removeFirst()
            working[next] = (Task { await self.work(for: next) }, false)
        }
    }

    /// One batch, so that nobody waits for all that somebody else has.
    private func work(for organisation: Organisation.ID) async {
        var isMore = false
        var trouble: Fault?
        do throws(Fault) {
            isMore = try await decideBatch(of: organisation)
            troubles[organisation] = nil
        } catch { trouble = error }
        let isAskedAgain = working.removeValue(forKey: organisation)?.isAskedAgain ?? false
        if let trouble {
            rest(organisation, after: trouble)
            begin()
        } else if isMore || isAskedAgain {
            wake(organisation)
        } else {
            begin()
        }
    }

    private func rest(_ organisation: Organisation.ID, after fault: Fault) {
        guard phase == .running else { return }
        let times = troubles[organisation, default: 0]
        troubles[organisation] = times + 1
        if times == 0 { parts.log("items of organisation \(organisation) wait: \(fault.code): \(fault.message)") }
        let wait = min(parts.limits.troubleWait * (1 << min(times, 10)), parts.limits.troubleWaitMax)
        resting[organisation] = Task {
            try? await Task.sleep(for: wait)
            self.resting[organisation] = nil
            self.wake(organisation)
        }
    }
}
