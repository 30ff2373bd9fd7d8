import Glibc
import HostCalls
import HubCore
import PluginModel
import TestServers
import Testing

@testable import Storage

/// A generator whose seed is in the test's name, so that a failure can be seen again.
struct SeededGenerator: RandomNumberGenerator {
    private var state: UInt64

    init(seed: UInt64) { state = seed }

    /// SplitMix64.
    mutating func next() -> UInt64 {
        state &+= 0x9e37_79b9_7f4a_7c15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xbf58_476d_1ce4_e5b9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94d0_49bb_1331_11eb
        return mixed ^ (mixed >> 31)
    }
}

/// A child writes from four tasks at once and is killed at a random moment, again and again on one database: what it was answered is
/// there, and nothing is there by halves.
@Suite(.timeLimit(.minutes(30))) struct Crashes {
    static let rounds = getenv("PATCHBAY_SOAK") == nil ? 20 : 200
    static let seed: UInt64 = 20_261_121

    /// Beside the program of the tests, where the build puts it.
    private static func crasher() throws -> String {
        var buffer = [UInt8](repeating: 0, count: 4096)
        let length = readlink("/proc/self/exe", &buffer, buffer.count)
        var folder = String(decoding: buffer.prefix(max(0, length)), as: UTF8.self)
        while let slash = folder.lastIndex(of: "/") {
            folder = String(folder[..<slash])
            if access(folder + "/storage-crasher", X_OK) == 0 { return folder + "/storage-crasher" }
        }
        // The tests run in a helper of the toolchain, with the built bundle among its arguments.
        for word in CommandLine.arguments where word.hasPrefix("/") {
            let candidate = word.split(separator: "/").dropLast().map { "/\($0)" }.joined() + "/storage-crasher"
            if access(candidate, X_OK) == 0 { return candidate }
        }
        throw TestTrouble(description: "storage-crasher is not built")
    }

    /// What was answered, over all rounds.
    private struct Answered {
        var writes: [String] = []
        var states: [String] = []

        mutating func take(_ output: String) throws {
            // A last line without its end was cut off by the kill, and was not an answer.
            for line in output.split(separator: "\n", omittingEmptySubsequences: false).dropLast() {
                let words = line.split(separator: " ", maxSplits: 1)
                switch words.first {
                case "write": writes.append(String(words[1]))
                case "state": states.append(String(words[1]))
                case "open": break
                default: throw TestTrouble(description: String(line))
                }
            }
        }
    }

    private func checkAll(_ store: SQLStore, _ answered: Answered, _ round: Int) async throws {
        let plugin = try PluginID("acme.crash")
        var events: [JournalEvent] = []
        while true {
            let last = events.last?.sequence ?? 0
            let page = try await store.read { (r) throws(Fault) in try r.events(after: last, types: [], organisation: nil, limit: 1000) }
            if page.isEmpty { break }
            events += page
        }
        var users: Set<String> = []
        var after: String?
        while true {
            let page = try await store.read { [after] (r) throws(Fault) in try r.users(PageRequest(after: after, limit: 200)) }
            guard let last = page.last else { break }
            users.formUnion(page.map(\.id.rawValue))
            after = last.id.rawValue
        }
        var subjects: [String] = []
        var before: Int64?
        while true {
            let page = try await store.read { [before] (r) throws(Fault) in try r.audit(AuditFilter(), before: before, limit: 1000) }
            guard let last = page.last else { break }
            subjects += page.map(\.subject)
            before = last.sequence
        }
        #expect(users.isSuperset(of: answered.writes), "round \(round): an answered write is lost")
        #expect(events.map(\.sequence) == (1...Int64(max(1, events.count))).prefix(events.count).map { $0 }, "round \(round)")
        var halves: [String: Int] = [:]
        for event in events { halves[event.correlationID, default: 0] += 1 }
        #expect(halves.values.allSatisfy { $0 == 2 }, "round \(round): half an event's pair")
        #expect(Set(halves.keys) == users, "round \(round): a person without events, or events without a person")
        #expect(subjects.count == users.count && Set(subjects) == users, "round \(round): the audit log differs")
        let keys = try store.keys(of: plugin, prefix: "", after: nil, limit: 1_000_000)
        #expect(Set(keys).isSuperset(of: answered.states), "round \(round): an answered state is lost")
        #expect(
            try store.usage(of: plugin) == StateUsage(keys: keys.count, bytes: keys.reduce(0) { $0 + 2 * $1.utf8.count }), "round \(round)")
    }

    @Test(arguments: Backend.allCases, [seed]) func `what was answered survives being killed at any moment`(
        _ backend: Backend, _ seed: UInt64
    ) async throws {
        let lab = try Lab(backend)
        let program = try Self.crasher()
        var random = SeededGenerator(seed: seed)
        var answered = Answered()
        for round in 0..<Self.rounds {
            let child = try Program([program, lab.address, "\(round)", "hub"])
            // From the first instant of opening on: a few rounds die before they have written at all.
            let milliseconds = round == 0 ? 500 : Int.random(in: 0...300, using: &random)
            let killer = Task {
                try await Task.sleep(for: .milliseconds(milliseconds))
                kill(child.pid, SIGKILL)
            }
            let output = await child.readingToEnd()
            try await killer.value
            child.wait()
            try answered.take(output)
            if round % 5 == 4 || round == Self.rounds - 1 {
                let store = try await lab.open()
                try await checkAll(store, answered, round)
                await store.close()
            }
        }
        #expect(answered.writes.count > Self.rounds, "hardly anything was written")
    }

    /// The server is killed under a hub that writes; after its recovery everything answered is there.
    @Test(arguments: [seed]) func `what was answered survives the end of the database server`(_ seed: UInt64) async throws {
        let cluster = try PostgresCluster()
        defer { cluster.end() }
        let address = cluster.address(try cluster.makeDatabase())
        var random = SeededGenerator(seed: seed)
        var answered = Answered()
        for round in 0..<(Self.rounds / 5) {
            let child = try Program([try Self.crasher(), address, "\(round)", "hub"])
            try await Task.sleep(for: .milliseconds(Int.random(in: 300...900, using: &random)))
            try cluster.killAndRestart()
            // The child met the end of its connection: in a commit it may not repeat, else it has gone on.
            kill(child.pid, SIGKILL)
            let lines = child.readToEnd().split(separator: "\n", omittingEmptySubsequences: false)
            child.wait()
            try answered.take(lines.filter { !$0.hasPrefix("failed storage.") && !$0.hasPrefix("  ") }.joined(separator: "\n"))
            let store = try await HubStores.open(address)
            try await checkAll(store, answered, round)
            await store.close()
        }
        #expect(answered.writes.count > Self.rounds / 5, "hardly anything was written")
    }
}
