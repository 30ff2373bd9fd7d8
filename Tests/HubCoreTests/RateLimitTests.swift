import HubCore
import Testing

struct RateLimitTests {
    struct Case: Sendable, CustomTestStringConvertible {
        let testDescription: String
        /// Seconds since the first try, and whether it may go on.
        let tries: [(Int, Bool)]
    }

    @Test(arguments: [
        Case(testDescription: "the burst, then no", tries: [(0, true), (0, true), (0, true), (0, false)]),
        Case(testDescription: "one more each interval", tries: [(0, true), (0, true), (0, true), (9, false), (10, true), (10, false)]),
        Case(testDescription: "never more than the burst", tries: [(0, true), (900, true), (900, true), (900, true), (900, false)]),
        Case(testDescription: "refused tries cost nothing", tries: [(0, true), (0, true), (0, true), (5, false), (6, false), (10, true)]),
        Case(
            testDescription: "a clock set back gives nothing",
            tries: [(50, true), (50, true), (50, true), (0, false), (9, false), (10, true)]),
    ]) func `a bucket of three that refills one in ten seconds`(c: Case) {
        let start = Timestamp(unixMilliseconds: 1_000_000)
        var allowance = TryAllowance(RateLimit(burst: 3, interval: .seconds(10)), now: start.advanced(by: .seconds(c.tries[0].0)))
        for (second, expected) in c.tries {
            #expect(allowance.take(now: start.advanced(by: .seconds(second))) == expected, "at \(second) s")
        }
    }

    @Test func `how long to wait is told, and is enough`() {
        let start = Timestamp(unixMilliseconds: 0)
        var table = TryTable(RateLimit(burst: 1, interval: .seconds(10)))
        #expect(table.take("a", now: start) == nil)
        #expect(table.take("a", now: start.advanced(by: .seconds(4))) == .seconds(6))
        #expect(table.take("b", now: start) == nil, "others are not held up")
        #expect(table.take("a", now: start.advanced(by: .seconds(10))) == nil)
        table.giveBack("a")
        #expect(table.take("a", now: start.advanced(by: .seconds(10))) == nil)
    }

    @Test func `the table never grows past its limit`() {
        var table = TryTable(RateLimit(burst: 2, interval: .seconds(1)))
        let now = Timestamp(unixMilliseconds: 0)
        for number in 0..<(TryTable.namesMax + 50) { _ = table.take("\(number)", now: now) }
        #expect(table.count == TryTable.namesMax)
        _ = table.take("later", now: now.advanced(by: .seconds(5)))
        #expect(table.count == 1, "those that are full again are forgotten")
    }

    struct Network: Sendable, CustomTestStringConvertible {
        let a: String, b: String, areOne: Bool
        var testDescription: String { "\(a) and \(b)" }
    }

    @Test(arguments: [
        Network(a: "192.0.2.1", b: "192.0.2.1", areOne: true), Network(a: "192.0.2.1", b: "192.0.2.2", areOne: false),
        Network(a: "2001:db8::1", b: "2001:db8::ffff:1", areOne: true), Network(a: "2001:db8::1", b: "2001:db8:0:1::1", areOne: false),
        Network(a: "::ffff:192.0.2.1", b: "192.0.2.1", areOne: true), Network(a: "::ffff:192.0.2.1", b: "::ffff:192.0.2.2", areOne: false),
    ]) func `addresses of one network share their tries`(c: Network) {
        var limiter = SignInLimiter()
        let now = Timestamp(unixMilliseconds: 0)
        for _ in 0..<SignInLimiter.perAddress.burst { #expect(limiter.take(address: c.a, now: now) == nil) }
        #expect((limiter.take(address: c.b, now: now) != nil) == c.areOne)
    }

    @Test func `an account is limited over all addresses`() {
        var limiter = SignInLimiter()
        let now = Timestamp(unixMilliseconds: 0)
        for number in 0..<SignInLimiter.perAccount.burst {
            #expect(limiter.take(address: "192.0.2.\(number)", account: "ada@acme.test", now: now) == nil)
        }
        #expect(limiter.take(address: "198.51.100.1", account: "ada@acme.test", now: now) == SignInLimiter.perAccount.interval)
        #expect(limiter.take(address: "198.51.100.1", account: "bob@acme.test", now: now) == nil)
    }
}
