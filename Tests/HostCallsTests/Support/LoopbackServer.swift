import Glibc
import Synchronization

/// A small HTTP server on 127.0.0.1 and, on the same port, on ::1; it answers what a test tells it to, well-behaved or not.
///
/// Each connection has a thread of its own, so that one that drips does not hold up another. `stop()` closes everything.
///
/// `@unchecked Sendable`: its descriptors are set once; what changes is behind the lock.
final class LoopbackServer: @unchecked Sendable {
    struct Request: Sendable {
        let method: String
        let path: String
        /// In the order they came, names in lower case.
        let headers: [(name: String, value: String)]
        let body: [UInt8]

        func header(_ name: String) -> String? { headers.first { $0.name == name }?.value }
    }

    typealias Handler = @Sendable (Request, Connection) -> Void

    private struct State {
        var connections = 0
        var requests: [Request] = []
        var open: Set<Int32> = []
        var isStopping = false
    }

    let port: UInt16
    private let listeners: [Int32]
    private let state = Mutex(State())
    private let handler: Handler

    init(_ handler: @escaping Handler = { _, connection in connection.respond("hello") }) {
        self.handler = handler
        let (first, port) = Self.listen(AF_INET, port: 0)
        listeners = [first, Self.listen(AF_INET6, port: port).descriptor].filter { $0 >= 0 }
        self.port = port
        for listener in listeners { inThread { [self] in accept(on: listener) } }
    }

    /// How many connections have been accepted since the start.
    var connectionCount: Int { state.withLock { $0.connections } }
    var requests: [Request] { state.withLock { $0.requests } }

    func stop() {
        let open = state.withLock { state in
            state.isStopping = true
            return state.open
        }
        for listener in listeners { shutdown(listener, Int32(SHUT_RDWR)) }
        for descriptor in open { shutdown(descriptor, Int32(SHUT_RDWR)) }
    }

    private func accept(on listener: Int32) {
        while true {
            let descriptor = Glibc.accept(listener, nil, nil)
            if descriptor < 0 {
                close(listener)
                return
            }
            let isWelcome = state.withLock { state in
                state.connections += 1
                if !state.isStopping { state.open.insert(descriptor) }
                return !state.isStopping
            }
            guard isWelcome else {
                close(descriptor)
                continue
            }
            inThread { [self] in
                serve(Connection(descriptor: descriptor))
                state.withLock { _ = $0.open.remove(descriptor) }
                close(descriptor)
            }
        }
    }

    private func serve(_ connection: Connection) {
        while let request = connection.readRequest() {
            state.withLock { $0.requests.append(request) }
            handler(request, connection)
            if connection.isClosing { return }
        }
    }

    private func inThread(_ body: @escaping @Sendable () -> Void) {
        let box = Unmanaged.passRetained(Box(body))
        var thread = pthread_t()
        let code = pthread_create(
            &thread, nil,
            { context in
                if let context { Unmanaged<Box>.fromOpaque(context).takeRetainedValue().body() }
                return nil
            }, box.toOpaque())
        precondition(code == 0)
        pthread_detach(thread)
    }

    private final class Box {
        let body: @Sendable () -> Void
        init(_ body: @escaping @Sendable () -> Void) { self.body = body }
    }

