package import JSON
package import PluginModel

/// Which plugin asks, in which version; both stand in records and messages.
package struct PluginIdentity: Hashable, Sendable, CustomStringConvertible {
    package let id: PluginID
    package let version: String

    package init(id: PluginID, version: String) {
        self.id = id
        self.version = version
    }

    package var description: String { "\(id) \(version)" }
}

/// What a worker asks of the hub. Nothing in it is trusted: the operation may be unknown, the arguments malformed, deep or huge.
package struct HostCallRequest: Sendable {
    /// The call of the plugin during which it was asked; `cancelAll(callID:)` ends what it left behind.
    package let callID: UInt32
    /// `capability.verb`, such as `state.get`.
    package let operation: String
    /// One JSON object in UTF-8.
    package let arguments: [UInt8]

    package init(callID: UInt32, operation: String, arguments: [UInt8]) {
        self.callID = callID
        self.operation = operation
        self.arguments = arguments
    }
}

/// What a host call came to.
package enum HostCallReply: Sendable, Hashable {
    /// One JSON value in UTF-8.
    case success([UInt8])
    case failure(Fault)
}

/// A host call as a capability sees it: known, parsed, and not yet allowed to do anything its `door` does not let through.
package struct HostCall: Sendable {
    package let callID: UInt32
    package let operation: String
    package let arguments: JSONObject
    /// As they came, for capabilities that count them.
    package let argumentBytes: Int
    package let door: Door

    /// Who asks for what, for work that goes on and needs to ask the door again; the arguments may be megabytes.
    package var withoutArguments: HostCall {
        HostCall(callID: callID, operation: operation, arguments: JSONObject(), argumentBytes: argumentBytes, door: door)
    }
}

// MARK: Arguments

extension HostCall {
    package func text(_ name: String) throws(Fault) -> String {
        guard case .string(let value)? = arguments[name] else { throw wrong(name, "a string") }
        return value
    }

    package func text(ifPresent name: String) throws(Fault) -> String? {
        switch arguments[name] {
        case nil, .null?: return nil
        case .string(let value)?: return value
        default: throw wrong(name, "a string")
        }
    }

    package func integer(ifPresent name: String) throws(Fault) -> Int? {
        guard let value = arguments[name], !value.isNull else { return nil }
        guard let number = value.intValue else { throw wrong(name, "a whole number") }
        return number
    }

    package func object(ifPresent name: String) throws(Fault) -> JSONObject? {
        switch arguments[name] {
        case nil, .null?: return nil
        case .object(let value)?: return value
        default: throw wrong(name, "an object")
        }
    }

    /// Says which argument is wrong, what belongs there, and what came.
    package func wrong(_ name: String, _ wanted: String) -> Fault {
        let came = arguments[name].map { "a value of type \($0.kindName)" } ?? "nothing"
        return BrokerFault.badArguments(operation, "'\(name)' takes \(wanted); there came \(came).")
    }
}
