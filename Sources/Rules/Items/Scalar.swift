/// What a value of an item can be. The words are those of Coop's contract, which rules and signals are written in.
package enum Scalar: String, Sendable, Hashable, CaseIterable {
    case userID = "USER_ID"
    case id = "ID"
    case string = "STRING"
    case boolean = "BOOLEAN"
    case number = "NUMBER"
    case audio = "AUDIO"
    case image = "IMAGE"
    case video = "VIDEO"
    case dateTime = "DATETIME"
    case geohash = "GEOHASH"
    case relatedItem = "RELATED_ITEM"
    case url = "URL"
    case policyID = "POLICY_ID"
    case ipAddress = "IP_ADDRESS"
    case emailAddress = "EMAIL_ADDRESS"
    case media = "MEDIA"

    /// An empty text of these stands for no value.
    var isAbsentWhenEmpty: Bool {
        switch self {
        case .url, .audio, .image, .video, .media, .geohash, .dateTime, .ipAddress, .emailAddress: true
        default: false
        }
    }

    package var isMedia: Bool { self == .audio || self == .image || self == .video || self == .media }
}

/// Kinds of values, as bits: asked for each condition of each item.
struct ScalarSet: Sendable, Hashable {
    private var bits: UInt32 = 0

    init(_ scalars: some Sequence<Scalar>) { for scalar in scalars { bits |= Self.bit(scalar) } }

    @inline(__always)
    func contains(_ scalar: Scalar) -> Bool { bits & Self.bit(scalar) != 0 }

    @inline(__always)
    private static func bit(_ scalar: Scalar) -> UInt32 {
        switch scalar {
        case .userID: 1 << 0
        case .id: 1 << 1
        case .string: 1 << 2
        case .boolean: 1 << 3
        case .number: 1 << 4
        case .audio: 1 << 5
        case .image: 1 << 6
        case .video: 1 << 7
        case .dateTime: 1 << 8
        case .geohash: 1 << 9
        case .relatedItem: 1 << 10
        case .url: 1 << 11
        case .policyID: 1 << 12
        case .ipAddress: 1 << 13
        case .emailAddress: 1 << 14
        case .media: 1 << 15
        }
    }
}

/// What a field of an item holds: one value, or a container of values of one kind.
package enum FieldType: Sendable, Hashable {
    case scalar(Scalar)
    case array(of: Scalar)
    case map(key: Scalar, value: Scalar)

    /// The kind of the values inside, which is what signals are asked about.
    package var scalar: Scalar {
        switch self {
        case .scalar(let scalar), .array(let scalar), .map(_, let scalar): scalar
        }
    }

    package var name: String {
        switch self {
        case .scalar(let scalar): scalar.rawValue
        case .array(let scalar): "ARRAY of \(scalar.rawValue)"
        case .map(let key, let value): "MAP of \(key.rawValue) to \(value.rawValue)"
        }
    }
}
