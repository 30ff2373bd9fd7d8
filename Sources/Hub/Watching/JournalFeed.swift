import HubCore
import PluginModel

/// Tells those who listen of the journal's events, in the journal's order, whoever wrote them.
///
/// Writers come back from the store in any order, and a listener that breaks off goes on behind the last event it saw: told out of order, it would
/// never hear of the one before. So nothing is passed on from a writer; everything is read from the journal, behind what was told last.
actor JournalFeed {
    /// Events read at a time.
    static let pageSize = 200

    private let store: any HubStore
    private let events: HubEvents
    /// The place of the last event that was told; nil while nobody listens.
    private var last: Int64?
    private var isReading = false
    private var isAskedAgain = false

    init(store: any HubStore, events: HubEvents) { (self.store, self.events) = (store, events) }

    /// The end of the journal for somebody who has just begun to listen: everything behind it will be told.
    func begin() async throws(Fault) -> Int64 {
        let end = try await store.read { (records) throws(Fault) in try records.lastSequence() }
        if last == nil { last = end }
        return end
    }

    /// Tells what is new. Returns at once when that is under way; whoever is at it looks again then.
    ///
    /// - Parameter place: of an event that was just written.
    func look(from place: Int64? = nil) async {
        guard !isReading else { return isAskedAgain = true }
        guard events.hasListeners(to: .journal) else { return last = nil }
        if last == nil, let place { last = place - 1 }
        isReading = true
        repeat {
            isAskedAgain = false
            await tell()
        } while isAskedAgain
        isReading = false
    }

    private func tell() async {
        do throws(Fault) {
            while let start = last {
                let found = try await store.read { (records) throws(Fault) in
                    try records.events(after: start, types: [], organisation: nil, limit: Self.pageSize)
                }
                for event in found { events.publish(.journal(event)) }
                last = found.last?.sequence ?? start
                if found.count < Self.pageSize { return }
            }
        } catch {
            // A database that does not answer now loses nothing: the next look begins at the same place.
        }
    }
}
