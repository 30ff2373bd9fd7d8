import JSON
import PluginModel

/// What only contributions of one kind have.
extension PatchbayContributions {
    static let methods = ["GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS"].map { ($0, $0) }
    static let argumentsMax = 100
    static let argumentLengthMax = 10_000
    /// In CSS pixels.
    static let sizes = 1...10_000

    /// Nil when it cannot be used; the reason is a finding.
    static func detail(_ kind: Contribution.Kind, _ reader: inout PatchbayObject, hasInterface: Bool) -> Contribution.Detail? {
        switch kind {
        case .signal: return .signal(PatchbaySignal.read(&reader))
        case .connector:
            let schedule = schedule(&reader)
            return .connector(.init(schedule: schedule, receivesWebhooks: reader.flag("webhooks")))
        case .channel:
            let medium = reader.text("medium")
            return .channel(.init(medium: medium, receivesWebhooks: reader.flag("webhooks")))
        case .conditionOperator, .actionOperator, .catalogProvider: return Contribution.Detail.none
        case .command: return command(&reader)
        case .view: return view(&reader)
        case .quicklink: return quicklink(&reader)
        case .action: return action(&reader)
        case .route:
            let methods = reader.words("methods", of: methods)
            let path = reader.rootedPath("path", what: "where the route lies beneath the plugin's own, such as /reports")
            let requires = reader.texts("requires")
            return path.map { .route(.init(methods: methods, path: $0, requires: requires)) }
        case .entityTab, .entityCard:
            let kinds = reader.texts("kinds")
            let lifecycles = reader.texts("lifecycles")
            return .entityPart(.init(kinds: kinds, lifecycles: lifecycles, source: source(&reader, hasInterface: hasInterface)))
        case .page:
            let path = reader.rootedPath("path", what: "where the page lies beneath the plugin's own, such as /overview")
            let label = reader.text("navigationLabel")
            let source = source(&reader, hasInterface: hasInterface)
            return path.map { .page(.init(path: $0, navigationLabel: label, source: source)) }
        }
    }

    private static func command(_ reader: inout PatchbayObject) -> Contribution.Detail? {
        let program = reader.requiredText("program", what: "the program that is run, such as git")
        var arguments: [String] = []
        for (index, item) in (reader.array("args", countMax: argumentsMax) ?? []).enumerated() {
            // An argument may be empty, unlike other texts.
            if let text = item.stringValue, text.unicodeScalars.count <= argumentLengthMax {
                arguments.append(text)
            } else {
                reader.note(
                    .error, "wrong-type", under: "args", index,
                    "An argument is a text of at most \(argumentLengthMax) characters\(item.stringValue == nil ? ", not \(item.kindPhrase)" : "")."
                )
            }
        }
        let hides = reader.flag("hidesBeforeOpening", otherwise: true)
        return program.map { .command(.init(program: $0, arguments: arguments, hidesBeforeOpening: hides)) }
    }

    private static func view(_ reader: inout PatchbayObject) -> Contribution.Detail? {
        let page = reader.requiredText("page", what: "a file of the package, or an http(s) address", lengthMax: 2000)
        var source: Contribution.View.Source?
        if let page, PatchbayObject.isWebAddress(page) {
            source = .url(page)
        } else if let page {
            source = reader.file(page, at: "page", ifMissing: .error).map { .file($0) }
        }
        let size = reader.object("size") { size -> Contribution.View.Size? in
            for key in ["width", "height"] where !size.has(key) {
                size.note(.error, "missing", "\"\(key)\" is missing: a size has both width and height.")
            }
            let width = size.integer("width", in: sizes)
            let height = size.integer("height", in: sizes)
            guard let width, let height else { return nil }
            return .init(width: width, height: height)
        }
        var view = Contribution.View(source: source ?? .url(""))
        view.size = size
        view.showsSearchBar = reader.flag("searchBar")
        view.showsFilterBar = reader.flag("filterBar")
        view.showsFooter = reader.flag("footer")
        view.hidesScrollbar = reader.flag("hidesScrollbar", otherwise: true)
        view.isResizable = reader.flag("resizable")
        view.isDetachable = reader.flag("detachable")
        view.hidesBeforeOpening = reader.flag("hidesBeforeOpening")
        return source == nil ? nil : .view(view)
    }

    private static func quicklink(_ reader: inout PatchbayObject) -> Contribution.Detail? {
        let link = reader.requiredText("link", what: "the address, with {places} to fill in", lengthMax: QuicklinkTemplate.lengthMax)
        let opensWith = reader.text("opensWith")
        let hides = reader.flag("hidesBeforeOpening")
        guard let link else { return nil }
        do {
            return .quicklink(
                .init(link: link, parts: try QuicklinkTemplate.parse(link), opensWith: opensWith, hidesBeforeOpening: hides))
        } catch {
            reader.note(
                .error, "invalid-link", at: "link", "\(error.description).",
                remedy: "A place is {query}, or {argument_name: \"query\", default: \"x\"}.")
            return nil
        }
    }

    private static func action(_ reader: inout PatchbayObject) -> Contribution.Detail? {
        let version = reader.text("version")
        let (hasInput, hasOutput) = (reader.has("input"), reader.has("output"))
        let input = reader.schema("input")
        let output = reader.schema("output")
        guard (input != nil) == hasInput, (output != nil) == hasOutput else { return nil }
        return .action(.init(version: version, input: input, output: output))
    }

    /// The file that draws a tab, card or page; without one the plugin's `uiEntry` does.
    private static func source(_ reader: inout PatchbayObject, hasInterface: Bool) -> RelativePath? {
        let isNamed = reader.has("source")
        let source = reader.file("source")
        if !isNamed, !hasInterface {
            reader.note(
                .error, "missing", "\"source\" is missing, and the plugin has no \"uiEntry\" that could draw this.",
                remedy: "Name the file that draws it.")
        }
        return source
    }

    private static func schedule(_ reader: inout PatchbayObject) -> String? {
        guard let text = reader.text("schedule") else { return nil }
        let digits = text.prefix { ("0"..."9").contains($0) }
        let isInterval = !digits.isEmpty && digits.count <= 6 && ["s", "m", "h", "d"].contains(String(text.dropFirst(digits.count)))
        let fields = text.split(separator: " ")
        let isCron =
            (5...6).contains(fields.count)
            && text.utf8.allSatisfy { byte in
                switch byte {
                case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "a")...UInt8(ascii: "z"):
                    true
                case UInt8(ascii: " "), UInt8(ascii: "*"), UInt8(ascii: "/"), UInt8(ascii: ","), UInt8(ascii: "-"), UInt8(ascii: "?"): true
                default: false
                }
            }
        if isInterval || isCron { return text }
        reader.note(
            .error, "invalid-schedule", at: "schedule", "'\(visible(text))' is no schedule.",
            remedy: "Write an interval such as 15m, 1h or 1d, or a cron expression such as 0 3 * * *.")
        return nil
    }
}
