internal import CJSC
internal import CRing
internal import WorkerProtocol

/// Everything the host functions of the pump touch.
///
/// One per process, behind a plain pointer: the callbacks are C functions without captures, and a class would pay for exclusivity
/// checks and reference counts on every call. Used from the one thread that runs the engine.
struct PumpState {
    var engine: Engine
    var drain: Drain
    var wire: Wire
    var meter: CPUMeter
    let memory: MemoryMeter
    var logGate: LogGate
    /// Messages that arrived while a synchronous host call waited, in order.
    var deferred: [Frame] = []
    /// The call being worked on: whom the watchdog charges and ends. 0 for none.
    var current: UInt32 = 0 { didSet { wire.announce(current) } }
    /// Answers given in this turn.
    private var held = HeldAnswers()
    /// Whether the hub still waits for an answer about `current`.
    var owesAnswer = false
    /// Set by the watchdog when it ends a call, until the pump is entered again.
    var ended: EndedCall?
    /// UTF-8 text on its way out.
    var scratch: UnsafeMutablePointer<CChar>
    var scratchCapacity: Int
    let messageBytesMax: Int

    /// Id of the load phase, in which the plugin's top level runs.
    static let loadID: UInt32 = .max

    init(engine: Engine, drain: Drain, wire: Wire, setup: WorkerSetup, memory: MemoryMeter) {
        self.engine = engine
        self.drain = drain
        self.wire = wire
        self.memory = memory
        meter = CPUMeter(millisecondsMax: setup.cpuMillisecondsMax)
        logGate = LogGate(linesPerSecondMax: setup.logLinesPerSecondMax)
        scratchCapacity = 64 << 10
        scratch = .allocate(capacity: scratchCapacity)
        messageBytesMax = Int(setup.messageBytesMax)
    }

    /// Sends a message now, or at the end of the turn.
    mutating func put(_ header: FrameHeader, _ payload: UnsafeRawBufferPointer, held holds: Bool) {
        if holds { held.append(header, payload) } else { wire.send(header, payload) }
    }

    /// The turn is over: its answers go out.
    mutating func publishHeld() {
        guard !held.isEmpty else { return }
        var answers = HeldAnswers()
        swap(&answers, &held)
        answers.forEach { header, payload in
            if header.isAnswer(to: current) { owesAnswer = false }
            wire.send(header, payload)
        }
        answers.removeAll()
        held = answers
    }

    /// The watchdog ended the turn: what it had answered for the call it is blamed on no longer stands.
    mutating func publishHeldOfOthers() {
        var answers = HeldAnswers()
        swap(&answers, &held)
        answers.forEach { header, payload in if !header.isAnswer(to: current) { wire.send(header, payload) } }
    }
}

/// Answers of one turn of the pump, kept until what promises have left to do is done.
///
/// Work that goes on behind an answer still belongs to its call: were the answer sent at once, the hub would stop its clock, and a loop
/// behind it would be blamed on whoever calls next.
struct HeldAnswers {
    private var frames: [(header: FrameHeader, offset: Int, count: Int)] = []
    private var bytes: [UInt8] = []
    private static let bytesKept = 1 << 20

    var isEmpty: Bool { frames.isEmpty }

    static func holds(_ header: FrameHeader) -> Bool {
        switch WorkerToHub(rawValue: header.kind) {
        case .result, .streamOpened, .item, .streamEnd, .cancelled, .ready, .failed: true
        case .confined, .hostCall, .notify, .hostCancel, nil: false
        }
    }

    mutating func append(_ header: FrameHeader, _ payload: UnsafeRawBufferPointer) {
        frames.append((header, bytes.count, payload.count))
        bytes.append(contentsOf: payload)
    }

    func forEach(_ body: (FrameHeader, UnsafeRawBufferPointer) -> Void) {
        bytes.withUnsafeBytes { bytes in
            for frame in frames { body(frame.header, UnsafeRawBufferPointer(rebasing: bytes[frame.offset..<frame.offset + frame.count])) }
        }
    }

    mutating func removeAll() {
        frames.removeAll(keepingCapacity: true)
        bytes.removeAll(keepingCapacity: bytes.capacity <= Self.bytesKept)
    }
}

extension FrameHeader {
    /// Whether this is what the hub waits for about a call, or about loading.
    fileprivate func isAnswer(to call: UInt32) -> Bool {
        let isLoad = kind == WorkerToHub.ready.rawValue || kind == WorkerToHub.failed.rawValue
        return isLoad ? call == PumpState.loadID : call == id
    }
}

/// Why the watchdog ended a call.
enum EndedCall: String {
    case time = "limit.time"
    case cpu = "limit.cpu"
    case memory = "limit.memory"

    var sentence: String {
        switch self {
        case .time: "The call ran past its time limit and was ended."
        case .cpu: "The call used up its CPU time and was ended."
        case .memory: "The call used up its memory and was ended."
        }
    }
}

/// CPU time per call, counted in watchdog ticks so that it costs nothing between them.
struct CPUMeter {
    /// The watchdog's period, in milliseconds of CPU time of the engine's thread.
    static let tickMilliseconds: UInt32 = 10
    private static let slots = 64

    private let millisecondsMax: UInt32
    private var used = [(id: UInt32, milliseconds: UInt32)](repeating: (0, 0), count: slots)
    private var oldest = 0

    init(millisecondsMax: UInt32) { self.millisecondsMax = millisecondsMax }

    /// Charges one tick; true when the call has now used more than it may.
    mutating func tick(_ id: UInt32) -> Bool {
        if let index = used.firstIndex(where: { $0.id == id }) {
            used[index].milliseconds += Self.tickMilliseconds
            return used[index].milliseconds > millisecondsMax
        }
        used[oldest] = (id, Self.tickMilliseconds)
        oldest = (oldest + 1) % Self.slots
        return Self.tickMilliseconds > millisecondsMax
    }

    mutating func forget(_ id: UInt32) {
        if let index = used.firstIndex(where: { $0.id == id }) { used[index] = (0, 0) }
    }
}

/// Holds back log lines above a rate, so that a flood costs the plugin rather than the hub. The hub counts again for itself.
struct LogGate {
    private let linesPerSecondMax: UInt32
    private var windowStart: UInt64 = 0
    private var lines: UInt32 = 0
    private(set) var dropped: UInt64 = 0

    init(linesPerSecondMax: UInt32) { self.linesPerSecondMax = linesPerSecondMax }

    mutating func admits(now: UInt64) -> Bool {
        if now - windowStart >= 1_000_000_000 {
            windowStart = now
            lines = 0
        }
        lines &+= 1
        if lines <= linesPerSecondMax { return true }
        dropped += 1
        return false
    }

    mutating func takeDropped() -> UInt64 {
        defer { dropped = 0 }
        return dropped
    }
}
