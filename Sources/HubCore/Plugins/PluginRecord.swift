package import JSON
package import PluginModel

/// What the hub decided about an installed plugin, beside what the package store keeps.
package struct PluginRecord: Sendable, Hashable {
    package var id: PluginID
    /// The version that runs, by its name in the package store; nil until one was let in.
    package var runningVersion: String?
    /// A newer version that waits for somebody's yes.
    package var waitingVersion: String?
    /// The version before the running one while the running one is on trial.
    package var fallbackVersion: String?
    /// What was granted before the version on trial, which comes back with the version before; nil without a trial.
    package var fallbackGrants: [Grant]?
    /// Set while somebody keeps the plugin at one version: others can be installed and do not wait for a yes.
    package var pinnedVersion: String?
    /// Set while the plugin is quarantined, with the reason.
    package var quarantine: Quarantine?
    /// Whether somebody looked at what it asks for; nothing of it runs before.
    package var consentedAt: Timestamp?
    package var installedAt: Timestamp
    package var changedAt: Timestamp
    /// Goes up with every change; the API's entity tag.
    package var revision: Int

    package struct Quarantine: Sendable, Hashable {
        package var reason: String
        package var code: String
        package var since: Timestamp

        package init(reason: String, code: String, since: Timestamp) { (self.reason, self.code, self.since) = (reason, code, since) }
    }

    package init(id: PluginID, installedAt: Timestamp) {
        self.id = id
        (self.installedAt, changedAt, revision) = (installedAt, installedAt, 1)
    }
}

/// On or off, against what a configuration file says: a row of ForgePortal's `plugin_overrides`, for plugins of every format.
package struct PluginOverride: Sendable, Hashable {
    package var plugin: PluginID
    package var isEnabled: Bool
    package var updatedAt: Timestamp

    package init(plugin: PluginID, isEnabled: Bool, updatedAt: Timestamp) {
        (self.plugin, self.isEnabled, self.updatedAt) = (plugin, isEnabled, updatedAt)
    }
}

/// An operator's yes to one permission of one plugin.
package struct Grant: Sendable, Hashable {
    package var plugin: PluginID
    /// Canonical text.
    package var permission: String
    package var grantedBy: String
    package var grantedAt: Timestamp

    package init(plugin: PluginID, permission: String, grantedBy: String, grantedAt: Timestamp) {
        (self.plugin, self.permission, self.grantedBy, self.grantedAt) = (plugin, permission, grantedBy, grantedAt)
    }
}

/// How often a grant let something through, since it was given.
package struct GrantUse: Sendable, Hashable {
    package var plugin: PluginID
    package var permission: String
    package var uses: Int
    package var refusals: Int
    package var lastUsedAt: Timestamp?

    package init(plugin: PluginID, permission: String, uses: Int, refusals: Int, lastUsedAt: Timestamp?) {
        (self.plugin, self.permission, self.uses, self.refusals, self.lastUsedAt) = (plugin, permission, uses, refusals, lastUsedAt)
    }
}

/// Settings of a plugin, of the hub or of one organisation. Values of secret fields are in the vault, never here.
package struct PluginSettings: Sendable, Hashable {
    package var plugin: PluginID
    /// Nil: for the whole hub; an organisation's own values stand before these.
    package var organisation: Organisation.ID?
    package var values: JSONObject
    package var revision: Int
    package var changedAt: Timestamp

    package init(plugin: PluginID, organisation: Organisation.ID?, values: JSONObject, revision: Int, changedAt: Timestamp) {
        (self.plugin, self.organisation, self.values, self.revision) = (plugin, organisation, values, revision)
        self.changedAt = changedAt
    }
}

/// A call that failed, kept for the plugin's page.
package struct PluginFailure: Sendable, Hashable {
    package var sequence: Int64
    package var plugin: PluginID
    package var version: String
    package var at: Timestamp
    /// For whom it was called; nil for the hub's own calls, trials among them.
    package var organisation: Organisation.ID?
    /// What was called.
    package var entry: String
    package var fault: Fault

    package init(
        sequence: Int64 = 0, plugin: PluginID, version: String, at: Timestamp, organisation: Organisation.ID? = nil, entry: String,
        fault: Fault
    ) {
        (self.sequence, self.plugin, self.version, self.at) = (sequence, plugin, version, at)
        (self.organisation, self.entry, self.fault) = (organisation, entry, fault)
    }
}
