import HTTPServer
import Hub
import HubCore
import JSON
import PluginModel

/// One request that has passed the gate: who asks, for which organisation, with what body.
struct APICall: Sendable {
    var request: HTTPRequest
    var hub: HubParts
    /// Nil only where everybody is let in.
    var authenticated: Authenticated?
    /// The organisation the request is about; nil for people who belong to none.
    var organisation: Organisation?
    /// The body, for endpoints that take JSON.
    var body = JSONObject()
    /// Of a request with an idempotency key.
    var once: OnceKey?

    /// Whoever asks. Only for endpoints that let nobody in who is not signed in.
    var principal: Principal {
        guard let authenticated else { preconditionFailure("an endpoint for everybody asks who it is") }
        return authenticated.principal
    }

    /// Who asks, as the audit and the limits know them: the other end, or whom a proxy that the operator trusts speaks for.
    var address: String {
        let peer = request.peer.host
        guard hub.facts.trustedProxies.contains(peer), let forwarded = request.headers.values("x-forwarded-for").last else { return peer }
        // The last entry is the proxy's own; those before it are whatever a client wrote.
        let last = forwarded.split(separator: ",", omittingEmptySubsequences: false).last.map { String($0.filter { $0 != " " }) } ?? ""
        return last.isEmpty || last.utf8.count > 45 || !last.utf8.allSatisfy(Self.isOfAnAddress) ? peer : last
    }

    private static func isOfAnAddress(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "a")...UInt8(ascii: "f"), UInt8(ascii: "A")...UInt8(ascii: "F"),
            UInt8(ascii: "."), UInt8(ascii: ":"):
            true
        default: false
        }
    }

    var requester: Requester { Requester(principal, address: address) }
    var initiator: Initiator { Initiator(principal, address: address, correlation: "\(request.id)") }
    var visitor: Visitor { Visitor(address: address, userAgent: request.headers["user-agent"] ?? "") }

    /// The organisation of the request, where one is needed.
    func needOrganisation() throws -> Organisation {
        guard let organisation else {
            throw ProblemDocument.about(
                Fault(
                    code: "request.no-organisation", message: "This is about an organisation, and the request names none you belong to.",
                    remedy: "Send X-Organisation with its short name.", turn: .caller))
        }
        return organisation
    }

    func may(_ action: HubAction) -> Bool { principal.may(action, in: organisation?.id) || principal.may(action, in: nil) }

    // MARK: Parameters

    func parameter(_ name: String) -> String { request.parameters[name] ?? "" }

    /// The plugin the path names, by its id or any alias.
    func plugin() throws(Fault) -> PluginID { try hub.registry.id(of: parameter("id")) }

    func query(_ name: String) -> String? { request.target.query(name) }

    func flag(_ name: String) throws -> Bool {
        switch query(name) {
        case nil, "false": false
        case "true", "": true
        default: throw ProblemDocument.badQuery(name, "is 'true' or 'false'")
        }
    }

    func number(_ name: String, in range: ClosedRange<Int>, otherwise value: Int) throws -> Int {
        guard let text = query(name) else { return value }
        guard let number = Int(text), range.contains(number) else {
            throw ProblemDocument.badQuery(name, "is a whole number from \(range.lowerBound) to \(range.upperBound)")
        }
        return number
    }

    func time(_ name: String) throws -> Timestamp? {
        guard let text = query(name) else { return nil }
        guard let time = Timestamp(parsing: text) else { throw ProblemDocument.badQuery(name, "is a time such as 2026-01-31T12:00:00Z") }
        return time
    }

    func page() throws -> PageRequest {
        PageRequest(after: query("after"), limit: try number("limit", in: 1...PageRequest.limitMax, otherwise: 50))
    }
}
