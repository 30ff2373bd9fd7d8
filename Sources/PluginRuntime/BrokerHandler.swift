internal import HostCalls
internal import JSON
internal import PluginModel
internal import Sandbox
internal import Synchronization

/// Hands a worker's host calls to the plugin's broker. One a worker; the broker outlives it.
///
/// Sandbox and HostCalls do not know each other: this is where they meet.
final class BrokerHandler: HostCallHandler {
    private let broker: Broker
    /// Host calls that are answered later, by the worker's number for them, with the call they belong to.
    private let waiting = Mutex<[UInt32: (callID: UInt32, ticket: HostCallTicket)]>([:])
    private let waitingCount = Atomic<Int>(0)

    init(_ broker: Broker) { self.broker = broker }

    func handle(_ call: HostCallRecord, reply: @escaping @Sendable (HostCallAnswer) -> Void) {
        let request = HostCallRequest(callID: call.callID, operation: call.operation, arguments: call.arguments)
        let number = call.number
        let ticket = broker.handle(request) { [self] answer in
            forget(number)
            reply(Self.encode(answer))
        }
        guard let ticket else { return }
        if call.isSynchronous {
            ticket.cancel()  // the plugin stands still until the answer: only immediate operations may do that to it
            return
        }
        waiting.withLock { $0[number] = (call.callID, ticket) }
        waitingCount.add(1, ordering: .releasing)
        // The answer may have come between the two lines above.
        if ticket.isAnswered { forget(number) }
    }

    func notify(_ call: HostCallRecord) {
        broker.handle(HostCallRequest(callID: call.callID, operation: call.operation, arguments: call.arguments)) { _ in }
    }

    func cancel(number: UInt32) {
        let found = waiting.withLock { $0.removeValue(forKey: number) }
        guard let found else { return }
        waitingCount.subtract(1, ordering: .releasing)
        found.ticket.cancel()
    }

    func callEnded(_ callID: UInt32) {
        guard waitingCount.load(ordering: .acquiring) > 0 else { return }
        let left = waiting.withLock { waiting -> [HostCallTicket] in
            guard !waiting.isEmpty else { return [] }
            let left = waiting.filter { $0.value.callID == callID }
            for number in left.keys { waiting.removeValue(forKey: number) }
            waitingCount.subtract(left.count, ordering: .releasing)
            return left.values.map(\.ticket)
        }
        left.forEach { $0.cancel() }
    }

    func workerEnded() {
        let left = waiting.withLock { waiting in
            defer { waiting.removeAll() }
            return waiting.values.map(\.ticket)
        }
        left.forEach { $0.cancel() }
    }

    /// Most operations answer at once and were never waiting: a look at the count spares them the lock.
    private func forget(_ number: UInt32) {
        guard waitingCount.load(ordering: .acquiring) > 0 else { return }
        waiting.withLock { waiting in
            if waiting.removeValue(forKey: number) != nil { waitingCount.subtract(1, ordering: .releasing) }
        }
    }

    private static func encode(_ reply: HostCallReply) -> HostCallAnswer {
        switch reply {
        case .success(let bytes): return .value(bytes)
        case .failure(let fault):
            var object: JSONObject = ["code": .string(fault.code), "message": .string(fault.message), "turn": .string(fault.turn.rawValue)]
            if let remedy = fault.remedy { object["remedy"] = .string(remedy) }
            if fault.code.hasPrefix("permission.") { object["name"] = "PermissionDenied" }
            return .error(JSONValue.object(object).serializedBytes())
        }
    }
}
