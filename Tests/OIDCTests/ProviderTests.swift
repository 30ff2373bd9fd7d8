import Glibc
import HostCalls
import HubCore
import JSON
import OIDC
import PluginModel
import Synchronization
import TestServers
import Testing

extension SignInProvider {
    /// The provider's clock stands here, and the hub's begins here. With clocks of their own a slow machine would make a token that is
    /// rightly refused: one from a minute after the hub's standing clock.
    var startedAt: Timestamp { Timestamp(unixMilliseconds: startedMilliseconds) }

    /// What a browser would do with an address.
    func visit(_ address: String) throws -> JSONValue {
        let pipe = try #require(popen("curl -sS --max-time 10 '\(address)'", "r"))
        var bytes = [UInt8](repeating: 0, count: 1 << 16)
        let count = fread(&bytes, 1, bytes.count, pipe)
        try #require(pclose(pipe) == 0)
        return try JSONValue(parsing: Array(bytes.prefix(count)))
    }
}

private final class HandClock: Sendable {
    private let now: Mutex<Timestamp>
    init(at start: Timestamp) { now = Mutex(start) }
    var read: @Sendable () -> Timestamp { { self.now.withLock { $0 } } }
    func advance(_ duration: Duration) { now.withLock { $0 = $0.advanced(by: duration) } }
}

private struct Trip {
    let running: SignInProvider
    let provider: Provider
    let clock: HandClock

    init(
        clientID: String = "hub", secret: String = "s&cr=t", path: String = "", isPrivateAllowed: Bool = true, loop: HostLoop,
        running: SignInProvider? = nil
    ) throws {
        let running = try running ?? SignInProvider(at: Timestamp.system().unixMilliseconds)
        self.running = running
        clock = HandClock(at: running.startedAt)
        let configuration = ProviderConfiguration(
            issuer: running.issuer + path, clientID: clientID, clientSecret: Secret(secret),
            redirectAddress: "https://hub.acme.test/auth/oidc?x=1",
            privateNetworks: isPrivateAllowed ? [try Permission(parsing: "network:private:127.0.0.1/32@127.0.0.1")] : [])
        provider = Provider(configuration, service: HTTPService(loop: loop), clock: clock.read)
    }

    func go() async throws -> IDToken {
        let departure = try await provider.depart()
        let back = try running.visit(departure.address)
        return try await provider.arrive(
            code: back["code"]?.stringValue ?? "", state: back["state"]?.stringValue ?? "", from: departure)
    }
}

private func code(_ body: () async throws -> Void) async -> String? {
    do {
        try await body()
        return nil
    } catch {
        return (error as? Fault)?.code ?? "no fault: \(error)"
    }
}

/// One after the other: each has a provider's process of its own.
@Suite(.serialized) struct ProviderTests {
    private let loop = HostLoop(name: "oidc-tests")

    @Test func `the way there and back ends with a verified token`() async throws {
        let trip = try Trip(loop: loop)
        defer { loop.stop() }
        let token = try await trip.go()
        #expect(token.subject == "u-1" && token.issuer == trip.running.issuer)
        _ = try await trip.go()
        #expect(try trip.running.visit("\(trip.running.issuer)/keys-asked")["count"]?.intValue == 1, "keys are remembered")
    }

    @Test func `every departure is another, and nothing of it but the challenge is shown`() async throws {
        let trip = try Trip(loop: loop)
        defer { loop.stop() }
        let (one, two) = (try await trip.provider.depart(), try await trip.provider.depart())
        #expect(one.state != two.state && one.nonce != two.nonce && one.verifier != two.verifier)
        #expect(one.state.count == 43)
        #expect(!one.address.contains(try #require(one.verifier.text)) && one.address.contains("code_challenge_method=S256"))
        #expect(one.address.contains("redirect_uri=https%3A%2F%2Fhub.acme.test%2Fauth%2Foidc%3Fx%3D1"))
    }

