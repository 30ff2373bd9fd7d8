package import JSON

/// One value of an item, normalised; which `Scalar` it is stands in the item's type.
package enum ItemValue: Sendable, Hashable {
    case text(String)
    case number(Double)
    case boolean(Bool)
    case reference(ItemReference)
    case media(Media)

    /// As a signal gets it, and as it is shown.
    package var json: JSONValue {
        switch self {
        case .text(let text): .string(text)
        case .number(let number): Int64(exactly: number).map(JSONValue.int) ?? .double(number)
        case .boolean(let flag): .bool(flag)
        case .reference(let reference): reference.json
        case .media(let media): media.json
        }
    }
}

/// Another item, such as the user who wrote this one.
package struct ItemReference: Sendable, Hashable {
    package let id: String
    package let typeID: String
    package let name: String?

    package init(id: String, typeID: String, name: String? = nil) {
        (self.id, self.typeID, self.name) = (id, typeID, name)
    }

    package var json: JSONValue {
        var object = JSONObject([("id", .string(id)), ("typeId", .string(typeID))])
        if let name { object["name"] = .string(name) }
        return .object(object)
    }
}

/// A picture, a recording or a film somewhere, and what is known of it.
package struct Media: Sendable, Hashable {
    package let url: String
    /// For `MEDIA` alone, which says of each value what it is: AUDIO, IMAGE or VIDEO.
    package let mediaType: Scalar?
    /// Its perceptual hash, 64 hexadecimal digits, where somebody has taken it.
    package let pdq: PerceptualHash?
    /// Ids of image banks that whoever submitted it has found it in.
    package let matchedBanks: [String]
    /// Whether `mediaType` is told even when it is not known.
    let tellsMediaType: Bool

    package init(
        url: String, mediaType: Scalar? = nil, pdq: PerceptualHash? = nil, matchedBanks: [String] = [], tellsMediaType: Bool = false
    ) {
        (self.url, self.mediaType, self.pdq, self.matchedBanks) = (url, mediaType, pdq, matchedBanks)
        self.tellsMediaType = tellsMediaType
    }

    package var json: JSONValue {
        var object = JSONObject([("url", .string(url))])
        if tellsMediaType { object["mediaType"] = mediaType.map { .string($0.rawValue) } ?? .null }
        if let pdq { object["hashes"] = ["pdq": .string(pdq.description)] }
        if !matchedBanks.isEmpty { object["matchedBanks"] = .array(matchedBanks.map { .string($0) }) }
        return .object(object)
    }
}

/// What a field of an item holds.
package enum FieldValue: Sendable, Hashable {
    case one(ItemValue)
    case list([ItemValue])
    /// Keys and values in the order of submission.
    case map(keys: [String], values: [ItemValue])

    package var json: JSONValue {
        switch self {
        case .one(let value): value.json
        case .list(let values): .array(values.map(\.json))
        case .map(let keys, let values): .object(JSONObject(Array(zip(keys, values.map(\.json)))))
        }
    }
}
