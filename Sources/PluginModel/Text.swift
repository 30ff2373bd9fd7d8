/// A text from outside as it may stand in a message: shortened, and with every character that could move a cursor, hide or reverse
/// text written by its number, so that a plugin cannot forge a line on an operator's terminal.
package func visible(_ text: String, scalarsMax: Int = 200) -> String {
    var shown = ""
    for scalar in text.unicodeScalars.prefix(scalarsMax) {
        switch scalar.properties.generalCategory {
        case .control, .format, .lineSeparator, .paragraphSeparator, .privateUse, .surrogate, .unassigned:
            shown += "\\u{\(String(scalar.value, radix: 16))}"
        default: shown.unicodeScalars.append(scalar)
        }
    }
    return text.unicodeScalars.count > scalarsMax ? shown + "…" : shown
}

/// A word as one types it in a shell: quoted where it holds anything a shell would read.
package func shellWord(_ word: String) -> String {
    let isPlain =
        !word.isEmpty
        && word.utf8.allSatisfy { byte in
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "0")...UInt8(ascii: "9"): true
            case UInt8(ascii: "."), UInt8(ascii: "-"), UInt8(ascii: "_"), UInt8(ascii: ":"), UInt8(ascii: "/"), UInt8(ascii: "@"): true
            default: false
            }
        }
    if isPlain { return word }
    return "'" + word.split(separator: "'", omittingEmptySubsequences: false).joined(separator: "'\\''") + "'"
}
