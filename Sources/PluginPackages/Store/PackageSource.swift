package import Manifests
package import PluginModel

/// Reads the manifest of a package that lies in a folder; the readers of all formats stand behind it, so that the store knows none.
package protocol PackageExamining: Sendable {
    func examine(_ folder: String) async -> PackageReading
}

/// Where a package comes from.
package enum PackageSource: Sendable, Hashable, CustomStringConvertible {
    /// Copied; later changes of the folder do not matter.
    case folder(String)
    /// Used where it lies and read anew each time, for development.
    case linked(String)
    /// A `.tgz`, `.tar` or `.zip`.
    case archive(String)
    /// A package of `node_modules`, looked for in this folder and those above it; copied.
    case npm(name: String, from: String)
    /// An https address of an archive; whoever installs fetches it.
    case address(String)

    package var description: String {
        switch self {
        case .folder(let path), .linked(let path), .archive(let path): path
        case .npm(let name, _): name
        case .address(let address): address
        }
    }
}

/// How a package is installed.
package struct InstallOptions: Sendable {
    package enum Activation: Sendable, Hashable {
        /// The first version of a plugin is used at once; another one waits for `activate`, since it may ask for more.
        case firstOnly
        case never
        case always
    }

    package var activation = Activation.firstOnly
    /// What the archive must hash to. Folders have none.
    package var integrity: Integrity?
    /// The plugin that is being updated; a package of another id is refused.
    package var requiredID: PluginID?
    /// Takes an unsigned version of a plugin whose versions were signed.
    package var allowsUnsigned = false
    /// Takes a version signed by another key than those before, and expects that key from then on.
    package var allowsOtherKey = false
    /// Asked between the steps until the version is put into place; true ends the installation there with `package.cancelled`.
    package var isCancelled: (@Sendable () -> Bool)?
    /// Fetches an address to a file and gives its path; who removes the file is its own affair. Only asked for `PackageSource.address`.
    package var fetch: (@Sendable (_ address: String) async throws(StoreError) -> String)?

    package init() {}
}

/// How far an installation is.
package struct InstallProgress: Sendable, Hashable {
    package enum Stage: String, Sendable, Hashable, CaseIterable {
        case fetching
        case unpacking
        case copying
        case examining
        case storing
    }

    package let stage: Stage
    /// Bytes; both 0 where nothing is counted.
    package let done: Int
    package let total: Int
}

/// What came of an installation.
package struct InstallOutcome: Sendable {
    package let plugin: PluginID
    /// Nil for a link.
    package let version: InstalledVersion?
    /// False when the same content was there already.
    package let isNew: Bool
    /// Whether the plugin now runs this version.
    package let isCurrent: Bool
    package let reading: PackageReading
    /// Against the version that was current; nil when there was none, or it cannot be read any more.
    package let diff: PackageDiff?
}

/// The moments of a change at which a store may be killed; tests look in at each.
package enum StoreStep: String, Sendable, CaseIterable {
    case staged
    case filled
    case examined
    case synced
    case locked
    case moved
    case indexPrepared
    case indexed
    case discarding
}
