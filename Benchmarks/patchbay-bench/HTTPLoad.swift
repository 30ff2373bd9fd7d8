internal import Glibc

/// Requests over many kept connections from one thread, as fast as they are answered or at a steady rate.
///
/// At a rate, a request's time counts from when it was due, so that a server that stands still for a second has a second's worth of late answers.
/// Not Sendable: a load belongs to the thread that runs it.
final class HTTPLoad {
    struct Outcome: Sendable {
        var sample = Sample([], total: 1)
        /// Answers by status.
        var statuses: [Int: Int] = [:]
        /// Connections that broke or could not be made, and requests without an answer at the end.
        var broken = 0
        var requests: Int { statuses.values.reduce(0, +) }
        /// Anything but an answer with one of these.
        func failures(except fine: Set<Int> = [200]) -> Int {
            broken + statuses.filter { !fine.contains($0.key) }.values.reduce(0, +)
        }
    }

    private struct Client {
        var socket: Int32
        var due: UInt64 = 0
        var isBusy = false
        var received: [UInt8] = []
    }

    private let port: UInt16
    private let requests: [[UInt8]]
    private let manyAddresses: Bool
    private var clients: [Client] = []
    /// A place a client, for `poll`.
    private var watched: [pollfd] = []
    private var sent = 0
    private var outcome = Outcome()
    private var each: [UInt64] = []
    /// How long the last answers may take after the load has ended.
    private static let patience: UInt64 = 10_000_000_000

    /// `requests` are sent by turns, whole, as bytes. With `manyAddresses` the connections come from addresses all over 127.0.0.0/8.
    init(port: UInt16, requests: [[UInt8]], connections: Int, manyAddresses: Bool = false) throws {
        (self.port, self.requests, self.manyAddresses) = (port, requests, manyAddresses)
        for number in 0..<connections {
            guard let socket = Self.connect(port, from: manyAddresses ? number + 1 : 0) else {
                throw Peer.Missing("connection \(number) to port \(port) was not made: \(errno)")
            }
            clients.append(Client(socket: socket))
            watched.append(pollfd(fd: socket, events: Int16(POLLIN), revents: 0))
        }
    }

    deinit {
        for client in clients where client.socket >= 0 { close(client.socket) }
    }

    /// A connected socket; `number` above 0 chooses an address of this machine.
    static func connect(_ port: UInt16, from number: Int = 0) -> Int32? {
        let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
        guard descriptor >= 0 else { return nil }
        var one: Int32 = 1
        setsockopt(descriptor, Int32(IPPROTO_TCP), TCP_NODELAY, &one, socklen_t(MemoryLayout<Int32>.size))
        func address(_ host: UInt32, _ port: UInt16) -> sockaddr_in {
            var address = sockaddr_in()
            (address.sin_family, address.sin_port, address.sin_addr.s_addr) = (sa_family_t(AF_INET), port.bigEndian, host.bigEndian)
            return address
        }
        let size = socklen_t(MemoryLayout<sockaddr_in>.size)
        func with(_ address: sockaddr_in, _ body: (UnsafePointer<sockaddr>) -> Int32) -> Int32 {
            withUnsafePointer(to: address) { $0.withMemoryRebound(to: sockaddr.self, capacity: 1, body) }
        }
        if number > 0, with(address(0x7F01_0000 + UInt32(number % 60_000) + 1, 0), { bind(descriptor, $0, size) }) != 0 {
            close(descriptor)
            return nil
        }
        guard with(address(0x7F00_0001, port), { Glibc.connect(descriptor, $0, size) }) == 0 else {
            close(descriptor)
            return nil
        }
        return descriptor
    }

