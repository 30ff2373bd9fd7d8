// Writes to a database until it is killed, and says each write that was answered: `storage-crasher ADDRESS ROUND hub|beside`.
import Glibc
import HostCalls
import HubCore
import JSON
import PluginModel
import Storage

/// One line, at once: the pipe keeps it when the process is gone.
@Sendable func say(_ line: String) {
    let bytes = Array("\(line)\n".utf8)
    _ = write(1, bytes, bytes.count)
}

let words = CommandLine.arguments
guard words.count == 4, let round = Int(words[2]) else { exit(2) }
do {
    let store = try await HubStores.open(words[1], HubStoreOptions(isHub: words[3] == "hub", isBackupWaived: true))
    let plugin = try PluginID("acme.crash")
    say("open")
    try await withThrowingTaskGroup(of: Void.self) { group in
        for writer in 0..<4 {
            group.addTask {
                for number in 0... {
                    let name = "\(round)-\(writer)-\(number)"
                    let now = Timestamp(unixMilliseconds: Int64(number))
                    try await store.write { (records) throws(Fault) in
                        try records.put(User(id: User.ID(name), email: "\(name)@acme.test", name: name, createdAt: now))
                        _ = try records.append(
                            ["a", "b"].map { half in
                                JournalEvent(
                                    eventID: Identifier("\(name)\(half)"), eventType: "test.Written", timestamp: now, source: "hub",
                                    correlationID: name, data: ["padding": .string(String(repeating: "x", count: number % 5 * 3000))])
                            })
                        try records.append(AuditEntry(at: now, actor: "hub", actorName: "", action: "test.write", subject: name))
                    }
                    say("write \(name)")
                    if number % 3 == 0 {
                        try store.set(Array(name.utf8), of: plugin, key: name, limits: StateLimits(keysMax: .max))
                        say("state \(name)")
                    }
                }
            }
        }
        try await group.waitForAll()
    }
} catch {
    say("failed \(error)")
    exit(1)
}
