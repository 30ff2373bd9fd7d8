import HTTPServer
import HubCore
import JSON
import PluginModel

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
