import CSodium
import HTTPServer

/// Hashes of requests and answers (BLAKE2b).
enum RequestHash {
    /// Of everything that makes a request another one; the organisation too, which a header may name.
    static func of(_ request: HTTPRequest, organisation: String) -> [UInt8] {
        var bytes: [UInt8] = []
        for part in [organisation, request.method.rawValue, request.path] + request.target.query.flatMap({ [$0.name, $0.value] }) {
            bytes += Array("\(part.utf8.count):\(part)".utf8)
        }
        bytes.append(0)
        return hash(bytes + request.body.bytes, count: 32)
    }

    /// An entity tag's text.
    static func tag(_ bytes: [UInt8]) -> String {
        let digits = Array("0123456789abcdef".utf8)
        return String(decoding: hash(bytes, count: 16).flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] }, as: UTF8.self)
    }

    private static func hash(_ bytes: [UInt8], count: Int) -> [UInt8] {
        var result = [UInt8](repeating: 0, count: count)
        crypto_generichash(&result, count, bytes, UInt64(bytes.count), nil, 0)
        return result
    }
}

extension HTTPResponse {
    /// An entity tag that begins with the revision, so that `If-Match` may send it back as it came.
    mutating func tag(revision: Int) {
        guard case .bytes(let bytes) = body else { return }
        headers["ETag"] = "\"\(revision)-\(RequestHash.tag(bytes))\""
    }
}
