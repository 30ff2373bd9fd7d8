import JSON

/// Brings one submitted value into the form that rules and signals know; or says in half a sentence why it does not fit.
enum ScalarReading {
    enum Result {
        case value(ItemValue)
        case absent
        /// Read after "the value": `is no number`.
        case unfit(String)
    }

    static func read(_ value: JSONValue, as scalar: Scalar) -> Result {
        if value.isNull { return .absent }
        if case .string(let text) = value {
            if text.isEmpty, scalar.isAbsentWhenEmpty { return .absent }
            guard text.utf8.count <= RuleLimits.itemTextBytesMax else {
                return .unfit("has more than \(RuleLimits.itemTextBytesMax) bytes")
            }
        }
        switch scalar {
        case .string: return value.stringValue.map { .value(.text($0)) } ?? .unfit("is no text but \(value.kindWithArticle)")
        case .id, .policyID: return identifier(value).map { .value(.text($0)) } ?? .unfit("is neither a text nor a whole number")
        case .boolean: return boolean(value)
        case .number: return number(value)
        case .userID, .relatedItem: return reference(value, takesName: scalar == .relatedItem)
        case .audio, .image, .video, .media: return media(value, isAny: scalar == .media)
        case .dateTime: return text(value, "is no date and time of ISO 8601") { Timestamp(iso8601: $0) != nil }
        case .geohash: return text(value, "is no geohash") { Geohash($0) != nil }
        case .url: return text(value, "is no absolute address") { isAddress($0) }
        case .ipAddress: return text(value, "is no IP address") { AddressText.isIP($0) }
        case .emailAddress: return text(value, "is no e-mail address") { AddressText.isEmail($0) }
        }
    }

    private static func text(_ value: JSONValue, _ reason: String, _ fits: (String) -> Bool) -> Result {
        guard let text = value.stringValue, fits(text) else { return .unfit(reason) }
        return .value(.text(text))
    }

    static func identifier(_ value: JSONValue?) -> String? {
        switch value {
        case .string(let text)?: text
        case .int(let number)?: String(number)
        case .double?: value?.intValue.map(String.init)
        default: nil
        }
    }

    private static func boolean(_ value: JSONValue) -> Result {
        switch value {
        case .bool(let flag): .value(.boolean(flag))
        case .string("true"), .string("1"): .value(.boolean(true))
        // Upstream names only the two above; their opposites would else fail the item.
        case .string("false"), .string("0"): .value(.boolean(false))
        default: .unfit("is neither true nor false")
        }
    }

    private static func number(_ value: JSONValue) -> Result {
        switch value {
        case .int, .double: return .value(.number(value.doubleValue ?? .nan))
        case .string(let text):
            guard let number = NumberText.number(text), !text.isEmpty, number.isFinite else { return .unfit("is no number") }
            return .value(.number(number))
        default: return .unfit("is no number")
        }
    }

    private static func reference(_ value: JSONValue, takesName: Bool) -> Result {
        guard let id = identifier(value["id"]), let typeID = identifier(value["typeId"]), !id.isEmpty, !typeID.isEmpty else {
            return .unfit("is no {\"id\", \"typeId\"}")
        }
        return .value(.reference(ItemReference(id: id, typeID: typeID, name: takesName ? value["name"]?.stringValue : nil)))
    }

    private static func media(_ value: JSONValue, isAny: Bool) -> Result {
        guard let url = value.stringValue ?? value["url"]?.stringValue, isAddress(url) else {
            return value["url"]?.stringValue == "" ? .absent : .unfit("is no address, nor {\"url\"} with one")
        }
        let kind = isAny ? value["mediaType"]?.stringValue.flatMap(Scalar.init) : nil
        if let kind, !kind.isMedia || kind == .media { return .unfit("has a mediaType that is none of AUDIO, IMAGE, VIDEO") }
        let pdq = value["hashes"]?["pdq"]
        let hash = pdq?.stringValue.flatMap { PerceptualHash($0) }
        if let pdq, !pdq.isNull, hash == nil { return .unfit("has a pdq hash that is not 64 hexadecimal digits") }
        let banks = value["matchedBanks"]?.arrayValue?.compactMap(\.stringValue) ?? []
        return .value(.media(Media(url: url, mediaType: kind, pdq: hash, matchedBanks: banks, tellsMediaType: isAny)))
    }

    /// A scheme, and no white space: whether anything is there is not asked.
    private static func isAddress(_ text: String) -> Bool {
        guard let colon = text.utf8.firstIndex(of: UInt8(ascii: ":")), colon != text.utf8.startIndex else { return false }
        let isScheme = text.utf8[..<colon].enumerated().allSatisfy { index, byte in
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"): true
            case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "+"), UInt8(ascii: "-"), UInt8(ascii: "."): index > 0
            default: false
            }
        }
        return isScheme && text.utf8.index(after: colon) != text.utf8.endIndex && !text.utf8.contains { $0 <= 0x20 || $0 == 0x7F }
    }
}

/// Numbers in texts, as JavaScript's `Number(…)` reads the ones people write.
enum NumberText {
    /// Nil for a text that is no number; zero for an empty one.
    static func number(_ text: String) -> Double? {
        let value = javaScript(text)
        return value.isNaN ? nil : value
    }

    static func javaScript(_ text: String) -> Double {
        let plain = text.drop(while: \.isWhitespace).reversed().drop(while: \.isWhitespace).reversed()
        if plain.isEmpty { return 0 }
        // Swift also reads hexadecimal floats, "nan" and "infinity", which are no numbers here.
        let isPlain = plain.utf8Like { "0123456789+-.eE".utf8.contains($0) }
        return isPlain ? Double(String(plain)) ?? .nan : .nan
    }
}

extension Sequence where Element == Character {
    fileprivate func utf8Like(_ holds: (UInt8) -> Bool) -> Bool { allSatisfy { $0.asciiValue.map(holds) ?? false } }
}
