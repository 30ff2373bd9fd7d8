import HTTPServer
package import Hub
package import HubCore
package import JSON
package import Moderation
import PluginModel

/// What the routes stand on.
package struct HubParts: Sendable {
    package var registry: PluginRegistry
    package var accounts: Accounts
    package var vault: Vault
    package var store: any HubStore
    package var facts: HubFacts
    package var now: @Sendable () -> Timestamp
    package var entropy: Entropy
    package var log: RequestLog
    package var shelf: StoreShelf
    package var outside: OutsideSignIn
    package var moderation: Moderation
    /// The signals that `moderation` asks.
    package var signals: PluginSignals
    let inFlight = KeysInFlight()
    let renderings = Renderings()
    let changes = ChangeLimit()
    let pageTokens: PageTokens

    package init(
        registry: PluginRegistry, accounts: Accounts, vault: Vault, store: any HubStore, facts: HubFacts,
        now: @escaping @Sendable () -> Timestamp = Timestamp.system, entropy: Entropy = .system, log: RequestLog, shelf: StoreShelf,
        outside: OutsideSignIn = OutsideSignIn(), moderation: Moderation, signals: PluginSignals
    ) {
        (self.registry, self.accounts, self.vault, self.store) = (registry, accounts, vault, store)
        (self.facts, self.now, self.entropy, self.log, self.shelf) = (facts, now, entropy, log, shelf)
        (self.outside, self.moderation, self.signals) = (outside, moderation, signals)
        pageTokens = PageTokens(now: now, entropy: entropy)
    }
}

/// What does not change while the hub runs.
package struct HubFacts: Sendable {
    /// Where people reach it: `http://127.0.0.1:8420`.
    package var publicURL: String
    /// Every origin people may reach it by; plugins' pages are framed by these and by no other.
    package var origins: [String]
    /// Where it listens, for people.
    package var bind: String
    /// `SQLite` or `PostgreSQL`.
    package var databaseKind: String
    package var databaseBytes: @Sendable () async -> Int
    /// What `patchbay doctor` says, as JSON.
    package var machine: JSONValue
    /// Every layer of the sandbox with its state.
    package var layers: [Layer]
    package var waivedLayers: [String]
    package var stores: [String]
    /// Where npm names are looked for: this folder and those above it.
    package var npmFolder: String
    package var startedAt: Timestamp
    /// Where uploads wait; on the file system of the package store.
    package var uploads: String
    /// The built web interface: index.html, app.js …; nil where it was not built.
    package var interface: String?
    /// The suffix of the origins of plugins' pages: `localhost`.
    package var pageSuffix: String
    /// Addresses of proxies whose X-Forwarded-For is believed.
    package var trustedProxies: Set<String> = []
    /// Whether cookies may only travel by https.
    package var isSecure: Bool

    package struct Layer: Sendable, Hashable {
        package var name: String
        /// `on`, or what is wrong with it.
        package var state: String
        package var detail: String
        package var isRequired: Bool

        package init(name: String, state: String, detail: String, isRequired: Bool) {
            (self.name, self.state, self.detail, self.isRequired) = (name, state, detail, isRequired)
        }
    }

    package init(
        publicURL: String, origins: [String], bind: String, databaseKind: String, databaseBytes: @escaping @Sendable () async -> Int,
        machine: JSONValue,
        layers: [Layer], waivedLayers: [String] = [], stores: [String] = [], npmFolder: String = "/", startedAt: Timestamp, uploads: String,
        interface: String?,
        pageSuffix: String = "localhost", isSecure: Bool = false
    ) {
        self.origins = origins
        (self.publicURL, self.bind, self.databaseKind, self.databaseBytes) = (publicURL, bind, databaseKind, databaseBytes)
        (self.machine, self.layers, self.waivedLayers, self.stores) = (machine, layers, waivedLayers, stores)
        self.npmFolder = npmFolder
        (self.startedAt, self.uploads, self.interface, self.pageSuffix) = (startedAt, uploads, interface, pageSuffix)
        self.isSecure = isSecure
    }
}

/// Where requests that the hub itself failed are written, with what clients are not told.
package struct RequestLog: Sendable {
    private let write: @Sendable (String) -> Void

    package init(_ write: @escaping @Sendable (String) -> Void) { self.write = write }

    func failed(_ request: HTTPRequest, _ fault: Fault) {
        // The path may hold a name, never a secret; the query is left out, since a careless client may put one there.
        let details = fault.details.map { " (\(visible($0, scalarsMax: 2000)))" } ?? ""
        write("error \(request.id) \(request.method) \(visible(request.path)): \(fault.code): \(fault.message)\(details)")
    }
}
