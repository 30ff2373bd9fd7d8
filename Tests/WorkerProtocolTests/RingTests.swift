import CRing
import Foundation
import Synchronization
import Testing

/// Both ends of one ring, in one process.
///
/// `@unchecked Sendable`: the memory outlives the tests' threads, and each end is used by one thread.
private final class RingPair: @unchecked Sendable {
    private let memory: UnsafeMutableRawPointer
    var producer: pb_ring_end
    var consumer: pb_ring_end
    private let buffer = UnsafeMutableRawPointer.allocate(byteCount: Int(PB_RING_RECORD_BYTES_MAX), alignment: 16)

    init() {
        let descriptor = pb_channel_create()
        precondition(descriptor >= 0, "no shared memory")
        memory = pb_channel_map(descriptor)!
        close(descriptor)
        producer = pb_channel_worker_to_hub(memory)
        consumer = pb_channel_worker_to_hub(memory)
    }

    deinit {
        buffer.deallocate()
        pb_channel_unmap(memory)
    }

    func push(id: UInt32, _ payload: [UInt8]) -> Int {
        var record = pb_record(length: UInt32(payload.count), kind: 1, flags: 2, id: id, extra: ~id)
        return payload.withUnsafeBytes { Int(pb_ring_push(&producer, &record, $0.baseAddress)) }
    }

    func pop() -> (outcome: Int, record: pb_record, payload: [UInt8]) {
        var record = pb_record()
        let outcome = Int(pb_ring_pop(&consumer, &record, buffer, Int(PB_RING_RECORD_BYTES_MAX)))
        return (outcome, record, outcome == PB_RING_OK ? Array(UnsafeRawBufferPointer(start: buffer, count: Int(record.length))) : [])
    }

    /// Starts both ends so far along that positions are about to wrap around the 64 bits of a counter.
    func start(at position: UInt64) {
        producer.position = position
        consumer.position = position
        producer.shared.storeBytes(of: position, toByteOffset: 0, as: UInt64.self)
        producer.shared.storeBytes(of: position, toByteOffset: 64, as: UInt64.self)
    }
}

