import JSON
import PluginModel

/// How a plugin presents itself, and where it can be used.
extension PatchbayReader {
    static let screenshotsMax = 50
    static let contributorsMax = 100
    static let sectionsMax = 100
    static let cardFieldsMax = 500

    static func presentation(_ manifest: inout PluginManifest, _ reader: inout PatchbayObject) {
        manifest.publisher = reader.object("publisher") { person(&$0) }
        manifest.contributors = reader.objects("contributors", countMax: contributorsMax) { person(&$0) }
        manifest.category = reader.text("category")
        manifest.tags = reader.texts("tags")
        manifest.icon = reader.image("icon")
        manifest.logos =
            reader.object("logos") { logos in
                Logos(plain: logos.image("plain"), withBackground: logos.image("withBackground"))
            } ?? Logos()
        manifest.screenshots = reader.objects("screenshots", countMax: screenshotsMax) { screenshot in
            let title = screenshot.text("title")
            guard screenshot.has("image") else {
                _ = screenshot.requiredText("image", what: "a file of the package, or an address")
                return nil
            }
            return screenshot.image("image").map { Screenshot(title: title, image: $0) }
        }
        manifest.docsURL = reader.webAddress("docs")
        manifest.homepageURL = reader.webAddress("homepage")
        manifest.sourceURL = reader.webAddress("source")
        manifest.license = reader.text("license")
        manifest.modelCard = reader.object("modelCard") { modelCard(&$0) }
    }

    private static func person(_ reader: inout PatchbayObject) -> Publisher? {
        let id = reader.text("id")
        let name = reader.requiredText("name", what: "who made the plugin")
        let url = reader.webAddress("url")
        let email = email(&reader)
        var person = Publisher(id: id, name: name ?? "", url: url, email: email, image: reader.image("image"))
        person.about = reader.text("about", lengthMax: 2000)
        person.location = reader.text("location")
        person.accounts = reader.object("accounts") { accounts(&$0) } ?? [:]
        return name == nil ? nil : person
    }

    /// Names by service.
    private static func accounts(_ reader: inout PatchbayObject) -> [String: String] {
        var accounts: [String: String] = [:]
        for service in Array(reader.reader.object.keys) {
            let isPlain =
                service.utf8.count <= 50 && service.first.map { ("a"..."z").contains($0) } == true
                && service.utf8.allSatisfy { byte in
                    (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte) || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
                        || byte == UInt8(ascii: "-")
                }
            if !isPlain {
                reader.note(
                    .error, "invalid-key", at: service,
                    "'\(visible(service))' is no name of a service: a small letter, then up to 49 small letters, digits and '-'.")
            }
            if let name = reader.text(service) { accounts[service] = name }
        }
        return accounts
    }

    private static func email(_ reader: inout PatchbayObject) -> String? {
        guard let text = reader.text("email", lengthMax: 254) else { return nil }
        let parts = text.split(separator: "@", omittingEmptySubsequences: false)
        if parts.count == 2, parts.allSatisfy({ !$0.isEmpty }), !text.contains(where: \.isWhitespace) { return text }
        reader.note(.error, "invalid-address", at: "email", "'\(visible(text))' is no e-mail address.")
        return nil
    }

    private static func modelCard(_ card: inout PatchbayObject) -> ModelCard? {
        let name = card.requiredText("modelName", what: "what the model is called")
        let version = card.requiredText("version", what: "the model's version")
        let releaseDate = card.text("releaseDate")
        let sections = card.objects("sections", countMax: sectionsMax) { section -> ModelCard.Section? in
            let id = section.requiredText("id", what: "a name for the section, such as trainingData")
            let title = section.requiredText("title", what: "the section's heading")
            let groups = section.objects("groups", countMax: sectionsMax) { group -> ModelCard.Group? in
                let title = group.requiredText("title", what: "the group's heading")
                let fields = cardFields(&group)
                return title.map { ModelCard.Group(title: $0, fields: fields) }
            }
            let fields = cardFields(&section)
            if !groups.isEmpty, !fields.isEmpty {
                section.note(
                    .warning, "hidden-fields", at: "fields", "The fields of a section with groups are not shown.",
                    remedy: "Put them into a group.")
            }
            guard let id, let title else { return nil }
            return ModelCard.Section(id: id, title: title, groups: groups, fields: fields)
        }
        let learnMore = card.webAddress("learnMore")
        guard let name, let version else { return nil }
        return ModelCard(modelName: name, version: version, releaseDate: releaseDate, sections: sections, learnMoreURL: learnMore)
    }

