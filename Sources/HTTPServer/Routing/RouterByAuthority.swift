/// Chooses who answers by the host a request is for, so that each origin has routes of its own.
///
/// A host nobody answers for is refused with 421: a page of a stranger whose name leads to this machine reaches nothing (DNS rebinding).
package struct RouterByAuthority: RequestDispatching {
    /// Answers for hosts of the form `LABEL.SUFFIX`.
    package struct Wildcard: Sendable {
        package var suffix: String
        /// Nil when this label is not known. Called for every request, on the event loop.
        package var choose: @Sendable (_ label: String) -> (any RequestDispatching)?

        package init(suffix: String, choose: @escaping @Sendable (_ label: String) -> (any RequestDispatching)?) {
            self.suffix = suffix.lowercased()
            self.choose = choose
        }
    }

    private let hosts: [String: any RequestDispatching]
    private let wildcards: [Wildcard]

    /// `hosts` are names or addresses without ports; IPv6 in brackets. Ports are not looked at: what is on another port has another socket.
    package init(hosts: [String: any RequestDispatching], wildcards: [Wildcard] = []) {
        self.hosts = Dictionary(hosts.map { ($0.lowercased(), $1) }) { first, _ in first }
        self.wildcards = wildcards
    }

    package func dispatch(_ request: inout HTTPRequest) -> Dispatch {
        guard let host = request.authority?.host, let dispatcher = choose(host) else {
            return .answer(ProblemDocument.misdirected.about(request).response)
        }
        return dispatcher.dispatch(&request)
    }

    private func choose(_ host: String) -> (any RequestDispatching)? {
        if let exact = hosts[host] { return exact }
        for wildcard in wildcards where host.hasSuffix(".\(wildcard.suffix)") {
            let label = String(host.dropLast(wildcard.suffix.count + 1))
            if !label.isEmpty, let found = wildcard.choose(label) { return found }
        }
        return nil
    }
}
