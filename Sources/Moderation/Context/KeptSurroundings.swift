package import HubCore
import JSON
import PluginModel
package import Rules

/// What stands around items of one organisation, from the items that the hub keeps.
///
/// An item sees what was handed in before it, so that its decision is the same whenever it falls. All of one round is one look at the
/// database, and of each thread only what fits the limits is read.
package struct KeptSurroundings: ItemSurroundings {
    private let store: any HubStore
    private let organisation: Organisation.ID
    private let reading: ItemReading
    /// The type of threads, where an organisation has one and an item says no more than an id.
    private let threadType: String?
    /// Of each item that is being decided, its place; nil or none: it is not kept, and sees all.
    private let sequences: [Int64?]

    package init(store: any HubStore, organisation: Organisation.ID, types: [ItemType], sequences: [Int64?] = []) {
        (self.store, self.organisation, self.sequences) = (store, organisation, sequences)
        reading = ItemReading(types)
        let threads = types.filter { $0.kind == .thread }
        threadType = threads.count == 1 ? threads[0].id : nil
    }

    package func surroundings(of wishes: [SurroundingsWish]) async -> [Surroundings] {
        let asked = wishes.map { wish -> Asked in
            let sequence = sequences.indices.contains(wish.place) ? sequences[wish.place] : nil
            let parent = wish.parent ? wish.item.parent : nil
            let thread = wish.messagesMax > 0 ? wish.item.thread : nil
            return Asked(
                itemID: wish.item.id, itemTypeID: wish.item.type.id, sequence: sequence, parent: parent.map { Named($0.id, $0.typeID) },
                thread: thread.map { Named($0.id, $0.typeID ?? threadType) }, messagesMax: wish.messagesMax)
        }
        guard asked.contains(where: { $0.parent != nil || $0.thread != nil }) else { return wishes.map { _ in Surroundings() } }
        do throws(Fault) {
            let looked = try await store.read { [organisation] (records) throws(Fault) in
                var sights: [Sight] = []
                for one in asked { sights.append(try one.look(in: records, of: organisation)) }
                let items = try records.items(at: sights.flatMap(\.places), in: organisation)
                let byPlace = Dictionary(items.map { ($0.sequence, $0) }) { first, _ in first }
                return sights.map { $0.looked(byPlace) }
            }
            return zip(asked, looked).map { made($0, $1) }
        } catch {
            // The decision stands without: its signals are told that the parts could not be had.
            return wishes.map { _ in Surroundings() }
        }
    }

    private struct Named: Sendable {
        let id: String
        let typeID: String?
        init(_ id: String, _ typeID: String?) { (self.id, self.typeID) = (id, typeID) }
    }

    /// Which items are wanted; they are read for all who ask at once.
    private struct Sight: Sendable {
        var parent: Int64?
        /// Latest first.
        var messages: [Int64] = []
        var isTruncated = false

        var places: [Int64] { messages + (parent.map { [$0] } ?? []) }

        func looked(_ items: [Int64: SubmittedItem]) -> Looked {
            Looked(parent: parent.flatMap { items[$0] }, messages: messages.compactMap { items[$0] }, isTruncated: isTruncated)
        }
    }

    private struct Looked: Sendable {
        var parent: SubmittedItem?
        /// Latest first.
        var messages: [SubmittedItem] = []
        var isTruncated = false
    }

    private struct Asked: Sendable {
        let itemID: String
        let itemTypeID: String
        let sequence: Int64?
        let parent: Named?
        let thread: Named?
        let messagesMax: Int

        func look(in records: any HubTransaction, of organisation: Organisation.ID) throws(Fault) -> Sight {
            var looked = Sight()
            if let parent, parent.id.utf8.count <= ThreadName.bytesMax,
                let found = try records.itemSketch(parent.id, ofType: parent.typeID, in: organisation, before: sequence),
                found.characters <= RuleLimits.contextPartBytesMax
            {
                looked.parent = found.sequence
            }
            guard let thread, let name = ThreadName.key(thread.id) else { return looked }
            // Twice as many: one that was handed in again is one message.
            let limit = messagesMax * 2 + 1
            let sketches = try records.itemSketches(ofThread: name, in: organisation, before: sequence, limit: limit)
            looked.isTruncated = sketches.count == limit
            var characters = 0
            var seen: Set<[String]> = [[itemTypeID, itemID]]
            for sketch in sketches where seen.insert([sketch.typeID, sketch.itemID]).inserted {
                guard looked.messages.count < messagesMax, characters + sketch.characters <= RuleLimits.contextPartBytesMax else {
                    looked.isTruncated = true
                    break
                }
                looked.messages.append(sketch.sequence)
                characters += sketch.characters
            }
            return looked
        }
    }

    private func made(_ asked: Asked, _ looked: Looked) -> Surroundings {
        var around = Surroundings()
        if let parent = looked.parent.flatMap({ reading.read($0.data).value }) {
            let json = parent.contextJSON
            if json.serializedBytes().count <= RuleLimits.contextPartBytesMax { around.parent = json }
        }
        guard let thread = asked.thread, ThreadName.key(thread.id) != nil else { return around }
        var (messages, bytes): ([(moment: Int64, sequence: Int64, json: JSONValue)], Int) = ([], 0)
        var isTruncated = looked.isTruncated
        for kept in looked.messages {
            // One that does not fit its type any more is left out like one that is too long.
            guard let item = reading.read(kept.data).value else {
                isTruncated = true
                continue
            }
            // Threads of two types may have the same id.
            if let wanted = thread.typeID, let other = item.thread?.typeID, other != wanted { continue }
            let json = item.contextJSON
            bytes += json.serializedBytes().count
            guard bytes <= RuleLimits.contextPartBytesMax else {
                isTruncated = true
                break
            }
            let moment = item.createdAt.flatMap { Rules.Timestamp(iso8601: $0)?.milliseconds } ?? kept.receivedAt.unixMilliseconds
            messages.append((moment, kept.sequence, json))
        }
        messages.sort { ($0.moment, $0.sequence) < ($1.moment, $1.sequence) }
        around.thread = ThreadContext(id: thread.id, typeID: thread.typeID, messages: messages.map(\.json), isTruncated: isTruncated)
        return around
    }
}

/// The name by which a thread's items are found.
enum ThreadName {
    /// As of an item's id: an index holds no long ones.
    static let bytesMax = 256

    /// Nil for one that nobody can look up.
    static func key(_ id: String) -> String? {
        guard (1...bytesMax).contains(id.utf8.count), !id.unicodeScalars.contains(where: { $0.value < 32 }) else { return nil }
        return id
    }
}
