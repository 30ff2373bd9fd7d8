package import JSON

/// One thing a plugin adds to the hub.
package struct Contribution: Sendable, Hashable {
    /// The raw values are what `--json` and the API say.
    package enum Kind: String, Sendable, Hashable, CaseIterable {
        case signal
        case connector
        case channel
        case conditionOperator
        case actionOperator
        case command
        case view
        case quicklink
        case action
        case route
        case catalogProvider
        case entityTab
        case entityCard
        case page
    }

    /// What only contributions of one kind have.
    package enum Detail: Sendable, Hashable {
        case none
        case command(Command)
        case view(View)
        case quicklink(Quicklink)
        case signal(Signal)
        case action(Action)
        case entityPart(EntityPart)
        case page(Page)
        case route(Route)
        case connector(Connector)
        case channel(Channel)
    }

    package var kind: Kind
    /// Unique among the plugin's contributions of this kind.
    package var id: String
    package var title: String
    package var description: String?
    package var icon: Image?
    /// Nil: wherever the plugin is.
    package var platforms: Set<Platform>?
    package var detail: Detail
    /// The heading it stands beneath, for containers of commands and views.
    package var group: String?
    /// Whether somebody who searches for the heading finds this beneath it.
    package var groupCountsInSearch = false
    package var initialState: InitialState
    /// Where it stands in the manifest.
    package var origin: JSONPointer

    package init(
        _ kind: Kind, id: String, title: String, description: String? = nil, icon: Image? = nil, platforms: Set<Platform>? = nil,
        detail: Detail = .none, group: String? = nil, initialState: InitialState = InitialState(), origin: JSONPointer
    ) {
        (self.kind, self.id, self.title, self.description, self.icon) = (kind, id, title, description, icon)
        (self.platforms, self.detail, self.group) = (platforms, detail, group)
        (self.initialState, self.origin) = (initialState, origin)
    }
}

extension Contribution {
    /// A program that the hub starts for a person.
    package struct Command: Sendable, Hashable {
        package var program: String
        package var arguments: [String]
        package var hidesBeforeOpening: Bool
        package init(program: String, arguments: [String], hidesBeforeOpening: Bool = true) {
            (self.program, self.arguments, self.hidesBeforeOpening) = (program, arguments, hidesBeforeOpening)
        }
    }

    /// A page of the package, or of the web, shown in a frame of its own.
    package struct View: Sendable, Hashable {
        package enum Source: Sendable, Hashable {
            case file(RelativePath)
            case url(String)
        }

        package var source: Source
        /// Nil: as large as the hub likes.
        package var size: Size?
        package var showsSearchBar = false
        package var showsFilterBar = false
        package var showsFooter = false
        package var hidesScrollbar = true
        package var isResizable = false
        package var isDetachable = false
        /// The launcher closes before it opens.
        package var hidesBeforeOpening = false

        /// In CSS pixels.
        package struct Size: Sendable, Hashable {
            package var width: Int
            package var height: Int
            package init(width: Int, height: Int) { (self.width, self.height) = (width, height) }
        }

        package init(source: Source) { self.source = source }
    }

    /// An address with places that a person fills in.
    package struct Quicklink: Sendable, Hashable {
        package enum Part: Sendable, Hashable {
            case text(String)
            case argument(name: String, defaultValue: String?)
        }

        /// As written.
        package var link: String
        package var parts: [Part]
        package var opensWith: String?
        /// The launcher closes before it opens.
        package var hidesBeforeOpening: Bool
        package init(link: String, parts: [Part], opensWith: String? = nil, hidesBeforeOpening: Bool = false) {
            (self.link, self.parts, self.opensWith, self.hidesBeforeOpening) = (link, parts, opensWith, hidesBeforeOpening)
        }
    }

    /// Something a person or a template runs, with a form made from its schema.
    package struct Action: Sendable, Hashable {
        package var version: String?
        /// JSON Schema; nil where it is known only when the plugin runs.
        package var input: JSONValue?
        /// JSON Schema of what it answers; nil where nothing is said of it.
        package var output: JSONValue?
        package init(version: String? = nil, input: JSONValue? = nil, output: JSONValue? = nil) {
            (self.version, self.input, self.output) = (version, input, output)
        }
    }

    /// A tab or card beside an entity of the catalog.
    package struct EntityPart: Sendable, Hashable {
        /// Empty: all.
        package var kinds: [String]
        package var lifecycles: [String]
        package var source: RelativePath?
        package init(kinds: [String] = [], lifecycles: [String] = [], source: RelativePath? = nil) {
            (self.kinds, self.lifecycles, self.source) = (kinds, lifecycles, source)
        }
    }

    /// A page in the hub's navigation.
    package struct Page: Sendable, Hashable {
        /// Begins with `/`.
        package var path: String
        package var navigationLabel: String?
        package var source: RelativePath?
        package init(path: String, navigationLabel: String? = nil, source: RelativePath? = nil) {
            (self.path, self.navigationLabel, self.source) = (path, navigationLabel, source)
        }
    }

    /// An HTTP route beneath the plugin's own prefix.
    package struct Route: Sendable, Hashable {
        /// Upper case; empty: known only when the plugin runs.
        package var methods: [String]
        /// Begins with `/`.
        package var path: String
        /// What a user needs to be allowed.
        package var requires: [String]
        package init(methods: [String] = [], path: String, requires: [String] = []) {
            (self.methods, self.path, self.requires) = (methods, path, requires)
        }
    }

    /// A source of entities.
    package struct Connector: Sendable, Hashable {
        /// A cron expression or an interval such as `1h`; nil: the hub's default.
        package var schedule: String?
        package var receivesWebhooks: Bool
        package init(schedule: String? = nil, receivesWebhooks: Bool = false) {
            (self.schedule, self.receivesWebhooks) = (schedule, receivesWebhooks)
        }
    }

    /// A way messages come and go.
    package struct Channel: Sendable, Hashable {
        /// `sms`, `email`, `voice` …; nil: known only when the plugin runs.
        package var medium: String?
        package var receivesWebhooks: Bool
        package init(medium: String? = nil, receivesWebhooks: Bool = false) {
            (self.medium, self.receivesWebhooks) = (medium, receivesWebhooks)
        }
    }
}
