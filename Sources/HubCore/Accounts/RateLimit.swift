import Glibc

/// So many tries at once, and one more each interval: a token bucket as a value.
package struct RateLimit: Sendable, Hashable {
    package let burst: Int
    /// After which a try comes back.
    package let interval: Duration

    package init(burst: Int, interval: Duration) { (self.burst, self.interval) = (burst, interval) }
}

/// How many tries one address or one account has left.
package struct TryAllowance: Sendable, Hashable {
    private let limit: RateLimit
    private var left: Double
    private var countedAt: Timestamp

    package init(_ limit: RateLimit, now: Timestamp) { (self.limit, left, countedAt) = (limit, Double(limit.burst), now) }

    /// False when there is none left. A clock that was set back gives nothing, and costs no more than the time until it is where it was.
    package mutating func take(now: Timestamp) -> Bool {
        refill(now)
        guard left >= 1 else { return false }
        left -= 1
        return true
    }

    /// For a try that turned out to be right.
    package mutating func giveBack() { left = min(Double(limit.burst), left + 1) }

    /// Until the next try; zero when there is one.
    package func wait(now: Timestamp) -> Duration {
        var later = self
        later.refill(now)
        return later.left >= 1 ? .zero : limit.interval * (1 - later.left)
    }

    /// As if nobody had ever tried.
    func isFull(now: Timestamp) -> Bool {
        var later = self
        later.refill(now)
        return later.left >= Double(limit.burst)
    }

    private mutating func refill(_ now: Timestamp) {
        left = min(Double(limit.burst), left + (now.elapsed(since: countedAt) / limit.interval))
        countedAt = now
    }
}

/// Allowances by name, for a bounded number of names.
package struct TryTable: Sendable {
    /// When so many names are there, those that are full again are forgotten; if none is, one name goes for each that comes.
    package static let namesMax = 20_000

    private let limit: RateLimit
    private var allowances: [String: TryAllowance] = [:]

    package init(_ limit: RateLimit) { self.limit = limit }

    /// Nil when the try may go on, else how long to wait.
    package mutating func take(_ name: String, now: Timestamp) -> Duration? {
        if allowances[name] == nil, allowances.count >= Self.namesMax { makeRoom(now) }
        var allowance = allowances[name] ?? TryAllowance(limit, now: now)
        defer { allowances[name] = allowance }
        return allowance.take(now: now) ? nil : allowance.wait(now: now)
    }

    package mutating func giveBack(_ name: String) { allowances[name]?.giveBack() }

    package var count: Int { allowances.count }

    private mutating func makeRoom(_ now: Timestamp) {
        allowances = allowances.filter { !$0.value.isFull(now: now) }
        if allowances.count >= Self.namesMax, let some = allowances.keys.first { allowances[some] = nil }
    }
}

/// Who may try to sign in now: tries by address and by account, both counted before anything is compared.
package struct SignInLimiter: Sendable {
    /// A family behind one address mistypes; a machine guesses.
    package static let perAddress = RateLimit(burst: 20, interval: .seconds(6))
    /// Slows guessing one account from many addresses to 2,880 a day. The same bucket for names nobody has.
    package static let perAccount = RateLimit(burst: 10, interval: .seconds(30))

    private var addresses = TryTable(perAddress)
    private var accounts = TryTable(perAccount)

    package init() {}

    /// Nil when they may; the account's try is only taken when the address has one.
    package mutating func take(address: String, account: String, now: Timestamp) -> Duration? {
        addresses.take(Self.network(address), now: now) ?? accounts.take(account, now: now)
    }

    /// For what no account belongs to: setup and one-time codes.
    package mutating func take(address: String, now: Timestamp) -> Duration? { addresses.take(Self.network(address), now: now) }

    package mutating func succeeded(address: String, account: String) {
        addresses.giveBack(Self.network(address))
        accounts.giveBack(account)
    }

    /// An IPv4 address, or the first 64 bits of an IPv6 address: whoever has one of those has all of them.
    static func network(_ address: String) -> String {
        var bytes = [UInt8](repeating: 0, count: 16)
        guard address.contains(":"), inet_pton(AF_INET6, address, &bytes) == 1 else { return address }
        if bytes.starts(with: [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 255, 255]) { return bytes[12...].map(String.init).joined(separator: ".") }
        return Sodium.hexadecimal(bytes.prefix(8))
    }
}
