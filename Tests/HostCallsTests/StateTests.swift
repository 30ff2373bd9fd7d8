import Glibc
import HostCalls
import JSON
import PluginModel
import Testing

@testable import Storage

/// A folder of its own that goes with the test.
private final class TemporaryFolder {
    let path: String

    init() throws {
        var template = Array("/tmp/patchbay-state-XXXXXX".utf8CString)
        guard mkdtemp(&template) != nil else { throw TookTooLong(description: "no temporary folder: errno \(errno)") }
        path = String(decoding: template.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }

    /// A folder that a child process made and left behind.
    init(leftAt path: String) {
        self.path = path
    }

    deinit {
        guard let folder = opendir(path) else { return }
        while let entry = readdir(folder) {
            let name = withUnsafeBytes(of: entry.pointee.d_name) { String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self) }
            unlink(path + "/" + name)
        }
        closedir(folder)
        rmdir(path)
    }

    var file: String { path + "/hub.sqlite" }

    func write(_ bytes: [UInt8], to name: String = "hub.sqlite") throws {
        guard let file = fopen(path + "/" + name, "w") else { throw TookTooLong(description: "cannot write \(name)") }
        defer { fclose(file) }
        fwrite(bytes, 1, bytes.count, file)
    }

    func read() -> [UInt8] {
        guard let file = fopen(file, "r") else { return [] }
        defer { fclose(file) }
        var bytes = [UInt8](repeating: 0, count: 1 << 22)
        let count = fread(&bytes, 1, bytes.count, file)
        return Array(bytes.prefix(count))
    }
}

/// The same tests over every store there is.
enum StoreKind: String, Sendable, CaseIterable, CustomTestStringConvertible {
    case memory, sqlite

    var testDescription: String { rawValue }
}

private func code(_ body: () throws -> Void) -> String? {
    do {
        try body()
        return nil
    } catch let fault as Fault {
        return fault.code
    } catch {
        return "\(error)"
    }
}

