import JSON
package import PluginModel

extension Accounts {
    /// Those one belongs to; all of them for the hub's administrators.
    package func organisations(_ page: PageRequest, by requester: Requester) async throws(Fault) -> [Organisation] {
        let principal = requester.principal
        let isEverywhere = principal.user.isHubAdministrator && principal.onlyIn == nil
        return try await store.read { (records) throws(Fault) in
            if isEverywhere { return try records.organisations(page) }
            // An administrator's token that is good in one organisation sees that one, member or not.
            if principal.user.isHubAdministrator, let only = principal.onlyIn {
                return try [records.organisation(only)].compactMap { $0 }.filter { one in page.after.map { one.id.rawValue > $0 } ?? true }
            }
            var found: [Organisation] = []
            for membership in principal.memberships where principal.onlyIn == nil || principal.onlyIn == membership.organisation {
                if let one = try records.organisation(membership.organisation) { found.append(one) }
            }
            return Array(
                found.sorted { $0.id < $1.id }.drop { one in page.after.map { one.id.rawValue <= $0 } ?? false }.prefix(page.limit))
        }
    }

    package func createOrganisation(slug: String, name: String, by requester: Requester) async throws(Fault) -> Organisation {
        try require(.adminSettings, in: nil, requester)
        let now = clock()
        let made = Organisation(
            id: .make(at: now, random: entropy.bytes), slug: try AccountText.slug(slug), name: try AccountText.name(name), createdAt: now)
        let note = note(requester, "organisation.create", "organisation:\(made.id)", in: made.id)
        try await change { (records) throws(Fault) in
            try records.put(made)
            try records.keep(note, event: "OrganisationCreated", data: ["organisation": .string(made.id.rawValue)])
        }
        return made
    }

    package func renameOrganisation(
        _ id: Organisation.ID, slug: String? = nil, name: String? = nil, by requester: Requester
    ) async throws(Fault) -> Organisation {
        try require(.organisationManage, in: id, requester)
        var (newSlug, newName): (String?, String?) = (nil, nil)
        if let slug { newSlug = try AccountText.slug(slug) }
        if let name { newName = try AccountText.name(name) }
        let note = note(requester, "organisation.rename", "organisation:\(id)", in: id)
        return try await change { [newSlug, newName] (records) throws(Fault) in
            guard var organisation = try records.organisation(id) else { throw AccountFault.notFound("organisation") }
            organisation.slug = newSlug ?? organisation.slug
            organisation.name = newName ?? organisation.name
            try records.put(organisation)
            try records.keep(note, event: "OrganisationRenamed", data: ["organisation": .string(id.rawValue)])
            return organisation
        }
    }

    // MARK: Members

    package func members(
        of id: Organisation.ID, _ page: PageRequest, by requester: Requester
    ) async throws(Fault) -> [(user: User, role: Role)] {
        try require(.organisationMembers, in: id, requester)
        return try await store.read { (records) throws(Fault) in
            var found: [(User, Role)] = []
            for membership in try records.memberships(in: id, page) {
                if let user = try records.user(membership.user) { found.append((user, membership.role)) }
            }
            return found
        }
    }

    /// Takes somebody into an organisation, found by their e-mail address.
    @discardableResult
    package func addMember(
        email: String, role: Role, to id: Organisation.ID, by requester: Requester
    ) async throws(Fault) -> (user: User, role: Role) {
        let email = try AccountText.email(email)
        try require(.organisationMembers, in: id, requester)
        guard let user = try await store.read({ (records) throws(Fault) in try records.user(email: email) }) else {
            throw AccountFault.noAccount(email)
        }
        try await setRole(role, of: user.id, in: id, by: requester)
        return (user, role)
    }

    /// Nobody gives or takes a role above their own.
    @discardableResult
    package func setRole(
        _ role: Role, of user: User.ID, in id: Organisation.ID, by requester: Requester
    ) async throws(Fault) -> Membership {
        try require(.organisationMembers, in: id, requester)
        try requirePerson(requester)
        var note = note(requester, "member.set-role", "user:\(user)", in: id)
        note.entry.detail = ["role": .string(role.rawValue)]
        let membership = Membership(organisation: id, user: user, role: role)
        try await change { [note] (records) throws(Fault) in
            guard try records.organisation(id) != nil else { throw AccountFault.notFound("organisation") }
            guard try records.user(user) != nil else { throw AccountFault.notFound("user") }
            try Self.checkRoles(requester, in: id, of: user, giving: role, records)
            try records.put(membership)
            try records.keep(note, event: "MemberChanged", data: ["user": .string(user.rawValue), "role": .string(role.rawValue)])
        }
        return membership
    }

    /// Takes somebody out of an organisation. Everybody may leave one.
    package func removeMember(_ user: User.ID, from id: Organisation.ID, by requester: Requester) async throws(Fault) {
        try requirePerson(requester)
        let isSelf = user == requester.principal.user.id
        if !isSelf { try require(.organisationMembers, in: id, requester) }
        let note = note(requester, "member.remove", "user:\(user)", in: id)
        try await change { (records) throws(Fault) in
            if !isSelf { try Self.checkRoles(requester, in: id, of: user, giving: nil, records) }
            guard try records.removeMembership(of: user, in: id) else { throw AccountFault.notFound("member") }
            try records.keep(note, event: "MemberRemoved", data: ["user": .string(user.rawValue)])
        }
    }

    private static func checkRoles(
        _ requester: Requester, in id: Organisation.ID, of user: User.ID, giving role: Role?, _ records: any HubTransaction
    ) throws(Fault) {
        let present = try records.memberships(of: user).first { $0.organisation == id }?.role
        let highest = [present, role].compactMap { $0 }.max()
        if let highest, requester.principal.role(in: id).map({ $0 < highest }) ?? true { throw AccountFault.roleTooHigh(highest) }
    }
}
