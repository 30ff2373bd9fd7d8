import JSON
import PluginModel
import YAML

extension PatchbayConfiguration {
    private static let keys = ["plugins", "include", "trees", "limits"]
    private static let entryKeys = ["path", "package", "store", "enabled", "config", "limits"]
    private static let pathBytesMax = 4096

    /// Reads the file's bytes. Any error leaves no configuration, so that whoever has an earlier one keeps it; an empty file is an empty one.
    package static func read(_ bytes: [UInt8], file: String = fileName) -> Reading<PatchbayConfiguration> {
        var source: ConfigurationSource
        do {
            source = try ConfigurationSource(bytes, file: file, bytesMax: bytesMax)
        } catch {
            return Reading(manifest: nil, findings: [ConfigurationSource.refusal(error, file: file)])
        }
        var configuration = PatchbayConfiguration()
        switch source.value {
        case .null: break
        case .object(let root):
            source.noteUnknownKeys(.error, root, JSONPointer(), known: keys)
            configuration.entries = readEntries(root["plugins"], &source)
            configuration.includes = readIncludes(root["include"], &source)
            readTrees(root["trees"], &configuration, &source)
            configuration.limits = readLimits(root["limits"], JSONPointer(["limits"]), &source)
        default: wrong(&source, JSONPointer(), "The configuration is an object, not \(source.value.kindPhrase).")
        }
        return Reading(manifest: source.findings.errors.isEmpty ? configuration : nil, findings: source.findings)
    }

    // MARK: Plugins

    private static func readEntries(_ value: JSONValue?, _ source: inout ConfigurationSource) -> [Entry] {
        var entries: [Entry] = []
        for (item, pointer) in list(value, JSONPointer(["plugins"]), entriesMax, &source) {
            guard let object = item.objectValue else {
                wrong(&source, pointer, "A plugin is an object with \"path\", \"package\" or \"store\", not \(item.kindPhrase).")
                continue
            }
            source.noteUnknownKeys(.error, object, pointer, known: entryKeys)
            let isEnabled = readEnabled(object["enabled"], pointer.appending("enabled"), &source)
            var config = JSONObject()
            if let value = object["config"], !value.isNull {
                if let values = value.objectValue {
                    config = values
                } else {
                    wrong(&source, pointer.appending("config"), "\"config\" must be an object, not \(value.kindPhrase).")
                }
            }
            let limits = readLimits(object["limits"], pointer.appending("limits"), &source)
            guard let origin = readSource(object, pointer, &source) else { continue }
            if let first = entries.first(where: { $0.source.isSamePlugin(as: origin) }) {
                source.note(
                    .error, code: "configuration.repeated", pointer,
                    "'\(visible(origin.description))' stands in line \(first.line) already.", "Keep one of the two.")
                continue
            }
            entries.append(Entry(source: origin, isEnabled: isEnabled, config: config, limits: limits, line: source.line(pointer)))
        }
        return entries
    }

    private static func readSource(_ object: JSONObject, _ pointer: JSONPointer, _ source: inout ConfigurationSource) -> Source? {
        let given = ["path", "package", "store"].filter { object[$0] != nil }
        guard given.count == 1, let key = given.first else {
            source.note(
                .error, code: "configuration.plugin-source", pointer,
                given.isEmpty
                    ? "This entry names no plugin." : "This entry names a plugin in \(given.count) ways: \(given.joined(separator: ", ")).",
                "Write one of \"path\", \"package\" and \"store\".")
            return nil
        }
        let place = pointer.appending(key)
        guard let text = path(object[key] ?? nil, place, key, &source) else { return nil }
        switch key {
        case "path": return .path(text)
        case "package":
            guard !text.hasPrefix("."), !text.hasPrefix("/"), text.utf8.count <= 214, !text.contains(where: \.isWhitespace) else {
                source.note(
                    .error, code: "configuration.plugin-source", place, "'\(visible(text))' is no npm name.",
                    "Name a folder with \"path\" instead.")
                return nil
            }
            return .package(text)
        default: return readStore(text, place, &source)
        }
    }

