import Glibc
import HTTPServer
import HostCalls
import Hub
import HubAPI
import HubCore
import JSON
import Moderation
import PluginModel
import PluginPackages
import PluginRuntime
import Sandbox
import Storage
import Synchronization
import TestServers

/// Every part of a hub, put together as `patchbay serve` does: packages in a folder of its own, a database whose turn it is, a server on a free port,
/// real workers.
final class TestHub: Sendable {
    let folder: String
    let port: UInt16
    let store: SQLStore
    let database: Database
    /// What PostgreSQL calls the hub's database.
    let databaseName: String?
    let registry: PluginRegistry
    let accounts: Accounts
    let vault: Vault
    let clock: HandClock
    let moderation: Moderation
    /// What backtests find.
    let submitted = SubmittedItems()
    private let server: HTTPServer
    private let lines = Lines()

    /// What the hub wrote into its own log.
    var log: [String] { lines.all.withLock { $0 } }

    static let repository = String(#filePath.split(separator: "/").dropLast(4).map { "/" + $0 }.joined())
    static let password = "correct horse battery"

    /// Serves one package at `https://tls.example:PORT/answer`; nil where there is no openssl.
    static let secureStore: TLSServer? = {
        let package = Tar.package("lab.fetched").whole
        let head = "HTTP/1.0 200 OK\r\nContent-Type: application/x-tar\r\nContent-Length: \(package.count)\r\n\r\n"
        let server = try? TLSServer(response: Array(head.utf8) + package)
        atexit { TestHub.secureStore?.end() }
        return server
    }()

    /// One sandbox and one bundler for all tests.
    static let services: PluginServices = {
        do {
            var options = SandboxRuntime.Options(layout: try WorkerLayout.find())
            options.poolSize = 2
            var downloads = HTTPClientOptions(authorityFile: secureStore?.authorityFile)
            if let port = secureStore?.port { downloads.resolve = ["tls.example", "other.example"].map { "\($0):\(port):127.0.0.1" } }
            return PluginServices(
                sandbox: options, bundler: Bundler(cache: BundleCache(folder: try Folders.make())), downloads: downloads)
        } catch { fatalError("\(error)") }
    }()

    init(
        at place: String? = nil, stores: [String] = [], isSecure: Bool = false, trustedProxies: Set<String> = [],
        outside: (_ publicURL: String) throws -> OutsideSignIn = { _ in OutsideSignIn() },
        configure: (inout HTTPServerConfiguration) -> Void = { _ in }
    ) async throws {
        let folder = try Folders.make()
        self.folder = folder
        let clock = HandClock()
        self.clock = clock
        for name in ["uploads", "web"] { mkdir("\(folder)/\(name)", 0o700) }
        try Folders.write("<!doctype html><title>The interface</title>", to: folder + "/web/index.html")
        try Folders.write("/* the bridge */", to: folder + "/web/frame.js")
        database = Database.current
        let (address, name) = if let place { (place, String?.none) } else { try await database.make(in: folder) }
        databaseName = name
        store = try await HubStores.open(address, HubStoreOptions(backupFolder: folder + "/backups"))
        vault = try await Vault.start(store: store, keyFile: KeyFile(path: folder + "/vault.key"), environment: [:])
        // Real hashing at a price tests can pay.
        accounts = Accounts(
            store: store, hasher: PasswordHasher(cost: PasswordCost(memoryBytes: 16 << 10, passes: 1), waitingMax: 64), clock: clock.read)
        let packages = try PackageStore(folder: folder, examiner: HubExaminer(services: Self.services, builds: true))
        var parts = PluginRegistry.Parts(
            packages: packages, services: Self.services, store: store, secrets: vault, state: store, random: Entropy.system.bytes)
        (parts.limits.sampleTime, parts.limits.flushTime) = (.milliseconds(200), .milliseconds(400))
        registry = PluginRegistry(parts)
        _ = try await registry.start()
        var rules = Moderation.Parts(store: store, events: registry.events)
        rules.clock = clock.read
        (rules.items, rules.vault) = (submitted, vault)
        let signals = PluginSignals(registry: registry, contexts: ContextBook(store: store, events: registry.events))
        rules.signals = signals
        let moderation = Moderation(rules)
        self.moderation = moderation
        registry.setRules { [weak moderation] signals in await moderation?.rules.names(asking: signals) ?? [] }
        try await moderation.start()
        let late = LateRoutes()
        var configuration = HTTPServerConfiguration(loops: 2)
        configure(&configuration)
        let server = try HTTPServer(configuration: configuration, dispatcher: late)
        self.server = server
        port = try server.start()[0].port
        let origins = ["http://127.0.0.1:\(port)", "http://localhost:\(port)"]
        var facts = HubFacts(
            publicURL: origins[0], origins: origins, bind: "127.0.0.1:\(port)", databaseKind: database.rawValue,
            databaseBytes: { [store] in (try? await store.byteCount()) ?? 0 }, machine: ["sections": []],
            layers: [.init(name: "seccomp", state: "on", detail: "system calls", isRequired: true)], stores: stores, npmFolder: folder,
            startedAt: clock.read(), uploads: folder + "/uploads", interface: folder + "/web", isSecure: isSecure)
        facts.trustedProxies = trustedProxies
        let hub = HubParts(
            registry: registry, accounts: accounts, vault: vault, store: store, facts: facts, now: clock.read,
            log: RequestLog { [lines] line in lines.all.withLock { $0.append(line) } },
            shelf: StoreShelf(folders: stores, examiner: HubExaminer(services: Self.services)), outside: try outside(origins[0]),
            moderation: moderation, signals: signals)
        late.set(try HubAPI(hub).dispatcher(hosts: ["127.0.0.1", "localhost"]))
    }

    func stop() async {
        await server.shutdown(grace: .seconds(1))
        await moderation.stop()
        await registry.stop()
        await store.close()
        Folders.remove(folder)
    }

    // MARK: Asking

    func ask(
        _ method: String, _ target: String, as person: Person? = nil, _ json: JSONValue? = nil, headers: [(String, String)] = [],
        host: String = "127.0.0.1", body: [UInt8] = []
    ) async throws -> Answer {
        var headers = headers
        if let person { headers += person.headers(isChange: method != "GET" && method != "HEAD") }
        if json != nil { headers.append(("Content-Type", "application/json")) }
        let target = target.hasPrefix("//") ? String(target.dropFirst()) : "/api/v1\(target)"
        return try await Client.ask(port: port, method, target, host: host, headers: headers, body: json?.serializedBytes() ?? body)
    }

    // MARK: People

    /// Sets the hub up and gives its first administrator.
    func setUp() async throws -> Person {
        guard let code = try await accounts.prepareSetUp() else { throw Trouble(description: "it is set up") }
        let answer = try await ask(
            "POST", "/setup",
            ["code": .string(code), "email": "ada@hub.test", "name": "Ada", "password": .string(Self.password), "organisation": "Alpha"])
        return try Person(answer)
    }

    private func local(_ admin: Person) async throws -> Requester {
        let id = User.ID(admin.id)
        guard let user = try await store.read({ (records) throws(Fault) in try records.user(id) }) else {
            throw Trouble(description: "nobody")
        }
        return Requester(Principal(kind: .local, user: user, memberships: []), address: nil)
    }

    /// Somebody with a password, signed in from an address of their own; with a role in an organisation if one is named.
    func person(_ name: String, role: Role? = nil, in slug: String = "alpha", by admin: Person) async throws -> Person {
        let requester = try await local(admin)
        let made = try await accounts.createUser(email: "\(name)@hub.test", name: name, by: requester)
        if let role {
            guard let organisation = try await store.read({ (records) throws(Fault) in try records.organisation(slug: slug) }) else {
                throw Trouble(description: "no organisation \(slug)")
            }
            try await accounts.setRole(role, of: made.user.id, in: organisation.id, by: requester)
        }
        let signedIn = try await accounts.redeem(
            code: made.invitation.text ?? "", password: Secret(Self.password),
            visitor: Visitor(address: "192.0.2.\(Int.random(in: 1...254))"))
        return Person(
            id: made.user.id.rawValue, email: made.user.email, cookie: signedIn.token.text ?? "", csrf: signedIn.session.csrfToken)
    }

    /// A token for programs of this person.
    func token(of person: Person, scopes: [HubAction], in organisation: String? = nil) async throws -> Person {
        var body: JSONObject = ["name": "test", "scopes": .array(scopes.map { .string($0.rawValue) })]
        if let organisation { body["organisation"] = .string(organisation) }
        let answer = try await ask("POST", "/account/tokens", as: person, .object(body))
        guard answer.status == 201, let text = answer.json["token"]?.stringValue else { throw Trouble(description: "\(answer)") }
        return Person(id: person.id, email: person.email, bearer: text, tokenID: answer.json["id"]?.stringValue ?? "")
    }

    // MARK: Packages

    /// Writes a package of our own format and gives its folder.
    func write(
        _ id: String, version: String = "1.0.0", code: String, permissions: [String] = [], configuration: JSONValue = [],
        extra: JSONObject = [:], files: [String: String] = [:]
    ) throws -> String {
        let place = "\(folder)/source/\(id)-\(version)"
        var manifest: JSONObject = [
            "id": .string(id), "name": .string("Plugin \(id)"), "version": .string(version), "entry": "index.js",
            "permissions": .array(permissions.map(JSONValue.string)),
        ]
        if configuration.arrayValue?.isEmpty == false { manifest["configuration"] = configuration }
        for (key, value) in extra { manifest[key] = value }
        try Folders.write(JSONValue.object(manifest).serialized(), to: place + "/patchbay.json")
        try Folders.write(code, to: place + "/index.js")
        for (name, text) in files { try Folders.write(text, to: "\(place)/\(name)") }
        return place
    }

    /// Installs what a path names, and waits for the end.
    func install(_ path: String, as admin: Person) async throws -> JSONValue {
        let begun = try await ask("POST", "/plugins/installations", as: admin, ["source": ["path": .string(path)]])
        guard begun.status == 202, let id = begun.json["id"]?.stringValue else { throw Trouble(description: "\(begun)") }
        return try await over(id, as: admin)
    }

    func over(_ installation: String, as admin: Person) async throws -> JSONValue {
        try await until("installation \(installation) is over") {
            let shown = try await self.ask("GET", "/plugins/installations/\(installation)", as: admin).json
            // `nil` alone would be JSON's null.
            return ["done", "failed", "cancelled"].contains(shown["state"]?.stringValue ?? "") ? shown : Optional<JSONValue>.none
        }
    }

    /// Installs a package of our own and lets it run with everything it asks for, or with `granted`.
    func begin(
        _ id: String, version: String = "1.0.0", code: String, permissions: [String] = [], granted: [String]? = nil,
        configuration: JSONValue = [], extra: JSONObject = [:], files: [String: String] = [:], as admin: Person
    ) async throws {
        let place = try write(
            id, version: version, code: code, permissions: permissions, configuration: configuration, extra: extra, files: files)
        let done = try await install(place, as: admin)
        guard done["state"] == "done" else { throw Trouble(description: done.serialized()) }
        let answer = try await ask(
            "POST", "/plugins/\(id)/consent", as: admin, ["grants": .array((granted ?? permissions).map(JSONValue.string))])
        guard answer.status == 200 else { throw Trouble(description: "\(answer)") }
    }
}

/// Somebody who asks.
struct Person: Sendable {
    var id: String
    var email: String
    var cookie: String?
    var csrf = ""
    var bearer: String?
    var tokenID = ""
    var organisation: String?

