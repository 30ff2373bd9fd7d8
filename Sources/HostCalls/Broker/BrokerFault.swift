import PluginModel

/// The faults of the broker itself, before and around what capabilities do.
package enum BrokerFault {
    package static let errors = [
        ErrorDescription("hostcall.unknown-operation", "The hub has no operation of that name.", .plugin),
        ErrorDescription(
            "hostcall.bad-arguments", "The arguments are no JSON object, or one of them is missing or of the wrong kind.", .plugin),
        ErrorDescription("hostcall.too-large", "The arguments exceed the size a host call may have.", .plugin),
        ErrorDescription("hostcall.busy", "The plugin has too many host calls outstanding.", .plugin),
        ErrorDescription("hostcall.cancelled", "The call was cancelled before it was answered.", .caller),
        ErrorDescription("hostcall.closed", "The plugin is being stopped; nothing more is done for it.", .hub),
    ]

    static func unknown(_ operation: String, known: some Sequence<String>) -> Fault {
        let near = nearMiss(operation, among: known)
        return Fault(
            code: "hostcall.unknown-operation", message: "There is no host call '\(visible(operation))'.",
            remedy: near.map { "Did you mean '\($0)'?" } ?? "The host calls there are stand in docs/host-calls.md.", turn: .plugin)
    }

    static func badArguments(_ operation: String, _ why: String) -> Fault {
        Fault(
            code: "hostcall.bad-arguments", message: "The arguments of '\(operation)' cannot be used: \(why)", place: operation,
            remedy: "Correct the call in the plugin.", turn: .plugin)
    }

    static func tooLarge(_ operation: String, bytes: Int, bytesMax: Int) -> Fault {
        Fault(
            code: "hostcall.too-large", message: "The arguments of '\(operation)' have \(bytes) bytes; at most \(bytesMax) are taken.",
            place: operation, remedy: "Send less at once.", turn: .plugin)
    }

    static func busy(_ operation: String, outstandingMax: Int) -> Fault {
        Fault(
            code: "hostcall.busy", message: "\(outstandingMax) host calls of this plugin wait for their answers; no more are begun.",
            place: operation, remedy: "Await earlier calls before making more.", turn: .plugin)
    }

    static func cancelled(_ operation: String) -> Fault {
        Fault(
            code: "hostcall.cancelled", message: "'\(operation)' was cancelled before it was answered.", place: operation,
            remedy: "Nothing is wrong; make the call again if it is still wanted.", turn: .caller)
    }

    static func closed(_ operation: String) -> Fault {
        Fault(
            code: "hostcall.closed", message: "The plugin is being stopped; '\(visible(operation))' was not done.",
            place: visible(operation), remedy: "Call the plugin again; the hub starts it anew.", turn: .hub)
    }
}
