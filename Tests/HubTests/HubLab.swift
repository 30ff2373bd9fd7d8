import Glibc
import HostCalls
import Hub
import HubCore
import JSON
import PluginModel
import PluginPackages
import PluginRuntime
import Sandbox
import Synchronization
import Testing

/// Tests with real workers, one after the other: side by side they would measure each other.
@Suite(.serialized) enum LiveHub {}

/// A real hub without a server: packages in a folder of its own, real workers, the records in memory, which outlive a `restart`.
final class HubLab: Sendable {
    let folder: String
    let store: MemoryHubStore
    let state = MemoryStateStore()
    let registry: PluginRegistry
    private let isOwner: Bool

    static let admin = Initiator(actor: "user-1", name: "Ada", correlation: "request-1")

    /// One sandbox and one bundler for all tests.
    static let services: PluginServices = {
        do {
            var options = SandboxRuntime.Options(layout: try WorkerLayout.find())
            options.poolSize = 2
            return PluginServices(sandbox: options, bundler: Bundler(cache: BundleCache(folder: try temporaryFolder())))
        } catch { fatalError("\(error)") }
    }()

    static func temporaryFolder() throws -> String {
        var template = Array("/tmp/patchbay-hub-XXXXXX".utf8CString)
        guard mkdtemp(&template) != nil else { throw POSIXFailure(number: errno) }
        return String(decoding: template.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }

    struct POSIXFailure: Error { let number: Int32 }

    init(
        folder: String? = nil, store: MemoryHubStore = MemoryHubStore(), starts: Bool = true,
        adjust: (inout PluginRegistry.Parts) -> Void = { _ in }
    ) async throws {
        isOwner = folder == nil
        self.folder = try folder ?? Self.temporaryFolder()
        self.store = store
        let packages = try PackageStore(folder: self.folder + "/data", examiner: HubExaminer(services: Self.services))
        let vault = try await Vault.start(store: store, keyRing: KeyRing(active: Self.key))
        var parts = PluginRegistry.Parts(
            packages: packages, services: Self.services, store: store, secrets: vault, state: state, random: Entropy.system.bytes)
        // Tests wait for states; what is only told from time to time is told often.
        (parts.limits.sampleTime, parts.limits.flushTime) = (.milliseconds(200), .milliseconds(400))
        adjust(&parts)
        registry = PluginRegistry(parts)
        if starts { _ = try await registry.start() }
    }

    private static let key = VaultKey.make()

    /// The same disk and records under a registry that knows nothing yet.
    func restarted(adjust: (inout PluginRegistry.Parts) -> Void = { _ in }) async throws -> HubLab {
        await registry.stop()
        return try await HubLab(folder: folder, store: store, adjust: adjust)
    }

    func end() async {
        await registry.stop()
        Self.remove(folder)
    }

    static func remove(_ path: String) {
        var info = stat()
        guard lstat(path, &info) == 0 else { return }
        if info.st_mode & S_IFMT == S_IFDIR, let folder = opendir(path) {
            while let entry = readdir(folder) {
                let name = withUnsafePointer(to: &entry.pointee.d_name) {
                    $0.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
                }
                if name != ".", name != ".." { remove(path + "/" + name) }
            }
            closedir(folder)
            rmdir(path)
        } else {
            unlink(path)
        }
    }

    // MARK: Packages

    /// Writes a package of our own format and gives its folder.
    @discardableResult
    func write(
        _ id: String, version: String, code: String, permissions: [String] = [], configuration: JSONValue = [], extra: JSONObject = [:]
    ) throws -> String {
        let place = "\(folder)/source/\(id)-\(version)"
        var manifest: JSONObject = [
            "id": .string(id), "name": .string("Plugin \(id)"), "version": .string(version), "entry": "index.js",
            "permissions": .array(permissions.map(JSONValue.string)),
        ]
        if configuration.arrayValue?.isEmpty == false { manifest["configuration"] = configuration }
        for (key, value) in extra { manifest[key] = value }
        try Self.write(JSONValue.object(manifest).serialized(), to: place + "/patchbay.json")
        try Self.write(code, to: place + "/index.js")
        return place
    }

    static func write(_ text: String, to path: String) throws {
        var parent = path
        if let slash = parent.lastIndex(of: "/") { parent = String(parent[..<slash]) }
        var made = ""
        for part in parent.split(separator: "/") {
            made += "/" + part
            mkdir(made, 0o755)
        }
        guard let file = fopen(path, "we") else { throw POSIXFailure(number: errno) }
        defer { fclose(file) }
        let bytes = Array(text.utf8)
        guard fwrite(bytes, 1, bytes.count, file) == bytes.count else { throw POSIXFailure(number: errno) }
    }

    /// Installs a folder and waits for the end.
    func install(_ path: String, linked: Bool = false) async throws -> Installation {
        let begun = try await registry.install(InstallRequest(linked ? .linked(path) : .folder(path)), by: Self.admin)
        return try await over(begun.id)
    }

    func over(_ id: Installation.ID) async throws -> Installation {
        try await until("the installation is over") {
            let shown = try await self.registry.installation(id)
            return shown.state.isOver ? shown : nil
        }
    }

    /// Installs a package of our own and lets it run.
    @discardableResult
    func begin(
        _ id: String, version: String = "1.0.0", code: String, permissions: [String] = [], granted: [String]? = nil,
        configuration: JSONValue = [], extra: JSONObject = [:]
    ) async throws -> PluginID {
        let place = try write(id, version: version, code: code, permissions: permissions, configuration: configuration, extra: extra)
        let done = try await install(place)
        guard done.state == .done, let plugin = done.plugin else { throw done.problem ?? RegistryFaultForTests.notDone }
        let grants = try (granted ?? permissions).map { try Permission(parsing: $0) }
        try await registry.consent(to: plugin, grants: grants, by: Self.admin)
        return plugin
    }

    // MARK: Calls

    func call(_ name: String, _ export: String, _ argument: JSONValue = .null, organisation: Organisation.ID? = nil) async throws
        -> JSONValue
    {
        let answer = try await registry.call(name, export, argument.serializedBytes(), organisation: organisation)
        return answer.value.isEmpty ? .null : try JSONValue(parsing: answer.value)
    }

    /// The code of the fault a call ends with; nil when it does not.
    func refusal(_ name: String, _ export: String, _ argument: JSONValue = .null, organisation: Organisation.ID? = nil) async -> String? {
        do throws(Fault) {
            _ = try await registry.call(name, export, argument.serializedBytes(), organisation: organisation)
            return nil
        } catch { return error.code }
    }

    // MARK: Records

    func audit() async throws -> [AuditEntry] {
        try await store.read { (records) throws(Fault) in try records.audit(AuditFilter(), before: nil, limit: 500) }
    }

    func journal() async throws -> [JournalEvent] {
        try await store.read { (records) throws(Fault) in try records.events(after: 0, types: [], organisation: nil, limit: 500) }
    }
}

enum RegistryFaultForTests: Error { case notDone, notInTime(String) }

/// Looks again and again until there is something, at most half a minute.
func until<Value: Sendable>(
    _ what: String, within limit: Duration = .seconds(30), _ look: @Sendable () async throws -> Value?
) async throws -> Value {
    let deadline = ContinuousClock.now + limit
    while ContinuousClock.now < deadline {
        if let found = try await look() { return found }
        try await Task.sleep(for: .milliseconds(10))
    }
    throw RegistryFaultForTests.notInTime(what)
}
