import Glibc

/// Why a server cannot start.
package enum ServerError: Error, Sendable, CustomStringConvertible {
    /// The address cannot be listened on; `errno` says why.
    case cannotListen(ListenAddress, errno: Int32)
    case noThread
    /// `start` was called twice, or after `shutdown`.
    case startedBefore

    package var description: String {
        switch self {
        case .cannotListen(let address, let errno): "cannot listen on \(address): \(String(cString: strerror(errno)))"
        case .noThread: "the machine gives no further thread"
        case .startedBefore: "a server starts once"
        }
    }
}

/// A numeric address and a port to listen on; port 0 takes any free one.
package struct ListenAddress: Sendable, Hashable, CustomStringConvertible {
    package var host: String
    package var port: UInt16

    package init(host: String = "127.0.0.1", port: UInt16 = 0) {
        self.host = host
        self.port = port
    }

    package var description: String { host.contains(":") ? "[\(host)]:\(port)" : "\(host):\(port)" }
}
