import Testing

@testable import HostCalls

@Suite struct Base64Text {
    @Test(arguments: [
        ("", ""), ("f", "Zg=="), ("fo", "Zm8="), ("foo", "Zm9v"), ("foob", "Zm9vYg=="), ("fooba", "Zm9vYmE="), ("foobar", "Zm9vYmFy"),
    ]) func followsTheStandardsExamples(_ plain: String, _ encoded: String) {
        #expect(Base64.encode(Array(plain.utf8)) == encoded)
        #expect(Base64.decode(encoded) == Array(plain.utf8))
    }

    @Test func carriesEveryByte() {
        for count in [255, 256, 257] {
            let bytes = (0..<count).map { UInt8(truncatingIfNeeded: $0) }
            #expect(Base64.decode(Base64.encode(bytes)) == bytes)
        }
    }

    @Test(arguments: ["Z", "Zg", "Zg=", "Zg===", "=Zg=", "Z===", "====", "Zh==", "Zm9=", "Zm9v\n", "Zm9-", "Zg==Zg==", "Zm=v"])
    func refusesWhatIsNot(_ text: String) { #expect(Base64.decode(text) == nil) }
}

@Suite struct TimersInAHeap {
    @Test(arguments: 0..<10) func comeInOrderWhateverIsCancelled(_ seed: UInt64) {
        var random = seed &* 0x9e37_79b9_7f4a_7c15 | 1
        func next(_ bound: UInt64) -> UInt64 {
            random ^= random << 13
            random ^= random >> 7
            random ^= random << 17
            return random % bound
        }
        let fired = Shared<[UInt64]>([])
        var heap = TimerHeap()
        var expected: [UInt64] = []
        for _ in 0..<500 {
            let deadline = next(1000)
            let id = heap.add(deadline: deadline) { fired.change { $0.append(deadline) } }
            if next(3) == 0 { heap.cancel(id) } else { expected.append(deadline) }
        }
        #expect(heap.count == expected.count)
        for now in [UInt64(300), 700, 1000] { while let action = heap.popDue(now: now) { action() } }
        #expect(fired.now == expected.sorted())
        #expect(heap.count == 0)
    }

    @Test func costNothingOnceCancelled() {
        var heap = TimerHeap()
        for number in 0..<100_000 { heap.cancel(heap.add(deadline: UInt64(number)) {}) }
        #expect(heap.count == 0)
        #expect(heap.placeCount <= TimerHeap.rebuildFrom + 1)
    }
}

@Suite struct TheAllowance {
    @Test func refillsAtItsRateUpToItsCeiling() {
        var bucket = TokenBucket(capacity: 10, perSecond: 5, now: 0)
        func taken(at now: UInt64) -> Int { (0..<100).count { _ in bucket.take(now: now) } }
        #expect(taken(at: 0) == 10)
        #expect(taken(at: 199_000_000) == 0)
        #expect(taken(at: 201_000_000) == 1)
        #expect(taken(at: 100_000_000) == 0, "time that goes back gives nothing")
        #expect(taken(at: 60_000_000_000) == 10)
    }
}

@Suite(.timeLimit(.minutes(1))) struct TheLoop {
    @Test func runsWhatIsPostedInOrderFromManyThreads() async throws {
        let loop = HostLoop(name: "loop-test")
        defer { loop.stop() }
        let seen = Shared<[Int: [Int]]>([:])
        await withTaskGroup(of: Void.self) { group in
            for source in 0..<8 {
                group.addTask {
                    for number in 0..<1000 { loop.post { seen.change { $0[source, default: []].append(number) } } }
                }
            }
        }
        try await eventually("eight thousand pieces of work") { seen.now.values.reduce(0) { $0 + $1.count } == 8000 }
        #expect(seen.now.values.allSatisfy { $0 == Array(0..<1000) })
    }

    @Test func takesWorkFromItsOwnThread() async throws {
        let loop = HostLoop(name: "loop-test")
        defer { loop.stop() }
        let count = Shared(0)
        @Sendable func again() {
            count.change { $0 += 1 }
            if count.now < 1000 { loop.schedule(after: 0) { loop.post { again() } } }
        }
        loop.post { again() }
        try await eventually("a thousand turns") { count.now == 1000 }
    }

    @Test func endsAndStaysEnded() {
        let loop = HostLoop(name: "loop-test")
        let ran = Shared(0)
        loop.post { ran.change { $0 += 1 } }
        loop.stop()
        #expect(ran.now == 1)
        loop.post { ran.change { $0 += 1 } }
        loop.schedule(after: 0) { ran.change { $0 += 1 } }
        loop.stop()
        #expect(ran.now == 1)
    }
}
