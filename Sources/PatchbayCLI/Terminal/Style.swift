/// Colour and weight for words, or nothing at all where they would be noise.
package struct Style: Sendable, Equatable {
    package let isColoured: Bool

    package static let plain = Style(isColoured: false)
    package static let coloured = Style(isColoured: true)

    /// Colour only for a person, and not for one who has said no: a non-empty `NO_COLOR` (no-color.org) or a terminal called `dumb`.
    package static func forTerminal(isTTY: Bool, environment: [String: String]) -> Style {
        let refused = !(environment["NO_COLOR"] ?? "").isEmpty || environment["TERM"] == "dumb"
        return isTTY && !refused ? .coloured : .plain
    }

    package func bold(_ text: String) -> String { wrap(text, "1") }
    package func dim(_ text: String) -> String { wrap(text, "2") }
    package func red(_ text: String) -> String { wrap(text, "31") }
    package func green(_ text: String) -> String { wrap(text, "32") }
    package func yellow(_ text: String) -> String { wrap(text, "33") }
    /// The one accent: names one can type.
    package func accent(_ text: String) -> String { wrap(text, "36") }

    private func wrap(_ text: String, _ code: String) -> String {
        isColoured && !text.isEmpty ? "\u{1B}[\(code)m\(text)\u{1B}[0m" : text
    }
}
