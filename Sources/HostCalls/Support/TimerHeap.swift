/// Actions waiting for their moment, the earliest first.
///
/// Cancelling forgets the action at once and leaves its place in the heap; when more than half of the places are empty the heap is
/// rebuilt, so that somebody who sets and cancels timers all day costs no memory.
struct TimerHeap {
    typealias Action = @Sendable () -> Void

    private struct Place {
        let deadline: UInt64
        let id: UInt64
    }

    private var places: [Place] = []
    private var actions: [UInt64: Action] = [:]
    private var lastID: UInt64 = 0

    /// Below this many places a rebuild is not worth its while.
    static let rebuildFrom = 64

    var count: Int { actions.count }
    var placeCount: Int { places.count }

    /// Nanoseconds of monotonic time; nil when nothing waits.
    var earliest: UInt64? { places.first?.deadline }

    mutating func add(deadline: UInt64, _ action: @escaping Action) -> UInt64 {
        lastID += 1
        actions[lastID] = action
        places.append(Place(deadline: deadline, id: lastID))
        rise(from: places.count - 1)
        return lastID
    }

    mutating func cancel(_ id: UInt64) {
        guard actions.removeValue(forKey: id) != nil else { return }
        guard places.count > Self.rebuildFrom, places.count > actions.count * 2 else { return }
        places.removeAll { actions[$0.id] == nil }
        places.sort { $0.deadline < $1.deadline }  // a sorted array is a heap
    }

    /// The next action whose moment has come; nil when none has.
    mutating func popDue(now: UInt64) -> Action? {
        while let first = places.first, first.deadline <= now {
            places.swapAt(0, places.count - 1)
            places.removeLast()
            sink()
            if let action = actions.removeValue(forKey: first.id) { return action }
        }
        return nil
    }

    private mutating func rise(from start: Int) {
        var child = start
        while child > 0, places[child].deadline < places[(child - 1) / 2].deadline {
            places.swapAt(child, (child - 1) / 2)
            child = (child - 1) / 2
        }
    }

    private mutating func sink() {
        var parent = 0
        while true {
            var least = parent
            for child in [2 * parent + 1, 2 * parent + 2] where child < places.count && places[child].deadline < places[least].deadline {
                least = child
            }
            if least == parent { return }
            places.swapAt(parent, least)
            parent = least
        }
    }
}