    /// `id` or `id@range`.
    private static func readStore(_ text: String, _ place: JSONPointer, _ source: inout ConfigurationSource) -> Source? {
        let parts = text.split(separator: "@", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
        do {
            _ = try PluginID(parts[0])
        } catch {
            source.note(.error, code: "configuration.plugin-source", place, error.description, "Write an id, such as acme.weather@^1.")
            return nil
        }
        guard parts.count > 1 else { return .store(id: parts[0], range: nil) }
        guard !parts[1].isEmpty, (try? VersionRange(parts[1])) != nil else {
            source.note(
                .error, code: "configuration.plugin-source", place, "'\(visible(parts[1]))' is no range of versions.",
                "Write an id and a range, such as acme.weather@^1.")
            return nil
        }
        return .store(id: parts[0], range: parts[1])
    }

    private static func readEnabled(_ value: JSONValue?, _ pointer: JSONPointer, _ source: inout ConfigurationSource) -> Bool {
        guard let value else { return true }
        guard let flag = value.boolValue else {
            wrong(
                &source, pointer, "\"enabled\" must be true or false, not \(visible(value.serialized(), scalarsMax: 60)).",
                "Write true or false without quotes.")
            return true
        }
        return flag
    }

    // MARK: Other files and folders

    private static func readIncludes(_ value: JSONValue?, _ source: inout ConfigurationSource) -> [Include] {
        var includes: [Include] = []
        for (item, pointer) in list(value, JSONPointer(["include"]), includesMax, &source) {
            guard let text = path(item, pointer, "include", &source) else { continue }
            let name = text.split(separator: "/").last.map(String.init) ?? ""
            let include: Include
            if name == fileName {
                source.note(
                    .error, code: "configuration.include", pointer, "A patchbay.yaml cannot include another.", "Write its plugins here.")
                continue
            } else if text.contains("**") || text.contains("?") || text.contains("[") {
                source.note(
                    .error, code: "configuration.include", pointer, "'\(visible(text))' holds a pattern that is not known.",
                    "Only * is, and it stands for any text without a slash.")
                continue
            } else if name.hasSuffix(".json") {
                include = .integrations(text)
            } else if name.hasSuffix(".yaml") || name.hasSuffix(".yml") {
                include = .forgePortal(text)
            } else {
                include = .folders(text)
            }
            if includes.contains(include) {
                source.note(.error, code: "configuration.repeated", pointer, "'\(visible(text))' is included twice.", "Keep one.")
            } else {
                includes.append(include)
            }
        }
        return includes
    }

    private static func readTrees(
        _ value: JSONValue?, _ configuration: inout PatchbayConfiguration, _ source: inout ConfigurationSource
    ) {
        guard let value, !value.isNull else { return }
        let pointer = JSONPointer(["trees"])
        guard let object = value.objectValue else {
            return wrong(&source, pointer, "\"trees\" must be an object with \"coco\" and \"madeOpen\", not \(value.kindPhrase).")
        }
        source.noteUnknownKeys(.error, object, pointer, known: ["coco", "madeOpen"])
        configuration.cocoTrees = folders(object["coco"], pointer.appending("coco"), &source)
        configuration.madeOpenTrees = folders(object["madeOpen"], pointer.appending("madeOpen"), &source)
    }

    /// One folder, or a list of them.
    private static func folders(_ value: JSONValue?, _ pointer: JSONPointer, _ source: inout ConfigurationSource) -> [String] {
        if value?.stringValue != nil { return path(value ?? nil, pointer, "tree", &source).map { [$0] } ?? [] }
        return list(value, pointer, treesMax, &source).compactMap { path($0, $1, "tree", &source) }
    }

    // MARK: Limits

    private static func readLimits(_ value: JSONValue?, _ pointer: JSONPointer, _ source: inout ConfigurationSource) -> Limits {
        var limits = Limits()
        guard let value, !value.isNull else { return limits }
        guard let object = value.objectValue else {
            wrong(&source, pointer, "\"limits\" must be an object, not \(value.kindPhrase).")
            return limits
        }
        source.noteUnknownKeys(.error, object, pointer, known: ["callTime", "memory"])
        limits.callMilliseconds = quantity(
            object["callTime"], pointer.appending("callTime"), ["ms": 1, "s": 1000, "m": 60_000, "h": 3_600_000], 1...3_600_000,
            "a time from 1ms to 1h, such as 5s", &source)
        limits.memoryBytes = quantity(
            object["memory"], pointer.appending("memory"), ["B": 1, "KiB": 1 << 10, "MiB": 1 << 20, "GiB": 1 << 30],
            (4 << 20)...(4 << 30), "a size from 4MiB to 4GiB, such as 64MiB", &source)
        return limits
    }

    /// A whole number with its unit.
    private static func quantity(
        _ value: JSONValue?, _ pointer: JSONPointer, _ units: [String: Int], _ allowed: ClosedRange<Int>, _ what: String,
        _ source: inout ConfigurationSource
    ) -> Int? {
        guard let value, !value.isNull else { return nil }
        let text = value.stringValue ?? ""
        let digits = text.prefix { $0.isASCII && $0.isNumber }
        let unit = text.dropFirst(digits.count).drop { $0 == " " }
        if let number = Int(digits), let factor = units[String(unit)] {
            let (product, overflowed) = number.multipliedReportingOverflow(by: factor)
            if !overflowed, allowed.contains(product) { return product }
        }
        source.note(
            .error, code: "configuration.limit", pointer, "\(visible(value.serialized(), scalarsMax: 60)) is not \(what).",
            "Write a whole number and its unit: \(units.sorted { $0.value < $1.value }.map(\.key).joined(separator: ", ")).")
        return nil
    }

    // MARK: Pieces

    private static func list(
        _ value: JSONValue?, _ pointer: JSONPointer, _ countMax: Int, _ source: inout ConfigurationSource
    ) -> [(JSONValue, JSONPointer)] {
        guard let value, !value.isNull else { return [] }
        guard let items = value.arrayValue else {
            wrong(
                &source, pointer, "\"\(pointer.tokens.last ?? "")\" must be a list, not \(value.kindPhrase).",
                "Begin each entry with a dash.")
            return []
        }
        guard items.count <= countMax else {
            source.note(
                .error, code: "configuration.too-many", pointer, "There are \(items.count) entries; at most \(countMax) are read.",
                "Shorten the list.")
            return []
        }
        return items.enumerated().map { ($1, pointer.appending($0)) }
    }

    private static func path(
        _ value: JSONValue?, _ pointer: JSONPointer, _ what: String, _ source: inout ConfigurationSource
    ) -> String? {
        guard let text = value?.stringValue else {
            wrong(&source, pointer, "\"\(what)\" must be a text, not \((value ?? nil).kindPhrase).")
            return nil
        }
        let isPlain = text.utf8.allSatisfy { $0 >= 0x20 && $0 != 0x7f }
        guard isPlain, text.utf8.count <= pathBytesMax, text.contains(where: { !$0.isWhitespace }) else {
            source.note(
                .error, code: "configuration.plugin-source", pointer,
                "'\(visible(text, scalarsMax: 60))' is empty, longer than \(pathBytesMax) bytes, or holds control characters.",
                "Correct it.")
            return nil
        }
        return text
    }

    private static func wrong(_ source: inout ConfigurationSource, _ pointer: JSONPointer, _ sentence: String, _ remedy: String? = nil) {
        source.note(.error, code: "configuration.wrong-type", pointer, sentence, remedy)
    }
}

extension PatchbayConfiguration.Source {
    /// Two ranges of one id are one plugin.
    func isSamePlugin(as other: Self) -> Bool {
        switch (self, other) {
        case (.store(let a, _), .store(let b, _)): a == b
        default: self == other
        }
    }
}
