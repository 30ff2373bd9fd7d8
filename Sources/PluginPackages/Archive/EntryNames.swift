import Manifests
import PluginModel

/// Why a file or folder of a package is refused.
struct EntryRefusal: Error {
    let finding: Finding

    init(_ code: String, at path: String, _ sentence: String, remedy: String = "Pack the package anew without it.") {
        finding = Finding(.error, code: code, place: .file(visible(path)), sentence, remedy: remedy)
    }
}

/// Judges the names of a package one after the other, and remembers them, so that no two can become one file on any system.
///
/// Names are compared as a system would that ignores case and Unicode's two ways of writing an accent (macOS, Windows): what installs here
/// installs there, and nobody can hide a file behind another.
struct EntryNames {
    enum Kind: Sendable, Hashable { case file, folder }

    private struct Known {
        let path: String
        let kind: Kind
    }

    let limits: ArchiveLimits
    /// By folded path.
    private var known: [String: Known] = [:]
    /// The folder admitted last, with everything above it: files of one folder usually follow each other.
    private var lastParent = ""

    init(limits: ArchiveLimits) { self.limits = limits }

    var count: Int { known.count }

    /// The plain path (no `.`, no doubled or closing slash), or nil for the package's folder itself.
    mutating func admit(_ raw: [UInt8], _ kind: Kind) throws(EntryRefusal) -> String? {
        let parts = try Self.parts(of: raw, limits: limits)
        guard let name = parts.last else { return nil }
        guard parts.count <= limits.depthMax else {
            throw EntryRefusal(
                "package.too-deep", at: Self.shown(raw), "This lies more than \(limits.depthMax) folders deep.",
                remedy: "Flatten the folders.")
        }
        let parent = parts.dropLast().joined(separator: "/")
        if !parent.isEmpty, !Self.same(parent, lastParent) {
            var place = ""
            for part in parts.dropLast() {
                place = place.isEmpty ? String(part) : "\(place)/\(part)"
                try note(place, .folder)
            }
            lastParent = parent
        }
        let path = parent.isEmpty ? String(name) : "\(parent)/\(name)"
        try note(path, kind)
        return path
    }

    private mutating func note(_ path: String, _ kind: Kind) throws(EntryRefusal) {
        let key = Self.folded(path)
        guard let other = known[key] else {
            guard known.count < limits.entriesMax else {
                throw EntryRefusal(
                    "package.too-many-entries", at: path, "The package holds more than \(limits.entriesMax) files and folders.",
                    remedy: "Leave out what the plugin does not need, or ship it bundled without node_modules.")
            }
            known[key] = Known(path: path, kind: kind)
            return
        }
        guard Self.same(other.path, path) else {
            throw EntryRefusal(
                "package.name-collision", at: path,
                "This and '\(visible(other.path))' differ only in case or in how Unicode writes them; on some systems they are one file.",
                remedy: "Rename one of the two.")
        }
        switch (other.kind, kind) {
        case (.folder, .folder): return
        case (.file, .file): throw EntryRefusal("package.duplicate-name", at: path, "Two files have this name.")
        default:
            throw EntryRefusal("package.file-over-folder", at: path, "This is a file in one place of the package and a folder in another.")
        }
    }

    // MARK: One name

    private static func parts(of raw: [UInt8], limits: ArchiveLimits) throws(EntryRefusal) -> [Substring] {
        guard !raw.isEmpty else { throw EntryRefusal("package.empty-name", at: "(no name)", "An entry has no name.") }
        guard let text = String(validating: raw, as: UTF8.self) else {
            throw EntryRefusal(
                "package.name-not-utf8", at: shown(raw), "This name is not UTF-8.", remedy: "Rename it and pack the package anew.")
        }
        guard raw.count <= limits.pathBytesMax else {
            throw EntryRefusal(
                "package.path-too-long", at: text, "This path is longer than \(limits.pathBytesMax) bytes.",
                remedy: "Shorten the names in it.")
        }
        for scalar in text.unicodeScalars where isForbidden(scalar) {
            if scalar == "\\" {
                throw EntryRefusal(
                    "package.backslash", at: text, "This name holds a backslash, which separates folders on some systems.",
                    remedy: "Rename it; folders are separated by '/'.")
            }
            throw EntryRefusal(
                "package.control-character", at: text, "This name holds a character that cannot be seen.", remedy: "Rename it.")
        }
        guard !text.hasPrefix("/"), !hasDriveLetter(raw) else {
            throw EntryRefusal("package.absolute-name", at: text, "This path is absolute; a package's paths begin in its own folder.")
        }
        let parts = text.split(separator: "/").filter { $0 != "." }
        for part in parts {
            guard part != ".." else {
                throw EntryRefusal("package.parent-name", at: text, "This path has '..' in it and could leave the package.")
            }
            guard part.utf8.count <= limits.nameBytesMax else {
                throw EntryRefusal(
                    "package.name-too-long", at: text, "This path holds a name longer than \(limits.nameBytesMax) bytes.",
                    remedy: "Shorten it.")
            }
        }
        return parts
    }

    /// Control characters, line ends in all their forms, the marks that turn the direction of text, and the backslash.
    private static func isForbidden(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.value {
        case 0x20..<0x5c, 0x5d..<0x7f: false
        case 0...0x1f, 0x5c, 0x7f...0x9f, 0x2028...0x202e, 0x2066...0x2069, 0x200e, 0x200f, 0x61c: true
        default: false
        }
    }

    private static func hasDriveLetter(_ raw: [UInt8]) -> Bool {
        raw.count >= 2 && raw[1] == UInt8(ascii: ":")
            && ((UInt8(ascii: "a")...UInt8(ascii: "z")).contains(raw[0] | 0x20))
    }

    /// Equal for texts that differ in case only; that accents may be written in two ways is what `String`'s own equality allows for.
    private static func folded(_ path: String) -> String {
        path.utf8.allSatisfy { $0 < 0x80 } ? path.lowercased() : path.uppercased().lowercased()
    }

    /// Byte for byte, unlike `==`.
    private static func same(_ a: String, _ b: String) -> Bool { a.utf8.elementsEqual(b.utf8) }

    private static func shown(_ raw: [UInt8]) -> String { String(decoding: raw.prefix(200), as: UTF8.self) }
}