    init(id: String, email: String, cookie: String? = nil, csrf: String = "", bearer: String? = nil, tokenID: String = "") {
        (self.id, self.email, self.cookie, self.csrf, self.bearer, self.tokenID) = (id, email, cookie, csrf, bearer, tokenID)
    }

    /// Whoever an answer of setting up, signing in or redeeming let in.
    init(_ answer: Answer) throws {
        guard answer.status == 201, let csrf = answer.json["csrfToken"]?.stringValue,
            let cookie = answer["set-cookie"]?.split(separator: ";").first?.split(separator: "=", maxSplits: 1).last
        else { throw Trouble(description: "\(answer)") }
        self.init(
            id: answer.json["user"]?["id"]?.stringValue ?? "", email: answer.json["user"]?["email"]?.stringValue ?? "",
            cookie: String(cookie), csrf: csrf)
    }

    func headers(isChange: Bool) -> [(String, String)] {
        var headers: [(String, String)] = []
        if let bearer { headers.append(("Authorization", "Bearer \(bearer)")) }
        if let cookie { headers.append(("Cookie", "pb_session=\(cookie)")) }
        if isChange, cookie != nil, !csrf.isEmpty { headers.append(("X-CSRF-Token", csrf)) }
        if let organisation { headers.append(("X-Organisation", organisation)) }
        return headers
    }

