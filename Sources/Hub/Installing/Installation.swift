package import HubCore
package import Manifests
package import PluginModel
package import PluginPackages

/// One package on its way into the hub, and what became of it.
package struct Installation: Sendable, Hashable {
    package typealias ID = Identifier<Installation>

    package enum State: String, Sendable, Hashable, CaseIterable {
        case waiting, fetching, unpacking, copying, examining, building, storing, done, failed, cancelled

        package var isOver: Bool { self == .done || self == .failed || self == .cancelled }
    }

    package var id: ID
    package var state: State
    /// Bytes; both 0 where nothing is counted.
    package var done = 0
    package var total = 0
    package var ratePerSecond = 0
    /// Where it comes from, for people.
    package var source: String
    package var plugin: PluginID?
    package var version: String?
    /// Whether another version of the plugin is there already; nil until that is known.
    package var isUpdate: Bool?
    package var problem: Fault?
    /// Everything found about the package.
    package var findings: [Finding] = []
    package var startedAt: Timestamp
    package var endedAt: Timestamp?
}

/// What somebody wants installed.
package struct InstallRequest: Sendable {
    package var source: PackageSource
    /// The file's name as it was uploaded, for people; the path then is the hub's own.
    package var uploadName: String?
    package var integrity: Integrity?
    package var allowsUnsigned = false
    package var allowsOtherKey = false
    /// The plugin that is being updated; a package of another id is refused.
    package var requiredID: PluginID?
    /// Content that the store had before is left as it stands: somebody has decided about it.
    package var takesNewOnly = false
    /// Called when the installation is over, for example to remove an upload.
    package var whenOver: (@Sendable () -> Void)?

    package init(_ source: PackageSource) { self.source = source }
}