    @Test func `who comes back with something else, too late or twice is refused`() async throws {
        let trip = try Trip(loop: loop)
        defer { loop.stop() }
        let (departure, other) = (try await trip.provider.depart(), try await trip.provider.depart())
        let back = try trip.running.visit(departure.address)
        let (value, state) = (back["code"]?.stringValue ?? "", back["state"]?.stringValue ?? "")
        let provider = trip.provider
        #expect(await code { _ = try await provider.arrive(code: value, state: "", from: departure) } == "oidc.bad-return")
        #expect(await code { _ = try await provider.arrive(code: value, state: state, from: other) } == "oidc.bad-return")
        #expect(await code { _ = try await provider.arrive(code: "", state: state, from: departure) } == "oidc.bad-return")
        _ = try await provider.arrive(code: value, state: state, from: departure)
        #expect(await code { _ = try await provider.arrive(code: value, state: state, from: departure) } == "oidc.unreachable")
        trip.clock.advance(.seconds(Departure.secondsMax))
        #expect(await code { _ = try await provider.arrive(code: value, state: state, from: departure) } == "oidc.bad-return")
    }

    @Test func `a stolen code is worth nothing without its verifier`() async throws {
        let trip = try Trip(loop: loop)
        defer { loop.stop() }
        let (theirs, ours) = (try await trip.provider.depart(), try await trip.provider.depart())
        let value = try trip.running.visit(theirs.address)["code"]?.stringValue ?? ""
        let state = ours.state.text ?? ""
        #expect(await code { _ = try await trip.provider.arrive(code: value, state: state, from: ours) } == "oidc.unreachable")
    }

    struct Case: Sendable, CustomTestStringConvertible {
        let testDescription: String
        var clientID = "hub"
        var secret = "s&cr=t"
        var path = ""
        var isPrivateAllowed = true
        let expected: String
    }

    @Test(arguments: [
        Case(testDescription: "a private address that nobody allowed", isPrivateAllowed: false, expected: "oidc.unreachable"),
        Case(testDescription: "a description of another issuer", path: "/other", expected: "oidc.bad-description"),
        Case(testDescription: "a description that has moved", path: "/moved", expected: "oidc.unreachable"),
        Case(testDescription: "a huge description", path: "/huge", expected: "oidc.unreachable"),
        Case(testDescription: "no description", path: "/none", expected: "oidc.unreachable"),
        Case(testDescription: "a wrong secret", secret: "wrong", expected: "oidc.unreachable"),
        Case(testDescription: "a token with another nonce", clientID: "wrong-nonce", expected: "oidc.bad-token"),
        Case(testDescription: "no token", clientID: "no-token", expected: "oidc.bad-token"),
    ]) func `what goes wrong on the way is said`(c: Case) async throws {
        defer { loop.stop() }
        let trip = try Trip(clientID: c.clientID, secret: c.secret, path: c.path, isPrivateAllowed: c.isPrivateAllowed, loop: loop)
        #expect(await code { _ = try await trip.go() } == c.expected)
    }

    @Test func `new keys are asked for, once a minute at most`() async throws {
        let trip = try Trip(loop: loop)
        defer { loop.stop() }
        _ = try await trip.go()
        let asked = { try trip.running.visit("\(trip.running.issuer)/keys-asked")["count"]?.intValue }
        _ = try trip.running.visit("\(trip.running.issuer)/roll")
        #expect(await code { _ = try await trip.go() } == "oidc.unknown-key", "they were read just now")
        #expect(try asked() == 1)
        trip.clock.advance(Provider.refreshInterval)
        _ = try await trip.go()
        #expect(try asked() == 2)
        _ = try trip.running.visit("\(trip.running.issuer)/roll?hidden")
        trip.clock.advance(Provider.refreshInterval)
        for _ in 0..<5 { #expect(await code { _ = try await trip.go() } == "oidc.unknown-key") }
        #expect(try asked() == 3)
    }
}
