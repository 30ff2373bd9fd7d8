import JSON
package import PluginModel

extension Accounts {
    /// What would go with an organisation: the dry run.
    package func contents(of id: Organisation.ID, by requester: Requester) async throws(Fault) -> OrganisationContents {
        try require(.organisationManage, in: id, requester)
        return try await store.read { (records) throws(Fault) in
            guard try records.organisation(id) != nil else { throw AccountFault.notFound("organisation") }
            return try records.contents(of: id)
        }
    }

    /// Removes an organisation with all that is in it. When it returns, nobody finds it and nothing opens it; what it had is taken away after, by
    /// ``takeAwayRemoved()``.
    /// - Parameter expected: What the dry run showed; when it is no longer that, nothing goes.
    package func removeOrganisation(
        _ id: Organisation.ID, expecting expected: OrganisationContents, by requester: Requester
    ) async throws(Fault) {
        try require(.adminSettings, in: nil, requester)
        let now = clock()
        var note = note(requester, "organisation.remove", "organisation:\(id)", in: id)
        note.entry.detail = ["members": .int(Int64(expected.members)), "secrets": .int(Int64(expected.secrets))]
        try await change { [note] (records) throws(Fault) in
            guard let organisation = try records.organisation(id) else { throw AccountFault.notFound("organisation") }
            guard try records.contents(of: id) == expected else { throw AccountFault.changedMeanwhile() }
            _ = try records.removeOrganisation(id, at: now)
            try records.keep(
                note, event: "OrganisationRemoved",
                data: [
                    "organisation": .string(id.rawValue), "slug": .string(organisation.slug), "members": .int(Int64(expected.members)),
                    "tokens": .int(Int64(expected.tokens)), "settings": .int(Int64(expected.settings)),
                    "secrets": .int(Int64(expected.secrets)), "plugins": .int(Int64(expected.enablement)),
                    "rules": .int(Int64(expected.rules)),
                ])
        }
    }

    // MARK: What removed organisations left

    /// Takes it away, now and whenever there is more, until its task is cancelled. Whatever ends the hub in between, the next one goes on.
    /// - Parameter log: A line for whatever an operator should know.
    package func keepTakingAway(log: @Sendable (String) -> Void) async {
        var lastTrouble: String?
        while !Task.isCancelled {
            do throws(Fault) {
                try await takeAwayRemoved()
                lastTrouble = nil
            } catch {
                if error.code != lastTrouble { log("what removed organisations left stays for now: \(error.code): \(error.message)") }
                lastTrouble = error.code
            }
            try? await Task.sleep(for: removalLimits.pollTime)
        }
    }

    /// Takes away what there is now, a little in each transaction.
    package func takeAwayRemoved() async throws(Fault) {
        while let next = try await store.read({ (records) throws(Fault) in try records.removedOrganisations(limit: 1) }).first {
            while try await takeAwaySome(of: next.id) {
                // Others come to write meanwhile; a hub that ends does not wait for it.
                do { try await Task.sleep(for: removalLimits.pause) } catch { return }
            }
        }
    }

    /// - Returns: Whether there may be more.
    private func takeAwaySome(of organisation: Organisation.ID) async throws(Fault) -> Bool {
        let (now, limit) = (clock(), removalLimits.rowsAtOnce)
        let name = Identifier<JournalEvent>.make(at: now, random: entropy.bytes)
        return try await store.write { (records) throws(Fault) in
            let removed: RemovedOrganisation
            switch try records.sweep(organisation, limit: limit) {
            case .going?: return true
            case .gone(let last)?: removed = last
            case nil: return false
            }
            let rows = removed.swept.sorted { $0.key < $1.key }.map { ($0.key, JSONValue.int(Int64($0.value))) }
            _ = try records.append([
                JournalEvent(
                    eventID: name, eventType: "system.OrganisationSwept", timestamp: now, source: "hub", correlationID: name.rawValue,
                    organisation: removed.id,
                    data: [
                        "organisation": .string(removed.id.rawValue), "slug": .string(removed.slug),
                        "removedAt": .string(removed.removedAt.description), "rows": .object(JSONObject(rows)),
                    ])
            ])
            return false
        }
    }
}
