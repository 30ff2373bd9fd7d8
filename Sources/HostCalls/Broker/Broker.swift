import JSON
package import PluginModel
import Synchronization

/// The one door through which a plugin reaches anything: finds the operation, reads the arguments, checks the permission, counts, answers.
///
/// One broker serves one plugin. It may be called from any thread; answers come inline where the operation is immediate, otherwise from
/// another thread. It never waits for a network or for another plugin.
package final class Broker: Sendable {
    private struct Operation {
        let name: String
        let place: Int
        let capability: any Capability
    }

    private struct Outstanding {
        var calls: [UInt64: PendingCall] = [:]
        var lastNumber: UInt64 = 0

        /// Newest first: ending what runs would otherwise begin what waits behind it, only to end that too.
        func newestFirst(_ isMeant: (PendingCall) -> Bool = { _ in true }) -> [PendingCall] {
            calls.filter { isMeant($0.value) }.sorted { $0.key > $1.key }.map(\.value)
        }
    }

    private let operations: [String: Operation]
    private let capabilities: [any Capability]
    private let limits: BrokerLimits
    private let door: Door
    private let clock: HubClock
    private let outstanding = Mutex(Outstanding())
    private let isClosed = Atomic<Bool>(false)

    /// Traps when two capabilities offer one operation, or one of another's name: such a hub is put together wrongly.
    package init(
        plugin: PluginIdentity, declared: [Permission], granted: GrantSet, asking: Asking = .listed, capabilities: [any Capability],
        limits: BrokerLimits = .default, journal: (any HostCallJournal)? = nil, clock: HubClock = .system
    ) {
        var operations: [String: Operation] = [:]
        var names: [String] = []
        for capability in capabilities {
            let kind = type(of: capability)
            for description in kind.operations {
                precondition(
                    description.name == kind.name || description.name.hasPrefix(kind.name + "."),
                    "The operation '\(description.name)' does not begin with its capability's name, '\(kind.name)'.")
                let clash = operations.updateValue(
                    Operation(name: description.name, place: names.count, capability: capability), forKey: description.name)
                precondition(clash == nil, "Two capabilities offer the operation '\(description.name)'.")
                names.append(description.name)
            }
        }
        self.operations = operations
        self.capabilities = capabilities
        self.limits = limits
        self.clock = clock
        door = Door(
            plugin: plugin, declared: declared, granted: granted, asking: asking, clock: clock,
            meter: Meter(operations: names, declared: declared, granted: granted), journal: journal,
            journalEntriesPerMinute: limits.journalEntriesPerMinute)
    }

    package var plugin: PluginIdentity { door.plugin }

    package var meter: MeterSnapshot { door.meter.snapshot }

    package var granted: GrantSet { door.granted }

    /// Gives the plugin other grants while it runs. The next host call is judged by them; requests on their way go on, but are asked again at
    /// each redirect. The engine's powers are fixed when a worker starts and do not change by this.
    package func regrant(_ granted: GrantSet) { door.regrant(granted) }

    /// What plugins can call here, in the order of the capabilities.
    package var operationDescriptions: [OperationDescription] { capabilities.flatMap { type(of: $0).operations } }

    /// Answers one host call. `reply` is called exactly once, before this returns for immediate operations and refusals, else later from
    /// another thread; a ticket comes back in the second case.
    @discardableResult
    package func handle(_ request: HostCallRequest, reply: @escaping @Sendable (HostCallReply) -> Void) -> HostCallTicket? {
        let begun = clock.monotonicNanoseconds()
        guard !isClosed.load(ordering: .acquiring) else {
            reply(.failure(BrokerFault.closed(request.operation)))
            return nil
        }
        guard let operation = operations[request.operation] else {
            door.meter.countUnknown()
            reply(.failure(BrokerFault.unknown(request.operation, known: operationDescriptions.lazy.map(\.name))))
            return nil
        }
        var ending = Meter.Ending.failed
        do throws(Fault) {
            let call = try read(request, operation)
            if let need = try operation.capability.need(for: call) {
                ending = .refused
                try door.require(need, for: call)
                ending = .failed
            }
            switch try operation.capability.perform(call) {
            case .now(let bytes):
                count(operation, request, begun, bytesOut: bytes.count, .done)
                reply(.success(bytes))
                return nil
            case .later(let start): return try begin(request, operation, begun, start, reply)
            }
        } catch {
            count(operation, request, begun, bytesOut: 0, ending)
            reply(.failure(error))
            return nil
        }
    }

    /// Cancels whatever a call of the plugin has left unanswered; used when that call ends.
    package func cancelAll(callID: UInt32) {
        let calls = outstanding.withLock { $0.newestFirst { $0.callID == callID } }
        for call in calls { call.cancel(BrokerFault.cancelled("the host call")) }
    }

    /// Answers everything outstanding with `hostcall.closed` and refuses what comes after. Safe to call more than once.
    package func close() {
        guard !isClosed.exchange(true, ordering: .acquiringAndReleasing) else { return }
        let calls = outstanding.withLock { $0.newestFirst() }
        for call in calls { call.cancel(BrokerFault.closed("the host call")) }
        for capability in capabilities { capability.close() }
    }

    /// How many calls wait for their answer.
    package var outstandingCount: Int { outstanding.withLock { $0.calls.count } }

    private func read(_ request: HostCallRequest, _ operation: Operation) throws(Fault) -> HostCall {
        guard request.arguments.count <= limits.argumentsBytesMax else {
            throw BrokerFault.tooLarge(operation.name, bytes: request.arguments.count, bytesMax: limits.argumentsBytesMax)
        }
        let value: JSONValue
        do throws(JSONError) {
            value = try JSONValue(
                parsing: request.arguments,
                limits: JSONLimits(bytesMax: limits.argumentsBytesMax, depthMax: limits.argumentsDepthMax, loneSurrogates: .replace))
        } catch {
            throw BrokerFault.badArguments(operation.name, error.description)
        }
        guard case .object(let arguments) = value else {
            throw BrokerFault.badArguments(operation.name, "they are of type \(value.kindName), not an object.")
        }
        return HostCall(
            callID: request.callID, operation: operation.name, arguments: arguments, argumentBytes: request.arguments.count, door: door)
    }

    private func begin(
        _ request: HostCallRequest, _ operation: Operation, _ begun: UInt64, _ start: @Sendable (PendingCall) -> Void,
        _ reply: @escaping @Sendable (HostCallReply) -> Void
    ) throws(Fault) -> HostCallTicket {
        let limit = limits.outstandingCallsMax
        let pending = outstanding.withLock { outstanding -> PendingCall? in
            guard outstanding.calls.count < limit else { return nil }
            outstanding.lastNumber += 1
            let number = outstanding.lastNumber
            let bytesIn = request.arguments.count
            let pending = PendingCall(callID: request.callID) { answer in
                self.outstanding.withLock { $0.calls[number] = nil }
                let (bytesOut, ending): (Int, Meter.Ending) =
                    switch answer {
                    case .success(let bytes): (bytes.count, .done)
                    case .failure(let fault): (0, fault.code.hasPrefix("permission.") ? .refused : .failed)
                    }
                self.count(operation, bytesIn: bytesIn, begun, bytesOut: bytesOut, ending)
                reply(answer)
            }
            outstanding.calls[number] = pending
            return pending
        }
        guard let pending else { throw BrokerFault.busy(operation.name, outstandingMax: limit) }
        start(pending)
        // A close that came in between has not seen this call.
        if isClosed.load(ordering: .acquiring) { pending.cancel(BrokerFault.closed(operation.name)) }
        return HostCallTicket(pending: pending, operation: operation.name)
    }

    private func count(
        _ operation: Operation, _ request: HostCallRequest, _ begun: UInt64, bytesOut: Int, _ ending: Meter.Ending
    ) {
        count(operation, bytesIn: request.arguments.count, begun, bytesOut: bytesOut, ending)
    }

    private func count(_ operation: Operation, bytesIn: Int, _ begun: UInt64, bytesOut: Int, _ ending: Meter.Ending) {
        door.meter.count(
            operation.place, bytesIn: bytesIn, bytesOut: bytesOut, nanoseconds: clock.monotonicNanoseconds() &- begun, ending: ending)
    }
}
