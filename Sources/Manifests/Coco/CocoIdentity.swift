import JSON
import PluginModel

/// Who an extension is: its developer and its id, which together are its address. Contract of Coco, section 6.
struct CocoIdentity: Sendable, Hashable {
    /// The developer of what was imported from a folder that belongs to nobody.
    static let local = "__local__"
    /// Two names of one folder each have to fit into a path.
    static let partBytesMax = 255

    var developer: String
    var id: String

    /// As Coco AI writes it.
    var address: String { "\(developer)/\(id)" }

    /// The hub's name: `developer.id` where both are plain, else a plain spelling of them with a mark made from what they are.
    ///
    /// No two addresses share a name (but for a collision of the mark): a developer with a dot, one called like the hub's own word for
    /// nobody, and a name that looks marked are marked too.
    var pluginID: PluginID? {
        let owner = developer == Self.local ? "local" : developer
        let plain = "\(owner).\(id)"
        let isUnambiguous = !developer.contains(".") && developer != "local" && !Self.looksMarked(plain)
        if isUnambiguous, (try? PluginID(owner)) != nil, (try? PluginID(id)) != nil, let whole = try? PluginID(plain) { return whole }
        let mark = Self.mark(address)
        let readable = "\(Self.plainSpelling(owner)).\(Self.plainSpelling(id))".prefix(PluginID.lengthMax - mark.count - 1)
        return try? PluginID("\(readable)-\(mark)")
    }

    private static let markLength = 10

    private static func looksMarked(_ name: String) -> Bool {
        let tail = name.utf8.suffix(markLength + 1)
        return tail.count == markLength + 1 && tail.first == UInt8(ascii: "-") && tail.dropFirst().allSatisfy(isMarkByte)
    }

    private static func isMarkByte(_ byte: UInt8) -> Bool {
        (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) || (UInt8(ascii: "a")...UInt8(ascii: "f")).contains(byte)
    }

    /// The first 40 bits of FNV-1a (64 bits, Fowler, Noll and Vo), in hexadecimal. It tells names apart; it protects nothing.
    private static func mark(_ text: String) -> String {
        var hash: UInt64 = 0xcbf2_9ce4_8422_2325
        for byte in text.utf8 { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01b3 }
        let digits = String(hash >> 24, radix: 16)
        return String(repeating: "0", count: markLength - digits.count) + digits
    }

    /// Every character that no plugin id has becomes a hyphen; the first is a letter or digit.
    private static func plainSpelling(_ text: String) -> String {
        var plain = ""
        for scalar in text.unicodeScalars.prefix(PluginID.lengthMax / 2 - markLength) {
            switch scalar {
            case "a"..."z", "A"..."Z", "0"..."9", "_": plain.unicodeScalars.append(scalar)
            default: plain += "-"
            }
        }
        let kept = plain.drop { $0 == "-" || $0 == "_" }
        return kept.isEmpty ? "x" : String(kept)
    }

    /// Whether a text can be the name of one folder.
    static func isPathSegment(_ text: String) -> Bool {
        !text.isEmpty && text != "." && text != ".." && text.utf8.count <= partBytesMax
            && !text.utf8.contains { $0 < 0x20 || $0 == 0x7f || $0 == UInt8(ascii: "/") || $0 == UInt8(ascii: "\\") }
    }
}

extension CocoDecoder {
    /// Finds developer and id where the shape keeps them.
    mutating func identity(
        _ object: JSONObject, _ shape: CocoShape, _ files: any PackageFiles, hasDeveloperFile: Bool
    ) -> CocoIdentity? {
        switch shape {
        case .repository:
            guard !files.folderName.isEmpty else {
                notes.add(
                    .error, .noFolderName, JSONPointer(), "The extension has no id, and lies in no folder whose name could be one.",
                    remedy: "Put it into a folder of its own.")
                return nil
            }
            let owner = hasDeveloperFile ? files.parentNames.first : nil
            return CocoIdentity(developer: owner ?? CocoIdentity.local, id: files.folderName)
        case .store:
            let id = segment(object, "id", in: JSONPointer())
            let developer = object["developer"]?.objectValue.flatMap { segment($0, "id", in: JSONPointer(["developer"])) }
            guard let id, let developer else { return nil }
            return CocoIdentity(developer: developer, id: id)
        case .installed:
            let id = segment(object, "id", in: JSONPointer())
            let developer = segment(object, "developer", in: JSONPointer())
            guard let id, let developer else { return nil }
            if !files.folderName.isEmpty, files.folderName != id {
                notes.add(
                    .warning, .idNotFolder, JSONPointer(["id"]),
                    "The id is '\(visible(id))' and the folder is called '\(visible(files.folderName))'; Coco AI skips such an extension.",
                    remedy: "Rename the folder.")
            }
            return CocoIdentity(developer: developer, id: id)
        }
    }

    /// An id that Coco AI uses as the name of a folder, and we refuse as anything else.
    private mutating func segment(_ object: JSONObject, _ key: String, in pointer: JSONPointer) -> String? {
        guard let text = requiredText(object, key, in: pointer) else { return nil }
        if CocoIdentity.isPathSegment(text) { return text }
        notes.add(
            .error, .unsafeID, pointer.appending(key), "\"\(key)\" is '\(visible(text))', which cannot be the name of one folder.",
            remedy: "Use letters, digits, hyphens and underscores.")
        return nil
    }
}
