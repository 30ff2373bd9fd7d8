import Glibc
import HubCore
import PluginModel
import Storage
import TestServers
import Testing

/// A database of its own, and `item-crasher` over it, which is killed again and again.
struct CrashPlace: Sendable {
    let address: String
    private let folder: String
    private let program: String

    init(_ kind: ItemStore) throws {
        var template = Array("/tmp/patchbay-crashes-XXXXXX".utf8CString)
        guard mkdtemp(&template) != nil else { throw TestTrouble(description: "mkdtemp: errno \(errno)") }
        folder = String(decoding: template.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
        program = try Self.crasher()
        if kind == .postgreSQL {
            let cluster = try PostgresCluster.shared.get()
            address = cluster.address(try cluster.makeDatabase())
        } else {
            address = folder + "/hub.sqlite"
        }
    }

    func end() {
        for name in ["hub.sqlite", "hub.sqlite-wal", "hub.sqlite-shm", "hub.sqlite.lock"] { unlink("\(folder)/\(name)") }
        rmdir(folder)
    }

    /// Runs the program and gives the lines it said whole. With a time it is killed then: the moment is the point of the test.
    func run(_ words: [String], killedAfter time: Duration? = nil) async throws -> [Substring] {
        let child = try Program([program] + words)
        let output: String
        if let time {
            async let everything = child.readingToEnd()
            try await Task.sleep(for: time)
            kill(child.pid, SIGKILL)
            output = await everything
        } else {
            output = await child.readingToEnd()
        }
        child.wait()
        // A last line without its end was cut off by the kill, and was not an answer.
        return output.split(separator: "\n", omittingEmptySubsequences: false).dropLast()
    }

    /// Whether some items of an organisation are decided and some wait.
    func isInTheMiddle(_ owner: Organisation.ID) async throws -> Bool {
        let store = try await HubStores.open(address, HubStoreOptions(isBackupWaived: true))
        let (waiting, decided) = try await store.read { (records) throws(Fault) in
            (try records.waitingItemCount(in: owner), try records.decisionCount(in: owner, since: Timestamp(unixMilliseconds: 0)))
        }
        await store.close()
        return waiting > 0 && decided > 0
    }

    private static func crasher() throws -> String {
        var buffer = [UInt8](repeating: 0, count: 4096)
        let length = readlink("/proc/self/exe", &buffer, buffer.count)
        let folders = [String(decoding: buffer.prefix(max(0, length)), as: UTF8.self)] + CommandLine.arguments.filter { $0.hasPrefix("/") }
        for var folder in folders {
            while let slash = folder.lastIndex(of: "/") {
                folder = String(folder[..<slash])
                if access(folder + "/item-crasher", X_OK) == 0 { return folder + "/item-crasher" }
            }
        }
        throw TestTrouble(description: "item-crasher is not built")
    }
}

/// Chance that is the same each time.
struct CrashDice {
    var state: UInt64

    mutating func roll(_ sides: Int) -> Int {
        state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
        return Int(state >> 33) % sides
    }
}