    func about(_ organisation: String) -> Person {
        var person = self
        person.organisation = organisation
        return person
    }
}

/// The real time and whatever a test adds.
final class HandClock: Sendable {
    private let ahead = Mutex(Duration.zero)
    func advance(by time: Duration) { ahead.withLock { $0 += time } }
    var read: @Sendable () -> Timestamp { { Timestamp.system().advanced(by: self.ahead.withLock { $0 }) } }
}

private final class Lines: Sendable { let all = Mutex<[String]>([]) }

/// Folders of tests, removed when the process ends.
enum Folders {
    private static let made = Mutex<[String]>([])
    private static let atEnd: Void = { atexit { for folder in Folders.made.withLock({ $0 }) { Folders.remove(folder) } } }()

    static func make() throws -> String {
        _ = atEnd
        var template = Array("/tmp/patchbay-api-XXXXXX".utf8CString)
        guard mkdtemp(&template) != nil else { throw Trouble(description: "mkdtemp: errno \(errno)") }
        let folder = String(decoding: template.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
        made.withLock { $0.append(folder) }
        return folder
    }

    static func write(_ text: String, to path: String) throws { try write(Array(text.utf8), to: path) }

    static func write(_ bytes: [UInt8], to path: String) throws {
        var made = ""
        for part in path.split(separator: "/").dropLast() {
            made += "/" + part
            mkdir(made, 0o755)
        }
        guard let file = fopen(path, "we") else { throw Trouble(description: "\(path): errno \(errno)") }
        defer { fclose(file) }
        guard fwrite(bytes, 1, bytes.count, file) == bytes.count else { throw Trouble(description: "\(path): errno \(errno)") }
    }

    static func read(_ path: String) throws -> [UInt8] {
        guard let file = fopen(path, "re") else { throw Trouble(description: "\(path): errno \(errno)") }
        defer { fclose(file) }
        var bytes: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 64 << 10)
        while case let count = fread(&buffer, 1, buffer.count, file), count > 0 { bytes.append(contentsOf: buffer[..<count]) }
        return bytes
    }

    static func names(in path: String) -> [String] {
        guard let folder = opendir(path) else { return [] }
        defer { closedir(folder) }
        var names: [String] = []
        while let entry = readdir(folder) {
            let name = withUnsafePointer(to: &entry.pointee.d_name) {
                $0.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
            }
            if name != ".", name != ".." { names.append(name) }
        }
        return names
    }

    static func isFolder(_ path: String) -> Bool {
        var info = stat()
        return lstat(path, &info) == 0 && info.st_mode & S_IFMT == S_IFDIR
    }

    /// Every file below, by whole path.
    static func files(below path: String) -> [String] {
        names(in: path).flatMap { name in isFolder("\(path)/\(name)") ? files(below: "\(path)/\(name)") : ["\(path)/\(name)"] }
    }

    static func remove(_ path: String) {
        if isFolder(path) {
            for name in names(in: path) { remove("\(path)/\(name)") }
            rmdir(path)
        } else {
            unlink(path)
        }
    }
}
