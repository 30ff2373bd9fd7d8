import PluginModel

/// How a hub is started.
package struct ServeOptions: Sendable, Hashable {
    /// Where everything is kept: packages, the database, the vault's key.
    package var data: String
    /// An address of this machine. Others than loopback only once the hub was set up.
    package var host: String
    package var port: UInt16
    /// `postgres://…`; nil: SQLite in the data folder.
    package var database: String?
    /// Where people reach it, when that is not where it listens.
    package var publicURL: String?
    /// Addresses of proxies whose `X-Forwarded-For` is believed.
    package var trustedProxies: [String]
    /// The suffix of plugins' own origins.
    package var pageSuffix: String
    /// Folders with packages that the store page offers.
    package var stores: [String]
    /// A folder whose packages are installed into a hub that has none.
    package var seed: String?
    /// What a configuration file says.
    package var configuration = ServedConfiguration()
    /// The `integrations.config.json` that is watched, whether it is there or not; nil where `configuration` was named.
    package var integrations: String?
    package var waivedLayers: Set<String>
    package var allowsDegraded: Bool
    /// PostgreSQL is migrated without a dump.
    package var waivesBackup: Bool
    package var logsAsJSON: Bool
    package var environment: [String: String]

    static let portDefault: UInt16 = 8420

    var isEverywhere: Bool { host == "0.0.0.0" || host == "::" }
    var isLoopback: Bool { ["127.0.0.1", "::1", "localhost"].contains(host) || host.hasPrefix("127.") }
}
