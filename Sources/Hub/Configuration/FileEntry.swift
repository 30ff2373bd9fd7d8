package import JSON

/// What a configuration file (`patchbay.yaml`, `forgeportal.yaml`, `integrations.config.json`) says about one plugin.
package struct FileEntry: Sendable, Hashable {
    /// The plugin's id, or any of its aliases.
    package var plugin: String
    /// Nil: the file does not say.
    package var isEnabled: Bool?
    package var config: JSONObject
    /// The file's name, for people.
    package var file: String

    package init(plugin: String, isEnabled: Bool? = nil, config: JSONObject = JSONObject(), file: String) {
        (self.plugin, self.isEnabled, self.config, self.file) = (plugin, isEnabled, config, file)
    }
}
