package import JSON

/// Why a schema cannot be used, and where.
///
/// Codes: `schema.invalid` (a keyword has a value it cannot have), `schema.unresolved` (a reference leads nowhere), `schema.endless` (a
/// reference comes back to itself), `schema.pattern`, `schema.unknown-draft`, `schema.unknown-vocabulary`, `schema.duplicate-id`,
/// `schema.too-large`.
package struct SchemaError: Error, Sendable, Hashable, CustomStringConvertible {
    package let code: String
    /// The keyword or subschema at fault.
    package let pointer: JSONPointer
    /// The document's address when the fault is in another document than the one given.
    package let document: String?
    /// A plain sentence.
    package let message: String

    package init(code: String, pointer: JSONPointer, document: String? = nil, message: String) {
        self.code = code
        self.pointer = pointer
        self.document = document
        self.message = message
    }

    package var description: String { "\(code): \(message) (\(document ?? "")#\(pointer))" }
}
