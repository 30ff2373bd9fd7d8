import Glibc
import HostCalls
import Hub
import HubCore
import JSON
import PluginModel
import PluginPackages
import PluginRuntime
import Sandbox
import Storage
import Synchronization
import Testing

/// A hub in a process of its own, killed at seeded moments, again and again over one data folder.
struct CrashTests {
    /// 20 rounds; `PATCHBAY_SOAK=1` makes 200 of them.
    static let rounds = getenv("PATCHBAY_SOAK") == nil ? 20 : 200

    @Test(.timeLimit(.minutes(20)))
    func `nothing acknowledged is lost and nothing half done is visible, wherever the hub is killed`() async throws {
        let lab = try await HubLab()
        for plugin in 0..<2 {
            for version in 1...3 {
                try lab.write(
                    "acme.crash\(plugin)", version: "\(version).0.0", code: "export const version = () => \(version);",
                    configuration: [["key": "word", "label": "Word"], ["key": "token", "label": "Token", "secret": true]])
            }
        }
        var acknowledged: [String: Int] = [:]
        var dice = SystemDice(seed: 20_261_121)
        for round in 0..<Self.rounds {
            // Most are killed at work, however long this machine takes to start one; every fifth while it starts, or soon after.
            let isAtStart = round % 5 == 4
            let lines = try await Self.run(
                lab.folder, seed: UInt64(round + 1), killAfter: .milliseconds(isAtStart ? dice.roll(300) : dice.roll(1500)),
                ofOpening: !isAtStart)
            #expect(lines.first == "open" || (isAtStart && lines.isEmpty), "round \(round): \(lines.prefix(3))")
            #expect(!lines.contains { $0.hasPrefix("failed") }, "round \(round): \(lines.suffix(2))")
            for line in lines {
                let words = line.split(separator: " ")
                switch words[0] {
                case "word": acknowledged["plugin.configure", default: 0] += 1
                case "removed": acknowledged["plugin.remove", default: 0] += 1
                default: break
                }
            }
            try await Self.look(lab.folder, acknowledged, round: round)
        }
        print("killed \(Self.rounds) times; acknowledged: \(acknowledged)")
        #expect((acknowledged["plugin.configure"] ?? 0) > 0, "the hubs did something")
        await lab.end()
    }

    struct SystemDice {
        var state: UInt64
        init(seed: UInt64) { state = seed }
        mutating func roll(_ sides: Int) -> Int {
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return Int(state >> 33) % sides
        }
    }

    /// What a fresh hub finds in the folder.
    private static func look(_ folder: String, _ acknowledged: [String: Int], round: Int) async throws {
        let store = try await HubStores.open(folder + "/hub.db", HubStoreOptions(isBackupWaived: true))
        let packages = try PackageStore(folder: folder + "/data", examiner: HubExaminer(services: HubLab.services))
        let vault = try await Vault.start(store: store, keyRing: KeyRing(active: VaultKey([UInt8](repeating: 7, count: 32))))
        let registry = PluginRegistry(
            PluginRegistry.Parts(
                packages: packages, services: HubLab.services, store: store, secrets: vault, state: store, random: Entropy.system.bytes))
        _ = try await registry.start()
        for check in try await packages.verify() { #expect(check.isGood, "round \(round): \(check.findings)") }
        let views = await registry.plugins()
        #expect(Set(views.map(\.id)) == Set(packages.list().plugins.map(\.id)), "round \(round): records and packages differ")
        for view in views {
            #expect(view.state.name == .enabled || view.state.name == .needsConsent, "round \(round): \(view.state)")
            // Settings and secrets are written as one, so a word without its token would be half a change.
            let word = view.publicConfig["word"]?.stringValue
            let token = try await vault.open(SecretPlace(owner: view.id.rawValue, field: "token"))?.text
            #expect(word == token, "round \(round)")
        }
        for (action, count) in acknowledged {
            var filter = AuditFilter()
            filter.action = action
            var written = 0
            var before: Int64?
            while true {
                let (asked, from) = (filter, before)
                let page = try await store.read { (records) throws(Fault) in try records.audit(asked, before: from, limit: 500) }
                written += page.count
                guard let last = page.last, page.count == 500 else { break }
                before = last.sequence
            }
            #expect((count...(count + round + 1)).contains(written), "round \(round): \(action) \(count) acknowledged, \(written) written")
        }
        await registry.stop()
        await store.close()
    }

    /// Kills it so long after its first word, or after its first instant.
    private static func run(_ folder: String, seed: UInt64, killAfter: Duration, ofOpening: Bool) async throws -> [String] {
        var ends: [Int32] = [-1, -1]
        guard pipe(&ends) == 0 else { throw HubLab.POSIXFailure(number: errno) }
        for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        posix_spawn_file_actions_adddup2(&actions, ends[1], 1)
        let program = HubLab.services.layout.executable.replacing("patchbay-worker", with: "hub-crasher")
        let words = [program, folder, "\(seed)"]
        let variables = ["PATH=/usr/bin:/bin", "PATCHBAY_RUNTIME=\(HubLab.services.layout.runtime)", "TMPDIR=/tmp"]
        var arguments: [UnsafeMutablePointer<CChar>?] = words.map { strdup($0) } + [nil]
        var environment: [UnsafeMutablePointer<CChar>?] = variables.map { strdup($0) } + [nil]
        defer { for text in arguments + environment { free(text) } }
        var child = pid_t()
        let code = posix_spawn(&child, program, &actions, nil, &arguments, &environment)
        close(ends[1])
        guard code == 0 else {
            close(ends[0])
            throw HubLab.POSIXFailure(number: code)
        }
        let pid = child
        let output = ends[0]
        let hasSpoken = Atomic(false)
        let reading = Task.detached { () -> [UInt8] in
            await withCheckedContinuation { continuation in
                HubThread.start("crash-reader") {
                    var bytes: [UInt8] = []
                    var buffer = [UInt8](repeating: 0, count: 65536)
                    while case let count = read(output, &buffer, buffer.count), count > 0 {
                        bytes += buffer[..<count]
                        hasSpoken.store(true, ordering: .relaxed)
                    }
                    close(output)
                    continuation.resume(returning: bytes)
                }
            }
        }
        if ofOpening {
            let deadline = ContinuousClock.now + .seconds(60)
            while !hasSpoken.load(ordering: .relaxed), ContinuousClock.now < deadline { try await Task.sleep(for: .milliseconds(2)) }
        }
        // The moment of the kill is the point of the test: nothing else is waited for.
        try await Task.sleep(for: killAfter)
        kill(pid, SIGKILL)
        let bytes = await reading.value
        var status: Int32 = 0
        while waitpid(pid, &status, 0) < 0, errno == EINTR {}
        return String(decoding: bytes, as: UTF8.self).split(separator: "\n").map(String.init)
    }
}
