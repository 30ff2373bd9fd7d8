import HubCore
import JSON
import PluginModel
import Synchronization
import Testing

@testable import Hub

/// The journal as those who listen hear it.
struct JournalFeedTests {
    private static func event(_ number: Int) -> JournalEvent {
        let at = Timestamp(unixMilliseconds: Int64(number))
        let id = Identifier<JournalEvent>.make(at: at, random: { Array(repeating: UInt8(truncatingIfNeeded: number), count: $0) })
        return JournalEvent(
            eventID: id, eventType: "system.Counted", timestamp: at, source: "hub", correlationID: id.rawValue,
            data: ["number": .int(Int64(number))])
    }

    /// The places of the next so many events of a stream.
    private static func places(_ count: Int, of stream: AsyncStream<HubEvent>) async -> [Int64] {
        var found: [Int64] = []
        for await case .journal(let event) in stream {
            found.append(event.sequence)
            if found.count == count { break }
        }
        return found
    }

    @Test func `events written side by side are told in the journal's order, each once`() async throws {
        let (store, events) = (MemoryHubStore(), HubEvents())
        let feed = JournalFeed(store: store, events: events)
        let stream = try events.subscribe([.journal])
        #expect(try await feed.begin() == 0)
        async let told = Self.places(200, of: stream)
        try await withThrowingTaskGroup(of: Void.self) { group in
            for number in 0..<200 {
                group.addTask {
                    let written = try await store.write { (records) throws(Fault) in try records.append([Self.event(number)]) }
                    // Some writers take their time before they say so, and some never do.
                    if number % 3 == 0 { try await Task.sleep(for: .milliseconds(number % 7)) }
                    if number % 5 != 0 { await feed.look(from: written.first?.sequence) }
                }
            }
            try await group.waitForAll()
        }
        await feed.look()
        #expect(await told == Array(1...200))
    }

    @Test func `who begins to listen hears what comes and nothing from before`() async throws {
        let (store, events) = (MemoryHubStore(), HubEvents())
        let feed = JournalFeed(store: store, events: events)
        func write(_ numbers: Range<Int>) async throws {
            for number in numbers { _ = try await store.write { (records) throws(Fault) in try records.append([Self.event(number)]) } }
        }
        try await write(0..<500)
        await feed.look(from: 500)
        let stream = try events.subscribe([.journal])
        #expect(try await feed.begin() == 500)
        try await write(500..<503)
        // Nobody but the clock asks: the events of accounts come like this.
        await feed.look()
        #expect(await Self.places(3, of: stream) == [501, 502, 503])
    }

    @Test func `more than one page of events is told whole`() async throws {
        var limits = RegistryLimits()
        limits.eventsWaiting = 1000
        let (store, events) = (MemoryHubStore(), HubEvents(limits: limits))
        let feed = JournalFeed(store: store, events: events)
        let stream = try events.subscribe([.journal])
        _ = try await feed.begin()
        let count = JournalFeed.pageSize * 2 + 1
        _ = try await store.write { (records) throws(Fault) in try records.append((0..<count).map(Self.event)) }
        async let told = Self.places(count, of: stream)
        await feed.look()
        #expect(await told == (1...Int64(count)).map { $0 })
    }
}
