import PluginModel

/// The sentences of Coco AI itself, word for word; authors search for them. Contract of Coco, sections 5, 7 and 10.
enum CocoText {
    static let missingFile = "file 'plugin.json' does not exist"
    static let unreadable = "failed to read 'plugin.json'"
    static let undecodable = "failed to decode 'plugin.json'"
    static let badMinimumVersion = "failed to parse field 'minimum_coco_version'"
    static let minimumVersionIsNoString = "field 'minimum_coco_version' should be a string, but it is not"
    static let incompatibleApp = "extension is incompatible with your Coco AI app"

    static func missingField(_ key: String) -> String { "\(undecodable): missing field `\(key)`" }

    static func wrongType(_ key: String, wanted: String, got: String) -> String {
        "\(undecodable): \"\(visible(key))\" must be \(wanted), not \(got)"
    }

    static func unknownWord(_ word: String, known: [String]) -> String {
        "\(undecodable): unknown variant `\(visible(word))`, expected one of \(known.map { "`\($0)`" }.joined(separator: ", "))"
    }

    static func fieldsNotAllowed(_ fields: [String], _ type: CocoType) -> String {
        "fields '\(list(fields))' are not allowed for extensions of type '\(type.title)'"
    }

    static func fieldRequired(_ field: String, _ type: CocoType) -> String {
        "an extensions of type '\(type.title)' should have field '\(field)' set"
    }

    static let typesNotAllowedForSub = "sub-extensions cannot be of types [Group, Extension]"

    static func fieldsNotAllowedForSub(_ fields: [String]) -> String { "fields '\(list(fields))' are not allowed for sub-extensions" }

    static func subHasMorePlatforms(_ extra: some Sequence<Platform>) -> String {
        "it supports platforms \(list(extra)) that are not supported by the main extension"
    }

    static func duplicateSubID(_ id: String) -> String { "duplicate ID, sub-extension with ID '\(visible(id))' already exists" }

    static func incompatiblePlatform(_ current: Platform, _ compatible: some Sequence<Platform>) -> String {
        "extension is incompatible with your current platform '\(title(current))', it can be installed on '\(list(compatible))'"
    }

    /// Before every fault of a sub-extension.
    static func ofSub(_ id: String, _ text: String) -> String { "invalid sub-extension '\(visible(id))': \(text)" }

    /// Lists stand in upstream's texts as Rust prints them: `["alias"]`.
    static func list(_ words: some Sequence<String>) -> String { "[\(words.map { "\"\($0)\"" }.joined(separator: ", "))]" }

    private static func list(_ platforms: some Sequence<Platform>) -> String { list(platforms.sorted().map(title)) }

    /// As upstream shows a platform to people.
    static func title(_ platform: Platform) -> String {
        switch platform {
        case .macos: "macOS"
        case .linux: "Linux"
        case .windows: "windows"
        }
    }
}
