import HostCalls
import HubCore
import JSON
import PluginModel
import Synchronization
import Testing

@testable import Storage

@Suite(.timeLimit(.minutes(3))) struct TheTransactions {
    static let no = Fault(code: "test.no", message: "no", turn: .hub)

    @Test(arguments: Backend.allCases) func `a body that throws leaves nothing`(_ backend: Backend) async throws {
        try await withStore(backend) { (store) async throws in
            let found = await code {
                try await store.write { (r) throws(Fault) in
                    try r.put(person("u1"))
                    _ = try r.append([event("e1"), event("e2")])
                    try r.setCursor("c", 5)
                    throw Self.no
                }
            }
            #expect(found == "test.no")
            let left = try await store.read { (r) throws(Fault) in (try r.userCount(), try r.lastSequence(), try r.cursor("c")) }
            #expect(left == (0, 0, 0))
            #expect(try await store.write { (r) throws(Fault) in try r.append([event("e1")]) }.map(\.sequence) == [1])
        }
    }

    /// PostgreSQL takes nothing more after a failed statement; with SQLite it must be no different.
    @Test(arguments: Backend.allCases) func `a body that swallows a failed statement is not kept`(_ backend: Backend) async throws {
        try await withStore(backend) { (store) async throws in
            let found = await code {
                try await store.write { (r) throws(Fault) in
                    try r.put(person("u1"))
                    let orphan = Membership(organisation: Organisation.ID("o9"), user: User.ID("u1"), role: .viewer)
                    do throws(Fault) { try r.put(orphan) } catch {}
                }
            }
            #expect(found == "storage.unknown-reference")
            #expect(try await store.read { (r) throws(Fault) in try r.userCount() } == 0)
        }
    }

    @Test(arguments: Backend.allCases) func `a body that reads cannot write`(_ backend: Backend) async throws {
        try await withStore(backend) { (store) async throws in
            let codes = [
                await code { try await store.read { (r) throws(Fault) in try r.put(person("u1")) } },
                await code { try await store.read { (r) throws(Fault) in _ = try r.append([event("e1")]) } },
                await code { try await store.read { (r) throws(Fault) in _ = try r.removeUser(User.ID("u1")) } },
            ]
            #expect(codes == Array(repeating: "storage.write-in-read", count: 3))
            #expect(try await store.read { (r) throws(Fault) in try r.userCount() } == 0)
        }
    }

    @Test(arguments: Backend.allCases) func `a text with U+0000 is refused by both, in any place`(_ backend: Backend) async throws {
        try await withStore(backend) { (store) async throws in
            let codes = [
                await code { try await store.put(person("u\u{0}1")) },
                await code { try await store.put(person("u1", email: "a\u{0}b@acme.test")) },
                await code { try await store.read { (r) throws(Fault) in try r.user(email: "\u{0}") } },
                await code { try await store.read { (r) throws(Fault) in try r.users(PageRequest(after: "a\u{0}")) } },
                await code {
                    try await store.read { (r) throws(Fault) in try r.events(after: 0, types: ["a\u{0}.*"], organisation: nil, limit: 1) }
                },
            ]
            #expect(codes == Array(repeating: "storage.text-with-nul", count: 5))
            #expect(try await store.read { (r) throws(Fault) in try r.userCount() } == 0)
            try await store.put(person("u1"))
        }
    }

    /// Fifty bodies that each read a number and write the next: whatever runs beside what, none is lost.
    @Test(arguments: Backend.allCases) func `fifty writers who count lose no count`(_ backend: Backend) async throws {
        try await withStore(backend) { (store) async throws in
            try await withThrowingTaskGroup(of: Void.self) { group in
                for writer in 0..<50 {
                    group.addTask {
                        for number in 0..<4 {
                            let found = await code {
                                try await store.write { (r) throws(Fault) in
                                    let count = try r.setting("count").map { Int($0[0]) * 256 + Int($0[1]) } ?? 0
                                    try r.setSetting("count", [UInt8((count + 1) / 256), UInt8((count + 1) % 256)])
                                    try r.put(person("u\(writer)-\(number)"))
                                    if number == 3 { throw Self.no }
                                }
                            }
                            #expect(found == (number == 3 ? "test.no" : nil))
                        }
                    }
                }
                try await group.waitForAll()
            }
            let found = try await store.read { (r) throws(Fault) in (try r.setting("count"), try r.userCount()) }
            #expect(found.0 == [0, 150])
            #expect(found.1 == 150)
        }
    }

    /// A reader in the middle of its body sees what there was when it began, whatever is written meanwhile.
    @Test(arguments: Backend.allCases) func `a body that reads has one view`(_ backend: Backend) async throws {
        try await withStore(backend) { (store) async throws in
            try await store.put(person("u1"))
            let gate = Gate()
            async let counts = store.read { (r) throws(Fault) in
                let first = try r.userCount()
                gate.open(1)
                gate.wait(2)
                return [first, try r.userCount(), try r.users(PageRequest()).count]
            }
            await gate.waiting(1)
            try await store.put(person("u2"))
            gate.open(2)
            #expect(try await counts == [1, 1, 1])
            #expect(try await store.read { (r) throws(Fault) in try r.userCount() } == 2)
        }
    }

    @Test(arguments: Backend.allCases) func `what waits is done before it closes, and later calls are told`(_ backend: Backend) async throws
    {
        let lab = try Lab(backend)
        let store = try await lab.open()
        let outcomes = await withTaskGroup(of: String?.self) { group in
            let gate = Gate()
            group.addTask {
                await code {
                    try await store.write { (r) throws(Fault) in
                        gate.open(1)
                        gate.wait(2)
                        try r.put(person("first"))
                    }
                }
            }
            await gate.waiting(1)
            for number in 0..<20 { group.addTask { await code { try await store.put(person("u\(number)")) } } }
            group.addTask {
                gate.open(2)
                return nil
            }
            return await group.reduce(into: [String?]()) { $0.append($1) }
        }
        await store.close()
        #expect(outcomes.allSatisfy { $0 == nil })
        #expect(await code { try await store.put(person("late")) } == "storage.closed")
        #expect(await code { try await store.read { (r) throws(Fault) in try r.userCount() } } == "storage.closed")
        #expect(await code { try store.value(of: try plugin(), key: "k") } == "storage.closed")
        await store.close()
        let again = try await lab.open()
        #expect(try await again.read { (r) throws(Fault) in try r.userCount() } == 21)
        await again.close()
    }

    @Test func `a queue that is full refuses at once`() async throws {
        let lab = try Lab(.sqlite)
        let store = try await lab.open()
        let gate = Gate()
        let outcomes = await withTaskGroup(of: String?.self) { group in
            group.addTask {
                await code {
                    try await store.write { (_) throws(Fault) in
                        gate.open(1)
                        gate.wait(2)
                    }
                }
            }
            await gate.waiting(1)
            for _ in 0..<(StorageLimits.waitingMax + 10) { group.addTask { await code { try await store.write { (_) throws(Fault) in } } } }
            var refused = 0
            for await outcome in group {
                if outcome == "storage.overloaded" { refused += 1 }
                if refused == 10 { break }
            }
            gate.open(2)
            return await group.reduce(into: [String?]()) { $0.append($1) }
        }
        #expect(outcomes.count == StorageLimits.waitingMax + 1)
        #expect(outcomes.allSatisfy { $0 == nil })
        await store.close()
    }
}

/// Steps that threads and tasks wait for in order.
///
/// `@unchecked Sendable`: `step` is touched only under `monitor`.
final class Gate: @unchecked Sendable {
    private let monitor = Monitor()
    private var step = 0

    func open(_ step: Int) {
        monitor.lock()
        self.step = step
        monitor.wakeAll()
        monitor.unlock()
    }

    /// Counts; gives 1 first.
    func next() -> Int {
        monitor.lock()
        defer { monitor.unlock() }
        step += 1
        return step
    }

    func wait(_ step: Int) {
        let end = Monitor.moment(in: 60)
        monitor.lock()
        while self.step < step, monitor.wait(until: end) {}
        monitor.unlock()
    }

    func waiting(_ step: Int) async {
        await withCheckedContinuation { continuation in
            if !OwnThread.start({
                self.wait(step)
                continuation.resume()
            }) {
                continuation.resume()
            }
        }
    }
}
