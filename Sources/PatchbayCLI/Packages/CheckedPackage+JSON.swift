package import JSON
import Manifests
import PluginModel

extension CheckedPackage {
    /// One element of `validate --json`: `{path, format, valid, id, name, version, contributions, permissions, findings}`. What is not known is
    /// null; of a package that is not valid, `contributions` and `permissions` are empty.
    package var json: JSONValue {
        [
            "path": .string(path), "format": format.map { .string($0.rawValue) } ?? .null, "valid": .bool(isValid),
            "id": text(manifest?.id.rawValue ?? claim.id), "name": text(manifest?.name ?? claim.name),
            "version": text(manifest?.version ?? claim.version), "dialect": text(manifest?.dialect),
            "contributions": manifest?.contributionCountsJSON ?? [:],
            "permissions": .array((manifest?.permissions ?? []).map { .string($0.text) }), "findings": .array(findings.map(\.checkedJSON)),
        ]
    }

    private func text(_ text: String?) -> JSONValue { text.map(JSONValue.string) ?? .null }
}

extension Finding {
    /// `{code, severity, pointer, message, remedy}`, and `file`, `line`, `column` where they are known. A pointer is there whenever the file
    /// is a document; the empty one is the document as a whole.
    var checkedJSON: JSONValue {
        var object = JSONObject([
            ("code", .string(code)), ("severity", .string(severity.rawValue)), ("pointer", .null), ("message", .string(sentence)),
            ("remedy", remedy.map(JSONValue.string) ?? .null),
        ])
        switch place {
        case .document(let file, let pointer):
            object["pointer"] = .string(pointer.description)
            object["file"] = .string(file)
        case .source(let file, let line, let column, _):
            // The text could not be read as a document: the whole of it is the place, and the line says where in it.
            object["pointer"] = ""
            object["file"] = .string(file)
            object["line"] = .int(Int64(line))
            object["column"] = .int(Int64(column))
        case .file(let file):
            object["pointer"] = ""
            object["file"] = .string(file)
        }
        return .object(object)
    }
}
