/// What one host call is about to do, in the terms permissions are matched by.
public enum Need: Hashable, Sendable {
    /// To send a request. The host is as the URL reader left it: lower case or not, IDNA applied, IPv6 with or without brackets.
    case networkConnect(scheme: NetworkScheme, host: String, port: UInt16)
    /// To let that host lead to an address that is private, loopback or link-local; 4 or 16 bytes in network order.
    case privateAddress(host: String, address: [UInt8])
    case networkInbound
    case eventPublish(subject: String)
    case dataRead(table: String)
    case dataWrite(table: String)
    case engine(EnginePower)

    /// The narrowest permission that would cover it; not always one that can be written, if the call itself names nonsense.
    public var permission: String {
        switch self {
        case .networkConnect(let scheme, let host, let port):
            "network:outbound:" + (scheme == .http ? "http://" : "") + Self.named(host) + (port == scheme.defaultPort ? "" : ":\(port)")
        case .privateAddress(let host, let address):
            "network:private:\(Self.single(address))@\(Self.named(host))"
        case .networkInbound: "network:inbound"
        case .eventPublish(let subject): "event:publish:\(visible(subject))"
        case .dataRead(let table): "data:read:\(visible(table))"
        case .dataWrite(let table): "data:write:\(visible(table))"
        case .engine(let power): "engine:\(power.rawValue)"
        }
    }

    /// Goes on from "plugin 'x' may not …".
    var deed: String {
        switch self {
        case .networkConnect(let scheme, let host, let port):
            "connect to '\(scheme.rawValue)://\(Self.named(host))\(port == scheme.defaultPort ? "" : ":\(port)")'"
        case .privateAddress(let host, _): "reach '\(Self.named(host))', which leads to a private address"
        case .networkInbound: "receive requests from outside"
        case .eventPublish(let subject): "publish the event '\(visible(subject))'"
        case .dataRead(let table): "read the table '\(visible(table))'"
        case .dataWrite(let table): "write to the table '\(visible(table))'"
        case .engine(.jit): "compile scripts to machine code"
        case .engine(.wasm): "run WebAssembly"
        }
    }

    private static func named(_ host: String) -> String { NetworkHost(exactly: host)?.description ?? visible(host) }

    private static func single(_ address: [UInt8]) -> String {
        let address = AddressRange.unmapped(address)
        return "\(addressText(address))/\(address.count * 8)"
    }
}
