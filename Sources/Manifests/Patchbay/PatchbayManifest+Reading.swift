import JSON
import PluginModel

extension PatchbayManifest {
    /// 256 KiB: a manifest is written by hand.
    package static let bytesMax = 256 << 10
    package static let permissionsMax = 100
    package static let entryExtensions = ["ts", "tsx", "mts", "cts", "js", "jsx", "mjs", "cjs"]

    /// Reads the bytes of a `patchbay.json`. Pure; whether the entry exists is for whoever has the folder.
    package static func read(_ bytes: [UInt8], file: String = fileName) -> Reading<PatchbayManifest> {
        let document: JSONValue
        do {
            document = try JSONValue(parsing: bytes, limits: JSONLimits(bytesMax: bytesMax, depthMax: 32, duplicateKeys: .reject))
        } catch {
            let place = Finding.Place.source(file: file, line: error.line, column: error.column, text: nil)
            return Reading(
                manifest: nil,
                findings: [
                    Finding(
                        .error, code: "manifest.malformed", place: place, "This is not JSON: \(error.message)",
                        remedy: "Correct the file; comments and trailing commas are not part of JSON.")
                ])
        }
        guard let object = document.objectValue else {
            let place = Finding.Place.document(file: file, pointer: JSONPointer())
            return Reading(
                manifest: nil,
                findings: [
                    Finding(.error, code: "manifest.wrong-type", place: place, "A manifest is an object, not \(document.kindPhrase).")
                ]
            )
        }
        var reader = ObjectReader(object, file: file, area: "manifest")
        let manifest = read(&reader)
        return Reading(manifest: reader.findings.errors.isEmpty ? manifest : nil, findings: reader.findings)
    }

    private static func read(_ reader: inout ObjectReader) -> PatchbayManifest? {
        let id = reader.requiredString("id", what: "the name the hub knows this plugin by, such as acme.weather").flatMap { text in
            checked(&reader, "id", "invalid-id") { () throws(InvalidPluginID) in
                try PluginID(text)
            } explain: {
                ($0.description, $0.fault.remedy)
            }
        }
        let name = reader.requiredString("name", what: "what people call the plugin")
        let version = reader.requiredString("version", what: "a semantic version, such as 1.0.0").flatMap { text in
            checked(&reader, "version", "invalid-version") { () throws(InvalidVersion) in
                try Version(text)
            } explain: {
                ($0.description, $0.fault.remedy)
            }
        }
        let description = reader.optionalString("description")
        let entry = reader.requiredString(
            "entry", what: "the file whose exports are the plugin, such as src/index.ts", lengthMax: RelativePath.bytesMax
        ).flatMap { readEntry(&reader, $0) }
        let permissions = readPermissions(&reader)
        // Editors read it to check the file while it is written.
        reader.ignore("$schema")
        reader.noteUnknownKeys()
        guard let id, let name, let version, let entry else { return nil }
        return PatchbayManifest(id: id, name: name, version: version, description: description, entry: entry, permissions: permissions)
    }

    private static func readEntry(_ reader: inout ObjectReader, _ text: String) -> RelativePath? {
        let path = checked(&reader, "entry", "invalid-entry") { () throws(InvalidRelativePath) in
            try RelativePath(text)
        } explain: {
            ("The path '\(visible(text))' \($0.reason).", "Name a file inside the plugin's folder, relative to it.")
        }
        guard let path else { return nil }
        guard entryExtensions.contains(path.fileExtension) else {
            reader.note(
                .error, "invalid-entry", at: "entry", "The entry '\(visible(text))' is no JavaScript or TypeScript file.",
                remedy: "Known endings: \(entryExtensions.map { ".\($0)" }.joined(separator: " ")).")
            return nil
        }
        return path
    }

    private static func readPermissions(_ reader: inout ObjectReader) -> [Permission] {
        var permissions: [Permission] = []
        for (index, value) in (reader.optionalArray("permissions", countMax: permissionsMax) ?? []).enumerated() {
            let place = Finding.Place.document(
                file: reader.file, pointer: reader.pointer.appending("permissions").appending(index))
            guard let text = value.stringValue else {
                reader.add(Finding(.error, code: "manifest.wrong-type", place: place, "A permission is a text, not \(value.kindPhrase)."))
                continue
            }
            do {
                let permission = try Permission(parsing: text)
                if permissions.contains(permission) {
                    reader.add(
                        Finding(
                            .warning, code: "manifest.repeated-permission", place: place,
                            "The permission '\(permission)' is asked for twice.", remedy: "Remove one."))
                } else {
                    permissions.append(permission)
                }
            } catch {
                reader.add(
                    Finding(.error, code: error.kind.rawValue, place: place, error.description, remedy: error.fault().remedy))
            }
        }
        return permissions
    }

    private static func checked<Value, Failure>(
        _ reader: inout ObjectReader, _ key: String, _ code: String, _ make: () throws(Failure) -> Value,
        explain: (Failure) -> (sentence: String, remedy: String?)
    ) -> Value? {
        do {
            return try make()
        } catch {
            let (sentence, remedy) = explain(error)
            reader.note(.error, code, at: key, sentence, remedy: remedy)
            return nil
        }
    }
}
