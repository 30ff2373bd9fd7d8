/// A request's method, as it was sent: methods are case-sensitive (RFC 9110 § 9.1).
package struct HTTPMethod: Hashable, Sendable, RawRepresentable, ExpressibleByStringLiteral, CustomStringConvertible {
    package let rawValue: String

    package init(rawValue: String) { self.rawValue = rawValue }
    package init(stringLiteral value: StaticString) { rawValue = "\(value)" }

    package static let get: HTTPMethod = "GET"
    package static let head: HTTPMethod = "HEAD"
    package static let post: HTTPMethod = "POST"
    package static let put: HTTPMethod = "PUT"
    package static let patch: HTTPMethod = "PATCH"
    package static let delete: HTTPMethod = "DELETE"
    package static let options: HTTPMethod = "OPTIONS"

    package var description: String { rawValue }

    /// One of the constants where it fits, so that a usual request allocates nothing for it.
    init(_ bytes: UnsafeRawBufferPointer) {
        self = Self.usual.first { $0.rawValue.utf8.elementsEqual(bytes) } ?? HTTPMethod(rawValue: String(decoding: bytes, as: UTF8.self))
    }

    private static let usual: [HTTPMethod] = [.get, .post, .put, .patch, .delete, .head, .options]
}
