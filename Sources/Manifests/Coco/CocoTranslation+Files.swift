import JSON
import PluginModel

/// What the text of an icon leads to. Contract of Coco, section 9, rule 1.
struct CocoIcon: Sendable {
    enum Fault: Sendable {
        case missing
        /// Absolute: upstream's guide allows it, and we read nothing outside the extension.
        case absolute
        case leaves
    }

    /// Nil: the default icon.
    var image: Image?
    var fault: Fault?
}

/// Where a view's page lies. Contract of Coco, section 9, rule 2.
enum CocoPage {
    static func source(_ page: String) -> Contribution.View.Source? {
        if CocoWeb.isAddress(page) { return .url(page) }
        return (try? RelativePath(page)).map(Contribution.View.Source.file)
    }
}

/// Section 5, rule 8: what upstream does not look at.
extension CocoTranslation {
    static let assets = "assets"

    mutating func checkFiles() {
        for one in [main] + main.subs {
            if let icon = one.icon { checkIcon(icon, of: one) }
            if let page = one.page, one.type == .view || one.type == nil { checkPage(page, of: one) }
            if let action = one.action { checkProgram(action.program, of: one) }
        }
        checkScreenshots()
    }

    private mutating func checkIcon(_ text: String, of one: CocoExtension) {
        let icon = icons[text] ?? lookUp(text)
        icons[text] = icon
        let place = one.pointer.appending("icon")
        switch icon.fault {
        case nil: break
        case .missing:
            notes.add(
                .warning, .missingPicture, place, "There is no icon '\(visible(text))' in \(Self.assets)/; a default one is shown.",
                remedy: "Add the file, or write a font code such as font_coco.")
        case .absolute:
            notes.add(
                .warning, .iconOutside, place,
                "The icon '\(visible(text))' lies outside the extension, where none is read; a default one is shown.",
                remedy: "Put the file into \(Self.assets)/ and write its name.")
        case .leaves: noteOutside("icon", text, place)
        }
    }

    private func lookUp(_ text: String) -> CocoIcon {
        if text.isEmpty { return CocoIcon() }
        if CocoWeb.isAddress(text) { return CocoIcon(image: .url(text)) }
        if text.hasPrefix("/") || isWindowsPath(text) { return CocoIcon(fault: .absolute) }
        if leaves(text, below: 1) { return CocoIcon(fault: .leaves) }
        let looksLikeFile = text.contains("/") || text.contains(".")
        guard let path = try? RelativePath("\(Self.assets)/\(text)") else {
            return looksLikeFile ? CocoIcon(fault: .missing) : CocoIcon(image: .glyph(text))
        }
        switch files.kind(of: path) {
        case .file?: return CocoIcon(image: .file(path))
        case .outside?: return CocoIcon(fault: .leaves)
        case .folder?, .other?, nil: return looksLikeFile ? CocoIcon(fault: .missing) : CocoIcon(image: .glyph(text))
        }
    }

    private mutating func checkPage(_ page: String, of one: CocoExtension) {
        if CocoWeb.isAddress(page) { return }
        let place = one.pointer.appending("page")
        let remedy = "Name a file of the extension, relative to its folder, such as index.html."
        if page.hasPrefix("/") || isWindowsPath(page) || leaves(page, below: 0) { return noteOutside("page", page, place) }
        let path: RelativePath
        do {
            path = try RelativePath(page)
        } catch {
            notes.add(.error, .missingFile, place, "The page '\(visible(page))' \(error.reason).", remedy: remedy)
            return
        }
        switch files.kind(of: path) {
        case .file?: break
        case .outside?: noteOutside("page", page, place)
        case .folder?: notes.add(.error, .missingFile, place, "The page '\(visible(page))' is a folder.", remedy: remedy)
        case .other?: notes.add(.error, .missingFile, place, "The page '\(visible(page))' is no plain file.", remedy: remedy)
        case nil: notes.add(.error, .missingFile, place, "The page '\(visible(page))' does not exist.", remedy: remedy)
        }
    }

    /// A program with a slash lies in the extension, unless it is one of the system by its full path; others are looked for when run.
    private mutating func checkProgram(_ program: String, of one: CocoExtension) {
        guard program.contains("/"), !program.hasPrefix("/") else { return }
        let place = one.pointer.appending("action").appending("exec")
        if leaves(program, below: 0) { return noteOutside("program", program, place) }
        switch (try? RelativePath(program)).flatMap(files.kind) {
        case .file?: break
        case .outside?: noteOutside("program", program, place)
        default:
            notes.add(
                .warning, .missingProgram, place, "The program '\(visible(program))' does not exist in the extension.",
                remedy: "Add it, or name a program without a slash, which is looked for on the system.")
        }
    }

    static let screenshotsMax = 100

    /// Any JSON is accepted; what follows the documented form, or is a plain text, is shown.
    private mutating func checkScreenshots() {
        for (index, item) in (main.object["screenshots"]?.arrayValue ?? []).prefix(Self.screenshotsMax).enumerated() {
            guard let text = item.stringValue ?? item["url"]?.stringValue, !text.isEmpty else { continue }
            let title = item["title"]?.stringValue.flatMap { $0.isEmpty ? nil : $0 }
            if CocoWeb.isAddress(text) {
                screenshots.append(Screenshot(title: title, image: .url(text)))
                continue
            }
            let place = JSONPointer(["screenshots", String(index)] + (item.stringValue == nil ? ["url"] : []))
            if text.hasPrefix("/") || isWindowsPath(text) || leaves(text, below: 1) {
                noteOutside("screenshot", text, place)
                continue
            }
            // Published ones lie beside the icons; the form's words would also allow the extension's own folder.
            let paths = ["\(Self.assets)/\(text)", text].compactMap { try? RelativePath($0) }
            if let path = paths.first(where: { files.kind(of: $0) == .file }) {
                screenshots.append(Screenshot(title: title, image: .file(path)))
            } else if paths.contains(where: { files.kind(of: $0) == .outside }) {
                noteOutside("screenshot", text, place)
            } else {
                notes.add(
                    .warning, .missingPicture, place, "The screenshot '\(visible(text))' does not exist in the extension.",
                    remedy: "Add the file to \(Self.assets)/.")
            }
        }
    }

    private mutating func noteOutside(_ what: String, _ text: String, _ place: JSONPointer) {
        notes.add(
            .error, .pathOutside, place, "The \(what) '\(visible(text))' lies outside the extension.",
            remedy: "Put the file into the extension and name it relative to its folder.")
    }

    private func isWindowsPath(_ text: String) -> Bool {
        let bytes = Array(text.utf8.prefix(3))
        return bytes.count == 3 && bytes[1] == UInt8(ascii: ":") && (bytes[2] == UInt8(ascii: "\\") || bytes[2] == UInt8(ascii: "/"))
    }

    /// Whether a relative path climbs above the extension from a folder that many levels inside it.
    private func leaves(_ text: String, below levels: Int) -> Bool {
        var depth = levels
        for part in text.split(whereSeparator: { $0 == "/" || $0 == "\\" }) where part != "." {
            depth += part == ".." ? -1 : 1
            if depth < 0 { return true }
        }
        return false
    }
}
