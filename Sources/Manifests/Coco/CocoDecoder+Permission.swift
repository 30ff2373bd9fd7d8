import JSON
import PluginModel

/// Section 15 of the contract of Coco: what an extension asks for.
extension CocoDecoder {
    private static let accessWords = ["read", "write"]

    /// Reads `permission`, or the alias `permissions` that the published guide shows and upstream ignores.
    mutating func permission(_ object: JSONObject, in pointer: JSONPointer) -> CocoPermission? {
        var key = "permission"
        if let alias = object["permissions"], !alias.isNull {
            let place = pointer.appending("permissions")
            if let own = object["permission"], !own.isNull {
                notes.add(
                    .warning, .permissionsAlias, place,
                    "\"permission\" stands here too and is the one that counts; \"permissions\" is ignored.",
                    remedy: "Remove \"permissions\".")
            } else {
                key = "permissions"
                notes.add(
                    .warning, .permissionsAlias, place, "\"permissions\" is read as \"permission\"; Coco AI itself ignores it.",
                    remedy: "Rename it to \"permission\".")
            }
        }
        guard let object = self.object(object, key, in: pointer, keys: CocoKeys.permission) else { return nil }
        let pointer = pointer.appending(key)
        var permission = CocoPermission()
        for (index, item) in (list(object, "fs", in: pointer) ?? []).enumerated() {
            if let path = path(item, at: pointer.appending("fs").appending(index)) { permission.paths.append(path) }
        }
        for (index, item) in (list(object, "http", in: pointer) ?? []).enumerated() {
            let pointer = pointer.appending("http").appending(index)
            guard let entry = self.object(item, "http", at: pointer, keys: CocoKeys.host, wanted: "a list of objects") else { continue }
            if let host = requiredText(entry, "host", in: pointer) {
                permission.hosts.append(CocoPermission.Word(text: host, pointer: pointer.appending("host")))
            }
        }
        for (index, item) in (list(object, "api", in: pointer) ?? []).enumerated() {
            let pointer = pointer.appending("api").appending(index)
            if let api = item.stringValue {
                permission.apis.append(CocoPermission.Word(text: api, pointer: pointer))
            } else {
                wrongType("api", item, wanted: "a list of texts", at: pointer)
            }
        }
        return permission
    }

    private mutating func path(_ item: JSONValue, at pointer: JSONPointer) -> CocoPermission.Path? {
        guard let entry = object(item, "fs", at: pointer, keys: CocoKeys.path, wanted: "a list of objects") else { return nil }
        let path = requiredText(entry, "path", in: pointer)
        guard let value = entry["access"] else {
            missing("access", in: pointer, remedy: "Add \"access\": [\"read\"].")
            return nil
        }
        let place = pointer.appending("access")
        guard let words = value.arrayValue else {
            wrongType("access", value, wanted: "a list", at: place)
            return nil
        }
        var access: [String] = []
        for (index, value) in words.enumerated() {
            guard let word = value.stringValue else {
                wrongType("access", value, wanted: "a list of texts", at: place.appending(index))
                continue
            }
            if !Self.accessWords.contains(word) {
                notes.add(
                    .error, .unknownAccess, place.appending(index), CocoText.unknownWord(word, known: Self.accessWords),
                    remedy: didYouMean(word, among: Self.accessWords) ?? "Write \"read\" or \"write\".")
            } else if !access.contains(word) {
                access.append(word)
            }
        }
        return path.map { CocoPermission.Path(path: $0, access: access, pointer: pointer) }
    }
}
