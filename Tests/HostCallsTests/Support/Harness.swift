import HostCalls
import JSON
import PluginModel
import Synchronization
import Testing

/// A moment that a test moves by hand.
final class ManualClock: Sendable {
    private let nanoseconds = Mutex<UInt64>(1_000_000_000)

    func advance(milliseconds: UInt64) { nanoseconds.withLock { $0 += milliseconds * 1_000_000 } }

    var clock: HubClock {
        HubClock(
            monotonicNanoseconds: { self.nanoseconds.withLock { $0 } },
            unixMilliseconds: { 1_700_000_000_000 + Int64(self.nanoseconds.withLock { $0 } / 1_000_000) })
    }
}

/// Counts answers, to see that there is exactly one.
final class Replies: Sendable {
    private let all = Mutex<[HostCallReply]>([])

    func take(_ reply: HostCallReply) { all.withLock { $0.append(reply) } }
    var list: [HostCallReply] { all.withLock { $0 } }

    /// Waits until there are as many, at most ten seconds.
    func wait(for count: Int) async throws -> [HostCallReply] {
        try await eventually("\(count) replies") { self.list.count >= count }
        return list
    }
}

/// A value that several threads of a test change.
final class Shared<Value: Sendable>: Sendable {
    private let value: Mutex<Value>

    init(_ value: Value) { self.value = Mutex(value) }

    @discardableResult
    func change<Result: Sendable>(_ body: @Sendable (inout Value) -> Result) -> Result {
        value.withLock { value in body(&value) }
    }

    var now: Value { value.withLock { $0 } }
}

struct TookTooLong: Error, CustomStringConvertible {
    let description: String
}

/// Waits for a state, at most ten seconds.
func eventually(_ what: String, _ isSo: () throws -> Bool) async throws {
    let deadline = ContinuousClock.now + .seconds(10)
    while try !isSo() {
        guard ContinuousClock.now < deadline else { throw TookTooLong(description: "Waited ten seconds for: \(what)") }
        try await Task.sleep(for: .milliseconds(2))
    }
}

func identity(_ name: String = "acme.test") -> PluginIdentity {
    do {
        return PluginIdentity(id: try PluginID(name), version: "1.0.0")
    } catch {
        preconditionFailure("\(error)")
    }
}

func permissions(_ texts: [String]) throws -> [Permission] { try texts.map { try Permission(parsing: $0) } }

extension Broker {
    /// Makes a call and waits for its answer.
    func call(_ operation: String, _ arguments: JSONValue = [:], callID: UInt32 = 1) async -> HostCallReply {
        await withCheckedContinuation { continuation in
            handle(HostCallRequest(callID: callID, operation: operation, arguments: arguments.serializedBytes())) {
                continuation.resume(returning: $0)
            }
        }
    }

    /// Makes a call that is answered at once, and fails when it is not.
    func callNow(_ operation: String, _ arguments: JSONValue = [:], callID: UInt32 = 1) throws -> JSONValue {
        let replies = Replies()
        handle(HostCallRequest(callID: callID, operation: operation, arguments: arguments.serializedBytes())) { replies.take($0) }
        let reply = try #require(replies.list.first, "'\(operation)' was not answered at once")
        #expect(replies.list.count == 1)
        return try reply.value
    }
}

extension HostCallReply {
    /// The answer, or the fault as an error.
    var value: JSONValue {
        get throws {
            switch self {
            case .success(let bytes): try JSONValue(parsing: bytes)
            case .failure(let fault): throw fault
            }
        }
    }

    /// The fault's code; nil where it went well.
    var code: String? {
        if case .failure(let fault) = self { fault.code } else { nil }
    }

    var fault: Fault? {
        if case .failure(let fault) = self { fault } else { nil }
    }
}
