import CBeast
import Synchronization

/// An HTTP/1.1 server: loops that read requests and write answers, each request handled by a task on its connection's loop.
///
/// `start` listens, `run` waits until it is over, `shutdown` ends it. A server starts once.
package final class HTTPServer: Sendable {
    private enum Phase { case new, running, ending }

    private let configuration: HTTPServerConfiguration
    private let core: ServerCore
    private let phase = Mutex(Phase.new)

    package init(configuration: HTTPServerConfiguration, dispatcher: some RequestDispatching) throws(ServerError) {
        self.configuration = configuration
        var loops: [EventLoop] = []
        for number in 0..<max(1, configuration.loops) { loops.append(try EventLoop(name: "pb-http-\(number)")) }
        core = ServerCore(loops: loops, limits: pb_http_limits(configuration), dispatcher: dispatcher)
    }

    /// One handler for every path; bodies up to 1 MiB unless said otherwise.
    package convenience init(
        configuration: HTTPServerConfiguration, body: BodyMode = .collected(limit: 1 << 20), deadline: Duration? = nil,
        handler: @escaping RequestHandler
    ) throws(ServerError) {
        let plan = RequestPlan(body: body, deadline: deadline, handler: handler)
        try self.init(configuration: configuration, dispatcher: SingleHandler(plan: plan))
    }

    deinit { pb_http_release(core.handle) }

    /// Listens on every address, or on none; returns them with the ports they got, in the configuration's order.
    @discardableResult
    package func start() throws(ServerError) -> [ListenAddress] {
        let isNew = phase.withLock { phase in
            defer { if phase == .new { phase = .running } }
            return phase == .new
        }
        guard isNew else { throw .startedBefore }
        var bound: [ListenAddress] = []
        for var address in configuration.addresses {
            var port: UInt16 = 0
            let failure = pb_http_listen(core.handle, address.host, address.port, &port)
            guard failure == 0 else {
                pb_http_stop_listening(core.handle)
                throw .cannotListen(address, errno: failure)
            }
            address.port = port
            bound.append(address)
        }
        return bound
    }

    /// Waits until the server has been shut down. Cancelling it shuts down with the usual grace.
    package func run() async {
        await withTaskCancellationHandler {
            await core.emptied.wait()
        } onCancel: {
            Task { await shutdown() }
        }
    }

    /// Stops listening, closes idle connections, ends event streams, and lets requests in flight finish; what is left after `grace` is cut,
    /// its tasks cancelled. Returns when every connection is closed. A cancelled task that goes on holds its loop's thread.
    package func shutdown(grace: Duration = .seconds(10)) async {
        let isFirst = phase.withLock { phase in
            defer { phase = .ending }
            return phase != .ending
        }
        if isFirst {
            pb_http_stop_listening(core.handle)
            pb_http_drain(core.handle)
        }
        let cutting = Task { [self] in  // holds the server, whose end frees the handle
            try await Task.sleep(for: grace)
            pb_http_cut(core.handle)
        }
        await core.emptied.wait()
        cutting.cancel()
    }

    /// Counts since the start; `open` is now.
    package struct Counts: Sendable, Hashable {
        package var accepted, open, requests, responses: Int
        /// By the code of the problem document.
        package var refused: [String: Int]
        package var idleClosed, stalled: Int
    }

    package var counts: Counts {
        let counts = pb_http_count(core.handle)
        let reasons: [pb_refusal] = [
            PB_REFUSE_BAD_REQUEST, PB_REFUSE_HEAD_TOO_LARGE, PB_REFUSE_TARGET_TOO_LONG, PB_REFUSE_BODY_TOO_LARGE, PB_REFUSE_TOO_SLOW,
            PB_REFUSE_TOO_MANY_CONNECTIONS, PB_REFUSE_EXPECTATION,
        ]
        let refused = withUnsafeBytes(of: counts.refused) { Array($0.bindMemory(to: UInt64.self)) }
        return Counts(
            accepted: Int(counts.accepted), open: Int(counts.open), requests: Int(counts.requests), responses: Int(counts.responses),
            refused: Dictionary(uniqueKeysWithValues: reasons.map { (ProblemDocument($0, rule: "").code, Int(refused[Int($0.rawValue)])) }),
            idleClosed: Int(counts.idle_closed), stalled: Int(counts.stalled))
    }
}
