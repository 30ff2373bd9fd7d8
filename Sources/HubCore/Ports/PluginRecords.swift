package import PluginModel

/// What was decided about plugins.
package protocol PluginRecords {
    func plugin(_ id: PluginID) throws(Fault) -> PluginRecord?
    /// All of them, by id: a hub holds thousands at most.
    func plugins() throws(Fault) -> [PluginRecord]
    /// Inserts, or replaces the record of the revision before; another revision there is `plugin.changed-meanwhile`.
    func put(_ plugin: PluginRecord) throws(Fault)
    /// With grants, uses, settings, enablement, override, failures, state and secrets. False when there was none.
    func removePlugin(_ id: PluginID) throws(Fault) -> Bool

    func override(_ plugin: PluginID) throws(Fault) -> PluginOverride?
    func overrides() throws(Fault) -> [PluginOverride]
    func put(_ override: PluginOverride) throws(Fault)
    func removeOverride(_ plugin: PluginID) throws(Fault) -> Bool

    /// Organisations that switched a plugin on or off for themselves.
    func enablement(of plugin: PluginID) throws(Fault) -> [Organisation.ID: Bool]
    func enablement(in organisation: Organisation.ID) throws(Fault) -> [PluginID: Bool]
    /// Nil: as the hub has it.
    func setEnablement(of plugin: PluginID, in organisation: Organisation.ID, _ isEnabled: Bool?) throws(Fault)

    func grants(of plugin: PluginID) throws(Fault) -> [Grant]
    func grants() throws(Fault) -> [Grant]
    func put(_ grant: Grant) throws(Fault)
    func removeGrant(of plugin: PluginID, permission: String) throws(Fault) -> Bool

    func grantUses(of plugin: PluginID) throws(Fault) -> [GrantUse]
    /// Adds to what is counted; the later moment stays.
    func add(_ uses: [GrantUse]) throws(Fault)

    func settings(of plugin: PluginID, in organisation: Organisation.ID?) throws(Fault) -> PluginSettings?
    /// The hub's and every organisation's.
    func settings(of plugin: PluginID) throws(Fault) -> [PluginSettings]
    /// The revision before must be there; another is `plugin.changed-meanwhile`.
    func put(_ settings: PluginSettings) throws(Fault)

    /// Latest first; with an organisation, those of calls made for it and no others.
    func failures(of plugin: PluginID, in organisation: Organisation.ID?, limit: Int) throws(Fault) -> [PluginFailure]
    /// Keeps the newest `keeping` of that plugin.
    func append(_ failure: PluginFailure, keeping: Int) throws(Fault)
}

extension PluginRecords {
    package func failures(of plugin: PluginID, limit: Int) throws(Fault) -> [PluginFailure] {
        try failures(of: plugin, in: nil, limit: limit)
    }
}

/// Sealed secrets.
package protocol SecretRecords {
    func secret(at place: SecretPlace) throws(Fault) -> SealedSecret?
    /// Of one owner in one organisation (empty: the hub's).
    func secrets(of owner: String, in organisation: String) throws(Fault) -> [SealedSecret]
    func put(_ secret: SealedSecret) throws(Fault)
    func removeSecret(at place: SecretPlace) throws(Fault) -> Bool
    /// Secrets not sealed by this key, for rotation; at most `limit`.
    func secrets(notSealedBy keyID: String, limit: Int) throws(Fault) -> [SealedSecret]
    /// How many secrets each key seals.
    func secretCounts() throws(Fault) -> [String: Int]
    /// A small value of the hub itself, such as the vault's canary.
    func setting(_ name: String) throws(Fault) -> [UInt8]?
    func setSetting(_ name: String, _ value: [UInt8]) throws(Fault)
}
