package import JSON
package import PluginModel

/// One version of a plugin, as it lies in the store; its files never change.
package struct InstalledVersion: Sendable, Hashable {
    /// `<version or none>+<content hash>`: also the name of its folder.
    package let name: String
    /// As the manifest writes it.
    package let version: String?
    /// 64 hexadecimal digits; see `ContentListing`.
    package let contentHash: String
    package let format: PackageFormat
    /// The plugin's name for people, in this version.
    package let title: String
    /// Seconds since 1970.
    package let installedAt: Int64
    /// Where it came from, for people.
    package let source: String
    package let trust: PackageTrust
    package let files: Int
    package let bytes: Int
    /// The package's folder inside the version's.
    let root: String
    /// Further names that lead here, as the manifest says them.
    var aliases: [String] = []

    static func name(version: String?, contentHash: String) -> String {
        let plain = (version ?? "none").utf8.map { byte -> Character in
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "0")...UInt8(ascii: "9"),
                UInt8(ascii: "."), UInt8(ascii: "-"), UInt8(ascii: "_"), UInt8(ascii: "+"):
                Character(UnicodeScalar(byte))
            default: "_"
            }
        }
        let text = String(plain.prefix(80))
        // Never a hidden folder.
        return (text.hasPrefix(".") || text.isEmpty ? "_" + text : text) + "+" + contentHash
    }
}

/// A folder that is used as a plugin where it lies.
package struct LinkedFolder: Sendable, Hashable {
    /// The word that stands for it where versions are named.
    package static let name = "link"
    package let folder: String
    /// Seconds since 1970.
    package let linkedAt: Int64
    var aliases: [String] = []
}

/// What the store knows of a plugin.
package struct InstalledPlugin: Sendable, Hashable {
    package let id: PluginID
    /// In the order they were installed.
    package internal(set) var versions: [InstalledVersion] = []
    package internal(set) var link: LinkedFolder?
    /// The names of what was current, the current one last; `link` among them for the linked folder.
    package internal(set) var history: [String] = []
    package internal(set) var publisher: PinnedPublisher?

    /// How many steps back are remembered.
    static let historyMax = 50

    init(id: PluginID) { self.id = id }

    /// The name of the version in use, or `link`; nil when none was activated.
    package var current: String? { history.last }
    package var currentVersion: InstalledVersion? { versions.first { $0.name == current } }
    package var isLinked: Bool { current == LinkedFolder.name }
    var isEmpty: Bool { versions.isEmpty && link == nil }

    /// Finds a version by its full name, its version, the word `link`, or at least eight digits of its hash.
    package func find(_ selector: String) throws(StoreError) -> String {
        if selector == LinkedFolder.name, link != nil { return selector }
        if versions.contains(where: { $0.name == selector }) { return selector }
        let found = versions.filter {
            $0.version == selector || ($0.version == nil && selector == "none")
                || (selector.utf8.count >= 8 && $0.contentHash.hasPrefix(selector))
        }
        guard let only = found.first else {
            throw .refused(
                "package.no-such-version", "'\(id)' has no version '\(visible(selector))'.",
                remedy: versions.isEmpty
                    ? "Install one." : "Versions: \(versions.suffix(10).map { visible($0.version ?? $0.name) }.joined(separator: ", ")).",
                turn: .caller)
        }
        guard found.count == 1 else {
            throw .refused(
                "package.ambiguous-version", "'\(id)' has \(found.count) packages of version '\(visible(selector))'.",
                remedy: "Name one in full: \(found.map(\.name).joined(separator: ", ")).", turn: .caller)
        }
        return only.name
    }

    mutating func activate(_ name: String) {
        guard current != name else { return }
        history.append(name)
        if history.count > Self.historyMax { history.removeFirst(history.count - Self.historyMax) }
    }

    /// Takes a version out of the list and of the memory of what was current.
    mutating func forget(_ name: String) {
        versions.removeAll { $0.name == name }
        if name == LinkedFolder.name { link = nil }
        history = history.reduce(into: []) { kept, entry in if entry != name, kept.last != entry { kept.append(entry) } }
    }
}

// MARK: - JSON

