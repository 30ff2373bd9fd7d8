import Patterns

/// How much a schema, or one validation with it, may take. None of them is met by schemas people write; they bound what hostile ones cost.
package enum SchemaLimits {
    /// Subschemas of a schema with all documents it refers to.
    package static let subschemasMax = 100_000
    /// How deep subschemas may lie in each other.
    package static let schemaDepthMax = 512
    /// Subschemas being applied at once: a value's depth times the references and alternatives on each level. A thread with a small stack
    /// allows fewer.
    package static let evaluationDepthMax = 4_000
    /// Bytes of the stack that are left alone by going deeper, for comparing values and whatever the caller does.
    static let stackReserveBytes = 192 * 1024
    /// Subschemas applied in one validation, alternatives included, before it is given up as undecided: about a second. A document of 16 MiB
    /// with a schema that looks at each value a few times stays below.
    package static let stepsMax = 20_000_000
    /// Violations told of one value.
    package static let violationsMax = 500
    /// Bytes of one pattern.
    package static let patternBytesMax = PatternLimits.patternBytesMax
    /// Bytes of one text or member name that is matched against a pattern.
    package static let patternTextBytesMax = PatternLimits.textBytesMax
    /// How long one match may take; a pattern that needs longer leaves the value undecided, which counts as a violation.
    package static let patternTime = PatternLimits.matchTime
    /// How long all matches of one validation may take together.
    package static let patternTimeTotal = PatternLimits.totalTime
    /// Meta-schemas of meta-schemas followed to find the draft.
    static let metaschemasMax = 8
}
