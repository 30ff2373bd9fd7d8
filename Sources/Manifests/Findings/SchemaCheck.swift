import JSON
import JSONSchema
import PluginModel

/// Compiles the JSON Schemas and patterns of a manifest while it is read, so that an author hears of a wrong one before anybody's value meets it.
enum SchemaCheck {
    /// What is wrong with a schema that stands at `pointer`; nil when it can be used.
    static func finding(_ schema: JSONValue, file: String, at pointer: JSONPointer) -> Finding? {
        do {
            _ = try JSONSchema(schema)
            return nil
        } catch {
            // A fault of another document, a meta-schema, stands at no place of this one.
            let place = error.document == nil ? JSONPointer(pointer.tokens + error.pointer.tokens) : pointer
            return Finding(
                .error, code: "manifest.invalid-schema", place: .document(file: file, pointer: place),
                "This is no JSON Schema that could be used: \(visible(error.message, scalarsMax: 500))", remedy: remedy(error.code))
        }
    }

    /// A pattern that texts have to match somewhere; nil, with a finding, when it cannot be used.
    static func pattern(_ pattern: String, file: String, at pointer: JSONPointer) -> Result<JSONSchema, Found> {
        do {
            return .success(try JSONSchema(["pattern": .string(pattern)]))
        } catch {
            return .failure(
                Found(
                    finding: Finding(
                        .error, code: "manifest.invalid-pattern", place: .document(file: file, pointer: pointer),
                        "This is no regular expression that could be used: \(visible(error.message, scalarsMax: 500))",
                        remedy: "Write it as JavaScript does, without slashes around it.")))
        }
    }

    struct Found: Error { let finding: Finding }

    private static func remedy(_ code: String) -> String {
        switch code {
        case "schema.unresolved": "Put what it refers to into \"$defs\": nothing is fetched from elsewhere."
        case "schema.pattern": "Write the pattern as JavaScript does, without slashes around it."
        case "schema.unknown-draft": "Use draft 2020-12 or draft 7, or leave \"$schema\" out."
        default: "Correct it; docs/json-schema.md says what can be used."
        }
    }
}
