package import JSON
package import PluginModel

/// The signals that an integration made for one organisation, as they are kept. Contract of Coop, section 7, rules 4 and 5.
package struct CoopCatalog: Sendable, Hashable {
    /// The provider's word for its state.
    package let version: String
    /// As the plugin gave them, data only; signals are made from these again without calling the provider.
    package let entries: [JSONValue]
    /// What those signals say of themselves, once they were made: in the order of the entries.
    package private(set) var signals: [CoopSignal] = []
    /// What `signals` were read from, in the facade's form.
    private var described: [JSONValue] = []

    package static let signalsMax = 500
    package static let versionCharactersMax = 200
    package static let nameCharactersMax = 200
    package static let textCharactersMax = 2_000
    package static let subcategoriesMax = 1_000
    package static let metadataBytesMax = 16 * 1024

    /// Tells one catalog from another while the hub runs.
    package let key: String

    /// Reads `{ version, signals }` and holds every entry to the limits; the first that breaks one refuses the whole.
    package static func read(_ value: JSONValue) throws(Fault) -> CoopCatalog {
        guard let version = value["version"]?.stringValue, !version.isEmpty, version.unicodeScalars.count <= versionCharactersMax else {
            throw refused("a catalog has a version of 1 to \(versionCharactersMax) characters", at: "/version")
        }
        guard let entries = value["signals"]?.arrayValue else { throw refused("a catalog has a list of signals", at: "/signals") }
        guard entries.count <= signalsMax else {
            throw refused("it has \(entries.count) signals, at most \(signalsMax) are taken", at: "/signals")
        }
        var seen: Set<String> = []
        for (index, entry) in entries.enumerated() {
            let type = try check(entry, at: "/signals/\(index)")
            guard seen.insert(type).inserted else { throw refused("the signal '\(type)' is there twice", at: "/signals/\(index)") }
        }
        return CoopCatalog(version: version, entries: entries)
    }

    private static func check(_ entry: JSONValue, at place: String) throws(Fault) -> String {
        let type = entry["signalTypeId"]?.stringValue ?? ""
        let isPlain =
            type.utf8.first.map { (65...90).contains($0) } == true
            && type.utf8.allSatisfy { (65...90).contains($0) || (48...57).contains($0) || $0 == 95 }
        guard isPlain, type.utf8.count <= 100 else {
            throw refused(
                "the id '\(type.prefix(100))' is not of capitals, digits and underscores, beginning with a letter, at most 100",
                at: place + "/signalTypeId")
        }
        guard !CoopReserved.isSignalType(type) else {
            throw refused("'\(type)' is a built-in signal", at: place + "/signalTypeId")
        }
        func hold(_ value: JSONValue?, to limit: Int, _ path: String) throws(Fault) {
            if let text = value?.stringValue, text.unicodeScalars.count > limit {
                throw refused("'\(type)' has more than \(limit) characters", at: path)
            }
        }
        guard let name = entry["displayName"]?.stringValue, !name.isEmpty else {
            throw refused("'\(type)' has no displayName", at: place + "/displayName")
        }
        try hold(entry["displayName"], to: nameCharactersMax, place + "/displayName")
        try hold(entry["description"], to: textCharactersMax, place + "/description")
        try hold(entry["docsUrl"], to: textCharactersMax, place + "/docsUrl")
        let subcategories = entry["eligibleSubcategories"]?.arrayValue ?? []
        guard subcategories.count <= subcategoriesMax else {
            throw refused("'\(type)' has more than \(subcategoriesMax) subcategories", at: place + "/eligibleSubcategories")
        }
        for (index, one) in subcategories.enumerated() {
            try hold(one["id"], to: nameCharactersMax, "\(place)/eligibleSubcategories/\(index)/id")
            try hold(one["label"], to: nameCharactersMax, "\(place)/eligibleSubcategories/\(index)/label")
        }
        if let metadata = entry["metadata"], metadata.serializedBytes().count > metadataBytesMax {
            throw refused("the metadata of '\(type)' has more than \(metadataBytesMax) bytes", at: place + "/metadata")
        }
        return type
    }

    /// Takes what the signals made from the entries say of themselves. One that cannot be used refuses the whole.
    package mutating func accept(_ described: [JSONValue]) throws(Fault) {
        guard described.count == entries.count else { throw Self.refused("not every entry became a signal", at: "/signals") }
        var notes = CoopNotes(spec: "catalog")
        var signals: [CoopSignal] = []
        for (index, item) in described.enumerated() {
            guard let signal = CoopSignal.read(item, at: JSONPointer(["signals", String(index)]), &notes) else {
                let reason =
                    notes.findings.last?.sentence ?? item["problem"]?.stringValue ?? "createCatalogSignal gave something that is no signal"
                throw Self.refused(reason, at: "/signals/\(index)")
            }
            signals.append(signal)
        }
        (self.signals, self.described) = (signals, described)
    }

    package static func refused(_ reason: String, at place: String) -> Fault {
        Fault(
            code: "coop.catalog-refused", message: "The catalog of signals was refused: \(visible(reason, scalarsMax: 1_000)).",
            place: place,
            remedy: "Mend the integration, then refresh again. The catalog before stays in use.", turn: .plugin)
    }

    // MARK: Keeping

    package var json: JSONValue {
        ["version": .string(version), "entries": .array(entries), "described": .array(described)]
    }

    /// From what `json` gave; nil when it is something else.
    package init?(kept value: JSONValue) {
        guard let version = value["version"]?.stringValue, let entries = value["entries"]?.arrayValue,
            let described = value["described"]?.arrayValue
        else { return nil }
        self.init(version: version, entries: entries)
        do throws(Fault) { try accept(described) } catch { return nil }
    }

    private init(version: String, entries: [JSONValue]) {
        (self.version, self.entries) = (version, entries)
        key = "\(version)#\(UInt(bitPattern: entries.hashValue))"
    }
}
