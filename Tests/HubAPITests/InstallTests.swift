import HTTPServer
import HubCore
import JSON
import Testing

@testable import HubAPI

struct BadPackage: Sendable, CustomTestStringConvertible {
    let testDescription: String
    let bytes: [UInt8]
    let area: String
    /// The place of the first finding, where there are any.
    var pointer: String?
}

/// How packages come into the hub and leave it.
@Suite(.everyDatabase, .namingTheDatabase) struct InstallTests {
    private static func upload(_ bytes: [UInt8], _ world: World, query: String = "", type: String = "application/octet-stream") async throws
        -> Answer
    {
        try await world.hub.ask(
            "POST", "/plugins/installations\(query)", as: world.admin,
            headers: [("Content-Type", type), ("X-File-Name", "my%20plugin.tar")],
            body: bytes)
    }

    @Test func `a package that is sent as the body is installed and waits for consent`() async throws {
        let world = try await World.shared()
        let begun = try await Self.upload(Tar.package("lab.uploaded").whole, world)
        #expect(begun.status == 202, "\(begun)")
        #expect(begun.json["source"]?.stringValue?.contains("my plugin.tar") == true, "\(begun)")
        let done = try await world.hub.over(begun.json["id"]?.stringValue ?? "", as: world.admin)
        #expect(done["state"] == "done" && done["plugin"] == "lab.uploaded" && done["isUpdate"] == false, "\(done.serialized())")
        let shown = try await world.hub.ask("GET", "/plugins/lab.uploaded", as: world.admin)
        #expect(shown.json["state"]?["name"] == "needs-consent", "\(shown)")
        let refused = try await world.hub.ask("POST", "/plugins/lab.uploaded/call", as: world.admin, ["export": "n"])
        #expect(refused.status == 409 && refused.code == "plugin.needs-consent", "\(refused)")
        let files = try await world.hub.ask("GET", "/plugins/lab.uploaded/consent", as: world.admin).json["files"]
        #expect(files?["added"] == ["index.js", "patchbay.json"] && files?["removed"] == [] && files?["changed"] == [])
        #expect(
            files?["counts"] == ["added": 2, "removed": 0, "changed": 0] && files?["bytes"]?.intValue ?? 0 > 0,
            "before a first yes all is new")
        _ = try await until("the upload is gone") { Folders.names(in: world.hub.folder + "/uploads").isEmpty ? true : nil }
    }

    static let badPackages: [BadPackage] = {
        func tar(_ body: (inout Tar) -> Void) -> [UInt8] {
            var tar = Tar.package("lab.broken")
            body(&tar)
            return tar.whole
        }
        return [
            BadPackage(testDescription: "not an archive", bytes: Array("hello, this is a letter and no archive".utf8), area: "archive."),
            BadPackage(
                testDescription: "the beginning of a zip", bytes: [0x50, 0x4b, 3, 4] + [UInt8](repeating: 7, count: 300), area: "archive."),
            BadPackage(
                testDescription: "the beginning of a gzip", bytes: [0x1f, 0x8b, 8, 0] + [UInt8](repeating: 7, count: 300), area: "archive."),
            BadPackage(
                testDescription: "a file that says it is huge", bytes: tar { $0.add("package/big", claimedSize: 8 << 30 - 1) },
                area: "package.file-too-large"),
            BadPackage(
                testDescription: "a path that leads out", bytes: tar { $0.add("package/../../../evil", "x") }, area: "package.parent-name"),
            BadPackage(testDescription: "a whole path", bytes: tar { $0.add("/etc/evil", "x") }, area: "package.absolute-name"),
            BadPackage(
                testDescription: "a link that leads out", bytes: tar { $0.add("package/l", type: "2", link: "/etc/passwd") },
                area: "package.link"),
            BadPackage(testDescription: "a device", bytes: tar { $0.add("package/d", type: "3") }, area: "package.special-file"),
            BadPackage(
                testDescription: "no manifest",
                bytes: {
                    var tar = Tar()
                    tar.add("package/index.js", "1")
                    return tar.whole
                }(), area: "manifest.unknown-format"),
            BadPackage(
                testDescription: "code that is none", bytes: Tar.package("lab.broken", code: "export const x = ;").whole,
                area: "bundle.syntax", pointer: "index.js:1:18"),
        ]
    }()

    @Test(arguments: badPackages) func `a bad package is refused with a reason, and nothing stays`(_ c: BadPackage) async throws {
        let world = try await World.shared()
        let begun = try await Self.upload(c.bytes, world)
        // What can be seen at once is said at once.
        let problem: JSONValue
        if begun.status == 202 {
            let over = try await world.hub.over(begun.json["id"]?.stringValue ?? "", as: world.admin)
            #expect(over["state"] == "failed", "\(over.serialized())")
            problem = over["problem"] ?? .null
        } else {
            problem = begun.json
        }
        #expect(problem["code"]?.stringValue?.hasPrefix(c.area) == true, "\(problem.serialized())")
        #expect(problem["remedy"] != nil || problem["detail"] != nil)
        if let pointer = c.pointer { #expect(problem["findings"]?[0]?["pointer"] == .string(pointer), "\(problem.serialized())") }
        let none = try await world.hub.ask("GET", "/plugins/lab.broken", as: world.admin)
        #expect(none.status == 404, "\(none)")
    }

    @Test func `an empty body and a wrong integrity are told apart`() async throws {
        let world = try await World.shared()
        let empty = try await Self.upload([], world)
        #expect(empty.status == 422 && empty.code == "request.empty", "\(empty)")
        let malformed = try await Self.upload(Tar.package("lab.x").whole, world, query: "?integrity=sha512-nonsense")
        #expect(malformed.status >= 400 && malformed.status < 500, "\(malformed)")
        let other = "sha512-" + String(repeating: "A", count: 86) + "=="
        let begun = try await Self.upload(Tar.package("lab.x").whole, world, query: "?integrity=\(other)")
        let over = try await world.hub.over(begun.json["id"]?.stringValue ?? "", as: world.admin)
        #expect(over["state"] == "failed" && over["problem"]?["code"] != nil, "\(over.serialized())")
    }

    @Test func `a folder of packages is installed as one, and an installation can be cancelled`() async throws {
        let world = try await World.shared()
        let hub = world.hub
        let root = hub.folder + "/tree"
        for id in ["lab.tree1", "lab.tree2", "lab.tree3"] {
            try Folders.write(
                #"{"id":"\#(id)","name":"t","version":"1.0.0","entry":"i.js","permissions":[]}"#, to: "\(root)/\(id)/patchbay.json")
            try Folders.write("export const n = 1;", to: "\(root)/\(id)/i.js")
        }
        let begun = try await hub.ask("POST", "/plugins/installations", as: world.admin, ["source": ["tree": .string(root)]])
        let jobs = begun.json.arrayValue ?? []
        #expect(begun.status == 202 && jobs.count == 3, "\(begun)")
        for job in jobs {
            let done = try await hub.over(job["id"]?.stringValue ?? "", as: world.admin)
            #expect(done["state"] == "done", "\(done.serialized())")
            let late = try await hub.ask("DELETE", "/plugins/installations/\(job["id"]?.stringValue ?? "")", as: world.admin)
            #expect(late.status == 409 && late.code == "installation.over", "\(late)")
        }
        // It stands at the first step, since the store it asks has taken the connection and says nothing.
        let store = try SilentStore()
        let address = "https://127.0.0.1:\(store.port)/package.tar"
        let job = try await hub.ask("POST", "/plugins/installations", as: world.admin, ["source": ["address": .string(address)]])
        let id = job.json["id"]?.stringValue ?? ""
        try await onThread { try store.waitForRequest() }
        let held = try await hub.ask("GET", "/plugins/installations/\(id)", as: world.admin)
        #expect(held.json["state"] == "fetching", "\(held)")
        #expect(try await hub.ask("DELETE", "/plugins/installations/\(id)", as: world.admin).status == 204)
        // The store still says nothing: it is the installation that lets go.
        let over = try await hub.over(id, as: world.admin)
        #expect(over["state"] == "cancelled" && over["problem"] == nil, "\(over.serialized())")
        store.hangUp()
        let again = try await hub.ask("DELETE", "/plugins/installations/\(id)", as: world.admin)
        #expect(again.status == 409 && again.code == "installation.over", "\(again)")
        let nothing = try await hub.ask("POST", "/plugins/installations", as: world.admin, ["source": ["path": "/nowhere/at/all"]])
        let ended = nothing.status == 202 ? try await hub.over(nothing.json["id"]?.stringValue ?? "", as: world.admin) : nothing.json
        #expect(nothing.status < 500 && (ended["problem"]?["code"] ?? ended["code"]) != nil, "\(nothing)")
    }

    @Test func `an update with a new permission waits, shows what is new, and takes over while calls go on`() async throws {
        let world = try await World.shared()
        let hub = world.hub
        try await hub.begin("lab.update", code: "export const v = () => 1;", permissions: ["network:outbound:a.test"], as: world.admin)
        let next = try hub.write(
            "lab.update", version: "2.0.0", code: "export const v = () => 2;",
            permissions: ["network:outbound:a.test", "network:outbound:b.test"])
        #expect(try await hub.install(next, as: world.admin)["isUpdate"] == true)
        let shown = try await hub.ask("GET", "/plugins/lab.update", as: world.admin)
        #expect(shown.json["version"] == "1.0.0" && shown.json["waiting"]?["asksForMore"] == true, "\(shown)")
        let consent = try await hub.ask("GET", "/plugins/lab.update/consent", as: world.admin)
        #expect(
            consent.json["permissions"]?.arrayValue?.map { "\($0["permission"]?.stringValue ?? "") \($0["status"]?.stringValue ?? "")" }
                == [
                    "network:outbound:a.test as-before", "network:outbound:b.test new",
                ])
        let statuses = try await withThrowingTaskGroup(of: (Int, JSONValue).self) { group in
            for _ in 0..<60 {
                group.addTask {
                    let answer = try await hub.ask("POST", "/plugins/lab.update/call", as: world.who(.developer), ["export": "v"])
                    return (answer.status, answer.json["result"] ?? .null)
                }
            }
            group.addTask {
                let answer = try await hub.ask(
                    "POST", "/plugins/lab.update/consent", as: world.admin, ["version": "2.0.0", "grants": ["network:outbound:a.test"]])
                return (answer.status, 2)
            }
            return try await group.reduce(into: []) { $0.append($1) }
        }
        #expect(statuses.allSatisfy { $0.0 == 200 && ($0.1 == 1 || $0.1 == 2) }, "\(statuses.filter { $0.0 != 200 })")
        let grants = try await hub.ask("GET", "/plugins/lab.update/grants", as: world.admin).json.arrayValue ?? []
        #expect(grants.first { $0["permission"] == "network:outbound:b.test" }?["isGranted"] == false)
        let back = try await hub.ask("POST", "/plugins/lab.update/rollback", as: world.admin, [:])
        #expect(back.status == 200 && back.json["version"] == "1.0.0", "\(back)")
        #expect(try await hub.ask("POST", "/plugins/lab.update/call", as: world.admin, ["export": "v"]).json["result"] == 1)
    }

    @Test func `permissions are given and taken back, and what was never used goes at once`() async throws {
        let world = try await World.shared()
        let hub = world.hub
        try await hub.begin(
            "lab.grants", code: "export const n = 1;", permissions: ["network:outbound:a.test", "network:outbound:b.test"],
            granted: ["network:outbound:a.test"], as: world.admin)
        let target = "/plugins/lab.grants/grants/network%3Aoutbound%3Ab.test"
        #expect(try await hub.ask("PUT", target, as: world.admin).status == 204)
        func granted() async throws -> [String] {
            try await hub.ask("GET", "/plugins/lab.grants/grants", as: world.who(.viewer)).json.arrayValue?.filter {
                $0["isGranted"] == true
            }
            .compactMap { $0["permission"]?.stringValue } ?? []
        }
        #expect(try await granted() == ["network:outbound:a.test", "network:outbound:b.test"])
        let given = try await hub.ask("GET", "/plugins/lab.grants/grants", as: world.who(.viewer)).json.arrayValue ?? []
        #expect(given.allSatisfy { $0["grantedBy"] == .string(world.admin.id) && $0["grantedByName"] == "Ada" }, "\(given)")
        #expect(try await hub.ask("DELETE", target, as: world.admin).status == 204)
        #expect(try await granted() == ["network:outbound:a.test"])
        let unused = try await hub.ask("POST", "/plugins/lab.grants/grants/take-back-unused", as: world.admin)
        #expect(unused.json == ["network:outbound:a.test"], "\(unused)")
        let grants = try await hub.ask("POST", "/plugins/lab.grants/consent", as: world.admin, ["grants": ["data:write:persons"]])
        #expect(grants.status == 422 && grants.code == "grant.not-asked", "\(grants)")
        let audit = try await hub.ask("GET", "/audit?subject=plugin:lab.grants&limit=200", as: world.admin).json.arrayValue ?? []
        let actions = Set(audit.compactMap { $0["action"]?.stringValue })
        #expect(
            actions.isSuperset(of: [
                "plugin.install", "plugin.consent", "grant.give", "grant.take-back",
            ]), "\(actions)")
    }

    @Test func `ForgePortal's switch says what its clients expect, and holds at once`() async throws {
        let world = try await World.shared()
        let hub = world.hub
        try await hub.begin("lab.switch", code: "export const n = () => 1;", as: world.admin)
        for enabled in [false, true] {
            let answer = try await hub.ask("PATCH", "/admin/plugins/lab.switch", as: world.admin, ["enabled": .bool(enabled)])
            #expect(answer.status == 200 && answer.json["id"] == "lab.switch" && answer.json["enabled"] == .bool(enabled), "\(answer)")
            #expect(answer.json["message"]?.stringValue?.isEmpty == false)
            let status = try await hub.ask("GET", "/plugins/status", as: world.who(.viewer))
            #expect(status.json["enabledIds"]?.arrayValue?.contains("lab.switch") == enabled)
            let call = try await hub.ask("POST", "/plugins/lab.switch/call", as: world.admin, ["export": "n"])
            #expect(call.status == (enabled ? 200 : 409), "\(call)")
        }
        let refused = try await hub.ask("PATCH", "/admin/plugins/lab.switch", as: world.who(.templateAdmin), ["enabled": false])
        #expect(
            refused.status == 403 && refused.json["error"] == "Forbidden" && refused.json["message"] == "Missing permission: admin:plugins")
    }

    @Test func `removal tells before what goes, and leaves nothing`() async throws {
        let world = try await World.shared()
        let hub = world.hub
        try await hub.begin(
            "lab.removed", code: "export const n = 1;", permissions: ["network:outbound:a.test"], configuration: World.probeFields,
            as: world.admin)
        _ = try await hub.ask(
            "PUT", "/plugins/lab.removed/configuration?scope=organisation", as: world.stranger,
            ["values": ["region": "south"], "secrets": ["token": "planted-removed-secret"]])
        for (method, target) in [("GET", "/plugins/lab.removed/removal"), ("DELETE", "/plugins/lab.removed?dryRun=true")] {
            let plan = try await hub.ask(method, target, as: world.admin)
            #expect(plan.status == 200 && plan.json["secrets"] == 1 && plan.json["grants"] == 1, "\(plan)")
            #expect(plan.json["organisations"] == ["Beta"], "\(plan)")
        }
        #expect(try await hub.ask("GET", "/plugins/lab.removed", as: world.admin).status == 200)
        #expect(try await hub.ask("DELETE", "/plugins/lab.removed?confirm=lab.removed", as: world.admin).status == 204)
        #expect(try await hub.ask("GET", "/plugins/lab.removed", as: world.admin).status == 404)
        #expect(try await hub.ask("POST", "/plugins/lab.removed/call", as: world.admin, ["export": "n"]).status == 404)
    }

    @Test func `pictures of packages are served as pictures, and other files are not`() async throws {
        let world = try await World.shared()
        let icon = try await world.hub.ask("GET", "/plugins/patchbay.guestbook/icon", as: world.who(.viewer))
        #expect(icon.status == 200 && icon["content-type"] == "image/svg+xml" && icon["x-content-type-options"] == "nosniff", "\(icon)")
        #expect(icon["content-security-policy"]?.contains("default-src 'none'") == true)
        let asset = try await world.hub.ask("GET", "/plugins/patchbay.guestbook/assets/assets/icon.svg", as: world.who(.viewer))
        #expect(asset.status == 200, "\(asset)")
        for path in ["ui/book.js", "patchbay.json", "src/index.ts", "..%2f..%2fhub.sqlite", "%2fetc%2fpasswd", "nosuch.png"] {
            let answer = try await world.hub.ask("GET", "/plugins/patchbay.guestbook/assets/\(path)", as: world.admin)
            #expect(answer.status >= 400 && answer.status < 500, "\(path): \(answer)")
        }
        #expect(try await world.hub.ask("GET", "/plugins/patchbay.guestbook/icon").status == 401)
    }
}
