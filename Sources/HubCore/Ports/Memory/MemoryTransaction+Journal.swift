import PluginModel

extension MemoryTransaction {
    // MARK: Secrets

    func secret(at place: SecretPlace) throws(Fault) -> SealedSecret? { records.secrets[place] }
    func secrets(of owner: String, in organisation: String) throws(Fault) -> [SealedSecret] {
        records.secrets.values.filter { $0.place.owner == owner && $0.place.organisation == organisation }.sorted {
            ($0.place.instance, $0.place.field) < ($1.place.instance, $1.place.field)
        }
    }
    func put(_ secret: SealedSecret) throws(Fault) { try change { (records) throws(Fault) in records.secrets[secret.place] = secret } }
    func removeSecret(at place: SecretPlace) throws(Fault) -> Bool {
        try change { (records) throws(Fault) in records.secrets.removeValue(forKey: place) != nil }
    }
    func secrets(notSealedBy keyID: String, limit: Int) throws(Fault) -> [SealedSecret] {
        let found = records.secrets.values.filter { $0.keyID != keyID }.sorted {
            ($0.place.organisation, $0.place.owner, $0.place.instance, $0.place.field)
                < ($1.place.organisation, $1.place.owner, $1.place.instance, $1.place.field)
        }
        return Array(found.prefix(limit))
    }
    func secretCounts() throws(Fault) -> [String: Int] {
        records.secrets.values.reduce(into: [:]) { $0[$1.keyID, default: 0] += 1 }
    }
    func setting(_ name: String) throws(Fault) -> [UInt8]? { records.hubSettings[name] }
    func setSetting(_ name: String, _ value: [UInt8]) throws(Fault) {
        try change { (records) throws(Fault) in records.hubSettings[name] = value }
    }

    // MARK: Journal

    func append(_ events: [JournalEvent]) throws(Fault) -> [JournalEvent] {
        try change { (records) throws(Fault) in
            var placed: [JournalEvent] = []
            for var event in events {
                records.lastEvent += 1
                event.sequence = records.lastEvent
                placed.append(event)
            }
            records.events += placed
            return placed
        }
    }

    func events(after sequence: Int64, types: [String], organisation: Organisation.ID?, limit: Int) throws(Fault) -> [JournalEvent] {
        Array(
            records.events.filter { event in
                event.sequence > sequence && (types.isEmpty || Self.matches(event.eventType, types))
                    && (organisation == nil || event.organisation == organisation)
            }.prefix(limit))
    }

    func lastSequence() throws(Fault) -> Int64 { records.lastEvent }

    func removeEvents(before moment: Timestamp, types: [String]) throws(Fault) -> Int {
        try change { (records) throws(Fault) in
            let before = records.events.count
            records.events.removeAll { $0.timestamp < moment && (types.isEmpty || Self.matches($0.eventType, types)) }
            return before - records.events.count
        }
    }

    private static func matches(_ type: String, _ patterns: [String]) -> Bool {
        patterns.contains { $0.hasSuffix(".*") ? type.hasPrefix($0.dropLast()) : type == $0 }
    }

    func append(_ entry: AuditEntry) throws(Fault) {
        try change { (records) throws(Fault) in
            var entry = entry
            entry.sequence = Int64(records.audit.count + 1)
            records.audit.append(entry)
        }
    }

    func audit(_ filter: AuditFilter, before sequence: Int64?, limit: Int) throws(Fault) -> [AuditEntry] {
        let found = records.audit.reversed().filter { entry in
            (sequence.map { entry.sequence < $0 } ?? true) && (filter.actor.map { entry.actor == $0 } ?? true)
                && (filter.action.map { $0.hasSuffix(".") ? entry.action.hasPrefix($0) : entry.action == $0 } ?? true)
                && (filter.subject.map { entry.subject == $0 } ?? true) && (filter.organisation.map { entry.organisation == $0 } ?? true)
                && (filter.since.map { entry.at >= $0 } ?? true) && (filter.until.map { entry.at < $0 } ?? true)
        }
        return Array(found.prefix(limit))
    }

    func cursor(_ name: String) throws(Fault) -> Int64 { records.cursors[name] ?? 0 }
    func setCursor(_ name: String, _ sequence: Int64) throws(Fault) {
        try change { (records) throws(Fault) in records.cursors[name] = max(sequence, records.cursors[name] ?? 0) }
    }

    // MARK: Requests

    func answer(to key: String, of principal: String) throws(Fault) -> KeptAnswer? {
        records.answers[MemoryRecords.Request(key: key, principal: principal)]
    }
    func keep(_ answer: KeptAnswer, for key: String, of principal: String) throws(Fault) -> Bool {
        try change { (records) throws(Fault) in
            let request = MemoryRecords.Request(key: key, principal: principal)
            guard records.answers[request] == nil else { return false }
            records.answers[request] = answer
            return true
        }
    }
    func removeAnswers(before moment: Timestamp) throws(Fault) -> Int {
        try change { (records) throws(Fault) in
            let before = records.answers.count
            records.answers = records.answers.filter { $0.value.at >= moment }
            return before - records.answers.count
        }
    }
}
