package import JSON

extension Finding {
    /// For programs and caches: `{ severity, code, file, pointer | line, column, text, sentence, remedy }`.
    package var json: JSONValue {
        var object = JSONObject()
        object["severity"] = .string(severity.rawValue)
        object["code"] = .string(code)
        switch place {
        case .document(let file, let pointer):
            object["file"] = .string(file)
            object["pointer"] = .string(pointer.description)
        case .source(let file, let line, let column, let text):
            object["file"] = .string(file)
            object["line"] = .int(Int64(line))
            object["column"] = .int(Int64(column))
            object["text"] = text.map(JSONValue.string)
        case .file(let path): object["file"] = .string(path)
        }
        object["sentence"] = .string(sentence)
        object["remedy"] = remedy.map(JSONValue.string)
        return .object(object)
    }

    /// Reads what `json` wrote; nil for anything else.
    package init?(json: JSONValue) {
        guard let severity = json["severity"]?.stringValue.flatMap(Severity.init), let code = json["code"]?.stringValue,
            let file = json["file"]?.stringValue, let sentence = json["sentence"]?.stringValue
        else { return nil }
        let place: Place
        if let pointer = json["pointer"]?.stringValue {
            guard let pointer = JSONPointer(parsing: pointer) else { return nil }
            place = .document(file: file, pointer: pointer)
        } else if let line = json["line"]?.intValue, let column = json["column"]?.intValue {
            place = .source(file: file, line: line, column: column, text: json["text"]?.stringValue)
        } else {
            place = .file(file)
        }
        self.init(severity, code: code, place: place, sentence, remedy: json["remedy"]?.stringValue)
    }
}
