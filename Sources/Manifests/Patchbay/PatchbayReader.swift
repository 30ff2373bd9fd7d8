import JSON
import PluginModel

/// Reads our own format: one `patchbay.json`, which can say whatever the other formats can, together in one plugin.
///
/// docs/manifest.md is its guide, docs/schema/patchbay.schema.json its schema; a document that fits the schema has only findings about
/// what a schema cannot judge.
package enum PatchbayReader {
    package static let entryExtensions = ["ts", "tsx", "mts", "cts", "js", "jsx", "mjs", "cjs"]
    private static let depthMax = 32

    package static func read(_ files: any PackageFiles, options: ReadingOptions) -> PackageReading {
        func refused(_ code: String, _ sentence: String, remedy: String) -> PackageReading {
            let finding = Finding(.error, code: code, place: .file(PatchbayManifest.fileName), sentence, remedy: remedy)
            return PackageReading(format: .patchbay, manifest: nil, claim: .init(), findings: [finding])
        }
        guard let path = try? RelativePath(PatchbayManifest.fileName) else { preconditionFailure("The file's name is a path.") }
        do throws(PackageFileError) {
            return read(document: try files.bytes(of: path, bytesMax: PatchbayManifest.bytesMax), files: files, options: options)
        } catch {
            switch error {
            case .missing:
                return refused("manifest.missing", "There is no \(path) in the package.", remedy: "Add it; docs/manifest.md says how.")
            case .tooLarge(let bytesMax):
                return refused(
                    "manifest.too-large", "The manifest is larger than \(bytesMax) bytes.",
                    remedy: "Shorten it: long texts belong into files of their own.")
            case .outside:
                return refused(
                    "manifest.outside-file", "The manifest is a symlink that leads out of the package.",
                    remedy: "Put the file itself into the package.")
            case .unreadable(let reason):
                return refused("manifest.unreadable", "The manifest cannot be read: \(visible(reason)).", remedy: "Check who may read it.")
            }
        }
    }

    /// Reads the bytes of a manifest. Without `files`, nothing is said about what it refers to.
    package static func read(document bytes: [UInt8], files: (any PackageFiles)?, options: ReadingOptions) -> PackageReading {
        func refused(_ place: Finding.Place, _ code: String, _ sentence: String, remedy: String? = nil) -> PackageReading {
            PackageReading(
                format: .patchbay, manifest: nil, claim: .init(),
                findings: [Finding(.error, code: code, place: place, sentence, remedy: remedy)])
        }
        let file = PatchbayManifest.fileName
        let document: JSONValue
        do {
            let limits = JSONLimits(bytesMax: PatchbayManifest.bytesMax, depthMax: depthMax, duplicateKeys: .reject)
            document = try JSONValue(parsing: bytes, limits: limits)
        } catch {
            return refused(
                .source(file: file, line: error.line, column: error.column, text: nil), "manifest.malformed",
                "This is not JSON: \(error.message)", remedy: "Correct the file; comments and trailing commas are not part of JSON.")
        }
        guard let object = document.objectValue else {
            return refused(
                .document(file: file, pointer: JSONPointer()), "manifest.wrong-type", "A manifest is an object, not \(document.kindPhrase)."
            )
        }
        let claim = PackageReading.Claim(
            id: document["id"]?.stringValue, name: document["name"]?.stringValue, version: document["version"]?.stringValue)
        var reader = PatchbayObject(object, files: files)
        let manifest = manifest(&reader, options)
        return PackageReading(format: .patchbay, manifest: manifest, claim: claim, findings: reader.findings)
    }

    private static func manifest(_ reader: inout PatchbayObject, _ options: ReadingOptions) -> PluginManifest? {
        let id = id(&reader)
        let name = reader.requiredText("name", what: "what people call the plugin")
        let version = version(&reader)
        // Whatever is wrong with those three, the rest is read to the end, so that an author hears everything at once.
        guard let placeholder = try? PluginID("unnamed") else { preconditionFailure("A word is a plugin id.") }
        var manifest = PluginManifest(format: .patchbay, id: id ?? placeholder, name: name ?? "")
        manifest.version = version
        manifest.description = reader.text("description", lengthMax: 2000)
        manifest.entry = entry(&reader)
        manifest.uiEntry = reader.file("uiEntry")
        manifest.permissions = permissions(&reader)
        manifest.aliases = reader.texts("aliases", lengthMax: PluginID.lengthMax)
        presentation(&manifest, &reader)
        compatibility(&manifest, &reader, options)
        manifest.configuration = reader.objects("configuration", countMax: PatchbayField.countMax) { PatchbayField.read(&$0) }
        PatchbayField.checkTogether(manifest, &reader)
        manifest.requiresConfiguration = reader.flag("requiresConfiguration")
        manifest.takesFurtherConfiguration = reader.flag("furtherConfiguration")
        manifest.configurationSchema = reader.schema("configurationSchema")
        let hasInterface = reader.has("uiEntry")
        manifest.contributions =
            reader.object("contributions") { PatchbayContributions.read(&$0, of: manifest, hasInterface: hasInterface) } ?? []
        manifest.hasSignalCatalog = reader.flag("signalCatalog")
        manifest.context = reader.object("context") { context(&$0) }
        checkEntry(of: manifest, &reader)
        manifest.localisations = PatchbayLocalisation.read(&reader, of: manifest)
        // Only now, so that a text for what is left out here is no text for nothing.
        if let here = options.platform { manifest.contributions.removeAll { $0.platforms.map { !$0.contains(here) } ?? false } }
        manifest.initialState = PatchbayContributions.initialState(&reader)
        // Editors read it to check the file while it is written.
        _ = reader.text("$schema", lengthMax: 2000)
        reader.noteUnknownKeys()
        return id == nil || name == nil || version == nil ? nil : manifest
    }

    private static func id(_ reader: inout PatchbayObject) -> PluginID? {
        guard
            let text = reader.requiredText(
                "id", what: "the name the hub knows this plugin by, such as acme.weather", lengthMax: PluginID.lengthMax * 2)
        else { return nil }
        do {
            return try PluginID(text)
        } catch {
            reader.note(.error, "invalid-id", at: "id", error.description, remedy: error.fault.remedy)
            return nil
        }
    }

    private static func version(_ reader: inout PatchbayObject) -> String? {
        guard let text = reader.requiredText("version", what: "a semantic version, such as 1.0.0", lengthMax: Version.lengthMax) else {
            return nil
        }
        do {
            _ = try Version(text)
            return text
        } catch {
            reader.note(.error, "invalid-version", at: "version", error.description, remedy: error.fault.remedy)
            return nil
        }
    }
}
