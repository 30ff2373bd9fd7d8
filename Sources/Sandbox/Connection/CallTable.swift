internal import WorkerProtocol

/// What came back for a call.
enum CallOutcome: Sendable {
    /// JSON; empty means the function returned nothing.
    case value([UInt8])
    /// A batch in which some elements failed: `[0, value]` or `[1, error]` each.
    case mixed([UInt8])
    /// The call returned a generator; its id stays in use.
    case stream
    case item([UInt8])
    case end([UInt8])
    case failed(CallFailure)
}

/// The calls in flight of one worker: a fixed set of slots, so that a hostile worker cannot make it grow.
///
/// A value; the connection guards it with a lock. An id holds the slot's index and a generation, so an answer to a call that has
/// ended matches nothing.
struct CallTable {
    /// How somebody waits for an outcome.
    enum Waiter {
        /// Nobody has suspended yet: the caller is polling, and looks into `outcome`.
        case polling
        case suspended(UnsafeContinuation<CallOutcome, Never>)
        /// A stream between two items.
        case nobody
    }

    enum Phase {
        case free, running
        /// The deadline has passed or the caller left; the worker has until `deadline` to say that it let go.
        case ending(CallFailure)
    }

    struct Slot {
        var generation: UInt32 = 1
        var phase = Phase.free
        var waiter = Waiter.nobody
        var outcome: CallOutcome?
        /// Monotonic nanoseconds.
        var deadline: UInt64 = .max
        var limit: Duration = .zero
        /// Nanoseconds by which the deadline was put off, because the worker got no core to begin.
        var putOff: UInt64 = 0
        var isStream = false
        /// The caller let go of the stream; the worker runs its `finally` blocks.
        var isClosing = false
        /// The worker has answered for good; the slot waits only for somebody to pick the outcome up.
        var isAnswered = false
    }

    private static let indexBits: UInt32 = 10
    private static let generationMax: UInt32 = (1 << 20) - 1
    static let slotsMax = (1 << 10) - 1

    private(set) var slots: [Slot]
    private var free: [Int]
    /// Takes no new calls any more; those in flight go on.
    private(set) var isShut = false
    /// Calls since the beginning.
    private(set) var openedCount = 0
    var inFlight: Int { slots.count - free.count }

    init(capacity: Int) {
        let capacity = min(max(1, capacity), Self.slotsMax)
        slots = Array(repeating: Slot(), count: capacity)
        free = Array((0..<capacity).reversed())
    }

    mutating func shut() { isShut = true }

    /// Takes a slot, or nil when all are in use or the table is shut.
    mutating func open(deadline: UInt64, limit: Duration) -> UInt32? {
        guard !isShut, let index = free.popLast() else { return nil }
        openedCount += 1
        slots[index].phase = .running
        slots[index].waiter = .polling
        slots[index].outcome = nil
        slots[index].deadline = deadline
        slots[index].limit = limit
        slots[index].putOff = 0
        slots[index].isStream = false
        slots[index].isClosing = false
        slots[index].isAnswered = false
        return slots[index].generation << Self.indexBits | UInt32(index)
    }

    func index(of id: UInt32) -> Int? {
        let index = Int(id & (1 << Self.indexBits - 1))
        guard index < slots.count, slots[index].generation == id >> Self.indexBits else { return nil }
        if case .free = slots[index].phase { return nil }
        return index
    }

    func id(at index: Int) -> UInt32 { slots[index].generation << Self.indexBits | UInt32(index) }

    subscript(_ index: Int) -> Slot {
        get { slots[index] }
        _modify { yield &slots[index] }
    }

    /// Gives the slot back; its id is dead from here on.
    mutating func release(_ index: Int) {
        slots[index].generation = slots[index].generation == Self.generationMax ? 1 : slots[index].generation + 1
        slots[index].phase = .free
        slots[index].waiter = .nobody
        slots[index].deadline = .max
        free.append(index)
    }

    /// Hands an outcome to whoever waits. Returns the continuation to resume outside the lock, if somebody is suspended.
    mutating func settle(_ index: Int, _ outcome: CallOutcome, keepOpen: Bool) -> UnsafeContinuation<CallOutcome, Never>? {
        let waiter = slots[index].waiter
        slots[index].waiter = .nobody
        slots[index].isAnswered = !keepOpen
        switch waiter {
        case .polling:
            slots[index].outcome = outcome
            // The polling caller releases the slot when it picks the outcome up.
            slots[index].deadline = .max
            return nil
        case .suspended(let continuation):
            if keepOpen { slots[index].deadline = .max } else { release(index) }
            return continuation
        case .nobody:
            guard !keepOpen, slots[index].outcome == nil else { return nil }
            // How a stream ended between two items is told to whoever asks for the next one.
            if slots[index].isStream, !slots[index].isClosing, case .running = slots[index].phase {
                slots[index].outcome = outcome
                slots[index].deadline = .max
            } else {
                release(index)
            }
            return nil
        }
    }

    /// Tells whoever waits that the call failed, while the worker still has to let go of it. Returns the continuation to resume outside
    /// the lock, if somebody is suspended.
    mutating func dismiss(_ index: Int, _ failure: CallFailure) -> UnsafeContinuation<CallOutcome, Never>? {
        defer { slots[index].waiter = .nobody }
        switch slots[index].waiter {
        case .suspended(let continuation): return continuation
        case .polling:
            slots[index].outcome = .failed(failure)
            return nil
        case .nobody: return nil
        }
    }

    /// Takes the outcome that lies in a slot, and gives the slot back unless the call goes on or the worker still has to let go of it.
    mutating func pick(_ index: Int) -> CallOutcome? {
        guard let outcome = slots[index].outcome else { return nil }
        slots[index].outcome = nil
        if slots[index].isAnswered { release(index) }
        return outcome
    }

    var indicesInUse: [Int] {
        slots.indices.filter { if case .free = slots[$0].phase { false } else { true } }
    }
}
