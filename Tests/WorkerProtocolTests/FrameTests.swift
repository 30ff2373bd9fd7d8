import Foundation
import Testing
import WorkerProtocol

/// A round of a property: its seed is its name.
struct Seed: Sendable, CustomTestStringConvertible {
    let value: Int
    var testDescription: String { "seed \(value)" }

    static let isSoak = ProcessInfo.processInfo.environment["PATCHBAY_SOAK"] == "1"
    static func all(_ count: Int, soak: Int) -> [Seed] { (0..<(isSoak ? soak : count)).map { Seed(value: $0) } }
}

private let small = FrameLimits(messageBytesMax: 1_000, frameBytesMax: 64)

private func encode(_ frame: Frame, _ limits: FrameLimits = small) -> [UInt8] {
    frame.payload.withUnsafeBytes { FrameEncoder.bytes(frame.header, $0, limits: limits) }
}

private func decodeAll(_ bytes: [UInt8], chunks: (inout Int) -> Int, limits: FrameLimits = small) throws(FrameError) -> [Frame] {
    var decoder = FrameDecoder(limits: limits)
    var frames: [Frame] = []
    var offset = 0, turn = 0
    while offset < bytes.count {
        let end = min(bytes.count, offset + max(1, chunks(&turn)))
        decoder.feed(bytes[offset..<end])
        while let frame = try decoder.next() { frames.append(frame) }
        offset = end
    }
    try decoder.finish()
    return frames
}

private func randomFrame(_ random: inout SeededRandom, payloadMax: Int = 1_000) -> Frame {
    // Lengths around the edges of a frame come up as often as all others together.
    let edges = [0, 1, 63, 64, 65, 127, 128, 129, 999, 1_000]
    let count = Bool.random(using: &random) ? edges.randomElement(using: &random)! : Int.random(in: 0...payloadMax, using: &random)
    var flags = FrameFlags(rawValue: UInt16.random(in: 0...UInt16.max, using: &random))
    flags.remove(.more)
    return Frame(
        header: FrameHeader(
            length: UInt32(count), kind: .random(in: 0...UInt16.max, using: &random), flags: flags,
            id: .random(in: 0...UInt32.max, using: &random),
            extra: .random(in: 0...UInt32.max, using: &random)),
        payload: random.bytes(count))
}

@Suite struct Frames {
    @Test(arguments: Seed.all(100, soak: 5_000)) func `any chunking gives the same messages`(_ seed: Seed) throws {
        var random = SeededRandom(seed: seed.value)
        let messages = (0..<Int.random(in: 1...12, using: &random)).map { _ in randomFrame(&random) }
        let bytes = messages.flatMap { encode($0) }
        #expect(try decodeAll(bytes) { _ in bytes.count } == messages, "all at once")
        #expect(try decodeAll(bytes) { _ in 1 } == messages, "byte by byte")
        for _ in 0..<5 {
            let longest = Int.random(in: 1...200, using: &random)
            #expect(try decodeAll(bytes) { _ in Int.random(in: 1...longest, using: &random) } == messages, "pieces of up to \(longest)")
        }
    }

