import JSON
import PluginModel

/// The plugin's code, and what it may do.
extension PatchbayReader {
    static let permissionsMax = 100

    static func entry(_ reader: inout PatchbayObject) -> RelativePath? {
        guard reader.has("entry") else {
            _ = reader.value("entry")
            return nil
        }
        guard
            let text = reader.requiredText(
                "entry", what: "the file whose exports are the plugin, such as src/index.ts", lengthMax: RelativePath.bytesMax),
            let path = reader.path(text, at: "entry", code: "invalid-entry")
        else { return nil }
        guard entryExtensions.contains(path.fileExtension) else {
            reader.note(
                .error, "invalid-entry", at: "entry", "The entry '\(visible(text))' is no JavaScript or TypeScript file.",
                remedy: "Known endings: \(entryExtensions.map { ".\($0)" }.joined(separator: " ")).")
            return nil
        }
        if let files = reader.files, files.kind(of: path) == nil, let source = BuiltFile.source(of: path, in: files) {
            reader.note(
                .notice, "unbuilt-entry", at: "entry",
                "The entry '\(visible(path.text))' is not built yet; its source '\(source)' is there.",
                remedy: "Nothing to do: it is built when the plugin is installed.")
        } else {
            reader.check(path, at: "entry", ifMissing: .error)
        }
        return path
    }

    /// A plugin whose contributions are all pages, links and programs needs no code; every other does.
    static func checkEntry(of manifest: PluginManifest, _ reader: inout PatchbayObject) {
        guard manifest.entry == nil, !reader.has("entry") else { return }
        let inCode = manifest.contributions.first { PatchbayContributions.needsCode($0.kind) }
        guard inCode != nil || !reader.has("contributions") else { return }
        reader.note(
            .error, "missing",
            "\"entry\" is missing: the file whose exports are the plugin, such as src/index.ts"
                + (inCode.map { "; the \(PatchbayContributions.words[$0.kind, default: "contribution"]) '\(visible($0.id))' needs it" }
                    ?? "")
                + ".")
    }

    static func permissions(_ reader: inout PatchbayObject) -> [PermissionRequest] {
        var requests: [PermissionRequest] = []
        for (index, value) in (reader.array("permissions", countMax: permissionsMax) ?? []).enumerated() {
            let pointer = reader.pointer.appending("permissions").appending(index)
            var request: PermissionRequest?
            if let text = value.stringValue {
                request = self.request(text, pointer, &reader)
                request?.origin = pointer
            } else if let object = value.objectValue {
                request = reader.nested(object, pointer) { inner in
                    let text = inner.requiredText("permission", what: "such as network:outbound:api.example.com", lengthMax: 1000)
                    let reason = inner.text("reason", lengthMax: 1000)
                    let isOptional = inner.flag("optional")
                    guard var request = text.flatMap({ self.request($0, pointer.appending("permission"), &inner) }) else { return nil }
                    (request.reason, request.isOptional, request.origin) = (reason, isOptional, pointer)
                    return request
                }
            } else {
                reader.note(
                    .error, "wrong-type", under: "permissions", index, "A permission is a text or an object, not \(value.kindPhrase).")
            }
            guard let request else { continue }
            if requests.contains(where: { $0.text == request.text }) {
                reader.note(
                    .warning, "repeated-permission", under: "permissions", index, "The permission '\(request.text)' is asked for twice.",
                    remedy: "Remove one.")
            } else {
                requests.append(request)
            }
        }
        return requests
    }

    /// What stands for no capability of the hub's is a request in words: programs, files and the functions lent to pages.
    private static func request(_ text: String, _ pointer: JSONPointer, _ reader: inout PatchbayObject) -> PermissionRequest? {
        do throws(RequestInWords.Fault) {
            if let words = try RequestInWords(text) { return PermissionRequest(text: words.text, origin: pointer) }
        } catch {
            let place = Finding.Place.document(file: PatchbayManifest.fileName, pointer: pointer)
            reader.add([Finding(.error, code: "manifest.invalid-request", place: place, error.sentence, remedy: error.remedy)])
            return nil
        }
        return permission(text, pointer, &reader).map { PermissionRequest($0, origin: pointer) }
    }

    private static func permission(_ text: String, _ pointer: JSONPointer, _ reader: inout PatchbayObject) -> Permission? {
        do {
            return try Permission(parsing: text)
        } catch {
            let place = Finding.Place.document(file: PatchbayManifest.fileName, pointer: pointer)
            reader.add([Finding(.error, code: error.kind.rawValue, place: place, error.description, remedy: error.fault().remedy)])
            return nil
        }
    }
}
