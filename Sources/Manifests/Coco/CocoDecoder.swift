import JSON
import PluginModel

/// Reads members of the kinds that Coco AI expects, and notes every one that is of another kind.
///
/// Strict, as upstream is: an optional member may be absent or null, and any other kind is an error.
struct CocoDecoder {
    let acceptsLegacy: Bool
    var notes: CocoNotes
    private var comparisons = 0
    private var readsTitle = false

    init(acceptsLegacy: Bool, notes: CocoNotes) { (self.acceptsLegacy, self.notes) = (acceptsLegacy, notes) }

    mutating func wrongType(_ key: String, _ value: JSONValue, wanted: String, at pointer: @autoclosure () -> JSONPointer) {
        notes.add(.error, .wrongType, pointer(), CocoText.wrongType(key, wanted: wanted, got: value.kindPhrase))
    }

    mutating func missing(_ key: String, in pointer: JSONPointer, remedy: String? = nil) {
        // What is missing has no place of its own: its object has.
        notes.add(.error, .missing, pointer, CocoText.missingField(key), remedy: remedy ?? "Add \"\(key)\".")
    }

    mutating func requiredText(_ object: JSONObject, _ key: String, in pointer: JSONPointer) -> String? {
        guard let value = object[key] else {
            missing(key, in: pointer)
            return nil
        }
        if let text = value.stringValue { return text }
        wrongType(key, value, wanted: "a text", at: pointer.appending(key))
        return nil
    }

    mutating func text(_ object: JSONObject, _ key: String, in pointer: JSONPointer) -> String? {
        guard let value = object[key], !value.isNull else { return nil }
        if let text = value.stringValue { return text }
        wrongType(key, value, wanted: "a text", at: pointer.appending(key))
        return nil
    }

    mutating func flag(_ object: JSONObject, _ key: String, in pointer: JSONPointer) -> Bool? {
        guard let value = object[key], !value.isNull else { return nil }
        if let flag = value.boolValue { return flag }
        wrongType(key, value, wanted: "true or false", at: pointer.appending(key))
        return nil
    }

    mutating func list(_ object: JSONObject, _ key: String, in pointer: JSONPointer) -> [JSONValue]? {
        guard let value = object[key], !value.isNull else { return nil }
        if let list = value.arrayValue { return list }
        wrongType(key, value, wanted: "a list", at: pointer.appending(key))
        return nil
    }

    /// A member that is an object; its unknown keys are looked at.
    mutating func object(_ object: JSONObject, _ key: String, in pointer: JSONPointer, keys: [String]) -> JSONObject? {
        guard let value = object[key], !value.isNull else { return nil }
        return self.object(value, key, at: pointer.appending(key), keys: keys)
    }

    mutating func object(
        _ value: JSONValue, _ name: String, at pointer: JSONPointer, keys: [String], wanted: String = "an object"
    ) -> JSONObject? {
        guard let object = value.objectValue else {
            wrongType(name, value, wanted: wanted, at: pointer)
            return nil
        }
        noteNearMisses(object, in: pointer, silent: keys.contains, suggested: keys)
        return object
    }

    /// Unknown keys are ignored; one that is nearly a known key was probably meant to be it.
    mutating func noteNearMisses(_ object: JSONObject, in pointer: JSONPointer, silent: (String) -> Bool, suggested: [String]) {
        for (key, _) in object where !silent(key) {
            guard comparisons < CocoKeys.comparisonsMax else { return }
            comparisons += 1
            guard let near = nearMiss(key, among: suggested) else { continue }
            notes.add(
                .warning, .unknownKey, pointer.appending(key), "\"\(visible(key))\" means nothing here and is ignored.",
                remedy: "Did you mean '\(near)'?")
        }
    }

    /// The name, or in legacy mode the title that older manifests write.
    mutating func name(_ object: JSONObject, in pointer: JSONPointer) -> String? {
        guard object["name"] == nil, object["title"] != nil else { return requiredText(object, "name", in: pointer) }
        guard acceptsLegacy else {
            missing(
                "name", in: pointer, remedy: "Rename \"title\" to \"name\"; a hub reads the older word only if its administrator allows it."
            )
            return nil
        }
        if !readsTitle {
            readsTitle = true
            notes.add(
                .warning, .legacyTitle, pointer.appending("title"),
                "\"title\" is read as \"name\" in this manifest, as older ones wrote it.",
                remedy: "Rename it to \"name\".")
        }
        return requiredText(object, "title", in: pointer)
    }

    mutating func type(_ object: JSONObject, in pointer: JSONPointer) -> CocoType? {
        guard let word = requiredText(object, "type", in: pointer) else { return nil }
        if let type = CocoType(rawValue: word) { return type }
        let known = CocoType.allCases.map(\.rawValue)
        notes.add(
            .error, .unknownType, pointer.appending("type"), CocoText.unknownWord(word, known: known),
            remedy: didYouMean(word, among: known) ?? "Write one of the words listed.")
        return nil
    }

    mutating func platforms(_ object: JSONObject, in pointer: JSONPointer) -> Set<Platform>? {
        guard let words = list(object, "platforms", in: pointer) else { return nil }
        let pointer = pointer.appending("platforms")
        let known = Platform.allCases.map(\.rawValue)
        var platforms: Set<Platform> = []
        for (index, value) in words.enumerated() {
            guard let word = value.stringValue else {
                wrongType("platforms", value, wanted: "a list of texts", at: pointer.appending(index))
                continue
            }
            if let platform = Platform(rawValue: word) {
                platforms.insert(platform)
            } else {
                notes.add(
                    .error, .unknownPlatform, pointer.appending(index), CocoText.unknownWord(word, known: known),
                    remedy: didYouMean(word, among: known) ?? "Platforms are written in lower case.")
            }
        }
        if words.isEmpty {
            notes.add(
                .warning, .noPlatforms, pointer, "\"platforms\" is an empty list, so this can be installed nowhere.",
                remedy: "Name a platform, or leave \"platforms\" out for all of them.")
        }
        return platforms
    }
}
