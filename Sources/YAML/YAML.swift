
/// YAML 1.2 (core schema) read into JSON values.
package enum YAML {}

/// Why a text is no YAML that we read. `line` and `column` count from 1.
package struct YAMLError: Error, Sendable, Hashable {
    package let message: String
    package let line: Int
    package let column: Int
}
