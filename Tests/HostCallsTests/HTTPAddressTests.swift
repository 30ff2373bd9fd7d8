import HostCalls
import JSON
import PluginModel
import Testing

/// One spelling of a place that plugins must not reach.
struct Spelling: Sendable, CustomTestStringConvertible {
    /// `PORT` stands for the port of a server that must never see a connection.
    let url: String
    let code: String
    /// Answers given instead of DNS, with `PORT` likewise.
    let resolve: [String]

    init(_ url: String, _ code: String = "http.blocked-address", resolve: [String] = []) {
        self.url = url
        self.code = code
        self.resolve = resolve
    }

    var testDescription: String { "\(url.debugDescription)\(resolve.isEmpty ? "" : " where \(resolve[0])"): \(code)" }

    func at(_ port: UInt16) -> String { url.replacing("PORT", with: "\(port)") }
}

/// The wall against requests into the hub's own network. Each spelling is declared and granted as far as a permission can name it, so that
/// only the look at the address stands between the plugin and the server.
@Suite(.timeLimit(.minutes(2))) struct ForbiddenAddresses {
    static let spellings: [Spelling] = [
        // This machine, in the spellings URL readers and resolvers have taken over fifty years.
        Spelling("http://127.0.0.1:PORT/"), Spelling("http://127.0.0.1:PORT"), Spelling("HTTP://127.0.0.1:PORT/"),
        Spelling("http://127.1:PORT/"), Spelling("http://127.0.1:PORT/"), Spelling("http://127.000.000.001:PORT/"),
        Spelling("http://2130706433:PORT/"), Spelling("http://0x7f000001:PORT/"), Spelling("http://0X7F000001:PORT/"),
        Spelling("http://0x7f.0.0.1:PORT/"), Spelling("http://0x7f.1:PORT/"), Spelling("http://0x7f.0x0.0x0.0x1:PORT/"),
        Spelling("http://017700000001:PORT/"), Spelling("http://0177.0.0.1:PORT/"), Spelling("http://0177.1:PORT/"),
        Spelling("http://00000177.0.0.01:PORT/"), Spelling("http://127.0x1:PORT/"), Spelling("http://0x7f.00.0x0.1:PORT/"),
        Spelling("http://127.0.0.1.:PORT/"), Spelling("http://127.1.:PORT/"), Spelling("http://2130706433.:PORT/"),
        Spelling("http://127.0.0.2:PORT/"), Spelling("http://127.255.255.254:PORT/"),
        Spelling("http://localhost:PORT/"), Spelling("http://LOCALHOST:PORT/"), Spelling("http://localhost.:PORT/"),
        Spelling("http://LocalHost.:PORT/"),
        // Percent signs, which one reader decodes and another does not.
        Spelling("http://%31%32%37.0.0.1:PORT/"), Spelling("http://%31%32%37.1:PORT/"), Spelling("http://127%2e0%2e0%2e1:PORT/"),
        Spelling("http://loc%61lhost:PORT/"), Spelling("http://%6c%6f%63%61%6c%68%6f%73%74:PORT/"), Spelling("http://%30%78%37%66.1:PORT/"),
        // IPv6 and what hides IPv4 in it.
        Spelling("http://[::1]:PORT/"), Spelling("http://[0:0:0:0:0:0:0:1]:PORT/"), Spelling("http://[0000::0001]:PORT/"),
        Spelling("http://[::]:PORT/"), Spelling("http://[0:0:0:0:0:0:0:0]:PORT/"), Spelling("http://[::ffff:127.0.0.1]:PORT/"),
        Spelling("http://[::FFFF:127.0.0.1]:PORT/"), Spelling("http://[::ffff:7f00:1]:PORT/"), Spelling("http://[::ffff:7f00:0001]:PORT/"),
        Spelling("http://[0:0:0:0:0:ffff:127.0.0.1]:PORT/"), Spelling("http://[::ffff:0:127.0.0.1]:PORT/"),
        Spelling("http://[::127.0.0.1]:PORT/"), Spelling("http://[::7f00:1]:PORT/"), Spelling("http://[64:ff9b::127.0.0.1]:PORT/"),
        Spelling("http://[64:ff9b::7f00:1]:PORT/"), Spelling("http://[64:ff9b:1::127.0.0.1]:PORT/"),
        Spelling("http://[2002:7f00:1::]:PORT/"),
        Spelling("http://[2001:0:7f00:1::]:PORT/"), Spelling("http://[2001::80ff:fffe]:PORT/"), Spelling("http://[fec0::1]:PORT/"),
        // Nowhere, which the kernel takes for this machine.
        Spelling("http://0.0.0.0:PORT/"), Spelling("http://0:PORT/"), Spelling("http://0x0:PORT/"), Spelling("http://00:PORT/"),
        Spelling("http://0.0:PORT/"), Spelling("http://0.1.2.3:PORT/"),
        // The clouds' metadata services.
        Spelling("http://169.254.169.254/latest/meta-data/"), Spelling("http://2852039166/"), Spelling("http://0xa9fea9fe/"),
        Spelling("http://0xa9.0xfe.0xa9.0xfe/"), Spelling("http://0251.0376.0251.0376/"), Spelling("http://169.254.43518/"),
        Spelling("http://169.16689662/"), Spelling("http://025177524776/"), Spelling("http://169.254.169.254./"),
        Spelling("http://[::ffff:169.254.169.254]/"), Spelling("http://[::ffff:a9fe:a9fe]/"), Spelling("http://[64:ff9b::a9fe:a9fe]/"),
        Spelling("http://[fd00:ec2::254]/"), Spelling("http://100.100.100.200/"), Spelling("http://192.0.0.192/"),
        Spelling("http://168.63.129.16/"),
        Spelling("http://metadata.google.internal/", resolve: ["metadata.google.internal:80:169.254.169.254"]),
        // The hub's neighbours.
        Spelling("http://10.0.0.1/"), Spelling("http://0xa000001/"), Spelling("http://012.1/"), Spelling("http://100.64.0.1/"),
        Spelling("http://169.254.1.1/"), Spelling("http://172.16.0.1/"), Spelling("http://172.31.255.255/"),
        Spelling("http://192.168.0.1/"),
        Spelling("http://3232235521/"), Spelling("http://192.168.1/"), Spelling("http://198.18.0.1/"), Spelling("http://192.0.2.1/"),
        Spelling("http://224.0.0.1/"), Spelling("http://240.0.0.1/"), Spelling("http://255.255.255.255/"), Spelling("http://4294967295/"),
        Spelling("http://[fe80::1]/"), Spelling("http://[fc00::1]/"), Spelling("http://[fd12:3456::1]/"), Spelling("http://[ff02::1]/"),
        Spelling("http://[2001:db8::1]/"), Spelling("http://[::ffff:10.0.0.1]/"), Spelling("http://[::ffff:192.168.0.1]/"),
        // Names whose DNS says what their owner likes.
        Spelling("http://rebind.example:PORT/", resolve: ["rebind.example:PORT:127.0.0.1"]),
        Spelling("http://rebind.example:PORT/", resolve: ["rebind.example:PORT:::1"]),
        Spelling("http://rebind.example:PORT/", resolve: ["rebind.example:PORT:0.0.0.0"]),
        Spelling("http://rebind.example:PORT/", resolve: ["rebind.example:PORT:[::ffff:127.0.0.1]"]),
        Spelling("http://rebind.example:PORT/", resolve: ["rebind.example:PORT:127.0.0.1,[::1],10.0.0.1"]),
        Spelling("http://rebind.example/", resolve: ["rebind.example:80:192.168.1.1"]),
        Spelling("http://localhost.example:PORT/", resolve: ["localhost.example:PORT:127.0.0.1"]),
        Spelling("http://127.0.0.1.nip.example:PORT/", resolve: ["127.0.0.1.nip.example:PORT:127.0.0.1"]),
        Spelling("http://REBIND.example.:PORT/", resolve: ["rebind.example:PORT:127.0.0.1"]),
        // A user name before the host, where one reader sees the host.
        Spelling("http://public.example@127.0.0.1:PORT/", "http.userinfo"),
        Spelling("http://public.example:80@127.0.0.1:PORT/", "http.userinfo"),
        Spelling("http://127.0.0.1:PORT@public.example/", "http.userinfo"), Spelling("http://@127.0.0.1:PORT/", "http.userinfo"),
        Spelling("http://a%40b@127.0.0.1:PORT/", "http.userinfo"), Spelling("http://127.0.0.1:PORT\\@public.example/", "http.userinfo"),
        // What is no URL to curl must not become one on the way.
        Spelling("http://public.example\\@127.0.0.1:PORT/", "http.userinfo"),
        Spelling("http://127.0.0.1:PORT\\.public.example/", "http.bad-url"),
        Spelling("http://127.0.0.1%2f@public.example/", "http.userinfo"),
        Spelling("http://127.0.0.1%00.public.example:PORT/", "http.bad-url"),
        Spelling("http://127.0.0.1\u{0}.public.example:PORT/", "http.bad-url"),
        Spelling("http://127.0.0.1 .public.example:PORT/", "http.bad-url"),
        Spelling("http://127.0.0.1\t:PORT/", "http.bad-url"), Spelling("http://127.0.0.1\r\nHost: x:PORT/", "http.bad-url"),
        Spelling("http:127.0.0.1:PORT/", "http.bad-url"), Spelling("http:/\\127.0.0.1:PORT/", "http.bad-url"),
        Spelling("//127.0.0.1:PORT/", "http.unsupported-scheme"), Spelling("127.0.0.1:PORT", "http.unsupported-scheme"),
        Spelling("http://１２７.０.０.１:PORT/", "http.bad-url"), Spelling("http://127。0。0。1:PORT/", "http.bad-url"),
        Spelling("http://ⓛⓞⓒⓐⓛⓗⓞⓢⓣ:PORT/", "http.bad-url"), Spelling("http://①②⑦.0.0.1:PORT/", "http.bad-url"),
        Spelling("http://٠x7f.1:PORT/", "http.bad-url"), Spelling("http://%EF%BC%91%32%37.1:PORT/", "http.bad-url"),
        Spelling("http://[::1%25lo]:PORT/", "http.bad-url"), Spelling("http://[fe80::1%25eth0]:PORT/", "http.bad-url"),
        Spelling("http://[fe80::1%lo]:PORT/", "http.bad-url"), Spelling("http://[::1", "http.bad-url"),
        Spelling("http://[127.0.0.1]:PORT/", "http.bad-url"), Spelling("http://::1:PORT/", "http.bad-url"),
        Spelling("http://127.0.0.1.0x:PORT/", "http.bad-url"), Spelling("http://127.0.0.256:PORT/", "http.bad-url"),
        Spelling("http://4294967297:PORT/", "http.bad-url"), Spelling("http://0x100000001:PORT/", "http.bad-url"),
        Spelling("http://127.0.0.1:0/", "http.bad-url"), Spelling("http://127.0.0.1:65537/", "http.bad-url"),
        Spelling("http://127..1:PORT/", "http.bad-url"), Spelling("http://.127.0.0.1:PORT/", "http.bad-url"),
        Spelling("http:///", "http.bad-url"),
        // Other protocols.
        Spelling("file:///etc/passwd", "http.unsupported-scheme"), Spelling("ftp://127.0.0.1:PORT/", "http.unsupported-scheme"),
        Spelling("gopher://127.0.0.1:PORT/_x", "http.unsupported-scheme"), Spelling("dict://127.0.0.1:PORT/", "http.unsupported-scheme"),
        Spelling("ws://127.0.0.1:PORT/", "http.unsupported-scheme"), Spelling("data:text/plain,x", "http.unsupported-scheme"),
    ]

    @Test func isALongList() {
        let blocked = Self.spellings.filter { $0.code == "http.blocked-address" }
        #expect(blocked.count >= 60)
        let redirected = blocked.count { $0.url.contains("PORT") }
        let told = [
            Self.spellings.count, blocked.count, blocked.count { !$0.resolve.isEmpty }, Self.spellings.count - blocked.count, redirected,
        ]
        #expect(told == [153, 108, 10, 45, 67], "docs/permissions.md tells these numbers")
        #expect(Set(Self.spellings.map { $0.url + $0.resolve.joined() }).count == Self.spellings.count)
    }

    @Test(arguments: spellings) func areRefused(_ spelling: Spelling) async throws {
        let server = LoopbackServer()
        defer { server.stop() }
        let url = spelling.at(server.port)
        // Declared and granted in the narrowest words, where there are any.
        let permission = (try? HTTPTarget(parsing: url)).map { [$0.need.permission] } ?? []
        let bench = try HTTPBench(
            declared: permission, granted: permission,
            options: HTTPClientOptions(resolve: spelling.resolve.map { $0.replacing("PORT", with: "\(server.port)") }))
        defer { bench.stop() }
        let reply = await bench.fetch(url)
        #expect(reply.code == spelling.code)
        #expect(server.connectionCount == 0)
        if spelling.code == "http.blocked-address" {
            #expect(reply.fault?.turn == .operator)
            #expect(reply.fault?.remedy?.contains("network:private:RANGE@") == true)
        }
    }

    /// An allowed server that sends the plugin on: to other spellings, and to names it was not granted.
    @Test(arguments: spellings.filter { $0.code == "http.blocked-address" && $0.url.contains("PORT") })
    func areRefusedAfterARedirect(_ spelling: Spelling) async throws {
        let secret = LoopbackServer()
        defer { secret.stop() }
        let url = spelling.at(secret.port)
        let front = LoopbackServer { _, connection in connection.redirect(to: url) }
        defer { front.stop() }
        let target = try HTTPTarget(parsing: url)
        let resolve = ["front.example:\(front.port):127.0.0.1"] + spelling.resolve.map { $0.replacing("PORT", with: "\(secret.port)") }
        let outbound = ["network:outbound:http://front.example:\(front.port)", target.need.permission]
        let bench = try HTTPBench(
            declared: outbound, granted: outbound + ["network:private:127.0.0.1/32@front.example"],
            options: HTTPClientOptions(resolve: resolve))
        defer { bench.stop() }
        #expect(await bench.fetch("http://front.example:\(front.port)/").code == "http.blocked-address")
        #expect(front.requests.count == 1)
        #expect(secret.connectionCount == 0)
    }

    @Test(arguments: [
        "http://user:pw@127.0.0.1:PORT/", "file:///etc/passwd", "http://127.0.0.1:0/", "http://１２７.0.0.1/", "gopher://127.0.0.1:PORT/",
        "http://[fe80::1%25lo]/",
    ]) func redirectsLeadNowhereElse(_ location: String) async throws {
        let secret = LoopbackServer()
        defer { secret.stop() }
        let front = LoopbackServer { _, connection in connection.redirect(to: location.replacing("PORT", with: "\(secret.port)")) }
        defer { front.stop() }
        let bench = try HTTPBench(reaching: front)
        defer { bench.stop() }
        #expect(await bench.fetch("http://localhost:\(front.port)/").code == "http.bad-redirect")
        #expect(secret.connectionCount == 0)
    }

    @Test func redirectsToUngrantedHostsAreRefusedBeforeTheyAreLookedUp() async throws {
        let secret = LoopbackServer()
        defer { secret.stop() }
        let front = LoopbackServer { request, connection in
            connection.redirect(to: request.path == "/declared" ? "http://declared.example/" : "http://127.0.0.1:\(secret.port)/")
        }
        defer { front.stop() }
        let bench = try HTTPBench(
            declared: ["network:outbound:http://localhost:\(front.port)", "network:outbound:http://declared.example"],
            granted: ["network:outbound:http://localhost:\(front.port)", "network:private:127.0.0.1/32@localhost"])
        defer { bench.stop() }
        #expect(await bench.fetch("http://localhost:\(front.port)/").code == "permission.not-declared")
        #expect(await bench.fetch("http://localhost:\(front.port)/declared").code == "permission.not-granted")
        #expect(secret.connectionCount == 0)
    }

    /// curl pauses between the addresses of a name; the time running out in such a pause must not hide why nothing was reached.
    @Test func aNameWithManyPrivateAddressesIsRefusedForThem() async throws {
        let server = LoopbackServer()
        defer { server.stop() }
        let permission = "network:outbound:http://many.example:\(server.port)"
        let addresses = (1...50).map { "10.0.0.\($0)" }.joined(separator: ",")
        let bench = try HTTPBench(
            declared: [permission], granted: [permission], limits: HTTPLimits(connectMilliseconds: 100),
            options: HTTPClientOptions(resolve: ["many.example:\(server.port):\(addresses),127.0.0.1"]))
        defer { bench.stop() }
        #expect(await bench.fetch("http://many.example:\(server.port)/").code == "http.blocked-address")
        #expect(server.connectionCount == 0)
    }

    /// `localhost` is ::1 and 127.0.0.1 on most machines; a grant for one of them is enough to get there.
    @Test func aNameIsReachedByThoseOfItsAddressesThatAreGranted() async throws {
        let server = LoopbackServer()
        defer { server.stop() }
        let permission = "network:outbound:http://both.example:\(server.port)"
        let bench = try HTTPBench(
            declared: [permission], granted: [permission, "network:private:127.0.0.1/32@both.example"],
            options: HTTPClientOptions(resolve: ["both.example:\(server.port):[::1],10.0.0.1,127.0.0.1"]))
        defer { bench.stop() }
        let response = try await bench.response("http://both.example:\(server.port)/")
        #expect(response["status"] == 200)
        #expect(server.connectionCount == 1)
    }

    // MARK: What the operator allows

    @Test(arguments: ["127.0.0.1", "localhost", "127.1", "0x7f000001", "LOCALHOST.", "%31%32%37.0.0.1"])
    func aGrantedHostWithItsRangeIsReached(_ host: String) async throws {
        let server = LoopbackServer()
        defer { server.stop() }
        let bench = try HTTPBench(reaching: server)
        defer { bench.stop() }
        let response = try await bench.response("http://\(host):\(server.port)/a?b#c")
        #expect(response["status"] == 200)
        #expect(response["body"] == "hello")
        #expect(server.requests.first?.path == "/a?b")
    }

    @Test func aGrantedIPv6AddressIsReached() async throws {
        let server = LoopbackServer()
        defer { server.stop() }
        let outbound = "network:outbound:http://[::1]:\(server.port)"
        let bench = try HTTPBench(declared: [outbound], granted: [outbound, "network:private:::1/128@[::1]"])
        defer { bench.stop() }
        let response = try await bench.response("http://[0:0::1]:\(server.port)/")
        #expect(response["body"] == "hello")
    }

    @Test func aGrantIsForOneHostAndOneRange() async throws {
        let server = LoopbackServer()
        defer { server.stop() }
        let outbound = ["wiki.example", "other.example", "far.example"].map { "network:outbound:http://\($0):\(server.port)" }
        let bench = try HTTPBench(
            declared: outbound,
            granted: outbound + ["network:private:127.0.0.0/8@wiki.example", "network:private:10.0.0.0/8@far.example"],
            options: HTTPClientOptions(
                resolve: ["wiki.example", "other.example", "far.example"].map { "\($0):\(server.port):127.0.0.1" }))
        defer { bench.stop() }
        let response = try await bench.response("http://wiki.example:\(server.port)/")
        #expect(response["body"] == "hello")
        #expect(await bench.fetch("http://other.example:\(server.port)/").code == "http.blocked-address")
        #expect(await bench.fetch("http://far.example:\(server.port)/").code == "http.blocked-address")
        #expect(server.requests.count == 1)
        #expect(bench.broker.meter.permissions.first { $0.permission.description.contains("@wiki") }?.uses == 1)
        #expect(bench.broker.meter.refusals.map(\.permission).contains("network:private:127.0.0.1/32@other.example"))
    }

    /// The first plugin's open connection must not become the second's way in.
    @Test func aLiveConnectionOfOnePluginIsNoUseToAnother() async throws {
        let server = LoopbackServer()
        defer { server.stop() }
        let loop = HostLoop(name: "http-test")
        defer { loop.stop() }
        let service = HTTPService(loop: loop)
        let outbound = "network:outbound:http://127.0.0.1:\(server.port)"
        let first = try HTTPBench(
            "acme.first", declared: [outbound], granted: [outbound, "network:private:127.0.0.1/32@127.0.0.1"], service: service, loop: loop)
        defer { first.stop() }
        let second = try HTTPBench("acme.second", declared: [outbound], granted: [outbound], service: service, loop: loop)
        defer { second.stop() }
        for _ in 0..<3 {
            let response = try await first.response("http://127.0.0.1:\(server.port)/")
            #expect(response["status"] == 200)
        }
        #expect(server.connectionCount == 1)
        #expect(await second.fetch("http://127.0.0.1:\(server.port)/").code == "http.blocked-address")
        #expect(server.connectionCount == 1)
        #expect(server.requests.count == 3)
    }

    @Test func theAddressIsForTheOperatorsLogAndNotForThePlugin() async throws {
        let outbound = "network:outbound:http://wiki.example"
        let bench = try HTTPBench(
            declared: [outbound], granted: [outbound], options: HTTPClientOptions(resolve: ["wiki.example:80:10.1.2.3"]))
        defer { bench.stop() }
        let fault = try #require(await bench.fetch("http://wiki.example/").fault)
        #expect(!fault.description.contains("10.1.2.3"))
        #expect(fault.details?.contains("network:private:10.1.2.3/32@wiki.example") == true)
        #expect(fault.message.contains("a private network"))
    }
}
