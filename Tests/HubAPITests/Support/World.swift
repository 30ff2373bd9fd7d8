import HubCore
import JSON
import PluginModel
import Synchronization

/// A hub with people of every role in two organisations and a few plugins. One for all tests that leave it as it is, or add to it under names of
/// their own.
final class World: Sendable {
    let hub: TestHub
    /// Administers the hub.
    let admin: Person
    /// With a role in the organisation `alpha`.
    let people: [Role: Person]
    /// Team administrator of `beta` and in no other.
    let stranger: Person
    /// Signed in, and in no organisation.
    let outsider: Person

    private static let made = Mutex<[Database: Task<World, any Error>]>([:])

    /// One for each database.
    static func shared() async throws -> World {
        let task = made.withLock { made in
            // It inherits whose turn it is.
            let task = made[Database.current] ?? Task { try await World() }
            made[Database.current] = task
            return task
        }
        return try await task.value
    }

    static let probe: PluginID = {
        do { return try PluginID("lab.probe") } catch { fatalError("\(error)") }
    }()

    static let probeCode = """
        import { config, log } from '@patchbay/plugin';
        export const echo = (value) => value;
        export const leak = () => { log.info('the token is ' + config.get('token')); throw new Error('bad token ' + config.get('token')); };
        export const mine = () => { log.warn('region ' + config.get('region')); return config.get('region'); };
        export const testConnection = () => ({ ok: config.get('region') !== 'nowhere', message: 'asked with ' + config.get('token') });
        export const routes = {
          echo: (request) => ({ status: 200, body: request }),
          status: () => ({ status: 42, body: 'x' }),
          page: () => ({ status: 201, headers: { 'content-type': 'text/html', 'set-cookie': 'a=b', 'x-evil': '1', etag: '"7"' }, body: '<script>1</script>' }),
          script: () => ({ status: 200, headers: { 'content-type': 'text/javascript' }, body: 'alert(1)' }),
          guarded: () => ({ fine: true }),
        };
        """

    static let probeFields: JSONValue = [
        ["key": "region", "label": "Region", "type": "text", "default": "north", "limits": ["lengthMax": 40]],
        ["key": "token", "label": "Token", "secret": true],
    ]

    static let probeContributions: JSONObject = [
        "contributions": [
            "routes": [
                ["id": "echo", "title": "Echo", "methods": ["GET", "POST", "PUT", "PATCH", "DELETE"], "path": "/echo/:word"],
                ["id": "status", "title": "Status", "methods": ["GET"], "path": "/status"],
                ["id": "page", "title": "Page", "methods": ["GET"], "path": "/page"],
                ["id": "script", "title": "Script", "methods": ["GET"], "path": "/script"],
                ["id": "guarded", "title": "Guarded", "methods": ["GET"], "path": "/guarded", "requires": ["admin:plugins"]],
            ],
            "pages": [["id": "main", "title": "Probe", "path": "/probe", "navigationLabel": "Probe", "source": "ui/page.js"]],
        ]
    ]

    /// `plain`: with the probe alone, for tests that change who may what.
    init(plain: Bool = false) async throws {
        hub = try await TestHub(stores: [TestHub.repository + "/plugins"])
        admin = try await hub.setUp()
        let made = try await hub.ask("POST", "/organisations", as: admin, ["slug": "beta", "name": "Beta"])
        guard made.status == 201 else { throw Trouble(description: "\(made)") }
        var people: [Role: Person] = [:]
        for role in Role.allCases { people[role] = try await hub.person(role.rawValue, role: role, by: admin) }
        self.people = people
        stranger = try await hub.person("stranger", role: .teamAdmin, in: "beta", by: admin)
        outsider = try await hub.person("outsider", by: admin)
        try await hub.begin(
            "lab.probe", code: Self.probeCode, permissions: ["network:outbound:api.acme.test"], configuration: Self.probeFields,
            extra: Self.probeContributions, files: ["ui/page.js": "export default () => {}", "README.md": "# Probe"], as: admin)
        guard !plain else { return }
        for name in ["guestbook", "coop-phrase-signals", "forgeportal-oncall"] {
            let done = try await hub.install("\(TestHub.repository)/plugins/\(name)", as: admin)
            guard done["state"] == "done" else { throw Trouble(description: done.serialized()) }
        }
        for id in ["patchbay.guestbook"] {
            let answer = try await hub.ask("POST", "/plugins/\(id)/consent", as: admin, ["grants": []])
            guard answer.status == 200 else { throw Trouble(description: "\(answer)") }
        }
        // Something to read in logs, failures and numbers.
        _ = try await hub.ask("POST", "/plugins/lab.probe/call", as: admin, ["export": "mine"])
        _ = try await hub.ask("POST", "/plugins/lab.probe/call", as: admin, ["export": "leak"])
    }

    func who(_ role: Role) -> Person {
        guard let person = people[role] else { preconditionFailure("every role has somebody") }
        return person
    }
}
