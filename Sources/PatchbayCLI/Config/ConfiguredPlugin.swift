import Hub
import Manifests
import PluginPackages

/// One plugin that a configuration names, and where it would come from.
struct ConfiguredPlugin: Sendable {
    /// How it is named.
    enum Origin: String, Sendable {
        /// A folder or an archive.
        case path
        /// An npm name.
        case package
        /// The id of what is installed.
        case store
        /// A folder that is included.
        case include
        /// One of a tree of packages.
        case tree
    }

    enum State: String, Sendable {
        case found
        case missing
        /// Not even looked for.
        case off
    }

    /// As written; for an included folder, and for one of a tree, its path.
    let name: String
    let origin: Origin
    /// Where in its file it is named.
    let place: Finding.Place
    let isEnabled: Bool
    var located: Located

    var state: State { isEnabled ? (located.location == nil ? .missing : .found) : .off }
}

/// What was found of a plugin.
struct Located: Sendable {
    /// Absolute; nil when nothing was found, or nothing was looked for.
    var location: String?
    /// Where it is known without reading the package.
    var version: String?
    /// What installing it begins with, found or not, switched on or off; nil for what is installed already.
    var source: PackageSource?
    /// What is wrong with it, or worth knowing.
    var findings: [Finding] = []
}

/// A configuration file that was read.
struct ReviewedFile: Sendable {
    /// As shown: the person's own words, or below the working directory.
    let path: String
    let format: ConfigurationFormat
    /// The file that includes it.
    let includedBy: String?
    /// False when nothing of it can be used.
    let isUsable: Bool
    /// What its ecosystem's own program would print about it; nil where nothing.
    let report: String?
    var findings: [Finding]
}

/// A configuration with everything it includes.
struct ConfigurationReview: Sendable {
    /// The file that was named first, then what it includes.
    var files: [ReviewedFile] = []
    /// In load order.
    var plugins: [ConfiguredPlugin] = []
    /// What the files say about plugins, in the same order.
    var entries: [FileEntry] = []
    /// For every plugin that has none of its own.
    var limits = PatchbayConfiguration.Limits()

    /// Everything that was found, in the order of the files.
    var findings: [Finding] { files.flatMap(\.findings) + plugins.flatMap(\.located.findings) }
    var isValid: Bool { findings.errors.isEmpty }
}
