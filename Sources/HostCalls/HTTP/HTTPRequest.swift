import JSON
import PluginModel

/// One request of a plugin, checked but for where it goes.
package struct HTTPRequest: Sendable {
    package enum Redirect: String, Sendable, CaseIterable {
        case follow, manual, error
    }

    package var method: String
    package var target: HTTPTarget
    package var headers: [HTTPHeader]
    /// Nil sends none; empty sends `Content-Length: 0`.
    package var body: [UInt8]?
    package var redirect: Redirect
    package var timeoutMilliseconds: Int

    package init(
        method: String = "GET", target: HTTPTarget, headers: [HTTPHeader] = [], body: [UInt8]? = nil, redirect: Redirect = .follow,
        timeoutMilliseconds: Int
    ) {
        self.method = method
        self.target = target
        self.headers = headers
        self.body = body
        self.redirect = redirect
        self.timeoutMilliseconds = timeoutMilliseconds
    }

    /// Reads `{method, url, headers: [[name, value]…], body, bodyEncoding, redirect, timeoutMs}`.
    init(_ call: HostCall, limits: HTTPLimits) throws(Fault) {
        target = try HTTPTarget(parsing: try call.text("url"))
        method = try Self.method(try call.text(ifPresent: "method") ?? "GET")
        headers = try Self.headers(call, limits: limits)
        body = try Self.body(call, limits: limits)
        guard let redirect = Redirect(rawValue: try call.text(ifPresent: "redirect") ?? "follow") else {
            throw call.wrong("redirect", "one of follow, manual and error")
        }
        self.redirect = redirect
        let milliseconds = try call.integer(ifPresent: "timeoutMs") ?? limits.timeoutMilliseconds
        guard (1...limits.timeoutMillisecondsMax).contains(milliseconds) else {
            throw call.wrong("timeoutMs", "a whole number from 1 to \(limits.timeoutMillisecondsMax)")
        }
        timeoutMilliseconds = milliseconds
        guard body == nil || (method != "GET" && method != "HEAD") else { throw HTTPFault.badBody("\(method) is sent without a body.") }
    }

    /// The fetch standard's normalisation: only these six are raised to capitals.
    private static let raised: Set<String> = ["DELETE", "GET", "HEAD", "OPTIONS", "POST", "PUT"]
    /// CONNECT opens a tunnel, TRACE and TRACK echo credentials (fetch standard, "forbidden method").
    private static let refused: Set<String> = ["CONNECT", "TRACE", "TRACK"]
    private static let methodBytesMax = 32

    private static func method(_ text: String) throws(Fault) -> String {
        let upper = text.uppercased()
        guard HTTPHeaderRules.isToken(text), text.utf8.count <= methodBytesMax, !refused.contains(upper) else {
            throw HTTPFault.badMethod(text)
        }
        return raised.contains(upper) ? upper : text
    }

    private static func headers(_ call: HostCall, limits: HTTPLimits) throws(Fault) -> [HTTPHeader] {
        guard let value = call.arguments["headers"], !value.isNull else { return [] }
        guard case .array(let pairs) = value else { throw call.wrong("headers", "an array of [name, value] pairs") }
        guard pairs.count <= limits.requestHeadersMax else {
            throw call.wrong("headers", "at most \(limits.requestHeadersMax) pairs; there came \(pairs.count), as")
        }
        var headers: [HTTPHeader] = []
        var bytes = 0
        for pair in pairs {
            guard case .array(let pair) = pair, pair.count == 2, let name = pair[0].stringValue, let text = pair[1].stringValue else {
                throw call.wrong("headers", "an array of [name, value] pairs of strings")
            }
            bytes += name.utf8.count + text.utf8.count
            guard bytes <= limits.requestHeaderBytesMax else {
                throw HTTPFault.badHeader(name, "makes the headers longer than \(limits.requestHeaderBytesMax) bytes")
            }
            if let header = try HTTPHeaderRules.check(name, text) { headers.append(header) }
        }
        return headers
    }

    private static func body(_ call: HostCall, limits: HTTPLimits) throws(Fault) -> [UInt8]? {
        guard let text = try call.text(ifPresent: "body") else { return nil }
        let bytes: [UInt8]
        switch try call.text(ifPresent: "bodyEncoding") ?? "utf8" {
        case "utf8": bytes = Array(text.utf8)
        case "base64":
            guard let decoded = Base64.decode(text) else { throw HTTPFault.badBody("The body is no base64.") }
            bytes = decoded
        default: throw call.wrong("bodyEncoding", "one of utf8 and base64")
        }
        guard bytes.count <= limits.requestBytesMax else {
            throw HTTPFault.bodyTooLarge(bytes: bytes.count, bytesMax: limits.requestBytesMax)
        }
        return bytes
    }

    /// The request that follows a redirect to `next`, as the fetch standard rewrites it ("HTTP-redirect fetch").
    func redirected(to next: HTTPTarget, status: Int) -> HTTPRequest {
        var request = self
        request.target = next
        let becomesGet = (status == 301 || status == 302) && method == "POST" || status == 303 && method != "GET" && method != "HEAD"
        if becomesGet {
            request.method = "GET"
            request.body = nil
            request.headers.removeAll { HTTPHeaderRules.body.contains($0.name) }
        }
        if !next.isSameOrigin(as: target) { request.headers.removeAll { HTTPHeaderRules.credentials.contains($0.name) } }
        return request
    }
}

/// What came back: the last response of the chain of redirects.
package struct HTTPResponse: Sendable, Hashable {
    package var status: Int
    /// Empty for HTTP/2, which has none.
    package var statusText: String
    /// In the order they came, a name as often as it came.
    package var headers: [HTTPHeader]
    package var url: String
    package var isRedirected: Bool
    /// Decompressed.
    package var body: [UInt8]

    /// The answer of `http.fetch`. The body is text when its bytes are UTF-8, else base64.
    var reply: [UInt8] {
        let text = String(validating: body, as: UTF8.self)
        let value: JSONValue = [
            "status": .int(Int64(status)), "statusText": .string(statusText),
            "headers": .array(headers.map { .array([.string($0.name), .string($0.value)]) }), "url": .string(url),
            "redirected": .bool(isRedirected), "body": .string(text ?? Base64.encode(body)),
            "bodyEncoding": .string(text == nil ? "base64" : "utf8"),
        ]
        return value.serializedBytes()
    }
}
