package import JSON

/// A schema of JSON Schema 2020-12 or draft 7, compiled once and used many times, by several threads at once if need be.
///
/// `$schema` decides the draft. Other documents come only from the map the caller gives; nothing is ever fetched. The meta-schemas of both
/// drafts are known without it. What is supported and what is not stands in docs/json-schema.md.
package struct JSONSchema: Sendable {
    let program: SchemaProgram

    /// Reads a schema and everything it refers to.
    /// - Parameters:
    ///   - document: An object, `true` or `false`.
    ///   - draft: Holds where neither the document nor the one that refers to it says `$schema`.
    ///   - documents: What `$ref` and `$schema` may lead to outside of `document`.
    ///   - base: Where the document comes from: relative references start here when it has no `$id` of its own.
    ///   - assertsFormats: Whether `format` is checked rather than noted; a meta-schema can ask for it too. See `Format`.
    package init(
        _ document: JSONValue, draft: Draft = .draft2020, documents: SchemaDocuments = SchemaDocuments(), base: String = "",
        assertsFormats: Bool = false
    ) throws(SchemaError) {
        var compiler = try SchemaCompiler(document, draft: draft, documents: documents, base: base, assertsFormats: assertsFormats)
        program = try compiler.finish()
    }

    /// Whether the value fits; stops at the first violation, so it is the quicker question.
    package func isValid(_ instance: JSONValue) -> Bool {
        Evaluation(program, isCollecting: false).run(instance)
    }

    /// Every violation, at most `SchemaLimits.violationsMax`, in the order of the schema's keywords; empty when the value fits.
    ///
    /// Of alternatives (`anyOf`, `oneOf`) of which none fits, one violation is told, with the first fault of the closest.
    package func validate(_ instance: JSONValue) -> [SchemaViolation] {
        // Most values fit: they are judged without keeping track of where one is.
        let quick = Evaluation(program, isCollecting: false)
        if quick.run(instance) { return [] }
        // Too much work once is too much work twice.
        if quick.violations.first?.keyword == "steps" { return quick.violations }
        let evaluation = Evaluation(program, isCollecting: true)
        _ = evaluation.run(instance)
        return evaluation.violations
    }
}
