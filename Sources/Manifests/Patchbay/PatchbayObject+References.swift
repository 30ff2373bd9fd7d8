import JSON
import PluginModel

/// Addresses and files that a manifest names.
extension PatchbayObject {
    /// An http or https address.
    mutating func webAddress(_ key: String) -> String? {
        guard let text = text(key, lengthMax: 2000) else { return nil }
        if Self.isWebAddress(text) { return text }
        note(.error, "invalid-address", at: key, "'\(visible(text))' is no http(s) address.", remedy: "Begin it with https://.")
        return nil
    }

    /// A file of the package, an http(s) address, or `glyph:` and the code of a glyph in an icon font.
    mutating func image(_ key: String) -> Image? {
        guard let text = text(key, lengthMax: 2000) else { return nil }
        if text.hasPrefix(Self.glyphPrefix) { return .glyph(String(text.dropFirst(Self.glyphPrefix.count))) }
        if Self.isWebAddress(text) { return .url(text) }
        // A package without one of its pictures still works.
        return file(text, at: key, ifMissing: .warning).map(Image.file)
    }

    static let glyphPrefix = "glyph:"

    /// A file that has to be in the package.
    mutating func file(_ key: String) -> RelativePath? {
        guard let text = text(key, lengthMax: RelativePath.bytesMax) else { return nil }
        return file(text, at: key, ifMissing: .error)
    }

    mutating func file(_ text: String, at key: String, ifMissing severity: Finding.Severity) -> RelativePath? {
        guard let path = path(text, at: key, code: "invalid-path") else { return nil }
        check(path, at: key, ifMissing: severity)
        return path
    }

    /// A path as its text says; whether anything is there is another question.
    mutating func path(_ text: String, at key: String, code: String) -> RelativePath? {
        do {
            return try RelativePath(text)
        } catch {
            note(
                .error, code, at: key, "The path '\(visible(text))' \(error.reason).",
                remedy: "Name a file inside the plugin's folder, relative to it.")
            return nil
        }
    }

    mutating func check(_ path: RelativePath, at key: String, ifMissing severity: Finding.Severity) {
        guard let files else { return }
        let shown = visible(path.text)
        switch files.kind(of: path) {
        case .file: break
        case nil:
            let place = Finding.Place.document(file: PatchbayManifest.fileName, pointer: pointer.appending(key))
            add([
                Finding(
                    severity, code: "manifest.missing-file", place: place, "There is no file '\(shown)' in the package.",
                    remedy: "Add it, or correct \"\(key)\".")
            ])
        case .outside:
            note(
                .error, "outside-file", at: key, "'\(shown)' is a symlink that leads out of the package.",
                remedy: "Put the file itself into the package.")
        case .folder, .other:
            note(.error, "no-file", at: key, "'\(shown)' is no file.", remedy: "Name a file inside the plugin's folder, relative to it.")
        }
    }

    /// A JSON Schema that can be used; nil, with a finding, for anything else that is there.
    mutating func schema(_ key: String) -> JSONValue? {
        guard let value = value(key) else { return nil }
        guard value.objectValue != nil || value.boolValue != nil else {
            note(.error, "wrong-type", at: key, "\"\(key)\" must be a JSON Schema, not \(value.kindPhrase).")
            return nil
        }
        guard let finding = SchemaCheck.finding(value, file: PatchbayManifest.fileName, at: pointer.appending(key)) else { return value }
        add([finding])
        return nil
    }

    static func isWebAddress(_ text: String) -> Bool {
        let start = text.prefix(8).lowercased()
        guard start.hasPrefix("https://") || start.hasPrefix("http://") else { return false }
        let host = text.split(separator: "/", maxSplits: 2, omittingEmptySubsequences: false).last ?? ""
        return !host.isEmpty && !host.hasPrefix("/") && text.unicodeScalars.allSatisfy { $0.value > 0x20 && $0.value != 0x7f }
    }

    /// An address beneath a root of the hub's: begins with `/`, and has no `..` in it.
    mutating func rootedPath(_ key: String, what: String) -> String? {
        guard let text = requiredText(key, what: what) else { return nil }
        let isGood =
            text.hasPrefix("/") && !text.split(separator: "/").contains("..")
            && text.unicodeScalars.allSatisfy { $0.value > 0x20 && $0.value != 0x7f && $0 != "\\" && $0 != "?" && $0 != "#" }
        if isGood { return text }
        note(
            .error, "invalid-path", at: key, "'\(visible(text))' is no path beneath the plugin's own.",
            remedy: "Begin it with '/', without blanks, '..', '?' or '#'.")
        return nil
    }
}