    @Test(arguments: Seed.all(150, soak: 20_000)) func `any bytes give messages within the limits, or an error that stays`(_ seed: Seed) {
        var random = SeededRandom(seed: seed.value)
        var decoder = FrameDecoder(limits: small)
        var fed = 0, given = 0
        for _ in 0..<40 {
            // Half of the time something that looks like a frame, cut or bent.
            var piece =
                Bool.random(using: &random)
                ? random.bytes(Int.random(in: 0...120, using: &random)) : encode(randomFrame(&random, payloadMax: 200))
            if !piece.isEmpty, Bool.random(using: &random) {
                piece[Int.random(in: 0..<piece.count, using: &random)] = UInt8.random(in: 0...255, using: &random)
            }
            if Bool.random(using: &random) { piece = Array(piece.prefix(Int.random(in: 0...piece.count, using: &random))) }
            decoder.feed(piece)
            fed += piece.count
            do throws(FrameError) {
                while let frame = try decoder.next() {
                    given += frame.payload.count
                    #expect(frame.payload.count <= small.messageBytesMax)
                    #expect(Int(frame.header.length) == frame.payload.count)
                    #expect(!frame.header.flags.contains(.more))
                }
            } catch {
                // Spent for good, whatever comes: after a wrong length no next frame can be found.
                decoder.feed(encode(Frame(header: FrameHeader(kind: 1))))
                for _ in 0..<3 { #expect(throws: error) { _ = try decoder.next() } }
                break
            }
        }
        #expect(given <= fed)
    }

    @Test(arguments: Seed.all(100, soak: 5_000)) func `a message taken apart and put together is the same`(_ seed: Seed) throws {
        var random = SeededRandom(seed: seed.value)
        let limits = FrameLimits(messageBytesMax: 5_000, frameBytesMax: Int.random(in: 1...300, using: &random))
        let message = randomFrame(&random, payloadMax: 5_000)
        var assembler = FrameAssembler(limits: limits)
        var pieces = 0
        var whole: Frame?
        try message.payload.withUnsafeBytes { payload in
            try FrameEncoder.split(message.header, payload, limits: limits) { header, slice in
                #expect(whole == nil, "nothing follows the last piece")
                #expect(Int(header.length) == slice.count && slice.count <= limits.frameBytesMax)
                whole = try assembler.accept(header, slice)
                pieces += 1
            }
        }
        #expect(whole == message)
        #expect(pieces == max(1, (message.payload.count + limits.frameBytesMax - 1) / limits.frameBytesMax))
        #expect(!assembler.isMidway)
    }
}

/// Bytes that are exactly allowed, or one too many.
struct BoundaryCase: Sendable, CustomTestStringConvertible {
    let testDescription: String
    let frames: [Frame]
    let outcome: Result<[Int], FrameError>

    private static func piece(
        _ count: Int, more: Bool = false, id: UInt32 = 1, kind: UInt16 = 10, flags: FrameFlags = [], extra: UInt32 = 0
    ) -> Frame {
        Frame(
            header: FrameHeader(length: UInt32(count), kind: kind, flags: more ? flags.union(.more) : flags, id: id, extra: extra),
            payload: [UInt8](repeating: 7, count: count))
    }

    static let all: [BoundaryCase] = [
        BoundaryCase(testDescription: "an empty message", frames: [piece(0)], outcome: .success([0])),
        BoundaryCase(testDescription: "a full frame", frames: [piece(64)], outcome: .success([64])),
        BoundaryCase(
            testDescription: "a frame one byte too long", frames: [piece(65)], outcome: .failure(.frameTooLong(bytes: 65, limit: 64))),
        BoundaryCase(
            testDescription: "a message of exactly the limit", frames: (0..<15).map { _ in piece(64, more: true) } + [piece(40)],
            outcome: .success([1_000])),
        BoundaryCase(
            testDescription: "a message one byte too long", frames: (0..<15).map { _ in piece(64, more: true) } + [piece(41)],
            outcome: .failure(.messageTooLong(bytes: 1_001, limit: 1_000))),
        BoundaryCase(
            testDescription: "a message too long before its last piece", frames: (0..<16).map { _ in piece(64, more: true) },
            outcome: .failure(.messageTooLong(bytes: 1_024, limit: 1_000))),
        BoundaryCase(
            testDescription: "a message with an empty last piece", frames: [piece(64, more: true), piece(0)], outcome: .success([64])),
        BoundaryCase(
            testDescription: "a first piece that is not full", frames: [piece(63, more: true)],
            outcome: .failure(.shortPiece(bytes: 63, expected: 64))),
        BoundaryCase(
            testDescription: "a middle piece without content", frames: [piece(64, more: true), piece(0, more: true)],
            outcome: .failure(.shortPiece(bytes: 0, expected: 64))),
        BoundaryCase(
            testDescription: "a piece of another call", frames: [piece(64, more: true), piece(1, id: 2)],
            outcome: .failure(.brokenContinuation(kind: 10, id: 1))),
        BoundaryCase(
            testDescription: "a piece of another kind", frames: [piece(64, more: true), piece(1, kind: 11)],
            outcome: .failure(.brokenContinuation(kind: 10, id: 1))),
        BoundaryCase(
            testDescription: "a piece with another flag", frames: [piece(64, more: true), piece(1, flags: .error)],
            outcome: .failure(.brokenContinuation(kind: 10, id: 1))),
        BoundaryCase(
            testDescription: "a piece with another extra", frames: [piece(64, more: true), piece(1, extra: 9)],
            outcome: .failure(.brokenContinuation(kind: 10, id: 1))),
        BoundaryCase(
            testDescription: "two messages in a row", frames: [piece(64, more: true), piece(3), piece(5)], outcome: .success([67, 5])),
    ]
}

@Suite struct FrameBoundaries {
    @Test(arguments: BoundaryCase.all) func `limits are exact`(_ boundary: BoundaryCase) {
        var bytes: [UInt8] = []
        for frame in boundary.frames {
            frame.header.append(to: &bytes)
            bytes += frame.payload
        }
        let outcome = Result<[Int], FrameError> { () throws(FrameError) in try decodeAll(bytes) { _ in 50 }.map(\.payload.count) }
        #expect(outcome == boundary.outcome)
    }