    /// Loads the server for so long; at `rate` requests a second, or without one as fast as answers come. Blocks its thread.
    func run(seconds: Double, rate: Double? = nil) -> Outcome {
        (outcome, each, sent) = (Outcome(), [], 0)
        each.reserveCapacity(1 << 18)
        let start = nanoseconds()
        let end = start + UInt64(seconds * 1e9)
        var next = start
        let step = rate.map { UInt64(1e9 / $0) }
        if step == nil { for number in clients.indices { send(number, due: nanoseconds()) } }
        var due: [UInt64] = []
        while true {
            let now = nanoseconds()
            if now >= end, !clients.contains(where: \.isBusy) || now >= end + Self.patience { break }
            var wait: Int32 = 100
            if let step {
                while next <= now, next < end {
                    due.append(next)
                    next += step
                }
                while let first = due.first, let free = clients.firstIndex(where: { !$0.isBusy }) {
                    due.removeFirst()
                    send(free, due: first)
                }
                if next < end { wait = Int32((max(next, now) - now) / 1_000_000 + 1) }
            }
            guard poll(&watched, nfds_t(watched.count), wait) > 0 else { continue }
            for number in watched.indices where watched[number].revents != 0 {
                guard receive(number) else { continue }
                if step == nil, nanoseconds() < end { send(number, due: nanoseconds()) }
            }
        }
        outcome.broken += clients.filter(\.isBusy).count + due.count
        outcome.sample = Sample(each, total: min(nanoseconds(), end) - start)
        return outcome
    }

    private func send(_ number: Int, due: UInt64) {
        (clients[number].due, clients[number].isBusy) = (due, true)
        let request = requests[sent % requests.count]
        sent += 1
        let written = Glibc.send(clients[number].socket, request, request.count, Int32(MSG_NOSIGNAL))
        if written != request.count { mend(number) }
    }

    /// Whether an answer is complete. Its time is counted then.
    private func receive(_ number: Int) -> Bool {
        let room = 64 << 10
        let socket = clients[number].socket
        var count = 0
        withUnsafeTemporaryAllocation(byteCount: room, alignment: 8) { buffer in
            count = recv(socket, buffer.baseAddress, room, Int32(MSG_DONTWAIT))
            if count > 0 { clients[number].received.append(contentsOf: UnsafeRawBufferPointer(rebasing: buffer[..<count])) }
        }
        if count <= 0 {
            if count < 0, errno == EAGAIN { return false }
            mend(number)
            return false
        }
        guard let (status, length, closes) = Self.answer(clients[number].received) else { return false }
        guard clients[number].received.count >= length else { return false }
        clients[number].received.removeAll(keepingCapacity: true)
        each.append(nanoseconds() - clients[number].due)
        outcome.statuses[status, default: 0] += 1
        clients[number].isBusy = false
        if closes { again(number) }
        return true
    }

    /// A connection that broke is made anew; a request that was on it counts as failed.
    private func mend(_ number: Int) {
        if clients[number].isBusy { outcome.broken += 1 }
        clients[number].isBusy = false
        again(number)
    }

    private func again(_ number: Int) {
        close(clients[number].socket)
        clients[number].received.removeAll(keepingCapacity: true)
        guard let socket = Self.connect(port, from: manyAddresses ? number + 1 : 0) else {
            (clients[number].socket, clients[number].isBusy, watched[number].fd) = (-1, true, -1)
            return
        }
        (clients[number].socket, watched[number].fd) = (socket, socket)
    }

    /// Status, whole length in bytes, and whether the server closes; nil while the head is not there.
    static func answer(_ bytes: [UInt8]) -> (status: Int, length: Int, closes: Bool)? {
        bytes.withUnsafeBytes { bytes in
            guard let start = bytes.baseAddress, let head = endOfHead(bytes), head > 12 else { return nil }
            func digit(_ place: Int) -> Int { Int(bytes[place]) - 48 }
            let status = digit(9) * 100 + digit(10) * 10 + digit(11)
            var (length, closes) = (0, false)
            var place = 0
            while place < head, let newline = memchr(start + place, 10, head - place) {
                place = start.distance(to: UnsafeRawPointer(newline)) + 1
                guard place + 17 < head else { continue }
                if strncasecmp((start + place).assumingMemoryBound(to: CChar.self), "content-length:", 15) == 0 {
                    length = atol((start + place + 15).assumingMemoryBound(to: CChar.self))
                } else if strncasecmp((start + place).assumingMemoryBound(to: CChar.self), "connection: close", 17) == 0 {
                    closes = true
                }
            }
            return (status, head + length, closes)
        }
    }

    /// Behind the empty line.
    private static func endOfHead(_ bytes: UnsafeRawBufferPointer) -> Int? {
        var place = 0
        while place + 3 < bytes.count, let found = memchr(bytes.baseAddress! + place, 13, bytes.count - place - 3) {
            place = bytes.baseAddress!.distance(to: UnsafeRawPointer(found))
            if bytes[place + 1] == 10, bytes[place + 2] == 13, bytes[place + 3] == 10 { return place + 4 }
            place += 1
        }
        return nil
    }
}
