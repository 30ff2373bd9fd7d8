internal import JSON

/// A schema of JSON Schema 2020-12 or draft 7, compiled once and used many times.
package struct JSONSchema: Sendable {
    let document: JSONValue
}
