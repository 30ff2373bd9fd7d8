import JSON
import PluginModel

/// Section 2 of the contract of Coco: the members of an extension.
extension CocoDecoder {
    /// Sub-extensions in all of a manifest's lists together.
    static let subsMax = 1000

    /// The main extension with its sub-extensions, as far as they can be read.
    mutating func main(_ object: JSONObject, ids: CocoNumbering) -> CocoExtension {
        var main = single(object, at: JSONPointer())
        var ids = ids
        var subIDs: [CocoList: [String?]] = [:]
        // Ids are counted in another order than the lists are checked in.
        for list in CocoList.numbered {
            guard let items = object[list.rawValue]?.arrayValue else { continue }
            subIDs[list] = items.prefix(Self.subsMax).map { ids.next(for: $0) }
        }
        for list in CocoList.allCases {
            guard let items = self.list(object, list.rawValue, in: JSONPointer()) else { continue }
            let pointer = JSONPointer([list.rawValue])
            guard main.subs.count + items.count <= Self.subsMax else {
                notes.add(
                    .error, .tooMany, pointer, "There are more than \(Self.subsMax) sub-extensions, which is more than are read.",
                    remedy: "Split the extension.")
                continue
            }
            for (index, item) in items.enumerated() {
                let pointer = pointer.appending(index)
                guard let object = item.objectValue else {
                    wrongType(list.rawValue, item, wanted: "a list of objects", at: pointer)
                    continue
                }
                var sub = single(object, at: pointer)
                sub.subID = subIDs[list]?[index]
                if sub.subID == nil {
                    sub.subID = ""
                    sub.lacksID = true
                    _ = requiredText(object, "id", in: pointer)
                }
                main.subs.append(sub)
            }
        }
        return main
    }

    /// One extension without its lists.
    private mutating func single(_ object: JSONObject, at pointer: JSONPointer) -> CocoExtension {
        noteNearMisses(object, in: pointer, silent: CocoKeys.silent.contains, suggested: CocoKeys.suggested)
        var read = CocoExtension(object, at: pointer)
        read.name = name(object, in: pointer)
        read.description = requiredText(object, "description", in: pointer)
        read.icon = requiredText(object, "icon", in: pointer)
        read.type = type(object, in: pointer)
        read.platforms = platforms(object, in: pointer)
        read.action = action(object, in: pointer)
        read.quicklink = quicklink(object, in: pointer)
        read.state.alias = text(object, "alias", in: pointer)
        read.state.hotkey = text(object, "hotkey", in: pointer)
        // Here alone null is no way to say nothing.
        if let value = object["enabled"] {
            if let flag = value.boolValue {
                read.state.isEnabled = flag
            } else {
                wrongType("enabled", value, wanted: "true or false", at: pointer.appending("enabled"))
            }
        }
        if let settings = self.object(object, "settings", in: pointer, keys: CocoKeys.settings) {
            read.hidesBeforeOpening = flag(settings, "hide_before_open", in: pointer.appending("settings"))
        }
        read.page = text(object, "page", in: pointer)
        read.ui = ui(object, in: pointer)
        read.permission = permission(object, in: pointer)
        if !pointer.tokens.isEmpty {
            // The main extension's went before; the developer of a sub is refused below, whatever it is, and its version too if a text.
            _ = text(object, "developer", in: pointer)
            _ = text(object, "minimum_coco_version", in: pointer)
        }
        return read
    }

    private mutating func action(_ object: JSONObject, in pointer: JSONPointer) -> CocoExtension.Action? {
        guard let action = self.object(object, "action", in: pointer, keys: CocoKeys.action) else { return nil }
        let pointer = pointer.appending("action")
        let program = requiredText(action, "exec", in: pointer)
        var arguments: [String] = []
        for (index, value) in (list(action, "args", in: pointer) ?? []).enumerated() {
            if let text = value.stringValue {
                arguments.append(text)
            } else {
                wrongType("args", value, wanted: "a list of texts", at: pointer.appending("args").appending(index))
            }
        }
        return program.map { CocoExtension.Action(program: $0, arguments: arguments) }
    }

    private mutating func quicklink(_ object: JSONObject, in pointer: JSONPointer) -> CocoExtension.Link? {
        guard let quicklink = self.object(object, "quicklink", in: pointer, keys: CocoKeys.quicklink) else { return nil }
        let pointer = pointer.appending("quicklink")
        let opensWith = text(quicklink, "open_with", in: pointer)
        guard let link = requiredText(quicklink, "link", in: pointer) else { return nil }
        do {
            return CocoExtension.Link(text: link, parts: try QuicklinkTemplate.parse(link), opensWith: opensWith)
        } catch {
            notes.add(
                .error, .invalidQuicklink, pointer.appending("link"), "\(CocoText.undecodable): \(error)",
                remedy: "A place in a link is written {query} or {argument_name: \"query\", default: \"x\"}.")
            return nil
        }
    }

    private mutating func ui(_ object: JSONObject, in pointer: JSONPointer) -> CocoExtension.UI? {
        guard let object = self.object(object, "ui", in: pointer, keys: CocoKeys.ui) else { return nil }
        let pointer = pointer.appending("ui")
        var ui = CocoExtension.UI()
        ui.showsSearchBar = flag(object, "search_bar", in: pointer) ?? false
        ui.showsFilterBar = flag(object, "filter_bar", in: pointer) ?? false
        ui.showsFooter = flag(object, "footer", in: pointer) ?? false
        ui.hidesScrollbar = flag(object, "hide_scrollbar", in: pointer) ?? true
        ui.isResizable = flag(object, "resizable", in: pointer) ?? false
        ui.isDetachable = flag(object, "detachable", in: pointer) ?? false
        ui.width = length(object, "width", in: pointer)
        ui.height = length(object, "height", in: pointer)
        if (ui.width == nil) != (ui.height == nil) {
            let (there, other) = ui.width == nil ? ("height", "width") : ("width", "height")
            if object[other]?.isNull ?? true {
                notes.add(
                    .warning, .halfSize, pointer.appending(there), "\"\(there)\" takes effect only together with \"\(other)\".",
                    remedy: "Set both, or neither.")
            }
        }
        return ui
    }

    private mutating func length(_ object: JSONObject, _ key: String, in pointer: JSONPointer) -> Int? {
        guard let value = object[key], !value.isNull else { return nil }
        if case .int(let number) = value, let length = UInt32(exactly: number) { return Int(length) }
        wrongType(key, value, wanted: "a whole number from 0 to \(UInt32.max)", at: pointer.appending(key))
        return nil
    }
}
