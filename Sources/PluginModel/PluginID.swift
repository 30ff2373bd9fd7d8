/// The name a plugin is known by everywhere: `acme.weather`, `hello`, `TOXICITY_SIGNALS`.
///
/// A letter or digit, then up to 127 more letters, digits, dots, hyphens and underscores, all ASCII; no two dots in a row, so that an id is
/// always a safe file name. Ids differ by case. npm's scoped names (`@scope/name`) stay outside: an importer maps them.
public struct PluginID: Hashable, Sendable, CustomStringConvertible {
    /// In bytes, which are also characters here.
    public static let lengthMax = 128

    public let rawValue: String

    public init(_ raw: String) throws(InvalidPluginID) {
        if let reason = Self.fault(in: raw) { throw InvalidPluginID(id: raw, reason: reason) }
        rawValue = raw
    }

    public var description: String { rawValue }

    private static func fault(in raw: String) -> String? {
        guard let first = raw.unicodeScalars.first else { return "is empty" }
        var previous: Unicode.Scalar?
        for (place, scalar) in raw.unicodeScalars.prefix(lengthMax + 1).enumerated() {
            switch scalar {
            case "a"..."z", "A"..."Z", "0"..."9": break
            case ".", "-", "_":
                if place == 0 { return "begins with '\(first)'; the first character is a letter or a digit" }
                if scalar == ".", previous == "." { return "has two dots in a row at character \(place + 1)" }
            case "@" where place == 0, "/" where raw.unicodeScalars.first == "@":
                return "has \(named(scalar)) at character \(place + 1); scoped package names are not plugin ids, write 'scope.name' instead"
            default:
                return "has \(named(scalar)) at character \(place + 1); letters A-Z and a-z, digits, '.', '-' and '_' are allowed"
            }
            previous = scalar
        }
        return raw.unicodeScalars.count > lengthMax ? "is longer than \(lengthMax) characters" : nil
    }

    private static func named(_ scalar: Unicode.Scalar) -> String { scalar == " " ? "a space" : "'\(visible(String(scalar)))'" }
}

/// Why a text is no plugin id.
public struct InvalidPluginID: Error, Hashable, Sendable, CustomStringConvertible {
    public let id: String
    /// Goes on from "the plugin id …": "has a space at character 3; …".
    public let reason: String

    public var description: String { "The plugin id '\(visible(id))' \(reason)." }

    package var fault: Fault {
        Fault(code: "plugin.invalid-id", message: description, remedy: "Change \"id\", for example to 'acme.weather'.", turn: .plugin)
    }
}
