import HTTPServer
package import HubCore
import JSON
package import OIDC
import PluginModel

/// The providers people may come from, and what is sealed into their browsers' cookies on the way.
package struct OutsideSignIn: Sendable {
    package struct Place: Sendable {
        /// In addresses.
        package var id: String
        /// On the button.
        package var name: String
        package var issuer: String
        package var provider: Provider
        package var first: FirstSignIn

        package init(id: String, name: String, issuer: String, provider: Provider, first: FirstSignIn) {
            (self.id, self.name, self.issuer, self.provider, self.first) = (id, name, issuer, provider, first)
        }

        /// Where a provider sends browsers back to; the operator tells the provider so.
        package static func returnAddress(_ id: String, publicURL: String) -> String {
            let base = publicURL.hasSuffix("/") ? String(publicURL.dropLast()) : publicURL
            return "\(base)/api/v1/session/oidc/\(id)/callback"
        }
    }

    package var places: [Place]
    let seal: DepartureSeal

    package init(places: [Place] = [], seal: DepartureSeal = DepartureSeal()) { (self.places, self.seal) = (places, seal) }

    func place(_ id: String) throws -> Place {
        guard let place = places.first(where: { $0.id == id }) else {
            throw Fault(
                code: "oidc.not-found", message: "There is no such place to sign in with.", remedy: "GET /api/v1/session/oidc lists them.",
                turn: .caller)
        }
        return place
    }
}

/// Signing in at an OpenID Connect provider: out to it, and back with a code.
enum OIDCEndpoints {
    private static let chapter = SessionEndpoints.chapter
    private static let cookie = "pb_departure"
    /// Of a path to return to.
    private static let returnPathBytesMax = 1024

    static let all: [Endpoint] = [
        Endpoint(
            .get, "/session/oidc", "Other places to sign in with", chapter: chapter, access: .everybody,
            answer: .list(.object([.init("id", .text), .init("name", .text)]))
        ) { call in
            .json(.array(call.hub.outside.places.map { ["id": .string($0.id), "name": .string($0.name)] }))
        },
        Endpoint(
            .get, "/session/oidc/{id}/start", "Leave for a provider, with a browser", chapter: chapter, access: .everybody,
            query: [QueryParameter("returnTo", .text, "The path of this hub to come back to.")], status: .seeOther,
            problems: ["oidc.unreachable", "oidc.bad-description"], handler: start),
        Endpoint(
            .get, "/session/oidc/{id}/callback", "Come back from a provider; it sends the browser here", chapter: chapter,
            access: .everybody, query: QueryParameter.any, status: .seeOther, problems: ["oidc.bad-return"], handler: arrive),
    ]

    private static func start(_ call: APICall) async throws -> HTTPResponse {
        let place = try call.hub.outside.place(call.parameter("id"))
        let returnPath = try returnPath(call.query("returnTo"))
        let departure: Departure
        do throws(Fault) { departure = try await place.provider.depart() } catch {
            guard call.request.headers["accept"]?.contains("text/html") == true else { throw error }
            call.hub.log.failed(call.request, error)
            return sentBack(error)
        }
        var response = HTTPResponse.redirect(to: departure.address)
        let sealed = call.hub.outside.seal.seal(departure, for: place.id, returnPath: returnPath)
        response.headers["Set-Cookie"] = cookieText(sealed, age: Departure.secondsMax, place, call.hub.facts)
        return response
    }

    /// Whatever goes wrong here, a person looks at it in a browser: they come back to the hub's own page with the code of the problem.
    private static func arrive(_ call: APICall) async throws -> HTTPResponse {
        let place = try call.hub.outside.place(call.parameter("id"))
        var response: HTTPResponse
        do {
            let (signedIn, returnPath) = try await signIn(call, place)
            response = .redirect(to: returnPath)
            response.headers.add("Set-Cookie", SessionCookie.set(signedIn, now: call.hub.now(), facts: call.hub.facts))
        } catch let fault as Fault {
            // Reasons that only the operator can mend are for the log.
            if fault.turn != .caller { call.hub.log.failed(call.request, fault) }
            response = sentBack(fault)
        }
        response.headers.add("Set-Cookie", cookieText("", age: 0, place, call.hub.facts))
        return response
    }

    /// To the page to sign in on, which has words for the code (web/src/pages/door/return-problem.ts).
    private static func sentBack(_ fault: Fault) -> HTTPResponse { .redirect(to: "/?problem=\(fault.code)") }

    private static func signIn(_ call: APICall, _ place: OutsideSignIn.Place) async throws -> (SignedIn, String) {
        guard let sealed = call.request.cookie(cookie), let left = call.hub.outside.seal.open(sealed, for: place.id) else {
            throw OIDCFault.badReturn()
        }
        // RFC 9207: a provider that names itself must be the one the browser left for.
        if let issuer = call.query("iss"), issuer != place.issuer { throw OIDCFault.badReturn() }
        // With `error` there is no code; nobody needs the provider's reason to sign in again.
        let token = try await place.provider.arrive(
            code: call.query("code") ?? "", state: call.query("state") ?? "", from: left.departure)
        let signedIn = try await call.hub.accounts.signIn(
            outside: OutsidePerson(token), first: place.first, visitor: call.visitor,
            replacing: call.request.cookie(SessionCookie.name))
        return (signedIn, left.returnPath)
    }

    /// A path of this hub and nothing else: browsers take `//name` and `/\name` for addresses of others.
    private static func returnPath(_ text: String?) throws -> String {
        guard let text, !text.isEmpty else { return "/" }
        let bytes = Array(text.utf8)
        guard bytes.count <= returnPathBytesMax, bytes[0] == UInt8(ascii: "/"), bytes.count == 1 || bytes[1] != UInt8(ascii: "/"),
            bytes.allSatisfy({ (0x21...0x7e).contains($0) && $0 != UInt8(ascii: "\\") })
        else { throw ProblemDocument.badQuery("returnTo", "is a path of this hub") }
        return text
    }

    private static func cookieText(_ value: String, age: Int64, _ place: OutsideSignIn.Place, _ facts: HubFacts) -> String {
        "\(cookie)=\(value); Path=/api/v1/session/oidc/\(place.id); Max-Age=\(age); HttpOnly; SameSite=Lax\(facts.isSecure ? "; Secure" : "")"
    }
}
