import JSON
import PluginModel

/// Reads extensions of Coco AI: a `plugin.json` in any of its three shapes, and the files it names. Contract of Coco.
package enum CocoReader {
    package static let fileName = "plugin.json"
    /// 1 MiB: a manifest lists commands, some with scripts in their arguments.
    package static let bytesMax = 1 << 20
    /// As deep as upstream's parser goes.
    static let depthMax = 128

    /// Everything that can be said about a package. Pure but for what it asks of `files`, and it asks for nothing twice.
    package static func read(_ files: any PackageFiles, options: ReadingOptions) -> PackageReading {
        var notes = CocoNotes()
        guard let object = document(files, &notes) else { return reading(nil, PackageReading.Claim(), notes) }
        var claim = claim(object)
        let shape = CocoShape(object)
        // On the raw JSON: a manifest from the future is incompatible, whatever else it says.
        let engine: EngineRequirement?
        switch gate(object["minimum_coco_version"], options, &notes) {
        case .incompatible: return reading(nil, claim, notes)
        case .passed(let requirement): engine = requirement
        }
        var decoder = CocoDecoder(acceptsLegacy: options.acceptsLegacyCoco, notes: notes)
        let developerFile = shape == .repository ? files.siblingBytes(CocoDeveloper.fileName, bytesMax: CocoDeveloper.bytesMax) : nil
        let identity = decoder.identity(object, shape, files, hasDeveloperFile: developerFile != nil)
        claim.id = identity?.address ?? claim.id
        let main = decoder.main(object, ids: shape.numbering)
        claim.name = main.name ?? claim.name
        notes = decoder.notes
        CocoCheck.run(main, &notes)
        var translation = CocoTranslation(files: files, developerFile: developerFile, main: main, notes: notes)
        translation.checkFiles()
        translation.notePermissions()
        let manifest = translation.manifest(identity: identity, shape: shape, engine: engine, version: claim.version, options: options)
        return reading(manifest, claim, translation.notes)
    }

    private static func reading(_ manifest: PluginManifest?, _ claim: PackageReading.Claim, _ notes: CocoNotes) -> PackageReading {
        PackageReading(format: .coco, manifest: manifest, claim: claim, findings: notes.findings)
    }

    /// What it says it is, read without judging.
    private static func claim(_ object: JSONObject) -> PackageReading.Claim {
        let version = object["version"]
        return PackageReading.Claim(
            id: object["id"]?.stringValue, name: object["name"]?.stringValue,
            version: version?["number"]?.stringValue ?? version?.stringValue)
    }

    // MARK: The file

    private static func document(_ files: any PackageFiles, _ notes: inout CocoNotes) -> JSONObject? {
        guard let bytes = bytes(files, &notes) else { return nil }
        if bytes.starts(with: [0xef, 0xbb, 0xbf]) {
            notes.add(
                .error, .malformed, place: .source(file: fileName, line: 1, column: 1, text: nil),
                "\(CocoText.undecodable): It begins with a byte order mark.", remedy: "Save the file as UTF-8 without a byte order mark.")
            return nil
        }
        guard let value = parsed(bytes, &notes) else { return nil }
        guard let object = value.objectValue else {
            notes.add(
                .error, .wrongType, JSONPointer(), "\(CocoText.undecodable): A manifest is an object, not \(value.kindPhrase).",
                remedy: "Write the manifest's members between { and }.")
            return nil
        }
        return object
    }

    private static func bytes(_ files: any PackageFiles, _ notes: inout CocoNotes) -> [UInt8]? {
        guard let path = try? RelativePath(fileName) else { return nil }
        do {
            return try files.bytes(of: path, bytesMax: bytesMax)
        } catch {
            note(error, &notes)
            return nil
        }
    }

    private static func note(_ error: PackageFileError, _ notes: inout CocoNotes) {
        let place = Finding.Place.file(fileName)
        switch error {
        case .missing:
            notes.add(.error, .missing, place: place, CocoText.missingFile, remedy: "Add it, or name the folder that holds it.")
        case .tooLarge(let bytesMax):
            notes.add(
                .error, .tooLarge, place: place, "\(CocoText.unreadable): It has more than \(bytesMax) bytes.",
                remedy: "Move long scripts into files of their own.")
        case .outside:
            notes.add(
                .error, .pathOutside, place: place, "\(CocoText.unreadable): It is a link that leads out of the extension.",
                remedy: "Replace the link by the file.")
        case .unreadable(let reason):
            notes.add(
                .error, .unreadable, place: place, "\(CocoText.unreadable): \(visible(reason))", remedy: "Check who may read it.")
        }
    }

    private static func parsed(_ bytes: [UInt8], _ notes: inout CocoNotes) -> JSONValue? {
        var limits = JSONLimits(bytesMax: bytesMax, depthMax: depthMax, duplicateKeys: .reject)
        do {
            return try JSONValue(parsing: bytes, limits: limits)
        } catch  where error.code == "json.duplicate-key" {
            notes.add(
                .warning, .duplicateKey, place: place(error, bytes), "\(error.message) The last one counts.", remedy: "Remove all but one.")
        } catch {
            noteMalformed(error, bytes, &notes)
            return nil
        }
        // Upstream takes the last of several.
        limits.duplicateKeys = .lastWins
        do {
            return try JSONValue(parsing: bytes, limits: limits)
        } catch {
            noteMalformed(error, bytes, &notes)
            return nil
        }
    }

    private static func noteMalformed(_ error: JSONError, _ bytes: [UInt8], _ notes: inout CocoNotes) {
        notes.add(
            .error, .malformed, place: place(error, bytes), "\(CocoText.undecodable): \(error.message)",
            remedy: "Correct the file; comments and trailing commas are not part of JSON.")
    }

    private static func place(_ error: JSONError, _ bytes: [UInt8]) -> Finding.Place {
        let start = bytes[..<min(error.offset, bytes.count)].lastIndex(of: UInt8(ascii: "\n")).map { $0 + 1 } ?? 0
        let line = bytes[start...].prefix { $0 != UInt8(ascii: "\n") }
        // Longer lines are no help on a screen.
        let text = line.count <= 200 ? String(decoding: line, as: UTF8.self) : nil
        return .source(file: fileName, line: error.line, column: error.column, text: text)
    }

    // MARK: The version

    private enum Gate {
        case passed(EngineRequirement?)
        case incompatible
    }

    /// Section 7: whether the Coco AI that the hub announces is new enough.
    private static func gate(_ value: JSONValue?, _ options: ReadingOptions, _ notes: inout CocoNotes) -> Gate {
        guard let value, !value.isNull else { return .passed(nil) }
        let pointer = JSONPointer(["minimum_coco_version"])
        guard let text = value.stringValue else {
            notes.add(
                .error, .invalidMinimumVersion, pointer, "\(CocoText.badMinimumVersion): \(CocoText.minimumVersionIsNoString)",
                remedy: "Write a text such as \"0.10.0\".")
            return .passed(nil)
        }
        let required: CocoVersion
        do {
            required = try CocoVersion(text)
        } catch {
            notes.add(
                .error, .invalidMinimumVersion, pointer, "\(CocoText.badMinimumVersion): \(error)",
                remedy: "Write a version such as \"0.10.0\", \"0.8.0-2518\" or \"0.9.0-SNAPSHOT-2560\".")
            return .passed(nil)
        }
        let offered: CocoVersion
        do {
            offered = try CocoVersion(options.cocoVersion)
        } catch {
            notes.add(
                .error, .invalidAnnouncedVersion, pointer, "The version of Coco AI that the hub announces cannot be compared: \(error)",
                remedy: "Correct the setting, for example to 0.10.0.")
            return .passed(nil)
        }
        guard offered >= required else {
            notes.add(
                .error, .incompatibleApp, pointer,
                "\(CocoText.incompatibleApp): It requires \(visible(text)), and this hub announces \(options.cocoVersion).",
                remedy: "Install an older version of the extension, or let the hub announce a newer Coco AI if it works there.")
            return .incompatible
        }
        return .passed(EngineRequirement(engine: "coco", range: text, offered: options.cocoVersion, isSatisfied: true))
    }
}
