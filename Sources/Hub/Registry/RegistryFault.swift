package import HostCalls
import PluginModel
import Sandbox

/// The faults of the registry, worded once.
package enum RegistryFault {
    package static let errors = [
        ErrorDescription("plugin.not-found", "There is no plugin of that name.", .caller),
        ErrorDescription("plugin.disabled", "The plugin is switched off, for all or for this organisation.", .operator),
        ErrorDescription("plugin.needs-consent", "Nobody has said yet what the plugin may do.", .operator),
        ErrorDescription("plugin.needs-configuration", "A required setting of the plugin has no value.", .operator),
        ErrorDescription("plugin.unusable", "The plugin's package is gone, damaged or wrong.", .operator),
        ErrorDescription("plugin.not-for-this-hub", "The plugin is made for another host or platform.", .plugin),
        ErrorDescription("plugin.no-code", "The plugin has nothing that can be called here.", .caller),
        ErrorDescription("plugin.no-catalog", "The integration makes no catalog of signals for organisations.", .caller),
        ErrorDescription("plugin.busy", "Too many decisions about this plugin wait for one another.", .caller),
        ErrorDescription("plugin.changed-meanwhile", "Somebody else has changed it since it was read.", .caller),
        ErrorDescription("plugin.not-quarantined", "The plugin is not in quarantine.", .caller),
        ErrorDescription("plugin.update-failed", "The new version did not load; the one before goes on.", .plugin),
        ErrorDescription("plugin.no-version", "The plugin has no version that could be used.", .caller),
        ErrorDescription("plugin.nothing-before", "No other version of the plugin was in use before.", .caller),
        ErrorDescription(
            "plugin.too-many-organisations", "Too many organisations use the plugin with settings of their own at once.", .caller),
        ErrorDescription("grant.not-asked", "The plugin does not ask for this permission.", .caller),
        ErrorDescription("grant.not-found", "The plugin does not have this permission.", .caller),
        ErrorDescription("settings.no-test", "The plugin offers no check of its settings.", .caller),
        ErrorDescription("installation.not-found", "There is no installation of that id any more.", .caller),
        ErrorDescription("installation.too-many", "Too many installations wait already.", .caller),
        ErrorDescription("installation.over", "The installation is over; nothing is left to cancel.", .caller),
        ErrorDescription("events.too-many", "Too many subscriptions to events are open.", .caller),
        ErrorDescription("call.too-many-items", "A stream gave more items than one answer holds.", .caller),
        ErrorDescription("hub.stopping", "The hub is being stopped.", .hub),
    ]

    private static func make(_ code: String, _ message: String, _ remedy: String, _ turn: Fault.Turn) -> Fault {
        Fault(code: code, message: message, remedy: remedy, turn: turn)
    }

    static func notFound(_ name: String) -> Fault {
        make("plugin.not-found", "Plugin \"\(visible(name))\" not found", "The list of plugins shows those there are.", .caller)
    }

    static func busy(_ id: PluginID) -> Fault {
        make("plugin.busy", "Too many changes of '\(id)' wait for one another.", "Try again in a moment.", .caller)
    }

    static func changed(_ id: PluginID) -> Fault {
        make("plugin.changed-meanwhile", "Somebody else has changed '\(id)' since you looked.", "Look again, then decide anew.", .caller)
    }

    static func notQuarantined(_ id: PluginID) -> Fault {
        make("plugin.not-quarantined", "'\(id)' is not in quarantine.", "Nothing has to be done.", .caller)
    }

    static func noCode(_ id: PluginID) -> Fault {
        make("plugin.no-code", "'\(id)' has no code that this hub calls.", "Use what it contributes instead.", .caller)
    }

    static func noCatalog(_ id: PluginID) -> Fault {
        make("plugin.no-catalog", "'\(id)' makes no catalog of signals.", "Use the signals it has for everybody.", .caller)
    }

    static func noVersion(_ id: PluginID) -> Fault {
        make("plugin.no-version", "No version of '\(id)' can be used.", "Install one.", .caller)
    }

    static func nothingBefore(_ id: PluginID) -> Fault {
        make("plugin.nothing-before", "No other version of '\(id)' was in use before.", "Name the version to go back to.", .caller)
    }

    static func resting(_ id: PluginID, _ reason: String, for time: Duration) -> Fault {
        make(
            "plugin.quarantined", "'\(id)' is in quarantine for this organisation: \(reason).",
            "It is tried again \(time.brief) after that; other settings, or a restart by an operator, have it tried at once.", .operator)
    }

    static func tooManyOrganisations(_ id: PluginID, max: Int) -> Fault {
        make(
            "plugin.too-many-organisations", "\(max) organisations with settings of their own are using '\(id)' at this moment.",
            "Try again in a moment.", .caller)
    }

    static func grantNotAsked(_ permission: String, _ id: PluginID) -> Fault {
        make(
            "grant.not-asked", "'\(id)' does not ask for '\(visible(permission))', so granting it would do nothing.",
            "Choose among the permissions its manifest asks for.", .caller)
    }

    static func grantNotFound(_ permission: String, _ id: PluginID) -> Fault {
        make("grant.not-found", "'\(id)' does not have '\(visible(permission))'.", "Nothing has to be taken back.", .caller)
    }

    static func noTest(_ id: PluginID) -> Fault {
        make("settings.no-test", "'\(id)' offers no check of its settings.", "Save them, and see how its next calls go.", .caller)
    }

    static func noInstallation(_ id: String) -> Fault {
        make("installation.not-found", "There is no installation '\(visible(id))' any more.", "Look at the list of plugins.", .caller)
    }

    static func tooManyInstallations(_ max: Int) -> Fault {
        make("installation.too-many", "\(max) installations wait already.", "Try again when some of them are done.", .caller)
    }

    static let installationOver = make(
        "installation.over", "The installation is over.", "Remove the plugin, or go back to its version before.", .caller)

    static func tooManySubscriptions(_ max: Int) -> Fault {
        make("events.too-many", "\(max) listeners follow the hub already.", "Close some pages, or try again later.", .caller)
    }

    static func tooManyItems(_ max: Int) -> Fault {
        make("call.too-many-items", "The stream gave more than \(max) items.", "Ask for less at once.", .caller)
    }

    static let stopping = make("hub.stopping", "The hub is being stopped.", "Try again in a moment.", .hub)
}
