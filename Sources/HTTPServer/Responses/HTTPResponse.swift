package import JSON

/// What is answered: a status, fields, a body. The server adds Date and the fields of framing, and leaves out those set here.
package struct HTTPResponse: Sendable {
    package var status: HTTPStatus
    package var headers: HTTPHeaders
    package var body: ResponseBody
    /// Closes the connection after this response.
    package var closesConnection = false

    package init(status: HTTPStatus = .ok, headers: HTTPHeaders = HTTPHeaders(), body: ResponseBody = .empty) {
        self.status = status
        self.headers = headers
        self.body = body
    }

    package static func text(_ text: String, status: HTTPStatus = .ok, type: String = "text/plain; charset=utf-8") -> HTTPResponse {
        HTTPResponse(status: status, headers: ["Content-Type": type], body: .text(text))
    }

    package static func json(_ value: JSONValue, status: HTTPStatus = .ok) -> HTTPResponse {
        HTTPResponse(status: status, headers: ["Content-Type": "application/json"], body: .bytes(value.serializedBytes()))
    }

    /// A JSON text that is there already.
    package static func json(bytes: [UInt8], status: HTTPStatus = .ok) -> HTTPResponse {
        HTTPResponse(status: status, headers: ["Content-Type": "application/json"], body: .bytes(bytes))
    }

    package static func redirect(to place: String, status: HTTPStatus = .seeOther) -> HTTPResponse {
        HTTPResponse(status: status, headers: ["Location": place])
    }

    package static var noContent: HTTPResponse { HTTPResponse(status: .noContent) }
}

/// WebSocket has its place here when it comes: a case that takes the connection over after a 101.
package enum ResponseBody: Sendable {
    case empty
    case bytes([UInt8])
    case text(String)
    /// A part of an open file, read on the lane of files.
    case file(OpenFile, Range<Int>)
    case stream(ResponseStream)
}

/// A body that is written as it comes about.
package struct ResponseStream: Sendable {
    /// Known lengths are announced, and a stream that ends early is cut.
    package var length: Int?
    /// Whether the server ends it when it goes down, as an event stream; others may finish within the grace.
    package var endsOnShutdown: Bool
    /// Throwing cuts the connection, so that the client sees a response that broke off. `CancellationError` at shutdown ends it well.
    package var write: @Sendable (ResponseWriter) async throws -> Void

    package init(length: Int? = nil, endsOnShutdown: Bool = false, write: @escaping @Sendable (ResponseWriter) async throws -> Void) {
        self.length = length
        self.endsOnShutdown = endsOnShutdown
        self.write = write
    }
}

/// Writes a streamed body. `write` returns when there is room for more, so a slow client slows its writer.
package struct ResponseWriter: Sendable {
    let exchange: Exchange

    /// Throws `CancellationError` when the client has gone or the task was cancelled.
    package func write(_ bytes: [UInt8]) async throws { try await exchange.write(bytes) }
    package func write(_ text: String) async throws { try await exchange.write(Array(text.utf8)) }
}
