import JSON
import JSONSchema
import PluginModel

/// Reading schemas, values and the documents that schemas refer to, for the commands about schemas.
enum SchemaFiles {
    /// Bytes of one file.
    static let fileBytesMax = 16 * 1024 * 1024
    /// Files below a folder of documents or tests.
    static let filesMax = 20_000
    /// Folders in each other below one that is searched.
    static let foldersDeepMax = 32
    /// Where the published suite expects its documents, and where `--remotes` puts them.
    static let remotesBase = "http://localhost:1234/"

    /// The JSON in a file; `-` is standard input.
    static func value(_ path: String, from folder: String) throws(CommandFailure) -> JSONValue {
        let bytes =
            path == "-"
            ? try Files.readStandardInput(limit: fileBytesMax) : try Files.read(Files.absolute(path, from: folder), limit: fileBytesMax)
        do throws(JSONError) {
            return try JSONValue(parsing: bytes)
        } catch {
            throw CommandFailure(
                Fault(
                    code: "usage.invalid-json", message: "the file is not JSON",
                    place: "\(path == "-" ? "standard input" : path), line \(error.line), column \(error.column)",
                    remedy: "Mend it there.", turn: .caller, details: error.message))
        }
    }

    /// Every `.json` file below a folder, by its path from there, in the order of their names. Links are not followed.
    static func json(below folder: String) throws(CommandFailure) -> [String] {
        var found: [String] = []
        try gather(folder, "", depth: 0, into: &found)
        return found
    }

    private static func gather(_ folder: String, _ prefix: String, depth: Int, into found: inout [String]) throws(CommandFailure) {
        for name in try Files.names(in: folder) where !name.hasPrefix(".") {
            let path = "\(folder)/\(name)"
            switch Files.kind(path) {
            case .folder where depth < foldersDeepMax: try gather(path, "\(prefix)\(name)/", depth: depth + 1, into: &found)
            case .file where name.hasSuffix(".json"): found.append(prefix + name)
            default: break
            }
            guard found.count <= filesMax else {
                throw CommandFailure(
                    Fault(
                        code: "usage.input-too-large", message: "there are more than \(Quantity.grouped(filesMax)) files below this folder",
                        place: folder, remedy: "Name a folder with fewer.", turn: .caller))
            }
        }
    }

    /// The documents of a folder, at the addresses their paths give them below `remotesBase`; and at their own `$id`, unless that is taken.
    static func documents(below folder: String) throws(CommandFailure) -> SchemaDocuments {
        var documents = SchemaDocuments()
        for path in try json(below: folder) {
            let value = try value("\(folder)/\(path)", from: "/")
            if let id = value["$id"]?.stringValue, id.contains(":"), !documents.contains(id) { documents.add(value, at: id) }
            documents.add(value, at: remotesBase + path)
        }
        return documents
    }

    /// A schema that cannot be used, as people read it.
    static func failure(_ error: SchemaError, path: String) -> CommandFailure {
        let document = error.document.map { "\($0), referred to by \(path)" } ?? path
        return CommandFailure(
            Fault(
                code: error.code, message: "the schema cannot be used", place: "\(document) #\(error.pointer)", remedy: remedy(error.code),
                turn: .caller, details: error.message))
    }

    private static func remedy(_ code: String) -> String {
        switch code {
        case "schema.unresolved": "Mend the reference, or give the document it means with --remotes DIR. Nothing is fetched."
        case "schema.unknown-draft", "schema.unknown-vocabulary":
            "Name 2020-12 or draft 7 in '$schema', or give its meta-schema with --remotes DIR."
        default: "Mend the schema there."
        }
    }
}

extension ExitCode {
    /// What was checked is not as it should be: exit code 1, as commands that check all over use it.
    static var hasFindings: ExitCode { .pluginFailed }
}
