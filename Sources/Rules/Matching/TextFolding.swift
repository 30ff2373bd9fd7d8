/// Texts made alike before they are compared, as bytes of UTF-8.
enum TextFolding {
    /// Lower case by Unicode. ASCII, which most texts are, goes by a table of its own.
    static func lower(_ text: String, into bytes: inout [UInt8]) {
        var text = text
        let start = bytes.count
        let isPlain = text.withUTF8 { source -> Bool in
            bytes.reserveCapacity(start + source.count)
            var high: UInt8 = 0
            for byte in source {
                high |= byte
                let isUpper = byte &- 65 < 26
                bytes.append(isUpper ? byte | 0x20 : byte)
            }
            return high < 0x80
        }
        if isPlain { return }
        bytes.removeSubrange(start...)
        bytes.append(contentsOf: text.lowercased().utf8)
    }

    /// Lower case, letters of other scripts and digits that look like Latin letters as those letters, accents taken away, a letter that
    /// is repeated written once, everything that is neither letter nor digit between two such left as it is.
    static func variant(_ text: String, into bytes: inout [UInt8]) {
        var last: Unicode.Scalar?
        for scalar in text.lowercased().unicodeScalars {
            if isIgnored(scalar) { continue }
            let folded = alike[scalar] ?? fullWidth(scalar)
            if folded == last, folded.properties.isAlphabetic { continue }
            last = folded
            bytes.append(contentsOf: String(folded).utf8)
        }
    }

    /// Marks that are put on letters, and characters that take no room.
    private static func isIgnored(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.value {
        case 0x300...0x36F, 0x200B...0x200F, 0x2060, 0xFE00...0xFE0F, 0xFEFF, 0xAD: true
        default: false
        }
    }

    private static func fullWidth(_ scalar: Unicode.Scalar) -> Unicode.Scalar {
        guard (0xFF01...0xFF5E).contains(scalar.value), let plain = Unicode.Scalar(scalar.value - 0xFEE0) else { return scalar }
        return alike[plain] ?? plain
    }

    /// What is taken for each letter. Digits and signs are those of leetspeak; a needle is folded by the same table, so that one made of
    /// digits still finds itself.
    private static let alike: [Unicode.Scalar: Unicode.Scalar] = {
        let table: [(Unicode.Scalar, String)] = [
            ("a", "4@àáâãäåāăąǎаαɑ"), ("b", "8вьβ"), ("c", "(çćĉċčсϲ¢"), ("d", "ďđԁ"), ("e", "3€èéêëēĕėęěеєε"), ("f", "ƒ"),
            ("g", "9ĝğġģɡ"), ("h", "ĥħнһ"), ("i", "1!|ìíîïĩīĭįıіιї"), ("j", "ĵјʝ"), ("k", "ķкκ"), ("l", "ĺļľŀłӏ"), ("m", "мμ"),
            ("n", "ñńņňпη"), ("o", "0òóôõöøōŏőоοσ"), ("p", "рρ"), ("q", "ԛ"), ("r", "ŕŗřгѓ"), ("s", "5$śŝşšѕ"), ("t", "7+ţťŧтτ"),
            ("u", "ùúûüũūŭůűųυμ"), ("v", "νѵ"), ("w", "ŵѡω"), ("x", "×хχ"), ("y", "ýÿŷуγ"), ("z", "2źżžζ"),
        ]
        var alike: [Unicode.Scalar: Unicode.Scalar] = [:]
        for (letter, others) in table {
            for other in others.unicodeScalars where alike[other] == nil { alike[other] = letter }
        }
        return alike
    }()
}
