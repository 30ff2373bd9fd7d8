import HTTPServer
import HubCore
import JSON

extension HTTPResponse {
    /// A page of a list, with the way to the next one when this one is full (RFC 8288).
    static func page(_ items: [JSONValue], _ call: APICall, _ page: PageRequest, last: String?) -> HTTPResponse {
        var response = HTTPResponse.json(.array(items))
        guard items.count >= page.limit, let last else { return response }
        response.headers["Link"] = "<\(nextAddress(call, after: last))>; rel=\"next\""
        return response
    }

    static func nextAddress(_ call: APICall, after last: String, named name: String = "after") -> String {
        let others = call.request.target.query.filter { $0.name != name }.map {
            "\(PercentCoding.encode($0.name))=\(PercentCoding.encode($0.value))"
        }
        return "\(call.request.path)?\((others + ["\(name)=\(PercentCoding.encode(last))"]).joined(separator: "&"))"
    }
}

/// Percent signs as addresses have them (RFC 3986).
enum PercentCoding {
    static func encode(_ text: String) -> String {
        let digits = Array("0123456789ABCDEF".utf8)
        var bytes: [UInt8] = []
        for byte in text.utf8 {
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "0")...UInt8(ascii: "9"),
                UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "_"), UInt8(ascii: "~"):
                bytes.append(byte)
            default: bytes += [UInt8(ascii: "%"), digits[Int(byte >> 4)], digits[Int(byte & 15)]]
            }
        }
        return String(decoding: bytes, as: UTF8.self)
    }
}
