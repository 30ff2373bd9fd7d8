package import JSON

/// What a configuration file (`patchbay.yaml`, `forgeportal.yaml`, `integrations.config.json`) says about one plugin.
package struct FileEntry: Sendable, Hashable {
    /// Which plugin is meant.
    package enum Subject: Sendable, Hashable {
        /// By its id, or any of its aliases.
        case named(String)
        /// By the folder or archive that its version in use was installed from: an absolute path.
        case installed(from: String)
    }

    package var subject: Subject
    /// Nil: the file does not say.
    package var isEnabled: Bool?
    package var config: JSONObject
    /// Nil: the hub's own limit counts.
    package var callTime: Duration?
    package var memoryBytes: Int?
    /// The file's name, for people.
    package var file: String

    package init(_ subject: Subject, isEnabled: Bool? = nil, config: JSONObject = JSONObject(), file: String) {
        (self.subject, self.isEnabled, self.config, self.file) = (subject, isEnabled, config, file)
    }

    package init(plugin: String, isEnabled: Bool? = nil, config: JSONObject = JSONObject(), file: String) {
        self.init(.named(plugin), isEnabled: isEnabled, config: config, file: file)
    }
}
