import CBeast

/// One request: what was asked, by whom, with what body. A value; its texts are made when they are asked for.
package struct HTTPRequest: Sendable {
    /// Names a request in logs and problem documents: a number of this run of the server, unlike those of other runs.
    package struct ID: Sendable, Hashable, CustomStringConvertible {
        let run: UInt32
        let number: UInt64
        package var description: String { "\(String(run, radix: 36))-\(number)" }
    }

    package let id: ID
    package let method: HTTPMethod
    package let target: RequestTarget
    package let peer: PeerAddress
    /// What a router found for the `{names}` of its pattern.
    package var parameters: [String: String] = [:]
    /// Empty until it is here: a dispatcher sees requests without.
    package internal(set) var body: RequestBody = .none
    /// The body's declared length; nil when there is none, or when it comes in chunks.
    package let declaredLength: Int?
    package private(set) var hasBody: Bool
    private let head: ReceivedHead
    private let authoritySlice: pb_slice

    init(_ head: pb_http_head, kept: ReceivedHead, target: RequestTarget, id: ID) {
        self.head = kept
        self.id = id
        self.target = target
        method = HTTPMethod(kept.bytes(head.method))
        peer = PeerAddress(head.peer)
        declaredLength = head.body >= 0 ? Int(head.body) : nil
        hasBody = head.body != Int64(PB_HTTP_NO_BODY)
        authoritySlice = head.authority
    }

    package var path: String { target.path }

    /// For a handler that answers without the body.
    var withoutBody: HTTPRequest {
        var request = self
        request.hasBody = false
        return request
    }

    package var headers: HTTPHeaders { HTTPHeaders(head) }

    /// The host asked for; nil in HTTP/1.0 without a Host field, and for one that is none.
    package var authority: Authority? { authoritySlice.length == 0 ? nil : Authority(parsing: head.text(authoritySlice)) }

    /// What an event stream saw last, when a browser connects again.
    package var lastEventID: String? { headers["last-event-id"] }

    /// The value of the first cookie of this name. Quotes around it are left out.
    package func cookie(_ name: String) -> String? { cookies.first { $0.name == name }?.value }

    /// All cookies in order; pieces without `=` are skipped.
    package var cookies: [(name: String, value: String)] {
        headers.values("cookie").flatMap { $0.split(separator: ";") }.compactMap { piece in
            guard let equals = piece.firstIndex(of: "=") else { return nil }
            let name = piece[..<equals].drop { $0 == " " }
            var value = piece[piece.index(after: equals)...].drop { $0 == " " }
            while value.last == " " { value.removeLast() }
            if value.count >= 2, value.first == "\"", value.last == "\"" { value = value.dropFirst().dropLast() }
            return (String(name), String(value))
        }
    }
}
