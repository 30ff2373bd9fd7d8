package import JSON

/// The published meta-schemas, which need no file.
package enum Metaschemas {
    /// By their addresses, without a fragment; draft 7 also under https, as many documents write it.
    package static let byURI: [String: JSONValue] = {
        var found: [String: JSONValue] = [:]
        for text in Draft2020Metaschema.all + [Draft7Metaschema.text] {
            // A text of ours that is not JSON is a mistake no input can cause; MetaschemaTests reads every one.
            guard let value = try? JSONValue(parsing: text), let id = value["$id"]?.stringValue else {
                preconditionFailure("a built-in meta-schema is not JSON with an $id: mend the literal")
            }
            found[URIReference(id).withoutFragment] = value
        }
        found["https://json-schema.org/draft-07/schema"] = found["http://json-schema.org/draft-07/schema"]
        return found
    }()

    /// The meta-schema of a draft, to check schemas with.
    package static func document(of draft: Draft) -> JSONValue {
        switch draft {
        case .draft2020: byURI["https://json-schema.org/draft/2020-12/schema"] ?? true
        case .draft7: byURI["http://json-schema.org/draft-07/schema"] ?? true
        }
    }
}
