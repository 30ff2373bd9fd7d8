import JSON
import PluginModel

/// What an extension, or a sub-extension, is. Contract of Coco, section 3.
enum CocoType: String, Sendable, CaseIterable {
    case group
    case `extension`
    case command
    case application
    case script
    case quicklink
    case setting
    case calculator
    case aiExtension = "ai_extension"
    case view
    case unknown

    var isContainer: Bool { self == .group || self == .extension }

    /// What the hub shows and runs; the rest passes upstream's checks and then crashes its search.
    var isSupported: Bool { isContainer || self == .command || self == .view || self == .quicklink }

    /// As upstream's messages name it.
    var title: String {
        switch self {
        case .group: "Group"
        case .extension: "Extension"
        case .command: "Command"
        case .application: "Application"
        case .script: "Script"
        case .quicklink: "Quicklink"
        case .setting: "Setting"
        case .calculator: "Calculator"
        case .aiExtension: "AI Extension"
        case .view: "View"
        case .unknown: "Unknown"
        }
    }
}

/// The four lists a container can hold, in the order of upstream's checks.
enum CocoList: String, Sendable, CaseIterable {
    case commands
    case scripts
    case quicklinks
    case views

    static let names = allCases.map(\.rawValue)
    /// The order in which ids are counted. Upstream forgets `views`; they come last here.
    static let numbered: [CocoList] = [.commands, .quicklinks, .scripts, .views]
}

/// One extension as its JSON says it. Members that could not be read are nil and have a finding.
struct CocoExtension: Sendable {
    struct Action: Sendable {
        var program: String
        var arguments: [String]
    }

    struct Link: Sendable {
        var text: String
        var parts: [Contribution.Quicklink.Part]
        var opensWith: String?
    }

    struct UI: Sendable {
        var showsSearchBar = false
        var showsFilterBar = false
        var showsFooter = false
        var hidesScrollbar = true
        var width: Int?
        var height: Int?
        var isResizable = false
        var isDetachable = false
    }

    /// For decisions on what is there; `object` is the JSON as it stood.
    let object: JSONObject
    let pointer: JSONPointer
    /// Nil in the main extension, whose id is not always its own word.
    var subID: String?
    /// A sub-extension that should have an id of its own and has none; `subID` is empty then.
    var lacksID = false
    var name: String?
    var description: String?
    var icon: String?
    var type: CocoType?
    var platforms: Set<Platform>?
    var action: Action?
    var quicklink: Link?
    var page: String?
    var ui: UI?
    var permission: CocoPermission?
    /// Nil when the package leaves it to the type.
    var hidesBeforeOpening: Bool?
    var state = InitialState()
    /// In the order commands, scripts, quicklinks, views.
    var subs: [CocoExtension] = []

    init(_ object: JSONObject, at pointer: JSONPointer) { (self.object, self.pointer) = (object, pointer) }

    /// Whether a member is there and not null, which is what upstream's checks ask.
    func has(_ key: String) -> Bool { object[key].map { !$0.isNull } ?? false }

    func runs(on platform: Platform) -> Bool { platforms?.contains(platform) ?? true }
}

/// What a view asks for. Contract of Coco, section 15.
struct CocoPermission: Sendable {
    struct Path: Sendable {
        var path: String
        /// `read`, `write`, without repetitions.
        var access: [String]
        var pointer: JSONPointer
    }

    struct Word: Sendable {
        var text: String
        var pointer: JSONPointer
    }

    var paths: [Path] = []
    var hosts: [Word] = []
    var apis: [Word] = []

    var isEmpty: Bool { paths.isEmpty && hosts.isEmpty && apis.isEmpty }
}
