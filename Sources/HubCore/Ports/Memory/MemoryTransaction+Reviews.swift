import PluginModel

extension MemoryRecords {
    /// Review queues, routing rules and jobs.
    struct Reviews: Sendable {
        var queues: [MemoryItems.Place: ReviewQueue] = [:]
        var rules: [MemoryItems.Place: RoutingRuleRecord] = [:]
        var jobs: [Int64: ReviewJob] = [:]
        /// In the order they were written.
        var reasons: [ReviewReason] = []
        var lastJob: Int64 = 0

        mutating func remove(_ organisation: Organisation.ID) {
            queues = queues.filter { $0.key.organisation != organisation }
            rules = rules.filter { $0.key.organisation != organisation }
            jobs = jobs.filter { $0.value.organisation != organisation }
            reasons.removeAll { jobs[$0.job] == nil }
        }

        /// Items between the first and the newest of their jobs.
        var letGo: Set<Int64> = []

        /// Items that somebody has still to look at.
        var decisionsHeld: Set<Int64> {
            Set(reasons.filter { jobs[$0.job]?.state == .open }.map(\.decision)).subtracting(letGo)
        }
    }
}

extension MemoryTransaction {
    private static func check(_ organisation: Organisation.ID, in records: MemoryRecords) throws(Fault) {
        guard records.organisations[organisation] != nil else {
            throw Fault(code: "storage.unknown-reference", message: "There is no such organisation.", turn: .caller)
        }
    }

    // MARK: Queues

    func reviewQueues(in organisation: Organisation.ID) throws(Fault) -> [ReviewQueue] {
        records.reviews.queues.values.filter { $0.organisation == organisation }
            .sorted { $0.id.utf8.lexicographicallyPrecedes($1.id.utf8) }
    }

    func put(_ queue: ReviewQueue) throws(Fault) {
        try change { (records) throws(Fault) in
            try Self.check(queue.organisation, in: records)
            let place = MemoryItems.Place(organisation: queue.organisation, id: queue.id)
            guard queue.revision == (records.reviews.queues[place]?.revision ?? 0) + 1 else {
                throw ReviewQueue.changedMeanwhile(queue.id)
            }
            records.reviews.queues[place] = queue
        }
    }

    func removeReviewQueue(_ id: String, in organisation: Organisation.ID) throws(Fault) -> Bool {
        try change { (records) throws(Fault) in
            records.reviews.queues.removeValue(forKey: MemoryItems.Place(organisation: organisation, id: id)) != nil
        }
    }

    // MARK: Routing

    func routingRules(in organisation: Organisation.ID) throws(Fault) -> [RoutingRuleRecord] {
        records.reviews.rules.values.filter { $0.rule.organisation == organisation }
            .sorted { ($0.place, $0.rule.id) < ($1.place, $1.rule.id) }
    }

    func put(_ rule: RoutingRuleRecord) throws(Fault) {
        try change { (records) throws(Fault) in
            try Self.check(rule.rule.organisation, in: records)
            let place = MemoryItems.Place(organisation: rule.rule.organisation, id: rule.rule.id.rawValue)
            guard rule.rule.revision == (records.reviews.rules[place]?.rule.revision ?? 0) + 1 else {
                throw Fault(
                    code: "rule.changed-meanwhile", message: "Somebody else changed the routing rule '\(rule.rule.name)' meanwhile.",
                    remedy: "Read it again, and repeat the change if it is still wanted.", turn: .caller)
            }
            let queue = MemoryItems.Place(organisation: rule.rule.organisation, id: rule.queue)
            guard !rule.isLive || records.reviews.queues[queue] != nil else { throw RoutingRuleRecord.queueGone(rule.queue) }
            records.reviews.rules[place] = rule
        }
    }

    func setPlace(_ place: Int, ofRoutingRule id: RuleRecord.ID, in organisation: Organisation.ID) throws(Fault) {
        try change { (records) throws(Fault) in
            records.reviews.rules[MemoryItems.Place(organisation: organisation, id: id.rawValue)]?.place = place
        }
    }

    func removeRoutingRule(_ id: RuleRecord.ID, in organisation: Organisation.ID) throws(Fault) -> Bool {
        try change { (records) throws(Fault) in
            records.reviews.rules.removeValue(forKey: MemoryItems.Place(organisation: organisation, id: id.rawValue)) != nil
        }
    }

    // MARK: Jobs

