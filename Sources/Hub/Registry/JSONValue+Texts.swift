import JSON

extension JSONValue {
    static func texts(_ list: some Sequence<String>) -> JSONValue { .array(list.map(JSONValue.string)) }
}
