import JSON
import PluginModel
import YAML

/// A configuration file in YAML and what was found in it; every finding names its line.
struct ConfigurationSource {
    let file: String
    let value: JSONValue
    private(set) var findings: [Finding] = []
    private let document: YAMLDocument
    private let lines: [Substring]

    /// Lines longer than this are not repeated in findings; nor are those with a name in them that looks like a credential's.
    private static let lineLengthMax = 300

    init(_ bytes: [UInt8], file: String, bytesMax: Int) throws(YAMLError) {
        self.file = file
        document = try YAMLDocument(parsing: bytes, limits: YAMLLimits(bytesMax: bytesMax))
        value = document.value
        lines = String(decoding: bytes, as: UTF8.self).split(omittingEmptySubsequences: false) { $0.isNewline }
    }

    func place(_ pointer: JSONPointer) -> Finding.Place {
        let position = document.nearestPlace(of: pointer)
        let text = lines.indices.contains(position.line - 1) ? String(lines[position.line - 1]) : nil
        return .source(
            file: file, line: position.line, column: position.column,
            text: text.flatMap { $0.count <= Self.lineLengthMax && !CredentialName.isLikely(in: $0) ? $0 : nil })
    }

    func line(_ pointer: JSONPointer) -> Int { document.nearestPlace(of: pointer).line }

    mutating func note(
        _ severity: Finding.Severity, code: String, _ pointer: JSONPointer, _ sentence: String, _ remedy: String? = nil
    ) {
        findings.append(Finding(severity, code: code, place: place(pointer), sentence, remedy: remedy))
    }

    /// Notes every key that is not known, with the nearest one that is.
    mutating func noteUnknownKeys(_ severity: Finding.Severity, _ object: JSONObject, _ pointer: JSONPointer, known: [String]) {
        for (key, _) in object where !known.contains(key) {
            note(
                severity, code: "configuration.unknown-key", pointer.appending(key),
                "\"\(visible(key))\" means nothing here\(severity == .error ? "." : " and is ignored.")",
                didYouMean(key, among: known) ?? "Known keys: \(known.joined(separator: ", ")).")
        }
    }

    static func refusal(_ error: YAMLError, file: String) -> Finding {
        Finding(
            .error, code: "configuration.malformed", place: .source(file: file, line: error.line, column: error.column, text: nil),
            error.message, remedy: "Correct the file; until then nothing changes.")
    }
}

/// Names behind which secrets are kept, declared as such or not.
package enum CredentialName {
    private static let words = ["token", "secret", "password", "key", "credential"]

    package static func isLikely(in text: String) -> Bool {
        let text = text.lowercased()
        return words.contains { text.contains($0) }
    }
}
