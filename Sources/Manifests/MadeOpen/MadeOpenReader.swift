import JSON
import PluginModel

/// Reads plugins of Made Open: `plugin.json` in either published shape.
///
/// Pure. That an id is free is for whoever knows the other packages.
package enum MadeOpenReader {
    package static let fileName = "plugin.json"
    /// 256 KiB: a manifest is written by hand.
    package static let bytesMax = 256 << 10
    package static let entryEndings = ["ts", "js", "mjs"]

    /// In Unicode scalars; longer ones are cut.
    private static let descriptionLengthMax = 2000
    private static let types = ["connector", "channel", "operator"]
    /// Folder above the package, and what lies in it.
    private static let folders = ["connectors": "connector", "channels": "channel", "operators": "operator"]
    private static let knownKeys = [
        "id", "name", "version", "type", "entrypoint", "permissions", "configSchema", "config", "description", "author",
    ]

    package static func read(_ files: any PackageFiles, options: ReadingOptions) -> PackageReading {
        let document: ManifestDocument
        do {
            document = try ManifestDocument.read(fileName, of: files, bytesMax: bytesMax)
        } catch {
            return PackageReading(format: .madeOpen, manifest: nil, claim: .init(), findings: [error.finding])
        }
        let object = document.object
        let claim = PackageReading.Claim(
            id: object["id"]?.stringValue, name: object["name"]?.stringValue, version: object["version"]?.stringValue)
        var reader = ObjectReader(object, file: fileName, area: "manifest")
        let id = readID(&reader)
        let name = reader.requiredString("name", what: "what people call the plugin")
        let version = reader.requiredVersion()
        let type = readType(&reader, files)
        let entry = readEntry(&reader, files)
        let description = readDescription(&reader)
        let publisher = readAuthor(&reader)
        reader.noteMistypedKeys(among: knownKeys)
        var normaliser = MadeOpenNormaliser(file: fileName)
        normaliser.read(object)
        var findings = document.findings + reader.findings + normaliser.findings

        var manifest: PluginManifest?
        if let id, let name, let version, let type, let entry {
            var made = PluginManifest(format: .madeOpen, id: id, name: name)
            made.dialect = normaliser.shape.rawValue
            made.version = version
            made.description = description
            made.publisher = publisher
            made.entry = entry
            made.configuration = normaliser.fields
            made.configurationSchema = normaliser.schema
            made.takesFurtherConfiguration = normaliser.schema.map { $0["additionalProperties"] != false } ?? false
            made.permissions = normaliser.permissions
            let contribution = contribution(type, id: id, name: name, normaliser.permissions)
            made.contributions = [contribution]
            manifest = made
            if type == "operator" {
                findings.append(
                    Finding(
                        .notice, code: "made-open.operators-unknown", place: .document(file: fileName, pointer: contribution.origin),
                        "Which operators the plugin has, and whether they are conditions or actions, is known only when it runs; until then it stands as one condition operator."
                    ))
            }
        }
        return PackageReading(format: .madeOpen, manifest: manifest, claim: claim, findings: findings)
    }

    /// `^[a-z0-9]+(\.[a-z0-9-]+)+$`, the guide's reverse-DNS name.
    private static func readID(_ reader: inout ObjectReader) -> PluginID? {
        guard let text = reader.requiredString("id", what: "a reverse-DNS name, such as org.example.contacts") else { return nil }
        let parts = text.utf8.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false)
        func isPlain(_ byte: UInt8) -> Bool {
            (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte) || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
        }
        let fits =
            parts.count >= 2 && parts.allSatisfy { !$0.isEmpty } && parts[0].allSatisfy(isPlain)
            && parts.dropFirst().allSatisfy { $0.allSatisfy { isPlain($0) || $0 == UInt8(ascii: "-") } }
        let id = try? PluginID(text)
        guard fits, let id else {
            reader.note(
                .error, "invalid-id", at: "id",
                "The id '\(visible(text))' is no reverse-DNS name: lower-case letters and digits in at least two parts with dots between, hyphens after the first part, at most \(PluginID.lengthMax) characters.",
                remedy: "Change \"id\", for example to 'org.example.contacts'.")
            return nil
        }
        return id
    }

    private static func readType(_ reader: inout ObjectReader, _ files: any PackageFiles) -> String? {
        guard let type = reader.requiredString("type", what: types.joined(separator: ", ")) else { return nil }
        let place = Finding.Place.document(file: fileName, pointer: JSONPointer(["type"]))
        guard types.contains(type) else {
            reader.add(
                Finding(
                    .error, code: "made-open.unknown-type", place: place, "'\(visible(type))' is no type of plugin.",
                    remedy: didYouMean(type, among: types) ?? "Types: \(types.joined(separator: ", "))."))
            return nil
        }
        if let folder = files.parentNames.first, let wanted = folders[folder], wanted != type {
            reader.add(
                Finding(
                    .error, code: "made-open.folder-mismatch", place: place,
                    "The plugin lies in '\(folder)/', where types are '\(wanted)', and says it is '\(type)'.",
                    remedy: "Move it to '\(type)s/', or write \"type\": \"\(wanted)\"."))
            return nil
        }
        return type
    }

    private static func readEntry(_ reader: inout ObjectReader, _ files: any PackageFiles) -> RelativePath? {
        let text = reader.requiredString(
            "entrypoint", what: "the file that exports the plugin, such as ./index.ts", lengthMax: RelativePath.bytesMax)
        guard let text else { return nil }
        let remedy = "Name a file inside the plugin's folder, relative to it, that ends in .ts, .js or .mjs."
        let path: RelativePath
        do {
            path = try RelativePath(text)
        } catch {
            reader.note(.error, "invalid-entry", at: "entrypoint", "The path '\(visible(text))' \(error.reason).", remedy: remedy)
            return nil
        }
        guard entryEndings.contains(path.fileExtension) else {
            reader.note(.error, "invalid-entry", at: "entrypoint", "'\(visible(text))' does not end in .ts, .js or .mjs.", remedy: remedy)
            return nil
        }
        let reason: String
        switch files.kind(of: path) {
        case .file?: return path
        case nil: reason = "is not there"
        case .folder?: reason = "is a folder"
        case .outside?: reason = "is a link that leads out of the plugin's folder"
        case .other?: reason = "is no ordinary file"
        }
        reader.add(
            Finding(
                .error, code: "made-open.no-entry", place: .document(file: fileName, pointer: JSONPointer(["entrypoint"])),
                "The entry '\(visible(text))' \(reason).", remedy: sibling(of: path, files).map { "Did you mean './\($0)'?" } ?? remedy))
        return nil
    }

    /// The same file with another ending, or in `src/`.
    private static func sibling(of path: RelativePath, _ files: any PackageFiles) -> RelativePath? {
        let stem = path.text.dropLast(path.fileExtension.utf8.count)
        let candidates = ["", "src/"].flatMap { folder in entryEndings.map { folder + stem + $0 } }
        return candidates.compactMap { try? RelativePath($0) }.first { files.kind(of: $0) == .file }
    }

    /// Only shown, so that its kind stops nothing.
    private static func readDescription(_ reader: inout ObjectReader) -> String? {
        guard let value = reader.value("description"), !value.isNull else { return nil }
        guard let text = value.stringValue else {
            reader.note(
                .warning, "wrong-type", at: "description", "\"description\" should be a text, not \(value.kindPhrase); it is not shown.")
            return nil
        }
        return String(text.unicodeScalars.prefix(descriptionLengthMax))
    }

    private static func readAuthor(_ reader: inout ObjectReader) -> Publisher? {
        switch reader.value("author") {
        case .string(let name)? where !name.isEmpty: return Publisher(name: name)
        case .object(let author)?:
            guard let name = author["name"]?.stringValue, !name.isEmpty else { return nil }
            return Publisher(name: name, url: author["url"]?.stringValue, email: author["email"]?.stringValue)
        default: return nil
        }
    }

    private static func contribution(
        _ type: String, id: PluginID, name: String, _ permissions: [PermissionRequest]
    ) -> Contribution {
        let receives = permissions.contains { $0.permission?.rule == .networkInbound }
        let origin = JSONPointer(["type"])
        switch type {
        case "connector":
            return Contribution(
                .connector, id: id.rawValue, title: name, detail: .connector(.init(receivesWebhooks: receives)), origin: origin)
        case "channel":
            return Contribution(.channel, id: id.rawValue, title: name, detail: .channel(.init(receivesWebhooks: receives)), origin: origin)
        default: return Contribution(.conditionOperator, id: id.rawValue, title: name, origin: origin)
        }
    }
}
