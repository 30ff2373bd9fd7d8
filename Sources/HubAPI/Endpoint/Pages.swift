import HTTPServer
import HubCore
import JSON
import PluginModel

extension HTTPResponse {
    /// A page of a list, with the way to the next one when this one is full (RFC 8288).
    static func page(_ items: [JSONValue], _ call: APICall, _ page: PageRequest, last: String?) -> HTTPResponse {
        .page(texts: items.map { $0.serializedBytes() }, call, page, last: last)
    }

    /// The same of items that are texts already.
    static func page(texts: [[UInt8]], _ call: APICall, _ page: PageRequest, last: String?) -> HTTPResponse {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(texts.reduce(2) { $0 + $1.count + 1 })
        bytes.append(UInt8(ascii: "["))
        for (place, text) in texts.enumerated() {
            if place > 0 { bytes.append(UInt8(ascii: ",")) }
            bytes += text
        }
        bytes.append(UInt8(ascii: "]"))
        var response = HTTPResponse.json(bytes: bytes)
        guard texts.count >= page.limit, let last else { return response }
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
