import HostCalls
import JSON
import PluginModel

/// Requests to a provider, by the guard that plugins' requests go through: public addresses only, but for what the operator named.
struct ProviderRequests: Sendable {
    static let timeoutMilliseconds: Int64 = 10_000
    static let responseBytesMax = 512 * 1024

    private let client: HTTPClient
    private let privateNetworks: [Permission]

    init(service: HTTPService, options: HTTPClientOptions, privateNetworks: [Permission]) {
        client = HTTPClient(
            service: service, limits: HTTPLimits(responseBytesMax: Self.responseBytesMax, idleConnectionsMax: 2, idleSecondsMax: 5),
            options: options)
        self.privateNetworks = privateNetworks
    }

    /// The body of a 200; redirects are not followed, since a provider names its places itself.
    func send(_ address: String, form: [(String, String)]? = nil, authorization: String? = nil) async throws(Fault) -> [UInt8] {
        let target = try HTTPTarget(parsing: address)
        let outbound: Permission
        do { outbound = try Permission(parsing: "network:outbound:\(target.scheme.rawValue)://\(target.host):\(target.port)") } catch {
            throw OIDCFault.unreachable(address, details: "\(error)")
        }
        guard let name = try? PluginID("hub.oidc") else { preconditionFailure("A name of ours is one.") }
        let broker = Broker(
            plugin: PluginIdentity(id: name, version: "1"), declared: [outbound], granted: GrantSet([outbound] + privateNetworks),
            capabilities: [HTTPCapability(client: client)])
        var headers: [JSONValue] = [["accept", "application/json"]]
        if let authorization { headers.append(["authorization", .string(authorization)]) }
        var arguments: JSONObject = ["url": .string(address), "redirect": "error", "timeoutMs": .int(Self.timeoutMilliseconds)]
        if let form {
            headers.append(["content-type", "application/x-www-form-urlencoded"])
            arguments["method"] = "POST"
            arguments["body"] = .string(FormText.encode(form))
        }
        arguments["headers"] = .array(headers)
        let bytes = JSONValue.object(arguments).serializedBytes()
        let reply = await withCheckedContinuation { continuation in
            broker.handle(HostCallRequest(callID: 0, operation: "http.fetch", arguments: bytes)) { continuation.resume(returning: $0) }
        }
        switch reply {
        case .failure(let fault): throw OIDCFault.unreachable(address, details: fault.description)
        case .success(let bytes):
            guard let answer = try? JSONValue(parsing: bytes), answer["bodyEncoding"]?.stringValue == "utf8",
                let body = answer["body"]?.stringValue
            else { throw OIDCFault.unreachable(address, details: "the answer is no text") }
            guard answer["status"]?.intValue == 200 else {
                throw OIDCFault.unreachable(address, details: "status \(answer["status"]?.intValue ?? 0)")
            }
            return Array(body.utf8)
        }
    }
}

/// `application/x-www-form-urlencoded`, which is also the safe spelling of a query.
enum FormText {
    static func encode(_ pairs: [(String, String)]) -> String {
        pairs.map { "\(encode($0.0))=\(encode($0.1))" }.joined(separator: "&")
    }

    static func encode(_ text: String) -> String {
        let digits = Array("0123456789ABCDEF".utf8)
        var out: [UInt8] = []
        for byte in text.utf8 {
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "0")...UInt8(ascii: "9"),
                UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "_"), UInt8(ascii: "~"):
                out.append(byte)
            default: out += [UInt8(ascii: "%"), digits[Int(byte >> 4)], digits[Int(byte & 15)]]
            }
        }
        return String(decoding: out, as: UTF8.self)
    }
}
