package import JSON

/// One thing a plugin asks for, with its author's reason.
package struct PermissionRequest: Sendable, Hashable {
    /// `capability:direction:resource` in canonical form; `file:read:/path`, `process:run:zsh` and `page:call:fs:read_dir` for what Coco AI's
    /// extensions ask; a role's permission such as `action:run` for ForgePortal, which its users need and the plugin does not.
    package var text: String
    /// Where the hub's own grammar knows it.
    package var permission: Permission?
    package var reason: String?
    /// The plugin works without it.
    package var isOptional: Bool
    /// Where it stands in the manifest.
    package var origin: JSONPointer

    package init(_ permission: Permission, reason: String? = nil, isOptional: Bool = false, origin: JSONPointer) {
        (self.text, self.permission, self.reason) = (permission.description, permission, reason)
        (self.isOptional, self.origin) = (isOptional, origin)
    }

    package init(text: String, reason: String? = nil, isOptional: Bool = false, origin: JSONPointer) {
        (self.text, self.permission, self.reason) = (text, nil, reason)
        (self.isOptional, self.origin) = (isOptional, origin)
    }
}
