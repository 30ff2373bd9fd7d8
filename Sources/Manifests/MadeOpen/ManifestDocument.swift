import JSON
import PluginModel

/// The object that a manifest's file holds, or the findings that say why there is none.
struct ManifestDocument {
    /// How deep a manifest may be nested.
    static let depthMax = 64

    let object: JSONObject
    /// Never errors.
    let findings: [Finding]

    /// Fails with the parser's words, for formats that have a sentence of their own around them.
    struct Unreadable: Error {
        let finding: Finding
        let parserError: JSONError?
        /// There is no such file.
        let isMissing: Bool
    }

    static func read(_ file: String, of files: any PackageFiles, bytesMax: Int) throws(Unreadable) -> ManifestDocument {
        let bytes = try load(file, of: files, bytesMax: bytesMax)
        var findings: [Finding] = []
        let value: JSONValue
        do {
            value = try parse(bytes, file: file, bytesMax: bytesMax, &findings)
        } catch {
            let place = Finding.Place.source(file: file, line: error.line, column: error.column, text: nil)
            throw Unreadable(
                finding: Finding(
                    .error, code: "manifest.malformed", place: place, "This is not JSON: \(error.message)",
                    remedy: "Correct the file; comments and trailing commas are not part of JSON."),
                parserError: error, isMissing: false)
        }
        guard let object = value.objectValue else {
            let place = Finding.Place.document(file: file, pointer: JSONPointer())
            throw Unreadable(
                finding: Finding(
                    .error, code: "manifest.wrong-type", place: place, "\(file) holds an object, not \(value.kindPhrase)."),
                parserError: nil, isMissing: false)
        }
        return ManifestDocument(object: object, findings: findings)
    }

    /// The hosts these formats come from take a key twice, and the last counts; so it is a warning.
    private static func parse(
        _ bytes: [UInt8], file: String, bytesMax: Int, _ findings: inout [Finding]
    ) throws(JSONError) -> JSONValue {
        do {
            return try JSONValue(parsing: bytes, limits: JSONLimits(bytesMax: bytesMax, depthMax: depthMax, duplicateKeys: .reject))
        } catch  where error.code == "json.duplicate-key" {
            let value = try JSONValue(parsing: bytes, limits: JSONLimits(bytesMax: bytesMax, depthMax: depthMax))
            findings.append(
                Finding(
                    .warning, code: "manifest.repeated-key",
                    place: .source(file: file, line: error.line, column: error.column, text: nil),
                    "\(error.message) The last of them counts.", remedy: "Remove the others."))
            return value
        }
    }

    private static func load(_ file: String, of files: any PackageFiles, bytesMax: Int) throws(Unreadable) -> [UInt8] {
        func refuse(_ code: String, _ sentence: String, _ remedy: String, isMissing: Bool = false) -> Unreadable {
            Unreadable(
                finding: Finding(.error, code: code, place: .file(file), sentence, remedy: remedy), parserError: nil, isMissing: isMissing)
        }
        guard let path = try? RelativePath(file) else { preconditionFailure("'\(file)' is a name of ours") }
        do {
            return try files.bytes(of: path, bytesMax: bytesMax)
        } catch {
            switch error {
            case .missing:
                throw refuse("manifest.missing", "There is no \(file) in this folder.", "Add it, or name another folder.", isMissing: true)
            case .tooLarge(let bytesMax):
                throw refuse("manifest.too-large", "\(file) has more than \(bytesMax) bytes.", "Move texts out of it.")
            case .outside:
                throw refuse(
                    "manifest.unreadable", "\(file) is a link that leads out of the package.", "Put the file itself into the package.")
            case .unreadable(let reason):
                throw refuse("manifest.unreadable", "\(file) cannot be read: \(visible(reason)).", "Check who may read it.")
            }
        }
    }
}

extension ObjectReader {
    /// For formats that ignore what they do not know: only a key that looks like a mistyped known one gets a word.
    mutating func noteMistypedKeys(among known: [String]) {
        for (key, _) in object where !known.contains(key) {
            guard let meant = nearMiss(key, among: known), object[meant] == nil else { continue }
            note(
                .warning, "unknown-key", at: key, "\"\(visible(key))\" means nothing here and is ignored.",
                remedy: "Did you mean '\(meant)'?")
        }
    }
}
