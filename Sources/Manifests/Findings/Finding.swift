package import JSON
import PluginModel

/// One thing wrong, doubtful or worth knowing about a plugin's files, with its place and what to do about it.
///
/// A reader collects every finding before it answers, so that an author fixes a file in one round. Only `error` findings stop a plugin
/// from loading; the rest are shown and the plugin goes on.
package struct Finding: Sendable, Hashable, CustomStringConvertible {
    package enum Severity: String, Sendable, Hashable, CaseIterable {
        /// The plugin, or the part of it that `place` names, cannot be used.
        case error
        /// It works, but probably not as its author meant.
        case warning
        /// Nothing is wrong; the reader did something that deserves a word.
        case notice
    }

    /// Where a person has to look.
    package enum Place: Sendable, Hashable, CustomStringConvertible {
        /// A value inside a JSON document; the empty pointer means the document as a whole.
        case document(file: String, pointer: JSONPointer)
        /// A position in a text file. `line` and `column` count from 1; `text` is that line as the author wrote it, where it could be read.
        case source(file: String, line: Int, column: Int, text: String?)
        /// A file or folder as a whole.
        case file(String)

        package var description: String {
            switch self {
            case .document(let file, let pointer): pointer.tokens.isEmpty ? file : "\(file) \(pointer)"
            case .source(let file, let line, let column, _): "\(file):\(line):\(column)"
            case .file(let path): path
            }
        }
    }

    /// Stable, for programs, e.g. `manifest.unknown-permission`; listed in docs/errors.md.
    package let code: String
    package let severity: Severity
    package let place: Place
    /// What is so, and why that matters; one or two sentences.
    package let sentence: String
    /// What to do now, where there is something to do.
    package let remedy: String?

    package init(_ severity: Severity, code: String, place: Place, _ sentence: String, remedy: String? = nil) {
        self.code = code
        self.severity = severity
        self.place = place
        self.sentence = sentence
        self.remedy = remedy ?? (severity == .error ? Self.usualRemedies[String(code.drop { $0 != "." }.dropFirst())] : nil)
    }

    /// What helps against errors whose sentence already says what was expected.
    private static let usualRemedies = [
        "malformed": "Correct the file; comments and trailing commas are not part of JSON.", "missing": "Add it.",
        "wrong-type": "Write a value of the kind that is named.", "too-long": "Shorten it.", "too-many": "Remove some.",
        "empty": "Write something there.",
    ]

    /// At most four lines: what and where, the source line with its mark where there is one, and the remedy.
    package var description: String {
        var lines = ["\(severity.rawValue) \(code): \(sentence)", "  at \(visible(place.description, scalarsMax: 500))"]
        lines += sourceLines.map { "  \($0)" }
        if let remedy { lines.append("  \(remedy)") }
        return lines.joined(separator: "\n")
    }

    /// `| the line` and `|     ^` beneath it, where the place has a line.
    private var sourceLines: [String] {
        guard case .source(_, _, let column, let text?) = place else { return [] }
        let shown = visible(text.replacing("\t", with: " "))
        guard column <= shown.count + 1 else { return ["| \(shown)"] }
        return ["| \(shown)", "| \(String(repeating: " ", count: max(0, column - 1)))^"]
    }

    /// What is left to tell of these findings beneath an error that already says what `told` say: their source lines, and the others
    /// whole. Nil when nothing is left.
    package static func details(of findings: [Finding], told: [Finding]) -> String? {
        let lines = told.flatMap(\.sourceLines) + findings.filter { !told.contains($0) }.map(\.description)
        return lines.isEmpty ? nil : lines.joined(separator: "\n")
    }
}

extension Sequence<Finding> {
    /// The findings that stop a plugin from loading.
    package var errors: [Finding] { filter { $0.severity == .error } }
}

/// "Did you mean 'x'?" for the known word nearest to `word`, or nil when none is near.
func didYouMean(_ word: String, among known: some Sequence<String>) -> String? {
    nearMiss(word, among: known).map { "Did you mean '\($0)'?" }
}
