import HostCalls
import JSON
import PluginModel

/// A plugin's HTTP capability behind a real broker, with a loop of its own; `stop()` ends both.
final class HTTPBench {
    let broker: Broker
    let client: HTTPClient
    private let loop: HostLoop
    private let ownsLoop: Bool

    init(
        _ name: String = "acme.test", declared: [String], granted: [String], limits: HTTPLimits = .default,
        options: HTTPClientOptions = HTTPClientOptions(), service: HTTPService? = nil, loop shared: HostLoop? = nil
    ) throws {
        loop = shared ?? HostLoop(name: "http-test")
        ownsLoop = shared == nil
        client = HTTPClient(service: service ?? HTTPService(loop: loop), limits: limits, options: options)
        broker = Broker(
            plugin: identity(name), declared: try permissions(declared), granted: GrantSet(try permissions(granted)),
            capabilities: [HTTPCapability(client: client)])
    }

    /// May reach `server` as `localhost` and as 127.0.0.1, private addresses included, and everything in `more`.
    convenience init(
        reaching server: LoopbackServer, more: [String] = [], limits: HTTPLimits = .default,
        options: HTTPClientOptions = HTTPClientOptions()
    ) throws {
        let outbound = ["network:outbound:http://localhost:\(server.port)", "network:outbound:http://127.0.0.1:\(server.port)"] + more
        let addresses = [
            "network:private:127.0.0.0/8@localhost", "network:private:::1/128@localhost", "network:private:127.0.0.1/32@127.0.0.1",
        ]
        try self.init(
            declared: outbound.filter { !$0.hasPrefix("network:private") }, granted: outbound + addresses, limits: limits, options: options)
    }

    func fetch(_ url: String, _ more: JSONObject = [:]) async -> HostCallReply {
        var arguments = more
        arguments["url"] = .string(url)
        return await broker.call("http.fetch", .object(arguments))
    }

    /// The response, or the fault as an error.
    func response(_ url: String, _ more: JSONObject = [:]) async throws -> JSONValue { try await fetch(url, more).value }

    func stop() {
        broker.close()
        if ownsLoop { loop.stop() }
    }
}

extension JSONValue {
    /// The value of a response's header, the first of that name.
    func header(_ name: String) -> String? {
        self["headers"]?.arrayValue?.first { $0[0] == .string(name) }?[1]?.stringValue
    }
}

/// A gzip stream of so many megabytes of zero bytes.
func gzipBomb(megabytes: Int) -> [UInt8] { gzipOfZeros(runs: (megabytes << 20) / 258) }

/// One zero and `runs` times 258 more, each in 13 bits, with eight bytes at the end where the sums belong.
func gzipOfZeros(runs: Int) -> [UInt8] {
    var bytes: [UInt8] = [0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 255]
    var held: UInt32 = 0
    var count: UInt32 = 0
    func put(_ value: UInt32, _ bits: UInt32) {
        held |= value << count
        count += bits
        while count >= 8 {
            bytes.append(UInt8(truncatingIfNeeded: held))
            held >>= 8
            count -= 8
        }
    }
    /// Huffman codes are written from their highest bit (RFC 1951 § 3.1.1).
    func putCode(_ code: UInt32, _ bits: UInt32) { for bit in (0..<bits).reversed() { put(code >> bit & 1, 1) } }
    put(1, 1)  // the last block
    put(1, 2)  // fixed codes
    putCode(0x30, 8)  // the literal 0
    for _ in 0..<runs {
        putCode(0xc5, 8)  // length 258
        putCode(0, 5)  // distance 1
    }
    putCode(0, 7)  // the end
    put(0, 7)
    return bytes + [0, 0, 0, 0, 0, 0, 0, 0]
}
