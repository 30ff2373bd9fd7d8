extension Unicode.Scalar {
    /// Columns this scalar takes on a terminal: 0 for marks that sit on the one before and for controls, 2 for wide East Asian signs and pictures.
    ///
    /// The ranges are the wide and fullwidth blocks of Unicode's EastAsianWidth.txt, joined generously; terminals differ at the edges anyway.
    var columns: Int {
        switch properties.generalCategory {
        case .nonspacingMark, .enclosingMark, .control, .format: return 0
        default: break
        }
        switch value {
        case 0x1100...0x115F, 0x2E80...0x303E, 0x3041...0xA4CF, 0xA960...0xA97C, 0xAC00...0xD7A3, 0xF900...0xFAFF, 0xFE30...0xFE6F,
            0xFF00...0xFF60, 0xFFE0...0xFFE6, 0x1F300...0x1F64F, 0x1F680...0x1F6FF, 0x1F900...0x1FAFF, 0x20000...0x3FFFD:
            return 2
        default: return properties.isEmojiPresentation ? 2 : 1
        }
    }
}

extension Character {
    /// Columns of a whole grapheme: the widest of its scalars, since joined pictures and accents share one cell.
    var columns: Int {
        let hasPictureSelector = unicodeScalars.contains { $0.value == 0xFE0F }
        return max(unicodeScalars.map(\.columns).max() ?? 0, hasPictureSelector ? 2 : 0)
    }
}

extension StringProtocol {
    /// Columns this text takes on one line of a terminal. Colour codes written by `Style` count as nothing.
    package var columns: Int {
        if utf8.allSatisfy({ (0x20..<0x7F).contains($0) }) { return utf8.count }
        var total = 0
        var inCode = false
        for character in self {
            if inCode {
                inCode = character != "m"
            } else if character == "\u{1B}" {
                inCode = true
            } else {
                total += character.columns
            }
        }
        return total
    }

    /// The text cut to at most `limit` columns, ending in `…` when something was cut. For text without colour codes.
    package func fitted(to limit: Int) -> String {
        guard columns > limit else { return String(self) }
        guard limit > 0 else { return "" }
        var result = ""
        var used = 1  // the ellipsis
        for character in self {
            guard used + character.columns <= limit else { break }
            used += character.columns
            result.append(character)
        }
        return result + "…"
    }

    /// The text with spaces added up to `width` columns.
    package func padded(to width: Int, leading: Bool = false) -> String {
        let space = String(repeating: " ", count: Swift.max(0, width - columns))
        return leading ? space + self : self + space
    }
}