@Suite(.timeLimit(.minutes(1))) struct TheState {
    private let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder() }

    private func store(_ kind: StoreKind) throws -> any StateStore {
        switch kind {
        case .memory: MemoryStateStore()
        case .sqlite: try SQLiteStateStore(path: folder.file)
        }
    }

    private func broker(_ store: any StateStore, _ name: String = "acme.test", limits: StateLimits = .default) -> Broker {
        let plugin = identity(name)
        return Broker(
            plugin: plugin, declared: [], granted: .none, capabilities: [StateCapability(plugin: plugin.id, store: store, limits: limits)])
    }

    // MARK: Over both stores

    @Test(arguments: StoreKind.allCases) func givesBackWhatWasSet(_ kind: StoreKind) throws {
        let broker = broker(try store(kind))
        let values: [JSONValue] = [
            .null, true, 0, -7, 1.5, "", "é→\u{0}\u{1f600}", [], [1, [2, [3]]], [:], ["a": ["b": .null]], .int(.max),
            .string(String(repeating: "x", count: 100_000)),
        ]
        for (place, value) in values.enumerated() {
            #expect(try broker.callNow("state.set", ["key": .string("k\(place)"), "value": value]) == .null)
        }
        for (place, value) in values.enumerated() {
            #expect(try broker.callNow("state.get", ["key": .string("k\(place)")]) == value)
        }
        #expect(try broker.callNow("state.get", ["key": "absent"]) == .null)
    }

    @Test(arguments: StoreKind.allCases) func replacesAndDeletes(_ kind: StoreKind) throws {
        let store = try store(kind)
        let broker = broker(store)
        _ = try broker.callNow("state.set", ["key": "k", "value": "long value"])
        _ = try broker.callNow("state.set", ["key": "k", "value": 1])
        #expect(try broker.callNow("state.get", ["key": "k"]) == 1)
        #expect(try store.usage(of: identity().id) == StateUsage(keys: 1, bytes: 2))
        #expect(try broker.callNow("state.delete", ["key": "k"]) == true)
        #expect(try broker.callNow("state.delete", ["key": "k"]) == false)
        #expect(try broker.callNow("state.get", ["key": "k"]) == .null)
        #expect(try store.usage(of: identity().id) == StateUsage())
    }

    @Test(arguments: StoreKind.allCases) func keepsPluginsApart(_ kind: StoreKind) throws {
        let store = try store(kind)
        let (mine, theirs) = (broker(store, "acme.mine"), broker(store, "acme.theirs"))
        _ = try mine.callNow("state.set", ["key": "k", "value": "mine"])
        #expect(try theirs.callNow("state.get", ["key": "k"]) == .null)
        #expect(try theirs.callNow("state.list")["keys"] == [])
        _ = try theirs.callNow("state.set", ["key": "k", "value": "theirs"])
        try store.removeAll(of: identity("acme.theirs").id)
        #expect(try mine.callNow("state.get", ["key": "k"]) == "mine")
        #expect(try theirs.callNow("state.get", ["key": "k"]) == .null)
        #expect(try store.usage(of: identity("acme.theirs").id) == StateUsage())
    }

    /// Two spellings of "é" are one text to Swift and two keys to a plugin.
    @Test(arguments: StoreKind.allCases) func comparesKeysByTheirBytes(_ kind: StoreKind) throws {
        let broker = broker(try store(kind))
        _ = try broker.callNow("state.set", ["key": "\u{e9}", "value": 1])
        _ = try broker.callNow("state.set", ["key": "e\u{301}", "value": 2])
        _ = try broker.callNow("state.set", ["key": "E", "value": 3])
        _ = try broker.callNow("state.set", ["key": "e", "value": 4])
        #expect(try broker.callNow("state.get", ["key": "\u{e9}"]) == 1)
        #expect(try broker.callNow("state.get", ["key": "e\u{301}"]) == 2)
        #expect(try broker.callNow("state.list")["keys"] == ["E", "e", "e\u{301}", "\u{e9}"])
    }

    @Test(arguments: StoreKind.allCases) func listsByPrefixAPageAtATime(_ kind: StoreKind) throws {
        let broker = broker(try store(kind))
        let keys = (0..<25).map { "p:\($0 + 10)" }
        for key in keys.shuffled() + ["o", "p", "p;", "q", "p\u{10ffff}"] {
            _ = try broker.callNow("state.set", ["key": .string(key), "value": 0])
        }
        var seen: [JSONValue] = []
        var cursor = JSONValue.null
        repeat {
            let page = try broker.callNow("state.list", ["prefix": "p:", "limit": 10, "cursor": cursor])
            seen += page["keys"]?.arrayValue ?? []
            cursor = page["cursor"] ?? .null
        } while !cursor.isNull
        #expect(seen == keys.map { .string($0) })
        #expect(try broker.callNow("state.list", ["prefix": "p"])["keys"]?.arrayValue?.count == 28)
        #expect(try broker.callNow("state.list", ["prefix": "z"]) == ["keys": [], "cursor": .null])
        #expect(try broker.callNow("state.list", ["prefix": "p:", "limit": 25]) == ["keys": .array(seen), "cursor": .null])
        #expect(try broker.callNow("state.list")["keys"]?.arrayValue?.count == 30)
    }

    struct BadCall: Sendable, CustomTestStringConvertible {
        let operation: String
        let arguments: JSONValue
        let code: String
        var testDescription: String { "\(operation) \(arguments.description.prefix(40)): \(code)" }
    }

    static let badCalls = [
        BadCall(operation: "state.get", arguments: [:], code: "hostcall.bad-arguments"),
        BadCall(operation: "state.get", arguments: ["key": 1], code: "hostcall.bad-arguments"),
        BadCall(operation: "state.get", arguments: ["key": ""], code: "hostcall.bad-arguments"),
        BadCall(operation: "state.set", arguments: ["key": "k"], code: "hostcall.bad-arguments"),
        BadCall(operation: "state.list", arguments: ["limit": 0], code: "hostcall.bad-arguments"),
        BadCall(operation: "state.list", arguments: ["limit": 1001], code: "hostcall.bad-arguments"),
        BadCall(operation: "state.list", arguments: ["prefix": []], code: "hostcall.bad-arguments"),
        BadCall(operation: "state.get", arguments: ["key": .string(String(repeating: "é", count: 257))], code: "state.too-large"),
        BadCall(
            operation: "state.set", arguments: ["key": "k", "value": .string(String(repeating: "x", count: 256 * 1024 - 1))],
            code: "state.too-large"),
    ]

    @Test(arguments: StoreKind.allCases, badCalls) func refuses(_ kind: StoreKind, _ c: BadCall) async throws {
        let store = try store(kind)
        #expect(await broker(store).call(c.operation, c.arguments).code == c.code)
        #expect(try store.usage(of: identity().id) == StateUsage())
    }

    @Test(arguments: StoreKind.allCases) func takesTheLargestKeyAndValue(_ kind: StoreKind) throws {
        let broker = broker(try store(kind))
        let key = JSONValue.string(String(repeating: "k", count: 512))
        let value = JSONValue.string(String(repeating: "x", count: 256 * 1024 - 2))
        _ = try broker.callNow("state.set", ["key": key, "value": value])
        #expect(try broker.callNow("state.get", ["key": key]) == value)
    }

    @Test(arguments: StoreKind.allCases) func boundsWhatAPluginKeeps(_ kind: StoreKind) async throws {
        let store = try store(kind)
        let broker = broker(store, limits: StateLimits(totalBytesMax: 100, keysMax: 5))
        for number in 0..<5 { _ = try broker.callNow("state.set", ["key": .string("k\(number)"), "value": 1]) }
        let sixth = await broker.call("state.set", ["key": "k5", "value": 1])
        #expect(sixth.code == "state.too-much")
        #expect(sixth.fault?.message.contains("5 keys") == true)
        _ = try broker.callNow("state.set", ["key": "k0", "value": .string(String(repeating: "x", count: 83))])
        let larger = await broker.call("state.set", ["key": "k0", "value": .string(String(repeating: "x", count: 85))])
        #expect(larger.code == "state.too-much")
        #expect(try broker.callNow("state.get", ["key": "k0"]) == .string(String(repeating: "x", count: 83)))
        #expect(try store.usage(of: identity().id) == StateUsage(keys: 5, bytes: 5 * 2 + 4 + 85))
        _ = try broker.callNow("state.delete", ["key": "k0"])
        _ = try broker.callNow("state.set", ["key": "k5", "value": 1])
    }

    @Test(arguments: StoreKind.allCases) func countsRightlyFromManyThreads(_ kind: StoreKind) async throws {
        let store = try store(kind)
        let id = identity().id
        try await withThrowingTaskGroup(of: Void.self) { group in
            for worker in 0..<8 {
                group.addTask {
                    for number in 0..<50 {
                        try store.set(Array("\(number)".utf8), of: id, key: "k\(number % 10)-\(worker % 4)", limits: .default)
                        _ = try store.value(of: id, key: "k\(number % 10)-0")
                        if number % 7 == 0 { _ = try store.remove(of: id, key: "k\(number % 10)-\(worker % 4)") }
                    }
                }
            }
            try await group.waitForAll()
        }
        let keys = try store.keys(of: id, prefix: "", after: nil, limit: 1000)
        var bytes = 0
        for key in keys { bytes += key.utf8.count + (try store.value(of: id, key: key)?.count ?? 0) }
        #expect(try store.usage(of: id) == StateUsage(keys: keys.count, bytes: bytes))
    }

    // MARK: SQLite alone

    @Test func survivesReopening() throws {
        let id = identity().id
        do {
            let store = try SQLiteStateStore(path: folder.file)
            try store.set(Array("1".utf8), of: id, key: "k", limits: .default)
        }
        let again = try SQLiteStateStore(path: folder.file)
        #expect(try again.value(of: id, key: "k") == Array("1".utf8))
        #expect(try again.usage(of: id) == StateUsage(keys: 1, bytes: 2))
    }

    /// A child sets values and dies by SIGKILL, without a moment to close anything.
    @Test func keepsWhatWasAnsweredWhenTheProcessIsKilled() async throws {
        let child = await #expect(processExitsWith: .signal(SIGKILL), observing: [\.standardOutputContent]) {
            let folder = try TemporaryFolder()
            print("state in \(folder.path)")
            fflush(nil)
            let store = try SQLiteStateStore(path: folder.file)
            for number in 0..<200 { try store.set(Array("\(number)".utf8), of: identity().id, key: "k\(number)", limits: .default) }
            raise(SIGKILL)
        }
        let said = String(decoding: child?.standardOutputContent ?? [], as: UTF8.self).split(separator: "\n")
        let line = try #require(said.first { $0.hasPrefix("state in ") })
        let left = TemporaryFolder(leftAt: String(line.dropFirst("state in ".count)))
        let survivor = try SQLiteStateStore(path: left.file)
        for number in 0..<200 { #expect(try survivor.value(of: identity().id, key: "k\(number)") == Array("\(number)".utf8)) }
        #expect(try survivor.usage(of: identity().id).keys == 200)
    }

    @Test func servesAHubAndACommandLineAtOnce() throws {
        let id = identity().id
        let (one, two) = (try SQLiteStateStore(path: folder.file), try SQLiteStateStore(path: folder.file))
        for number in 0..<20 {
            try (number % 2 == 0 ? one : two).set(Array("\(number)".utf8), of: id, key: "k", limits: .default)
            #expect(try (number % 2 == 0 ? two : one).value(of: id, key: "k") == Array("\(number)".utf8))
        }
    }

    @Test func leavesAFileAloneThatIsNoDatabase() throws {
        let text = Array(String(repeating: "this is my diary. ", count: 100).utf8)
        try folder.write(text)
        #expect(code { _ = try SQLiteStateStore(path: folder.file) } == "storage.damaged")
        #expect(folder.read() == text)
    }

    @Test func saysThatADatabaseIsDamaged() throws {
        let id = identity().id
        do {
            let store = try SQLiteStateStore(path: folder.file)
            for number in 0..<200 {
                try store.set(Array("\"\(String(repeating: "x", count: 500))\"".utf8), of: id, key: "k\(number)", limits: .default)
            }
        }
        var bytes = folder.read()
        #expect(bytes.count > 40_000)
        for place in 12_000..<bytes.count { bytes[place] = UInt8(truncatingIfNeeded: place &* 31) }
        try folder.write(bytes)
        let found = code {
            let store = try SQLiteStateStore(path: folder.file)
            for number in 0..<200 { _ = try store.value(of: id, key: "k\(number)") }
        }
        #expect(found == "storage.damaged")
    }

    @Test func saysThatTheDatabaseIsFromANewerHub() throws {
        do { _ = try SQLiteStateStore(path: folder.file) }
        try SQLiteConnection(path: folder.file).run("insert into schema_migrations values (999, 'from the future', 0)")
        #expect(code { _ = try SQLiteStateStore(path: folder.file) } == "storage.newer")
    }

    @Test func saysThatAnotherProcessHoldsTheDatabase() throws {
        let id = identity().id
        let store = try SQLiteStateStore(path: folder.file)
        try store.set(Array("1".utf8), of: id, key: "k", limits: .default)
        let other = try SQLiteConnection(path: folder.file)
        try other.run("begin immediate")
        #expect(code { try store.set(Array("2".utf8), of: id, key: "k", limits: .default) } == "storage.busy")
        #expect(try store.value(of: id, key: "k") == Array("1".utf8))
        try other.run("rollback")
        try store.set(Array("3".utf8), of: id, key: "k", limits: .default)
        #expect(try store.value(of: id, key: "k") == Array("3".utf8))
    }

    @Test func changesNothingWhenThereIsNoRoom() throws {
        let id = identity().id
        let store = try SQLiteStateStore(path: folder.file, fileBytesMax: 128 * 1024)
        try store.set(Array("1".utf8), of: id, key: "k", limits: .default)
        let big = Array("\"\(String(repeating: "x", count: 200_000))\"".utf8)
        #expect(code { try store.set(big, of: id, key: "k", limits: .default) } == "storage.full")
        #expect(try store.value(of: id, key: "k") == Array("1".utf8))
        #expect(try store.usage(of: id) == StateUsage(keys: 1, bytes: 2))
        try store.set(Array("2".utf8), of: id, key: "k", limits: .default)
        #expect(try store.value(of: id, key: "k") == Array("2".utf8))
    }

    @Test func saysThatTheFileCannotBeWritten() throws {
        do { _ = try SQLiteStateStore(path: folder.file) }
        // Root may write anything, so the file is opened as an ordinary file system would refuse it: read-only.
        let readOnly = try SQLiteConnection(path: folder.file, readOnly: true)
        #expect(code { try readOnly.run("delete from plugin_state") } == "storage.read-only")
    }

    @Test func saysThatItsFolderIsMissing() {
        let found = code { _ = try SQLiteStateStore(path: folder.path + "/absent/hub.sqlite") }
        #expect(found == "storage.cannot-open")
    }

    @Test func tellsNoPathToPlugins() {
        do {
            _ = try SQLiteStateStore(path: folder.path + "/absent/hub.sqlite")
            Issue.record("a database was opened in a folder that is not there")
        } catch {
            #expect(!error.description.contains(folder.path))
            #expect(error.details?.contains(folder.path) == true)
        }
    }
}