    private static func listen(_ family: Int32, port: UInt16) -> (descriptor: Int32, port: UInt16) {
        let descriptor = socket(family, Int32(SOCK_STREAM.rawValue), 0)
        var one: Int32 = 1
        setsockopt(descriptor, SOL_SOCKET, SO_REUSEADDR, &one, 4)
        var length: socklen_t
        var bound = -1 as Int32
        if family == AF_INET {
            var address = sockaddr_in()
            address.sin_family = sa_family_t(AF_INET)
            address.sin_port = port.bigEndian
            address.sin_addr.s_addr = UInt32(0x7f00_0001).bigEndian
            length = socklen_t(MemoryLayout<sockaddr_in>.size)
            withUnsafeMutablePointer(to: &address) {
                $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                    bound = bind(descriptor, $0, length)
                    getsockname(descriptor, $0, &length)
                }
            }
            precondition(bound == 0 && Glibc.listen(descriptor, 64) == 0, "no loopback to listen on")
            return (descriptor, UInt16(bigEndian: address.sin_port))
        }
        setsockopt(descriptor, Int32(IPPROTO_IPV6), IPV6_V6ONLY, &one, 4)
        var address = sockaddr_in6()
        address.sin6_family = sa_family_t(AF_INET6)
        address.sin6_port = port.bigEndian
        address.sin6_addr = in6addr_loopback
        length = socklen_t(MemoryLayout<sockaddr_in6>.size)
        withUnsafePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { bound = bind(descriptor, $0, length) }
        }
        guard bound == 0, Glibc.listen(descriptor, 64) == 0 else {
            close(descriptor)
            return (-1, port)
        }
        return (descriptor, port)
    }

    /// One accepted connection, used by its own thread alone.
    final class Connection {
        private let descriptor: Int32
        private var pending: [UInt8] = []
        private(set) var isClosing = false

        init(descriptor: Int32) { self.descriptor = descriptor }

        func respond(_ body: String, status: String = "200 OK", headers: [String] = []) {
            respond(Array(body.utf8), status: status, headers: headers)
        }

        func respond(_ body: [UInt8], status: String = "200 OK", headers: [String] = []) {
            let head = (["HTTP/1.1 \(status)", "Content-Length: \(body.count)"] + headers).joined(separator: "\r\n") + "\r\n\r\n"
            send(Array(head.utf8) + body)
        }

        func redirect(to location: String, status: String = "302 Found") { respond("", status: status, headers: ["Location: \(location)"]) }

        /// False when the client has gone.
        @discardableResult
        func send(_ bytes: [UInt8]) -> Bool {
            var rest = bytes[...]
            while !rest.isEmpty {
                let count = rest.withUnsafeBytes { Glibc.send(descriptor, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL)) }
                guard count > 0 else {
                    isClosing = true
                    return false
                }
                rest = rest.dropFirst(count)
            }
            return true
        }

        @discardableResult
        func send(_ text: String) -> Bool { send(Array(text.utf8)) }

        /// Waits that long for the client to hang up; true while it has not.
        func linger(milliseconds: Int32) -> Bool {
            var poll = pollfd(fd: descriptor, events: Int16(POLLRDHUP_EVENT), revents: 0)
            if Glibc.poll(&poll, 1, milliseconds) > 0 { isClosing = true }
            return !isClosing
        }

        func hangUp() { isClosing = true }

        func readRequest() -> Request? {
            guard let head = read(until: Array("\r\n\r\n".utf8)) else { return nil }
            let lines = String(decoding: head, as: UTF8.self).split(separator: "\r\n", omittingEmptySubsequences: true)
            guard let first = lines.first?.split(separator: " "), first.count == 3 else { return nil }
            let headers = lines.dropFirst().map { line -> (name: String, value: String) in
                let parts = line.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
                return (String(parts[0]).lowercased(), String(parts.count > 1 ? parts[1].drop { $0 == " " } : ""))
            }
            let length = headers.first { $0.name == "content-length" }.flatMap { Int($0.value) } ?? 0
            guard let body = read(count: length) else { return nil }
            return Request(method: String(first[0]), path: String(first[1]), headers: headers, body: body)
        }

        private func read(until end: [UInt8]) -> [UInt8]? {
            while true {
                if pending.count >= end.count,
                    let place = (0...(pending.count - end.count)).first(where: { pending[$0...].starts(with: end) })
                {
                    defer { pending.removeFirst(place + end.count) }
                    return Array(pending[..<place])
                }
                guard fill() else { return nil }
            }
        }

        private func read(count: Int) -> [UInt8]? {
            while pending.count < count { guard fill() else { return nil } }
            defer { pending.removeFirst(count) }
            return Array(pending.prefix(count))
        }

        private func fill() -> Bool {
            var buffer = [UInt8](repeating: 0, count: 65_536)
            let count = recv(descriptor, &buffer, buffer.count, 0)
            guard count > 0 else { return false }
            pending += buffer.prefix(count)
            return true
        }
    }
}

/// `POLLRDHUP` of Linux, which Swift's Glibc leaves out.
private let POLLRDHUP_EVENT = 0x2000
