import Glibc

/// A socket on a free port of the loopback, with a thread that takes connections one after the other until it is stopped.
package final class LoopbackListener: Sendable {
    package let port: UInt16
    private let descriptor: Int32
    private let answer: @Sendable (_ connection: Int32) -> Void

    /// - Parameter answer: Called for each connection, which is closed afterwards.
    package init(_ what: String, answer: @escaping @Sendable (_ connection: Int32) -> Void) throws {
        self.answer = answer
        descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        let listener = descriptor
        let isBound = withUnsafeMutablePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { raw in
                bind(listener, raw, length) == 0 && listen(listener, 64) == 0 && getsockname(listener, raw, &length) == 0
            }
        }
        guard isBound else { throw TestTrouble(description: "\(what): errno \(errno)") }
        port = UInt16(bigEndian: address.sin_port)
        var thread = pthread_t()
        let failure = pthread_create(
            &thread, nil,
            { raw in
                if let raw { Unmanaged<LoopbackListener>.fromOpaque(raw).takeRetainedValue().loop() }
                return nil
            }, Unmanaged.passRetained(self).toOpaque())
        guard failure == 0 else { throw TestTrouble(description: "\(what), its thread: \(failure)") }
        pthread_detach(thread)
    }

    package func stop() { shutdown(descriptor, Int32(SHUT_RDWR)) }

    private func loop() {
        while case let connection = accept(descriptor, nil, nil), connection >= 0 {
            answer(connection)
            close(connection)
        }
        close(descriptor)
    }
}