    func open(_ job: ReviewJob) throws(Fault) -> ReviewJob {
        try change { (records) throws(Fault) in
            try Self.check(job.organisation, in: records)
            try Self.checkAlone(job, in: records)
            records.reviews.lastJob += 1
            var job = job
            job.sequence = records.reviews.lastJob
            records.reviews.jobs[job.sequence] = job
            return job
        }
    }

    /// An item has one open job at most.
    private static func checkAlone(_ job: ReviewJob, in records: MemoryRecords) throws(Fault) {
        let isTaken = records.reviews.jobs.values.contains { other in
            other.state == .open && other.sequence != job.sequence && other.organisation == job.organisation && other.itemID == job.itemID
                && other.typeID == job.typeID
        }
        if job.state == .open, isTaken { throw Fault(code: "storage.conflict", message: "There is one already.", turn: .caller) }
    }

    func reviewJob(_ sequence: Int64, in organisation: Organisation.ID) throws(Fault) -> ReviewJob? {
        records.reviews.jobs[sequence].flatMap { $0.organisation == organisation ? $0 : nil }
    }

    func openReviewJob(on itemID: String, ofType typeID: String, in organisation: Organisation.ID) throws(Fault) -> ReviewJob? {
        records.reviews.jobs.values.first {
            $0.organisation == organisation && $0.state == .open && $0.itemID == itemID && $0.typeID == typeID
        }
    }

    func reviewJobs(
        _ filter: ReviewFilter, in organisation: Organisation.ID, after sequence: Int64?, limit: Int
    ) throws(Fault) -> [ReviewJob] {
        let isOpen = filter.state == .open
        let found = records.reviews.jobs.values.filter { job in
            job.organisation == organisation && job.state == filter.state && (filter.queue.map { job.queue == $0 } ?? true)
                && (filter.itemID.map { job.itemID == $0 } ?? true)
                && (sequence.map { isOpen ? job.sequence > $0 : job.sequence < $0 } ?? true)
        }
        return Array(found.sorted { isOpen ? $0.sequence < $1.sequence : $0.sequence > $1.sequence }.prefix(limit))
    }

    func openReviewJobCounts(in organisation: Organisation.ID) throws(Fault) -> [String: Int] {
        var counts: [String: Int] = [:]
        for job in records.reviews.jobs.values where job.organisation == organisation && job.state == .open {
            counts[job.queue, default: 0] += 1
        }
        return counts
    }

    func change(_ job: ReviewJob) throws(Fault) -> Bool {
        try change { (records) throws(Fault) in
            guard records.reviews.jobs[job.sequence]?.organisation == job.organisation else { return false }
            try Self.checkAlone(job, in: records)
            records.reviews.jobs[job.sequence] = job
            return true
        }
    }

    func moveReviewJobs(from queue: String, to other: String, in organisation: Organisation.ID, at moment: Timestamp) throws(Fault) -> Int {
        try change { (records) throws(Fault) in
            var count = 0
            for (place, job) in records.reviews.jobs where job.organisation == organisation && job.state == .open && job.queue == queue {
                records.reviews.jobs[place]?.queue = other
                records.reviews.jobs[place]?.changedAt = moment
                count += 1
            }
            return count
        }
    }

    func removeReviewJobs(in organisation: Organisation.ID, closedBefore moment: Timestamp, limit: Int) throws(Fault) -> Int {
        try change { (records) throws(Fault) in
            let gone = records.reviews.jobs.values
                .filter { $0.organisation == organisation && $0.state == .closed && $0.changedAt < moment }
                .map(\.sequence).sorted().prefix(limit)
            for sequence in gone { records.reviews.jobs[sequence] = nil }
            records.reviews.reasons.removeAll { gone.contains($0.job) }
            return gone.count
        }
    }

    func append(_ reason: ReviewReason, keeping: Int, holding: Int) throws(Fault) {
        try change { (records) throws(Fault) in
            records.reviews.reasons.append(reason)
            let mine = records.reviews.reasons.indices.filter { records.reviews.reasons[$0].job == reason.job }
            for index in mine.dropFirst().dropLast(holding) { records.reviews.letGo.insert(records.reviews.reasons[index].decision) }
            for index in mine.dropFirst().dropLast(max(keeping - 1, 1)).reversed() { records.reviews.reasons.remove(at: index) }
        }
    }

    func reviewReasons(of job: Int64, in organisation: Organisation.ID, limit: Int) throws(Fault) -> [ReviewReason] {
        guard records.reviews.jobs[job]?.organisation == organisation else { return [] }
        return Array(records.reviews.reasons.filter { $0.job == job }.reversed().prefix(limit))
    }
}
