import HTTPServer
import HubCore
import JSON
import PluginModel

extension APICall {
    /// A member that must be there.
    func text(_ name: String) throws -> String {
        guard let value = body[name]?.stringValue else { throw wrong(name, "must be a text") }
        return value
    }

    func optionalText(_ name: String) throws -> String? {
        guard let value = body[name], !value.isNull else { return nil }
        guard let text = value.stringValue else { throw wrong(name, "must be a text") }
        return text
    }

    func bool(_ name: String) throws -> Bool {
        guard let value = body[name]?.boolValue else { throw wrong(name, "must be true or false") }
        return value
    }

    func optionalBool(_ name: String) throws -> Bool? {
        guard let value = body[name], !value.isNull else { return nil }
        guard let flag = value.boolValue else { throw wrong(name, "must be true or false") }
        return flag
    }

    /// A list of at most `max` texts.
    func texts(_ name: String, max: Int = 500) throws -> [String] {
        guard let list = body[name]?.arrayValue else { throw wrong(name, "must be a list of texts") }
        guard list.count <= max else { throw wrong(name, "has more than \(max) members") }
        return try list.enumerated().map { place, value in
            guard let text = value.stringValue else { throw wrong("\(name)/\(place)", "must be a text") }
            return text
        }
    }

    func object(_ name: String) throws -> JSONObject {
        guard let value = body[name], !value.isNull else { return [:] }
        guard let object = value.objectValue else { throw wrong(name, "must be an object") }
        return object
    }

    func time(inBody name: String) throws -> Timestamp? {
        guard let text = try optionalText(name) else { return nil }
        guard let time = Timestamp(parsing: text) else { throw wrong(name, "must be a time such as 2026-01-31T12:00:00Z") }
        return time
    }

    /// A value at its place in the body that cannot be taken.
    func wrong(_ place: String, _ why: String, code: String = "request.wrong-value") -> ProblemDocument {
        .invalid([.init(code: code, pointer: "/\(place)", message: "'\(visible(place))' \(why).", remedy: nil)])
    }
}