    private static func cardFields(_ reader: inout PatchbayObject) -> [ModelCard.Field] {
        reader.objects("fields", countMax: cardFieldsMax) { field in
            let label = field.requiredText("label", what: "what the value is")
            let value = field.requiredText("value", what: "the text", lengthMax: 10_000)
            guard let label, let value else { return nil }
            return ModelCard.Field(label: label, value: value)
        }
    }

    // MARK: What signals are shown

    /// `{ thread: { included, messages, messagesMax }, parent: { included } }`.
    static func context(_ context: inout PatchbayObject) -> ContextOptions? {
        let thread = context.object("thread") { thread -> ContextOptions.Thread? in
            let isIncluded = thread.flag("included")
            let counts = 1...ContextOptions.messagesMax
            let messages = thread.integer("messages", in: counts)
            let messagesMax = thread.integer("messagesMax", in: counts)
            if let messages, let messagesMax, messages > messagesMax {
                thread.note(.error, "empty-range", at: "messages", "\"messages\" is above \"messagesMax\".")
            }
            return .init(isIncluded: isIncluded, messages: messages, messagesMax: messagesMax)
        }
        return ContextOptions(thread: thread, parent: context.object("parent") { $0.flag("included") })
    }

    // MARK: Where it can be used

    static let platformWords = Platform.allCases.map { ($0.rawValue, $0) }

    static func compatibility(_ manifest: inout PluginManifest, _ reader: inout PatchbayObject, _ options: ReadingOptions) {
        manifest.platforms = platforms(&reader)
        if let here = options.platform, let platforms = manifest.platforms, !platforms.contains(here), !platforms.isEmpty {
            let names = platforms.sorted().map(\.rawValue).joined(separator: ", ")
            reader.note(
                .error, "incompatible-platform", at: "platforms", "This plugin is made for \(names), and this is \(here.rawValue).")
        }
        manifest.engine = reader.object("engines") { engine(&$0) }
    }

    /// Nil: everywhere.
    static func platforms(_ reader: inout PatchbayObject) -> Set<Platform>? {
        guard reader.has("platforms") else {
            _ = reader.value("platforms")
            return nil
        }
        let platforms = Set(reader.words("platforms", of: platformWords))
        if reader.reader.object["platforms"]?.arrayValue?.isEmpty == true {
            reader.note(
                .error, "empty", at: "platforms", "\"platforms\" is empty, so this could be used nowhere.",
                remedy: "Leave it out to allow all.")
        }
        return platforms
    }

    private static func engine(_ engines: inout PatchbayObject) -> EngineRequirement? {
        guard
            let text = engines.requiredText(
                "patchbay", what: "versions of the hub, such as ^\(hubVersion)", lengthMax: VersionRange.lengthMax)
        else { return nil }
        do {
            let range = try VersionRange(text)
            guard let offered = try? Version(hubVersion) else { preconditionFailure("The hub's version is one.") }
            let isSatisfied = range.contains(offered)
            if !isSatisfied {
                engines.note(
                    .error, "incompatible-engine", at: "patchbay",
                    "This plugin wants Patchbay \(visible(text)), and this is \(hubVersion).",
                    remedy: "Install a version made for this hub.")
            }
            return EngineRequirement(engine: "patchbay", range: text, offered: hubVersion, isSatisfied: isSatisfied)
        } catch {
            engines.note(
                .error, "invalid-range", at: "patchbay", error.description, remedy: "Write it as npm does, for example '^\(hubVersion)'.")
            return nil
        }
    }
}
