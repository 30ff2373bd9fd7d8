import CBeast
import JSON
import Synchronization

/// What the C server calls: finds out what becomes of a request, and hands events to exchanges.
///
/// Its constants are set before the C server exists and `handle` before anything is called; counters are atomic. The C server holds one
/// reference until its last connection is gone.
final class ServerCore: @unchecked Sendable {
    let loops: [EventLoop]
    private let dispatcher: any RequestDispatching
    private let run = UInt32.random(in: 0...UInt32.max)
    private let number = Atomic<UInt64>(0)
    private(set) var handle: OpaquePointer!
    let emptied = Event()

    init(loops: [EventLoop], limits: pb_http_limits, dispatcher: any RequestDispatching) {
        self.loops = loops
        self.dispatcher = dispatcher
        var limits = limits
        var callbacks = Self.callbacks
        let handles: [OpaquePointer?] = loops.map(\.handle)
        handle = pb_http_create(handles, handles.count, &limits, &callbacks, Unmanaged.passRetained(self).toOpaque())
    }

    func head(_ connection: OpaquePointer, _ loop: Int, _ head: pb_http_head, _ plan: inout pb_http_plan) -> Exchange {
        let id = HTTPRequest.ID(run: run, number: number.add(1, ordering: .relaxed).newValue)
        let exchange = Exchange(connection: connection, loop: loops[loop], core: self, id: id)
        _ = Unmanaged.passRetained(exchange)  // the C side's reference; an answer below gives it back
        let kept = ReceivedHead(head)
        do throws(RequestTarget.Malformed) {
            var request = HTTPRequest(head, kept: kept, target: try RequestTarget(kept.bytes(head.target)), id: id)
            switch dispatcher.dispatch(&request) {
            case .answer(let response):
                plan.body_mode = PB_BODY_ON_DEMAND  // and nobody demands it
                answer(request, response, exchange)
            case .handle(let requestPlan):
                let limit = requestPlan.body.limit
                if let length = request.declaredLength, length > limit {
                    answer(request, ProblemDocument.bodyTooLarge(limit: limit).about(request).response, exchange)
                } else {
                    if case .onDemand = requestPlan.body { plan.body_mode = PB_BODY_ON_DEMAND }
                    plan.body_bytes = UInt64(limit)
                    plan.response_time = requestPlan.deadline?.milliseconds ?? 0
                    exchange.begin(request, requestPlan)
                }
            }
        } catch {
            var response = ProblemDocument.badRequest(error.rule).about(id).response
            response.closesConnection = true
            _ = exchange.answer(response)
        }
        return exchange
    }

    /// At once when the body is there; a file or stream needs a task.
    private func answer(_ request: HTTPRequest, _ response: HTTPResponse, _ exchange: Exchange) {
        if !exchange.answer(response) { exchange.begin(request.withoutBody, RequestPlan { _ in response }) }
    }

    private static func refusal(_ reason: pb_refusal, _ rule: String, _ status: inout Int32, _ out: UnsafeMutableRawBufferPointer) -> Int {
        let problem = ProblemDocument(reason, rule: rule)
        status = Int32(problem.status.rawValue)
        let bytes = problem.json.serializedBytes()
        guard bytes.count <= out.count else { return 0 }
        out.copyBytes(from: bytes)
        return bytes.count
    }

    private static func core(_ context: UnsafeMutableRawPointer?) -> ServerCore {
        Unmanaged<ServerCore>.fromOpaque(context!).takeUnretainedValue()
    }

    private static func exchange(_ owner: UnsafeMutableRawPointer?) -> Exchange {
        Unmanaged<Exchange>.fromOpaque(owner!).takeUnretainedValue()
    }

    private static let callbacks = pb_http_callbacks(
        head: { context, connection, loop, head, plan in
            Unmanaged.passUnretained(ServerCore.core(context).head(connection!, Int(loop), head!.pointee, &plan!.pointee)).toOpaque()
        },
        body: { owner, bytes, length, isLast in
            ServerCore.exchange(owner).body(UnsafeBufferPointer(start: bytes, count: length), isLast: isLast)
        },
        drained: { ServerCore.exchange($0).drained() },
        late: { ServerCore.exchange($0).late() },
        hung_up: { ServerCore.exchange($0).hungUp() },
        draining: { ServerCore.exchange($0).draining() },
        closed: { Unmanaged<Exchange>.fromOpaque($0!).takeRetainedValue().closed() },
        refusal: { _, reason, rule, status, out, capacity in
            ServerCore.refusal(reason, String(cString: rule!), &status!.pointee, UnsafeMutableRawBufferPointer(start: out, count: capacity))
        },
        emptied: { ServerCore.core($0).emptied.set() },
        released: { Unmanaged<ServerCore>.fromOpaque($0!).release() })
}
