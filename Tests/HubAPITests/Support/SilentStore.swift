import Glibc

/// A store that takes one request and says nothing until it is told what.
///
/// `@unchecked Sendable`: a test hands it from step to step, never to two threads at once.
final class SilentStore: @unchecked Sendable {
    let port: UInt16
    private let listener: Int32
    private var connection: Int32 = -1

    init() throws {
        listener = socket(AF_INET, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
        var patience = timeval(tv_sec: Client.patience, tv_usec: 0)
        setsockopt(listener, SOL_SOCKET, SO_RCVTIMEO, &patience, socklen_t(MemoryLayout<timeval>.size))
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = UInt32(0x7f00_0001).bigEndian
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        let descriptor = listener
        let isBound = withUnsafeMutablePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                bind(descriptor, $0, length) == 0 && listen(descriptor, 4) == 0 && getsockname(descriptor, $0, &length) == 0
            }
        }
        guard isBound else { throw Trouble(description: "no port: errno \(errno)") }
        port = UInt16(bigEndian: address.sin_port)
    }

    deinit { for descriptor in [connection, listener] where descriptor >= 0 { close(descriptor) } }

    func waitForRequest() throws {
        connection = accept(listener, nil, nil)
        guard connection >= 0 else { throw Trouble(description: "nobody asked: errno \(errno)") }
        // The first it has to say, such as hello.
        var byte: UInt8 = 0
        guard recv(connection, &byte, 1, 0) == 1 else { throw Trouble(description: "no request: errno \(errno)") }
    }

    func hangUp() { shutdown(connection, Int32(SHUT_RDWR)) }
}
