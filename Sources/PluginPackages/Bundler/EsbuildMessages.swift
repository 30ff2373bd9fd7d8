/// One message of esbuild, as its text log tells it.
struct EsbuildMessage: Sendable, Hashable {
    struct Location: Sendable, Hashable {
        /// Relative to the folder esbuild ran in.
        let file: String
        /// From 1.
        let line: Int
        /// From 0, in bytes of UTF-8.
        let byteColumn: Int
    }

    let isError: Bool
    let text: String
    let location: Location?
    /// What esbuild adds below, a paragraph each.
    let notes: [String]

    /// Reads the log. The format is meant for people, so what does not look like a message is passed over.
    ///
    /// ```
    /// ✘ [ERROR] Could not resolve "./gone"
    ///
    ///     src/index.ts:2:14:
    ///       2 │ import x from "./gone";
    ///         ╵               ~~~~~~~~
    ///
    ///   A note.
    /// ```
    static func read(_ log: String) -> [EsbuildMessage] {
        var messages: [EsbuildMessage] = []
        var isError = false
        var text: String?
        var location: Location?
        var notes: [String] = []
        func finished() -> [EsbuildMessage] {
            text.map { [EsbuildMessage(isError: isError, text: $0, location: location, notes: notes)] } ?? []
        }
        for line in log.split(separator: "\n") {
            if let head = ["✘ [ERROR] ", "▲ [WARNING] "].first(where: line.hasPrefix) {
                messages += finished()
                (isError, text, location, notes) = (head.contains("ERROR"), String(line.dropFirst(head.count)), nil, [])
            } else if text == nil {
                continue
            } else if line.hasPrefix("    "), location == nil, notes.isEmpty {
                location = readLocation(line.drop { $0 == " " })
            } else if line.hasPrefix("  "), line.dropFirst(2).first != " " {
                notes.append(String(line.dropFirst(2)))
            }
        }
        return messages + finished()
    }

    /// `src/index.ts:2:14:`, read from its end, because file names may hold colons.
    private static func readLocation(_ line: Substring) -> Location? {
        let parts = line.split(separator: ":", omittingEmptySubsequences: false)
        guard parts.count >= 4, parts.last == "", let row = Int(parts[parts.count - 3]), let column = Int(parts[parts.count - 2]) else {
            return nil
        }
        return Location(file: parts.dropLast(3).joined(separator: ":"), line: row, byteColumn: column)
    }
}