    @Test func `a message may be limited below the length of one frame`() {
        let limits = FrameLimits(messageBytesMax: 10, frameBytesMax: 64)
        #expect(throws: FrameError.messageTooLong(bytes: 11, limit: 10)) {
            _ = try decodeAll(
                encode(Frame(header: FrameHeader(kind: 1), payload: [UInt8](repeating: 0, count: 11)), limits), chunks: { _ in 99 },
                limits: limits)
        }
    }

    @Test func `a stream that ends inside a frame or a message says so`() throws {
        for cut in [1, 15, 16, 40] {
            var decoder = FrameDecoder(limits: small)
            decoder.feed(encode(Frame(header: FrameHeader(kind: 1), payload: [UInt8](repeating: 0, count: 60))).prefix(cut))
            #expect(try decoder.next() == nil)
            #expect(throws: FrameError.truncated) { try decoder.finish() }
        }
        var decoder = FrameDecoder(limits: small)
        decoder.feed(encode(Frame(header: FrameHeader(kind: 1), payload: [UInt8](repeating: 0, count: 100))).prefix(16 + 64))
        #expect(try decoder.next() == nil)
        #expect(throws: FrameError.truncated) { try decoder.finish() }
    }

    @Test func `every error says what happened and what is allowed`() {
        let all: [FrameError] = [
            .frameTooLong(bytes: 1, limit: 2), .messageTooLong(bytes: 1, limit: 2), .shortPiece(bytes: 1, expected: 2),
            .brokenContinuation(kind: 1, id: 2),
            .corruptRing, .truncated,
        ]
        #expect(Set(all.map(\.description)).count == all.count)
        for error in all { #expect(error.description.count > 20) }
    }
}

@Suite struct Setups {
    @Test(arguments: Seed.all(50, soak: 2_000)) func `a setup survives its encoding`(_ seed: Seed) throws {
        var random = SeededRandom(seed: seed.value)
        var setup = WorkerSetup()
        setup.dataPlane = DataPlane.allCases.randomElement(using: &random)!
        setup.memoryBytesMax = .random(in: 0...UInt64.max, using: &random)
        setup.cpuMillisecondsMax = .random(in: 0...UInt32.max, using: &random)
        setup.messageBytesMax = .random(in: 0...UInt32.max, using: &random)
        setup.layersWaived = .random(in: 0...UInt32.max, using: &random)
        setup.logLinesPerSecondMax = .random(in: 0...UInt32.max, using: &random)
        let bytes = setup.encoded()
        #expect(bytes.count == WorkerSetup.byteCount)
        #expect(WorkerSetup(decoding: bytes) == setup)
        #expect(WorkerSetup(decoding: bytes.dropLast()) == nil)
        #expect(WorkerSetup(decoding: bytes + [0]) == nil)
    }

    @Test func `another version and another data plane are refused`() {
        var bytes = WorkerSetup().encoded()
        bytes[0] = 2
        #expect(WorkerSetup(decoding: bytes) == nil)
        bytes = WorkerSetup().encoded()
        bytes[4] = 9
        #expect(WorkerSetup(decoding: bytes) == nil)
    }
}