@Suite struct Rings {
    @Test(arguments: Seed.all(40, soak: 3_000)) func `any interleaving of writes and reads keeps order and content`(_ seed: Seed) {
        var random = SeededRandom(seed: seed.value)
        let ring = RingPair()
        if seed.value % 4 == 3 { ring.start(at: (UInt64.max - 1_023 * 16) & ~15) }
        var waiting: [(id: UInt32, payload: [UInt8])] = []
        var id: UInt32 = 0, refusals = 0
        let longest = [0, 1, 15, 16, 17, 1_000, Int(PB_RING_RECORD_BYTES_MAX)].randomElement(using: &random)!
        for _ in 0..<600 {
            if Bool.random(using: &random) {
                id += 1
                let payload = random.bytes(min(Int.random(in: 0...longest, using: &random), 4_000))
                switch ring.push(id: id, payload) {
                case PB_RING_OK: waiting.append((id, payload))
                case PB_RING_EMPTY: refusals += 1
                case let other: Issue.record("push said \(other)")
                }
            } else {
                let (outcome, record, payload) = ring.pop()
                guard let expected = waiting.first else {
                    #expect(outcome == PB_RING_EMPTY)
                    continue
                }
                waiting.removeFirst()
                #expect(outcome == PB_RING_OK)
                #expect((record.id, record.extra, record.kind, record.flags) == (expected.id, ~expected.id, 1, 2))
                #expect(payload == expected.payload)
            }
        }
        for expected in waiting { #expect(ring.pop().record.id == expected.id) }
        #expect(ring.pop().outcome == PB_RING_EMPTY)
    }

    @Test func `a full ring refuses, and takes the same record once there is room`() {
        let ring = RingPair()
        let payload = [UInt8](repeating: 5, count: 1_008)
        var pushed: UInt32 = 0
        while ring.push(id: pushed, payload) == PB_RING_OK { pushed += 1 }
        #expect(Int(pushed) == Int(PB_RING_BYTES) / 1_024, "records of 1,024 bytes fill the ring to the last byte")
        #expect(ring.push(id: 0, []) == PB_RING_EMPTY, "not even a header fits")
        #expect(ring.pop().outcome == PB_RING_OK)
        #expect(ring.push(id: pushed, payload) == PB_RING_OK)
        for id in 1...pushed { #expect(ring.pop().record.id == id) }
    }

    @Test func `a record of the greatest length fits, and a longer one is refused`() {
        let ring = RingPair()
        let longest = [UInt8](repeating: 9, count: Int(PB_RING_RECORD_BYTES_MAX))
        for _ in 0..<10 {
            #expect(ring.push(id: 1, longest) == PB_RING_OK)
            #expect(ring.pop().payload == longest)
        }
        #expect(ring.push(id: 1, longest + [0]) == PB_RING_CORRUPT)
    }

    @Test func `a buffer too small for a record leaves it in the ring`() {
        let ring = RingPair()
        #expect(ring.push(id: 3, [1, 2, 3, 4]) == PB_RING_OK)
        var record = pb_record()
        var byte: [UInt8] = [0, 0]
        #expect(Int(pb_ring_pop(&ring.consumer, &record, &byte, 2)) == PB_RING_TOO_LONG)
        #expect(ring.pop().payload == [1, 2, 3, 4])
    }

    @Test(arguments: Seed.all(60, soak: 5_000)) func `a ring full of random bytes is never read beyond its end`(_ seed: Seed) {
        var random = SeededRandom(seed: seed.value)
        let ring = RingPair()
        let shared = ring.producer.shared!
        // Mostly small lengths, or the first record ends every round.
        for offset in stride(from: 0, to: Int(PB_RING_BYTES), by: 16) {
            let length =
                Bool.random(using: &random) ? UInt32.random(in: 0...UInt32.max, using: &random) : UInt32.random(in: 0...200, using: &random)
            shared.storeBytes(of: length, toByteOffset: 192 + offset, as: UInt32.self)
        }
        var outcomes: Set<Int> = []
        for _ in 0..<200 {
            let ahead = Bool.random(using: &random) ? random.next() : UInt64.random(in: 0...UInt64(PB_RING_BYTES) / 16, using: &random) * 16
            shared.storeBytes(of: ring.consumer.position &+ ahead, toByteOffset: 0, as: UInt64.self)
            let (outcome, record, payload) = ring.pop()
            outcomes.insert(outcome)
            if outcome == PB_RING_OK { #expect(payload.count == Int(record.length) && payload.count <= Int(PB_RING_RECORD_BYTES_MAX)) }
        }
        #expect(outcomes.isSubset(of: [PB_RING_OK, PB_RING_EMPTY, PB_RING_CORRUPT]))
        #expect(outcomes.contains(PB_RING_CORRUPT))
    }

    @Test func `two threads pass messages in order, asleep and awake`() async {
        let count = Seed.isSoak ? 5_000_000 : 200_000
        let ring = RingPair()
        let sum = Atomic<UInt64>(0)
        let disorder = Atomic<Int>(0)
        await withCheckedContinuation { done in
            Thread {
                for id in 0..<UInt32(count) {
                    let payload = [UInt8](repeating: UInt8(truncatingIfNeeded: id), count: Int(id % 97))
                    while ring.push(id: id, payload) != PB_RING_OK {
                        pb_ring_signal(&ring.producer)
                        usleep(20)
                    }
                    // Bursts with pauses, so that the reader falls asleep now and then.
                    if id % 1_024 == 0 {
                        pb_ring_signal(&ring.producer)
                        if id % 16_384 == 0 { usleep(300) }
                    }
                }
                pb_ring_signal(&ring.producer)
            }.start()
            Thread {
                var next: UInt32 = 0
                let deadline = pb_now_ns() + 60_000_000_000
                while next < UInt32(count), pb_now_ns() < deadline {
                    let (outcome, record, payload) = ring.pop()
                    guard outcome == PB_RING_OK else {
                        _ = pb_ring_wait(&ring.consumer, 100, 50_000)
                        continue
                    }
                    if record.id != next || payload.count != Int(next % 97)
                        || payload.contains(where: { $0 != UInt8(truncatingIfNeeded: next) })
                    {
                        disorder.add(1, ordering: .relaxed)
                    }
                    sum.add(1, ordering: .relaxed)
                    next += 1
                }
                done.resume()
            }.start()
        }
        #expect(sum.load(ordering: .relaxed) == UInt64(count))
        #expect(disorder.load(ordering: .relaxed) == 0)
    }

    @Test func `a sleeper wakes for data, for a call from its own side, and at its time`() async {
        let ring = RingPair()
        let start = pb_now_ns()
        #expect(Int(pb_ring_wait(&ring.consumer, 0, 5_000)) == PB_RING_TIMEOUT)
        #expect(pb_now_ns() - start >= 4_000_000)
        Thread {
            usleep(5_000)
            _ = ring.push(id: 1, [1])
            pb_ring_signal(&ring.producer)
        }.start()
        let woken = pb_now_ns()
        #expect(Int(pb_ring_wait(&ring.consumer, 0, 10_000_000)) == PB_RING_OK)
        #expect(pb_now_ns() - woken < 5_000_000_000, "the signal ended the sleep, not the timeout")
        let event = pb_ring_event(&ring.consumer)
        pb_ring_wake(&ring.consumer)
        let again = pb_now_ns()
        pb_ring_sleep(&ring.consumer, event, 10_000_000)
        #expect(pb_now_ns() - again < 5_000_000_000, "a wake-up before the sleep is not lost")
    }
}
