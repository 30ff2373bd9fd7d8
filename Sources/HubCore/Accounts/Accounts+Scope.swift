package import PluginModel

/// What is asked of the store for nearly every request, and so remembered for a moment.
enum OrganisationQuestion: Hashable, Sendable {
    case slug(String)
    case id(Organisation.ID)
    /// The oldest of all: where administrators are who belong to none.
    case first
    /// At most `PageRequest.limitMax`.
    case all
}

extension Accounts {
    /// The organisation that a request of theirs is about: the one of this short name, or where they are at home.
    ///
    /// Nil when there is none, and when they may not know of it: who does not belong to one learns nothing about whether it exists.
    package func organisation(named slug: String?, for principal: Principal) async throws(Fault) -> Organisation? {
        if let slug {
            guard slug.utf8.count <= AccountSizes.slugBytesMax, let found = try await organisations(.slug(slug)).first else { return nil }
            let belongs = principal.user.isHubAdministrator || principal.memberships.contains { $0.organisation == found.id }
            return belongs && (principal.onlyIn == nil || principal.onlyIn == found.id) ? found : nil
        }
        if let home = principal.onlyIn ?? principal.memberships.map(\.organisation).min() {
            return try await organisations(.id(home)).first
        }
        return principal.user.isHubAdministrator ? try await organisations(.first).first : nil
    }

    /// Those they see in their session: all for the hub's administrators, else those they belong to.
    package func organisations(of principal: Principal) async throws(Fault) -> [Organisation] {
        var found: [Organisation] = []
        if principal.user.isHubAdministrator {
            found = try await organisations(.all)
        } else {
            for id in principal.memberships.map(\.organisation).sorted() { found += try await organisations(.id(id)) }
        }
        return found.filter { principal.onlyIn == nil || principal.onlyIn == $0.id }
    }

    private func organisations(_ question: OrganisationQuestion) async throws(Fault) -> [Organisation] {
        let now = clock()
        if let known = organisationMemory.get(question, now: now) { return known }
        let generation = organisationMemory.begin()
        let found = try await store.read { (records) throws(Fault) -> [Organisation] in
            switch question {
            case .slug(let slug): return try records.organisation(slug: slug).map { [$0] } ?? []
            case .id(let id): return try records.organisation(id).map { [$0] } ?? []
            case .first: return try records.organisations(PageRequest(limit: 1))
            case .all: return try records.organisations(PageRequest(limit: PageRequest.limitMax))
            }
        }
        organisationMemory.put(found, question, now: now, begun: generation)
        return found
    }
}
