import Hub
package import HubCore
import JSON
package import PluginModel
import Rules

/// Rules being tried on items that were submitted: in the background, a batch after the other, until done or cancelled.
///
/// They are kept in memory: a hub that ends forgets them, and nothing of them was ever more than looked at.
package actor Backtests {
    private let book: RuleBook
    private let items: any StoredItemSource
    private let clock = ContinuousClock()
    /// By age.
    private var jobs: [Job] = []
    private var isStopping = false

    private struct Job {
        var backtest: Backtest
        var task: Task<Void, Never>?
        var toldAt: ContinuousClock.Instant
        let startedAt: ContinuousClock.Instant
        var forgottenAt: ContinuousClock.Instant?
    }

    package init(book: RuleBook, items: any StoredItemSource) { (self.book, self.items) = (book, items) }

    // MARK: Looking

    /// Latest first.
    package func list(in organisation: Organisation.ID) -> [Backtest] {
        forget()
        return jobs.reversed().map(\.backtest).filter { $0.organisation == organisation }
    }

    /// Throws `backtest.not-found`.
    package func backtest(_ id: Backtest.ID, in organisation: Organisation.ID) throws(Fault) -> Backtest {
        forget()
        guard let job = jobs.first(where: { $0.backtest.id == id && $0.backtest.organisation == organisation }) else {
            throw Fault(
                code: "backtest.not-found", message: "There is no backtest '\(visible(id.rawValue))' in this organisation.",
                remedy: "Those that ended are kept for an hour; begin another.", turn: .caller)
        }
        return job.backtest
    }

    // MARK: Running

    /// Begins one. What is tried and what it is compared with are as they are now, also when they change meanwhile.
    package func start(_ request: BacktestRequest, in organisation: Organisation.ID) async throws(RuleRefusal) -> Backtest {
        let trial = try await book.trial(of: request, in: organisation)
        let types = request.itemTypeIDs.isEmpty ? trial.rule.itemTypeIDs : request.itemTypeIDs
        let last = min(max(request.last, 1), BacktestLimits.itemsMax)
        let total: Int
        do throws(Fault) { total = try await items.count(of: organisation, types: types, limit: last) } catch { throw RuleRefusal(error) }
        forget()
        let running = jobs.filter { $0.backtest.state == .running }
        guard !isStopping, running.count < BacktestLimits.runningMax,
            running.count(where: { $0.backtest.organisation == organisation }) < BacktestLimits.runningPerOrganisationMax
        else {
            throw RuleRefusal(
                Fault(
                    code: "backtest.too-many",
                    message: "As many backtests are at work as may be: \(BacktestLimits.runningPerOrganisationMax) of an organisation, "
                        + "\(BacktestLimits.runningMax) of the hub.", remedy: "Wait 10 s for one to end, or cancel one.", turn: .caller))
        }
        let backtest = Backtest(
            id: .make(at: book.now, random: book.entropy.bytes), organisation: organisation, rule: trial.record, ruleName: trial.rule.name,
            hasLiveVersion: trial.hasLiveVersion, total: total, startedAt: book.now)
        makeRoom(in: organisation)
        jobs.append(Job(backtest: backtest, toldAt: clock.now, startedAt: clock.now))
        let task = Task { await self.run(backtest.id, trial, types, last) }
        jobs[jobs.count - 1].task = task
        book.events.publish(.backtest(organisation, backtest.id.rawValue))
        return backtest
    }

    /// Ends one that runs; what it found until then stays. Throws `backtest.not-found`, `backtest.over`.
    package func cancel(_ id: Backtest.ID, in organisation: Organisation.ID) async throws(Fault) {
        let backtest = try backtest(id, in: organisation)
        guard backtest.state == .running else {
            throw Fault(
                code: "backtest.over", message: "The backtest has ended already.", remedy: "Nothing; look at its result.", turn: .caller)
        }
        end(id, .cancelled)
    }

    /// Cancels all, and waits until none is at work.
    package func stop() async {
        isStopping = true
        let tasks = jobs.compactMap { $0.backtest.state == .running ? $0.task : nil }
        for job in jobs where job.backtest.state == .running { end(job.backtest.id, .cancelled) }
        for task in tasks { await task.value }
    }

    /// The organisation is gone, and so are they.
    func forget(_ organisation: Organisation.ID) {
        for job in jobs where job.backtest.organisation == organisation { end(job.backtest.id, .cancelled) }
        jobs.removeAll { $0.backtest.organisation == organisation }
    }

    // MARK: One job

    private func run(_ id: Backtest.ID, _ trial: Trial, _ types: [String], _ last: Int) async {
        var before: Int64?
        var left = last
        var seen: Set<ItemUser> = []
        do throws(Fault) {
            while left > 0, isRunning(id) {
                let batch = try await items.items(
                    of: trial.organisation, before: before, limit: min(left, BacktestLimits.batchItems), types: types)
                guard let oldest = batch.last, isRunning(id) else { break }
                let known = seen
                let (part, users) = try await trial.decide(batch, book, seen: known)
                seen = users
                guard isRunning(id) else { break }
                take(part, batch.count, of: id)
                before = oldest.sequence
                left -= batch.count
            }
            end(id, .done)
        } catch { end(id, .failed, error) }
    }

    private func isRunning(_ id: Backtest.ID) -> Bool { jobs.contains { $0.backtest.id == id && $0.backtest.state == .running } }

    private func take(_ part: Backtest.Result, _ count: Int, of id: Backtest.ID) {
        guard let place = jobs.firstIndex(where: { $0.backtest.id == id }) else { return }
        jobs[place].backtest.result.add(part)
        jobs[place].backtest.done += count
        jobs[place].backtest.total = max(jobs[place].backtest.total, jobs[place].backtest.done)
        jobs[place].backtest.elapsed = clock.now - jobs[place].startedAt
        guard clock.now - jobs[place].toldAt >= BacktestLimits.tellingTime else { return }
        jobs[place].toldAt = clock.now
        book.events.publish(.backtest(jobs[place].backtest.organisation, id.rawValue))
    }

    private func end(_ id: Backtest.ID, _ state: Backtest.State, _ problem: Fault? = nil) {
        guard let place = jobs.firstIndex(where: { $0.backtest.id == id }), jobs[place].backtest.state == .running else { return }
        jobs[place].backtest.state = state
        jobs[place].backtest.problem = problem
        jobs[place].backtest.endedAt = book.now
        jobs[place].backtest.elapsed = clock.now - jobs[place].startedAt
        // Some of those that were counted may have gone meanwhile.
        if state == .done { jobs[place].backtest.total = jobs[place].backtest.done }
        jobs[place].forgottenAt = clock.now + BacktestLimits.keptTime
        jobs[place].task?.cancel()
        jobs[place].task = nil
        book.events.publish(.backtest(jobs[place].backtest.organisation, id.rawValue))
    }

    // MARK: Forgetting

    private func forget() {
        let now = clock.now
        jobs.removeAll { $0.forgottenAt.map { $0 <= now } ?? false }
    }

    private func makeRoom(in organisation: Organisation.ID) {
        let ended = jobs.filter { $0.backtest.organisation == organisation && $0.backtest.state != .running }.map(\.backtest.id)
        let surplus = Set(ended.dropLast(BacktestLimits.keptPerOrganisationMax - 1))
        jobs.removeAll { surplus.contains($0.backtest.id) }
    }
}

extension Backtest.Result {
    fileprivate mutating func add(_ part: Backtest.Result) {
        items += part.items
        passed += part.passed
        errored += part.errored
        livePassed += part.livePassed
        wouldStart += part.wouldStart
        wouldStop += part.wouldStop
        signalRuns += part.signalRuns
        samples += part.samples.prefix(BacktestLimits.samplesMax - samples.count)
    }
}
