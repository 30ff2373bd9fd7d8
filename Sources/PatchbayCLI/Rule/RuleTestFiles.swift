import JSON
import PluginModel
import Rules

/// The files of `patchbay rule test`.
enum RuleTestFiles {
    /// Bytes of the file of items.
    static let itemBytesMax = 512 << 20

    /// The rules of a file; what is wrong with them is one error with all findings.
    static func document(_ path: String, from folder: String) throws(CommandFailure) -> (RuleDocument, [RuleFinding]) {
        let value = try SchemaFiles.value(path, from: folder)
        let name = String(path.split(separator: "/").last.map { $0.hasSuffix(".json") ? $0.dropLast(5) : $0 } ?? "rule")
        let reading = RuleDocument.read(value, name: name)
        guard let document = reading.value else { throw failure(reading.findings, in: path) }
        return (document, reading.findings)
    }

    static func failure(_ findings: [RuleFinding], in path: String) -> CommandFailure {
        let errors = findings.filter { $0.severity == .error }
        guard let first = errors.first else { preconditionFailure("there is an error") }
        var fault = first.fault(in: path)
        if errors.count > 1 {
            fault.details = errors.dropFirst().map { "\($0.code) at \($0.pointer): \($0.sentence) \($0.remedy)" }.joined(separator: "\n")
        }
        return CommandFailure(fault)
    }

    /// One line of the file of items.
    struct Line: Sendable {
        /// Counted from 1.
        let number: Int
        let value: JSONValue
        /// What its author expects: of every rule, or by the rule's id.
        let expected: JSONValue?
    }

    /// Every line that is not empty, as JSON. Which line is none is an error, since the file is broken then.
    static func lines(_ path: String, from folder: String) throws(CommandFailure) -> [Line] {
        let bytes =
            path == "-"
            ? try Files.readStandardInput(limit: itemBytesMax) : try Files.read(Files.absolute(path, from: folder), limit: itemBytesMax)
        var lines: [Line] = []
        for (index, line) in bytes.split(separator: 0x0A, omittingEmptySubsequences: false).enumerated() {
            if line.allSatisfy({ $0 == 0x20 || $0 == 0x0D || $0 == 0x09 }) { continue }
            do throws(JSONError) {
                let value = try JSONValue(parsing: Array(line))
                lines.append(Line(number: index + 1, value: value, expected: value["expect"]))
            } catch {
                throw CommandFailure(
                    Fault(
                        code: "usage.invalid-json", message: "a line is not JSON",
                        place: "\(path == "-" ? "standard input" : path), line \(index + 1), column \(error.column)",
                        remedy: "Write one item a line.", turn: .caller, details: error.message))
            }
        }
        guard !lines.isEmpty else {
            throw CommandFailure(
                Fault(
                    code: "usage.no-input", message: "there is no item to judge", place: path, remedy: "Write one item a line.",
                    turn: .caller))
        }
        return lines
    }

    /// The types that are declared, and one made from the items for each other that they name.
    static func types(_ declared: [ItemType], of lines: [Line]) -> [ItemType] {
        var order: [String] = []
        var samples: [String: [JSONObject]] = [:]
        for line in lines {
            guard let id = line.value["typeId"].flatMap({ $0.stringValue ?? $0.intValue.map(String.init) }),
                !declared.contains(where: { $0.id == id })
            else { continue }
            if samples[id] == nil { order.append(id) }
            if let data = line.value["data"]?.objectValue { samples[id, default: []].append(data) }
        }
        // Where types are declared, an item of another one is a mistake.
        return declared.isEmpty ? order.map { ItemType.inferred(id: $0, from: samples[$0] ?? []) } : declared
    }
}
