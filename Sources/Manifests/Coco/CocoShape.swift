import JSON
import PluginModel

/// In which of its three shapes a `plugin.json` stands. Contract of Coco, section 1.
enum CocoShape: Sendable, Hashable {
    /// As authors write it.
    case repository
    /// At the root of a zip from the store: `developer` is an object.
    case store
    /// As Coco AI keeps it on disk: ids everywhere, `developer` is a text.
    case installed

    var dialect: String {
        switch self {
        case .repository: "repository form"
        case .store: "store form"
        case .installed: "installed form"
        }
    }

    /// A lone id says nothing: older manifests of authors carry one too, and an import replaces it.
    init(_ object: JSONObject) {
        switch (object["developer"], object["id"]) {
        case (.object?, _): self = .store
        case (.string?, .string?): self = .installed
        default: self = .repository
        }
    }

    var numbering: CocoNumbering {
        switch self {
        case .repository: CocoNumbering(next: 1, keepsOwn: false)
        case .store: CocoNumbering(next: 0, keepsOwn: true)
        case .installed: CocoNumbering(next: nil, keepsOwn: true)
        }
    }
}

/// Gives sub-extensions their ids, before any of them is left out. Contract of Coco, section 6.
struct CocoNumbering: Sendable {
    /// Nil where every sub-extension has to have an id.
    private(set) var next: Int?
    /// Whether an id of its own stays.
    let keepsOwn: Bool

    init(next: Int?, keepsOwn: Bool) { (self.next, self.keepsOwn) = (next, keepsOwn) }

    /// The id of the next sub-extension in the order of counting; nil where it should have one of its own and has none.
    mutating func next(for item: JSONValue) -> String? {
        guard let object = item.objectValue else { return nil }
        if keepsOwn, let own = object["id"], !own.isNull { return own.stringValue }
        guard let number = next else { return nil }
        next = number + 1
        return String(number)
    }
}
