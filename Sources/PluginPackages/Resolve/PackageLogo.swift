package import Manifests
package import PluginModel

/// A picture inside a package, as it lies on disk. Contract of Coop, section 11.
package enum PackageLogo: Sendable, Hashable {
    /// May be served, as this type, from this absolute path.
    case servable(path: String, contentType: String)
    /// Not advertised; the finding says why.
    case absent(Finding)
    /// Leaves the package: the plugin is refused.
    case outside(Finding)

    /// SVG is served with a policy that forbids scripts; everything with `nosniff`.
    private static let contentTypes = [
        "png": "image/png", "jpg": "image/jpeg", "jpeg": "image/jpeg", "gif": "image/gif", "webp": "image/webp", "svg": "image/svg+xml",
    ]

    /// Looks at a path that is inside the package by its text, with symlinks resolved.
    package static func look(_ path: RelativePath, of integration: String, in package: ResolvedPackage) -> PackageLogo {
        func finding(_ severity: Finding.Severity, _ code: String, _ sentence: String, _ remedy: String) -> Finding {
            Finding(severity, code: "coop.\(code)", place: .file(Paths.join(package.spec, path.text)), sentence, remedy: remedy)
        }
        let full = Paths.join(package.packageRoot, path.text)
        guard let real = Paths.real(full) else {
            return .absent(
                finding(
                    .warning, "logo-missing", "The logo '\(path)' does not exist, so none is shown.", "Add the file, or correct the path."))
        }
        guard Paths.isInside(real, package.packageRoot) else {
            return .outside(
                finding(.error, "logo-outside", CoopText.logoOutside(integration, path.text), "Put the file itself into the package."))
        }
        guard SmallFile.kind(real, following: false) == .file else {
            return .absent(
                finding(.warning, "logo-not-a-file", "The logo '\(path)' is no file, so none is shown.", "Name the picture itself."))
        }
        guard let type = contentTypes[Paths.fileExtension(real).lowercased()] else {
            return .absent(
                finding(
                    .warning, "logo-type", "The logo '\(path)' is no picture that is served, so none is shown.",
                    "Use one of \(contentTypes.keys.sorted().joined(separator: ", "))."))
        }
        return .servable(path: real, contentType: type)
    }
}
