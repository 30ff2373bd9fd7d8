package import JSON

/// What a package says it is, adds and asks for, whichever format said it; complete before any of its code runs.
///
/// Nothing here knows an ecosystem: a reader has translated its words, and `origin` says where each stood.
package struct PluginManifest: Sendable, Hashable {
    package var format: PackageFormat
    /// Which shape or generation of the format it was, for people: "G2", "store form", "shape 2".
    package var dialect: String?
    /// The hub's name for the plugin.
    package var id: PluginID
    /// The id as its own ecosystem writes it; the same as `id` wherever that is a valid plugin id.
    package var upstreamID: String
    /// Further ids that lead to this plugin in configuration and addresses.
    package var aliases: [String] = []
    package var name: String
    /// As written; nil where the format leaves it out.
    package var version: String?
    package var publisher: Publisher?
    /// Further people with a part in it.
    package var contributors: [Publisher] = []
    /// One or two sentences.
    package var description: String?
    package var category: String?
    package var tags: [String] = []
    package var icon: Image?
    package var logos: Logos = Logos()
    package var screenshots: [Screenshot] = []
    /// http or https.
    package var docsURL: String?
    package var homepageURL: String?
    package var sourceURL: String?
    package var license: String?
    package var modelCard: ModelCard?
    /// Nil: everywhere.
    package var platforms: Set<Platform>?
    package var engine: EngineRequirement?
    /// The file whose exports are the plugin, for formats whose plugins run code in a worker.
    package var entry: RelativePath?
    /// The file a browser loads, for formats with a page side of their own.
    package var uiEntry: RelativePath?
    package var configuration: [ConfigField] = []
    /// It has to be configured before it is of use, whether or not any one field is required.
    package var requiresConfiguration = false
    /// Whether keys without a field are kept and handed to the plugin too.
    package var takesFurtherConfiguration = false
    /// JSON Schema of all the values together, beyond what each field's own rule says; nil: those rules are all there is.
    package var configurationSchema: JSONValue?
    package var permissions: [PermissionRequest] = []
    /// Whether what is not among `permissions` can be granted all the same.
    package var asking = Asking.listed
    package var contributions: [Contribution] = []
    /// Whether further signals are made for each organisation when the plugin runs.
    package var hasSignalCatalog = false
    package var context: ContextOptions?
    /// Texts by language (BCP 47): key in the manifest, then text.
    package var localisations: [String: [String: String]] = [:]
    /// What a person chose elsewhere and the package carries along: off at first, a short name, a key.
    package var initialState: InitialState = InitialState()

    package init(format: PackageFormat, id: PluginID, upstreamID: String? = nil, name: String) {
        (self.format, self.id, self.name) = (format, id, name)
        self.upstreamID = upstreamID ?? id.rawValue
    }

    /// How many contributions of each kind there are; kinds without any are left out.
    package var contributionCounts: [Contribution.Kind: Int] {
        contributions.reduce(into: [:]) { counts, contribution in counts[contribution.kind, default: 0] += 1 }
    }
}

/// Who made a plugin.
package struct Publisher: Sendable, Hashable {
    package var id: String?
    package var name: String
    /// http or https.
    package var url: String?
    package var email: String?
    package var image: Image?
    /// A few sentences about them.
    package var about: String?
    package var location: String?
    /// Names by the service they are known there: `github`, `twitter`.
    package var accounts: [String: String] = [:]

    package init(id: String? = nil, name: String, url: String? = nil, email: String? = nil, image: Image? = nil) {
        (self.id, self.name, self.url, self.email, self.image) = (id, name, url, email, image)
    }
}

/// A picture: a file of the package, an http(s) address, or the code of a glyph in an icon font.
package enum Image: Sendable, Hashable {
    /// Inside the package by its text; whoever opens it checks the symlinks.
    case file(RelativePath)
    case url(String)
    case glyph(String)
}

package struct Logos: Sendable, Hashable {
    package var plain: Image?
    package var withBackground: Image?
    package init(plain: Image? = nil, withBackground: Image? = nil) { (self.plain, self.withBackground) = (plain, withBackground) }
}

package struct Screenshot: Sendable, Hashable {
    package var title: String?
    package var image: Image
    package init(title: String? = nil, image: Image) { (self.title, self.image) = (title, image) }
}

/// Which host a plugin was made for.
package struct EngineRequirement: Sendable, Hashable {
    /// `patchbay`, `coco`, `forgeportal-sdk`.
    package var engine: String
    /// As written, in the grammar of that engine.
    package var range: String
    /// What the hub announces to plugins of that engine.
    package var offered: String
    package var isSatisfied: Bool
    package init(engine: String, range: String, offered: String, isSatisfied: Bool) {
        (self.engine, self.range, self.offered, self.isSatisfied) = (engine, range, offered, isSatisfied)
    }
}

/// User state that a package may ship as a suggestion.
package struct InitialState: Sendable, Hashable {
    package var isEnabled = true
    package var alias: String?
    package var hotkey: String?
    package init(isEnabled: Bool = true, alias: String? = nil, hotkey: String? = nil) {
        (self.isEnabled, self.alias, self.hotkey) = (isEnabled, alias, hotkey)
    }
}
