internal import Glibc
internal import JSON

/// What many idle connections, a flood of sign-ins and a plugin in a loop do to everybody else.
struct CrowdFigures {
    static let idleConnections = 10_000
    /// Other requests a second, while it lasts.
    static let rate = 100.0

    /// Connections that answered again after having been idle.
    var held = 0
    var idleMegabytes = 0.0
    /// Milliseconds of other reads, before anything, with the idle connections, in the flood, beside the loop.
    var quietP95 = 0.0, idleP95 = 0.0, floodP95 = 0.0, loopP95 = 0.0, loopCallP95 = 0.0
    var floodAttempts = 0
    /// By status.
    var floodAnswers: [Int: Int] = [:]
    /// How much more memory the flood took at its peak.
    var floodMegabytes = 0.0
    /// Calls of the plugin in a loop, by status.
    var loopAnswers: [Int: Int] = [:]
    /// Other requests that failed, in all of it.
    var failed = 0

    /// Of a hub that has `bench.calls` and `bench.loop`, let in.
    static func measure(_ hub: HubProgram, token: String) async throws -> CrowdFigures {
        var figures = CrowdFigures()
        let fields = ["Authorization: Bearer \(token)"]
        let reads = ["/api/v1/session", "/api/v1/plugins/bench.calls", "/api/v1/overview", "/healthz"].map {
            HubProgram.bytes(hub.port, "GET", $0, headers: fields)
        }
        let call = HubProgram.bytes(
            hub.port, "POST", "/api/v1/plugins/bench.calls/call", ["export": "run", "argument": ["text": "beside"]], headers: fields)
        let port = hub.port
        func others(_ seconds: Double, _ requests: [[UInt8]]) async throws -> HTTPLoad.Outcome {
            try await onThread { try HTTPLoad(port: port, requests: requests, connections: 16).run(seconds: seconds, rate: rate) }
        }
        func count(_ outcome: HTTPLoad.Outcome) -> Double {
            figures.failed += outcome.failures()
            return outcome.sample.p95 / 1_000
        }
        figures.quietP95 = count(try await others(2, reads + [call]))

        // Idle connections: each has asked once, and asks again after a pause.
        let before = hub.program.status("VmRSS")
        raiseFileLimit()
        let crowd = try await onThread { Crowd(try Crowd.connect(idleConnections, port)) }
        let asked = crowd.ask(port)
        figures.idleMegabytes = hub.program.status("VmRSS") - before
        figures.idleP95 = count(try await others(5, reads + [call]))
        figures.held = min(asked, crowd.ask(port))
        crowd.close()

        // A flood of sign-ins from everywhere, for everybody.
        hub.program.forgetPeak()
        let rest = hub.program.status("VmRSS")
        let attempts = (0..<500).map { number in
            HubProgram.bytes(
                port, "POST", "/api/v1/session",
                ["email": .string("person\(number)@example.org"), "password": .string("wrong horse \(number)")])
        }
        async let flood = onThread { try HTTPLoad(port: port, requests: attempts, connections: 400, manyAddresses: true).run(seconds: 6) }
        async let beside = others(5, reads)
        figures.floodP95 = count(try await beside)
        let outcome = try await flood
        (figures.floodAttempts, figures.floodAnswers) = (outcome.requests, outcome.statuses)
        figures.floodMegabytes = hub.program.status("VmHWM") - rest

        // A plugin that never returns, called by several at once, again whenever it was ended.
        let spin = HubProgram.bytes(
            port, "POST", "/api/v1/plugins/bench.loop/call", ["export": "spin", "argument": nil], headers: fields)
        async let loop = onThread { try HTTPLoad(port: port, requests: [spin], connections: 8).run(seconds: 7) }
        try await Task.sleep(for: .milliseconds(500))
        figures.loopP95 = count(try await others(3, reads))
        figures.loopCallP95 = count(try await others(3, [call]))
        figures.loopAnswers = try await loop.statuses
        return figures
    }

    private static func raiseFileLimit() {
        var limit = rlimit()
        guard getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit) == 0 else { return }
        limit.rlim_cur = min(limit.rlim_max, 65_536)
        setrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit)
    }

    /// Connections that are there and do nothing.
    private struct Crowd: Sendable {
        let sockets: [Int32]

        init(_ sockets: [Int32]) { self.sockets = sockets }

        static func connect(_ count: Int, _ port: UInt16) throws -> [Int32] {
            try (1...count).map { number in
                guard let socket = HTTPLoad.connect(port, from: number) else {
                    throw Peer.Missing("idle connection \(number) was not made: \(errno)")
                }
                return socket
            }
        }

        /// How many answer a small request.
        func ask(_ port: UInt16) -> Int {
            let request = HubProgram.bytes(port, "GET", "/healthz")
            var patience = timeval(tv_sec: 5, tv_usec: 0)
            var buffer = [UInt8](repeating: 0, count: 4096)
            return sockets.count { socket in
                setsockopt(socket, SOL_SOCKET, SO_RCVTIMEO, &patience, socklen_t(MemoryLayout<timeval>.size))
                guard send(socket, request, request.count, Int32(MSG_NOSIGNAL)) == request.count else { return false }
                let count = recv(socket, &buffer, buffer.count, 0)
                return count > 0 && HTTPLoad.answer(Array(buffer[..<count]))?.status == 200
            }
        }

        func close() { for socket in sockets { Glibc.close(socket) } }
    }
}
