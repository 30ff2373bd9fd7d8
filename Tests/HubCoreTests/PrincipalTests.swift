import HubCore
import PluginModel
import Testing

private let here = Organisation.ID("here"), there = Organisation.ID("there")

private func person(
    _ role: Role?, isHubAdministrator: Bool = false, isDisabled: Bool = false, kind: Principal.Kind = .session,
    scopes: Set<HubAction>? = nil, onlyIn: Organisation.ID? = nil
) -> Principal {
    let user = User(
        id: User.ID("u"), email: "u@acme.test", name: "U", isDisabled: isDisabled, isHubAdministrator: isHubAdministrator,
        createdAt: Timestamp(unixMilliseconds: 0))
    let memberships = role.map { [Membership(organisation: here, user: user.id, role: $0)] } ?? []
    return Principal(kind: kind, user: user, memberships: memberships, scopes: scopes, onlyIn: onlyIn)
}

struct PrincipalTests {
    struct Case: Sendable, CustomTestStringConvertible {
        let testDescription: String, principal: Principal, action: HubAction, organisation: Organisation.ID?, may: Bool
        init(_ testDescription: String, _ principal: Principal, _ action: HubAction, _ organisation: Organisation.ID?, _ may: Bool) {
            (self.testDescription, self.principal, self.action) = (testDescription, principal, action)
            (self.organisation, self.may) = (organisation, may)
        }
    }

    private static let token = Principal.Kind.token(APIToken.ID("t"))

    @Test(arguments: [
        Case("a developer calls plugins in their organisation", person(.developer), .pluginCall, here, true),
        Case("not in another", person(.developer), .pluginCall, there, false),
        Case("not for the whole hub", person(.developer), .pluginCall, nil, false),
        Case("a viewer reads plugins of the hub", person(.viewer), .pluginRead, nil, true),
        Case("somebody without a membership reads nothing", person(nil), .pluginRead, nil, false),
        Case("an organisation's highest does not administer the hub", person(.platformAdmin), .adminUsers, nil, false),
        Case("but their organisation", person(.platformAdmin), .adminSettings, here, true),
        Case("the hub's administrator does all", person(nil, isHubAdministrator: true), .adminUsers, nil, true),
        Case("in every organisation", person(nil, isHubAdministrator: true), .organisationManage, there, true),
        Case("disabled, nothing", person(.platformAdmin, isHubAdministrator: true, isDisabled: true), .pluginRead, here, false),
        Case("a token does what its scopes say", person(.developer, kind: token, scopes: [.pluginCall]), .pluginCall, here, true),
        Case("and nothing else", person(.developer, kind: token, scopes: [.pluginCall]), .pluginRead, here, false),
        Case("a scope gives no role", person(.viewer, kind: token, scopes: [.pluginCall]), .pluginCall, here, false),
        Case("no scopes, nothing", person(.platformAdmin, kind: token, scopes: []), .pluginRead, here, false),
        Case(
            "an administrator's token with scopes", person(nil, isHubAdministrator: true, kind: token, scopes: [.pluginRead]),
            .adminUsers, nil, false),
        Case(
            "a token of one organisation, there",
            person(nil, isHubAdministrator: true, kind: token, scopes: [.adminPlugins], onlyIn: here), .adminPlugins, here, true),
        Case(
            "and elsewhere", person(nil, isHubAdministrator: true, kind: token, scopes: [.adminPlugins], onlyIn: here), .adminPlugins,
            there,
            false),
        Case(
            "and for the whole hub", person(nil, isHubAdministrator: true, kind: token, scopes: [.adminPlugins], onlyIn: here),
            .adminPlugins, nil, false),
        Case(
            "a token of an organisation its owner left", person(.developer, kind: token, scopes: [.pluginRead], onlyIn: there), .pluginRead,
            nil, false),
        Case("the command line does all", operatorAtHome.principal, .adminSettings, nil, true),
    ]) func `who may what`(c: Case) {
        #expect(c.principal.may(c.action, in: c.organisation) == c.may)
    }

    /// The whole table, so that a change of one role is seen in review.
    @Test func `the grid of roles and actions is as written`() throws {
        var lines = [
            "# What each role may do in its organisation (o), and for the hub as a whole as well (h). Then the hub's administrators."
        ]
        let columns = Role.allCases.map { ($0.rawValue, person($0)) } + [("hub-admin", person(nil, isHubAdministrator: true))]
        func padded(_ text: String, _ width: Int) -> String { text + String(repeating: " ", count: max(0, width - text.count)) }
        lines.append(padded("", 22) + columns.map { padded($0.0, 16) }.joined())
        for action in HubAction.allCases {
            let cells = columns.map { _, principal in
                padded((principal.may(action, in: here) ? "o" : "-") + (principal.may(action, in: nil) ? "h" : "-"), 16)
            }
            lines.append(padded(action.rawValue, 22) + cells.joined())
        }
        let text = lines.map { line in String(line.reversed().drop { $0 == " " }.reversed()) }.joined(separator: "\n") + "\n"
        try expectGolden(text, "role-grid.txt")
    }

    @Test func `a role never may less than one below it`() {
        for (lower, higher) in zip(Role.allCases, Role.allCases.dropFirst()) {
            #expect(lower < higher)
            for action in HubAction.allCases {
                for place in [here, there, nil] where person(lower).may(action, in: place) {
                    #expect(person(higher).may(action, in: place), "\(higher) may not \(action.rawValue)")
                }
            }
        }
    }

    @Test(arguments: 1...5) func `no scope and no bound ever gives more`(seed: Int) {
        var random = SeededGenerator(seed: UInt64(seed))
        for _ in 0..<500 {
            let role = Role.allCases.randomElement(using: &random)
            let isAdministrator = Int.random(in: 0..<4, using: &random) == 0
            let scopes = Set(HubAction.allCases.filter { _ in Bool.random(using: &random) })
            let bound = [here, there, nil].randomElement(using: &random) ?? nil
            let owner = person(role, isHubAdministrator: isAdministrator)
            let token = person(role, isHubAdministrator: isAdministrator, kind: Self.token, scopes: scopes, onlyIn: bound)
            for action in HubAction.allCases {
                for place in [here, there, nil] where token.may(action, in: place) {
                    #expect(owner.may(action, in: place) && scopes.contains(action))
                    if let bound, let place { #expect(place == bound) }
                }
            }
        }
    }

    @Test func `every action has a name of area and verb, and each only once`() {
        let names = HubAction.allCases.map(\.rawValue)
        #expect(Set(names).count == names.count)
        for name in names { #expect(name.split(separator: ":").count == 2, "\(name)") }
    }
}