extension InstalledVersion {
    /// For the index, and for programs.
    package var json: JSONValue {
        var object = JSONObject()
        object["name"] = .string(name)
        object["version"] = version.map(JSONValue.string) ?? .null
        object["contentHash"] = .string(contentHash)
        object["format"] = .string(format.rawValue)
        object["title"] = .string(title)
        object["installedAt"] = .int(installedAt)
        object["source"] = .string(source)
        object["root"] = .string(root)
        object["files"] = .int(Int64(files))
        object["bytes"] = .int(Int64(bytes))
        if !aliases.isEmpty { object["aliases"] = .array(aliases.map(JSONValue.string)) }
        if case .signed(let key, let publisher) = trust { object["signed"] = ["key": .string(key), "publisher": .string(publisher)] }
        return .object(object)
    }

    init?(json: JSONValue) {
        guard let name = json["name"]?.stringValue, let contentHash = json["contentHash"]?.stringValue,
            let format = json["format"]?.stringValue.flatMap(PackageFormat.init), let title = json["title"]?.stringValue,
            let installedAt = json["installedAt"]?.intValue, let source = json["source"]?.stringValue,
            let root = json["root"]?.stringValue, (try? RelativePath(root))?.text == root,
            let files = json["files"]?.intValue, let bytes = json["bytes"]?.intValue, (try? RelativePath(name))?.text == name,
            !name.contains("/")
        else { return nil }
        var trust = PackageTrust.unsigned
        if let signed = json["signed"] {
            guard let key = signed["key"]?.stringValue, let publisher = signed["publisher"]?.stringValue else { return nil }
            trust = .signed(key: key, publisher: publisher)
        }
        self.init(
            name: name, version: json["version"]?.stringValue, contentHash: contentHash, format: format, title: title,
            installedAt: Int64(installedAt), source: source, trust: trust, files: Int(files), bytes: Int(bytes), root: root,
            aliases: json["aliases"]?.arrayValue?.compactMap(\.stringValue) ?? [])
    }
}

extension InstalledPlugin {
    private static let form: JSONValue = 1

    /// For the index, and for programs.
    package var json: JSONValue {
        var object = JSONObject()
        object["form"] = Self.form
        object["id"] = .string(id.rawValue)
        object["history"] = .array(history.map(JSONValue.string))
        object["versions"] = .array(versions.map(\.json))
        if let link {
            object["link"] = [
                "folder": .string(link.folder), "linkedAt": .int(link.linkedAt), "aliases": .array(link.aliases.map(JSONValue.string)),
            ]
        }
        if let publisher {
            object["publisher"] = [
                "key": .string(publisher.key), "publisher": .string(publisher.publisher), "pinnedAt": .int(publisher.pinnedAt),
            ]
        }
        return .object(object)
    }

    /// Nil for anything that is not whole: an index half understood could lose versions, or a pinned key.
    init?(json: JSONValue, id: PluginID) {
        guard json["form"] == Self.form, json["id"]?.stringValue == id.rawValue, let versions = json["versions"]?.arrayValue,
            let history = json["history"]?.arrayValue
        else { return nil }
        self.init(id: id)
        self.versions = versions.compactMap(InstalledVersion.init)
        self.history = history.compactMap(\.stringValue)
        if let link = json["link"] {
            guard let folder = link["folder"]?.stringValue, let at = link["linkedAt"]?.intValue else { return nil }
            self.link = LinkedFolder(
                folder: folder, linkedAt: Int64(at), aliases: link["aliases"]?.arrayValue?.compactMap(\.stringValue) ?? [])
        }
        if let pinned = json["publisher"] {
            guard let key = pinned["key"]?.stringValue, let name = pinned["publisher"]?.stringValue, let at = pinned["pinnedAt"]?.intValue
            else { return nil }
            publisher = PinnedPublisher(key: key, publisher: name, pinnedAt: Int64(at))
        }
        let known = Set(self.versions.map(\.name) + (link == nil ? [] : [LinkedFolder.name]))
        guard self.versions.count == versions.count, self.history.count == history.count, known.isSuperset(of: self.history) else {
            return nil
        }
    }
}
