import Synchronization

/// Answers of the store, remembered for a moment: a page makes many requests, and asking the store for each costs more than them.
///
/// A look-up that began before a change and ends behind it is not kept: `begin` tells the generation, and `put` compares it.
final class ShortMemory<Key: Hashable & Sendable, Value: Sendable>: Sendable {
    private struct State {
        var entries: [Key: (value: Value, at: Timestamp)] = [:]
        var generation = 0
    }

    private let entriesMax: Int
    private let age: Duration
    private let state = Mutex(State())

    init(entriesMax: Int, age: Duration) { (self.entriesMax, self.age) = (entriesMax, age) }

    func get(_ key: Key, now: Timestamp) -> Value? {
        state.withLock { state in
            guard let entry = state.entries[key], now >= entry.at, now.elapsed(since: entry.at) < age else { return nil }
            return entry.value
        }
    }

    func begin() -> Int { state.withLock { $0.generation } }

    func put(_ value: Value, _ key: Key, now: Timestamp, begun generation: Int) {
        state.withLock { state in
            guard state.generation == generation else { return }
            if state.entries.count >= entriesMax { state.entries.removeAll(keepingCapacity: true) }
            state.entries[key] = (value, now)
        }
    }

    func forgetAll() {
        state.withLock { state in
            state.generation += 1
            state.entries.removeAll(keepingCapacity: true)
        }
    }
}
