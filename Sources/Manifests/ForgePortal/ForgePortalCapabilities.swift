import JSON
import PluginModel

/// Reads `forgeportal.capabilities` and `forgeportal.permissions`: what a plugin says it will register.
///
/// The published host compares none of it with what is registered, and neither does a reader: it is a promise, checked when the plugin runs.
struct ForgePortalCapabilities {
    static let entriesMax = 200

    /// The permissions ForgePortal 1.0 has; a name that is none of them closes every route of the plugin.
    static let permissionNames = [
        "entity:read", "entity:create", "entity:update", "entity:delete", "template:read", "template:create", "template:update",
        "template:delete", "template:run", "action:read", "action:run", "scorecard:read", "scorecard:create", "scorecard:update",
        "scorecard:delete", "scorecard:evaluate", "docs:read", "integration:read", "integration:manage", "admin:users", "admin:settings",
        "admin:plugins", "audit:read",
    ]

    private struct Entry {
        let text: String
        let pointer: JSONPointer
    }

    let file: String
    private(set) var contributions: [Contribution] = []
    private(set) var permissions: [PermissionRequest] = []
    /// As declared.
    private(set) var routes: [String] = []
    private(set) var hasUI = false
    private(set) var isOlderDialect = false
    private(set) var findings: [Finding] = []

    init(file: String) { self.file = file }

    mutating func read(_ forgeportal: JSONObject, at pointer: JSONPointer, type: String?) {
        readPermissions(forgeportal["permissions"], pointer.appending("permissions"))
        guard let value = forgeportal["capabilities"], !value.isNull else { return }
        let place = pointer.appending("capabilities")
        guard let object = value.objectValue else {
            return add(.error, "manifest.wrong-type", place, "\"capabilities\" must be an object, not \(value.kindPhrase).")
        }
        for (key, _) in object where key != "ui" && key != "backend" {
            add(
                .warning, "manifest.unknown-key", place.appending(key), "\"\(visible(key))\" means nothing here and is ignored.",
                didYouMean(key, among: ["ui", "backend"]) ?? "Known keys: ui, backend.")
        }
        readUI(object["ui"], place.appending("ui"), type: type)
        readBackend(object["backend"], place.appending("backend"), type: type)
    }

    private mutating func readUI(_ value: JSONValue?, _ pointer: JSONPointer, type: String?) {
        guard let object = side(value, pointer, ["entityTabs", "entityCards", "routes"]) else { return }
        let before = contributions.count
        for entry in list(object, "entityTabs", pointer) {
            noteComponentName(entry)
            contributions.append(
                Contribution(.entityTab, id: entry.text, title: entry.text, detail: .entityPart(.init()), origin: entry.pointer))
        }
        for entry in list(object, "entityCards", pointer) {
            noteComponentName(entry)
            contributions.append(
                Contribution(.entityCard, id: entry.text, title: entry.text, detail: .entityPart(.init()), origin: entry.pointer))
        }
        for entry in list(object, "routes", pointer) {
            let path = rooted(entry)
            contributions.append(Contribution(.page, id: path, title: path, detail: .page(.init(path: path)), origin: entry.pointer))
        }
        hasUI = contributions.count > before
        if hasUI, type == "backend" { unused(pointer, "ui", "backend") }
    }

    private mutating func readBackend(_ value: JSONValue?, _ pointer: JSONPointer, type: String?) {
        guard let object = side(value, pointer, ["routes", "actionProviders", "catalogProviders"]) else { return }
        let before = contributions.count
        for entry in list(object, "routes", pointer) {
            routes.append(entry.text)
            let path = rooted(entry)
            let beneath = ForgePortalIDs.mounted(path)?.rest ?? path
            contributions.append(
                Contribution(
                    .route, id: path, title: path, detail: .route(.init(path: beneath, requires: permissions.map(\.text))),
                    origin: entry.pointer))
        }
        for entry in list(object, "actionProviders", pointer) { readAction(entry) }
        for entry in list(object, "catalogProviders", pointer) {
            contributions.append(Contribution(.catalogProvider, id: entry.text, title: entry.text, origin: entry.pointer))
        }
        if contributions.count > before, type == "ui" { unused(pointer, "backend", "ui") }
    }

    /// `id@version`; the older dialect leaves the version out, and then it is known only when the plugin runs.
    private mutating func readAction(_ entry: Entry) {
        let parts = entry.text.split(separator: "@", omittingEmptySubsequences: false)
        guard parts.count <= 2, parts.allSatisfy({ !$0.isEmpty }) else {
            return add(
                .error, "forgeportal.capability", entry.pointer, "'\(visible(entry.text))' is no action; an action is written id@version.",
                "Write it like 'demo.ping@v1'.")
        }
        if parts.count == 1 { isOlderDialect = true }
        let version = parts.count == 2 ? String(parts[1]) : nil
        contributions.append(
            Contribution(
                .action, id: entry.text, title: String(parts[0]), detail: .action(.init(version: version)), origin: entry.pointer))
    }

