package import JSON

/// One place in which a value does not fit its schema.
package struct SchemaViolation: Sendable, Hashable, CustomStringConvertible {
    /// The value at fault.
    package let instancePath: JSONPointer
    /// The keyword by the way it was reached, references included: `/properties/size/$ref/minimum`.
    package let schemaPath: JSONPointer
    /// The keyword's name; `false` where the schema `false` stands.
    package let keyword: String
    /// A plain sentence. It may quote the start of names and of short values; whoever prints it makes it safe for its reader.
    package let message: String

    package init(instancePath: JSONPointer, schemaPath: JSONPointer, keyword: String, message: String) {
        self.instancePath = instancePath
        self.schemaPath = schemaPath
        self.keyword = keyword
        self.message = message
    }

    package var description: String { "#\(instancePath): \(message) [\(keyword) at #\(schemaPath)]" }
}