    private mutating func readPermissions(_ value: JSONValue?, _ pointer: JSONPointer) {
        guard let value, !value.isNull else { return }
        guard let list = value.arrayValue else {
            return add(.error, "manifest.wrong-type", pointer, "\"permissions\" must be a list, not \(value.kindPhrase).")
        }
        for entry in texts(list, pointer) {
            permissions.append(PermissionRequest(text: entry.text, origin: entry.pointer))
            guard !Self.permissionNames.contains(entry.text) else { continue }
            // The older dialect names an integration: integration:<name>:read.
            let parts = entry.text.split(separator: ":", omittingEmptySubsequences: false)
            if parts.count == 3, parts[0] == "integration", parts[2] == "read" || parts[2] == "manage" {
                isOlderDialect = true
                continue
            }
            add(
                .warning, "forgeportal.unknown-permission", entry.pointer,
                "ForgePortal has no permission '\(visible(entry.text))', so nobody has it and every route of the plugin is refused.",
                didYouMean(entry.text, among: Self.permissionNames) ?? "Known are: \(Self.permissionNames.joined(separator: ", ")).")
        }
    }

    // MARK: Lists

    private mutating func side(_ value: JSONValue?, _ pointer: JSONPointer, _ known: [String]) -> JSONObject? {
        guard let value, !value.isNull else { return nil }
        guard let object = value.objectValue else {
            add(.error, "manifest.wrong-type", pointer, "Capabilities must be an object of lists, not \(value.kindPhrase).")
            return nil
        }
        for (key, _) in object where !known.contains(key) {
            add(
                .warning, "manifest.unknown-key", pointer.appending(key), "\"\(visible(key))\" means nothing here and is ignored.",
                didYouMean(key, among: known) ?? "Known keys: \(known.joined(separator: ", ")).")
        }
        return object
    }

    private mutating func list(_ object: JSONObject, _ key: String, _ pointer: JSONPointer) -> [Entry] {
        guard let value = object[key], !value.isNull else { return [] }
        guard let list = value.arrayValue else {
            add(.error, "manifest.wrong-type", pointer.appending(key), "\"\(key)\" must be a list of texts, not \(value.kindPhrase).")
            return []
        }
        return texts(list, pointer.appending(key))
    }

    private mutating func texts(_ list: [JSONValue], _ pointer: JSONPointer) -> [Entry] {
        if list.count > Self.entriesMax {
            add(.error, "manifest.too-many", pointer, "There are \(list.count) entries; at most \(Self.entriesMax) are read.")
        }
        var entries: [Entry] = []
        for (index, value) in list.prefix(Self.entriesMax).enumerated() {
            let place = pointer.appending(index)
            guard let text = value.stringValue else {
                add(.error, "manifest.wrong-type", place, "An entry is a text, not \(value.kindPhrase).")
                continue
            }
            guard !text.isEmpty, text.utf8.count <= 256, !text.unicodeScalars.contains(where: Self.isOdd) else {
                add(
                    .error, "forgeportal.capability", place, "'\(visible(text, scalarsMax: 60))' is empty, too long, or holds blanks.",
                    "Write a word of at most 256 bytes without blanks.")
                continue
            }
            if entries.contains(where: { $0.text == text }) {
                add(.warning, "forgeportal.repeated-entry", place, "'\(visible(text))' stands twice in this list.", "Remove one.")
            } else {
                entries.append(Entry(text: text, pointer: place))
            }
        }
        return entries
    }

    private static func isOdd(_ scalar: Unicode.Scalar) -> Bool {
        scalar.properties.isWhitespace || scalar.properties.generalCategory == .control
    }

    private mutating func rooted(_ entry: Entry) -> String {
        if entry.text.hasPrefix("/") { return entry.text }
        add(
            .warning, "forgeportal.relative-route", entry.pointer, "The route '\(visible(entry.text))' does not begin with '/'.",
            "Write '/\(visible(entry.text))'.")
        return "/" + entry.text
    }

    /// The older dialect has `PagerDutyTab` where ids belong; it is kept as it is, for nothing says which id the code registers.
    private mutating func noteComponentName(_ entry: Entry) {
        guard let first = entry.text.utf8.first, (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains(first), !entry.text.contains("-") else {
            return
        }
        isOlderDialect = true
    }

    private mutating func unused(_ pointer: JSONPointer, _ side: String, _ type: String) {
        add(
            .warning, "forgeportal.unused-capabilities", pointer,
            "The plugin is of type '\(type)', so its \(side) capabilities are never loaded.", "Make it 'fullstack', or remove them.")
    }

    private mutating func add(
        _ severity: Finding.Severity, _ code: String, _ pointer: JSONPointer, _ sentence: String, _ remedy: String? = nil
    ) {
        findings.append(Finding(severity, code: code, place: .document(file: file, pointer: pointer), sentence, remedy: remedy))
    }
}
