package import JSON
package import Manifests

/// A package found on disk, with what it takes to bundle it.
package struct ResolvedPackage: Sendable, Hashable {
    /// As written in the configuration.
    package let spec: String
    /// The `name` of its package.json, where there is one.
    package let name: String?
    package let version: String?
    /// The nearest ancestor of the entry with a `package.json`: what paths inside the package, such as logos, start from. Absolute, real.
    package let packageRoot: String
    /// The folder that is bundled and hashed; `packageRoot` lies in it. Absolute, real.
    package let folder: String
    /// The entry file relative to `folder`.
    package let entry: String
    /// What its package.json says under `patchbay`, `permissions`; nil where it says nothing.
    package let permissions: JSONValue?
    /// What is worth knowing although it was found, such as an entry taken from the package's sources.
    package let findings: [Finding]
}

/// Finds packages as Node does, from one folder, and for everything.
///
/// npm names go through `node_modules` of the folder and of each folder above it, with the package's `exports`. Relative and absolute paths
/// name a file, or a folder whose `main` counts and whose `exports` does not (contract of Coop, section 9).
package struct PackageResolver: Sendable {
    /// Where specs resolve from; absolute.
    package let folder: String

    package init(folder: String) { self.folder = folder }

    package func resolve(_ spec: String) throws(ResolutionError) -> ResolvedPackage {
        guard !spec.utf8.contains(where: { $0 < 0x20 || $0 == 0x7f }) else {
            throw ResolutionError(cause: "The name holds a control character")
        }
        let isPath = spec == "." || spec == ".." || ["./", "../", "/"].contains { spec.hasPrefix($0) }
        return try isPath ? resolvePath(spec) : resolveName(spec)
    }

    // MARK: Names

    private func resolveName(_ spec: String) throws(ResolutionError) -> ResolvedPackage {
        let parts = spec.split(separator: "/", omittingEmptySubsequences: false)
        let name = parts.prefix(spec.hasPrefix("@") ? 2 : 1).joined(separator: "/")
        let subpath = ([Substring(".")] + parts.dropFirst(spec.hasPrefix("@") ? 2 : 1)).joined(separator: "/")
        guard isPackageName(name) else {
            throw ResolutionError(cause: "'\(spec)' is neither a package's name nor a path beginning with './'")
        }
        guard !subpath.split(separator: "/").dropFirst().contains(where: { $0 == ".." || $0 == "." }) else { throw notFound(spec) }
        guard let found = installedFolder(name) else { throw notFound(spec) }
        return try entry(ofPackage: found, subpath: subpath, spec: spec)
    }

    /// The folder of an npm package in the nearest `node_modules`, whatever its entry is, with the version it says.
    package func packageFolder(named name: String) throws(ResolutionError) -> (folder: String, version: String?) {
        guard isPackageName(name) else { throw ResolutionError(cause: "'\(name)' is no package's name") }
        guard let found = installedFolder(name) else { throw notFound(name) }
        return (found, try PackageFile.read(folder: found)?.version)
    }

    private func installedFolder(_ name: String) -> String? {
        var place = folder
        while true {
            if Paths.lastComponent(place) != "node_modules", let found = Paths.real("\(place)/node_modules/\(name)"),
                SmallFile.kind(found) == .folder
            {
                return found
            }
            guard place != "/" else { return nil }
            place = Paths.parent(place)
        }
    }

    private func entry(ofPackage package: String, subpath: String, spec: String) throws(ResolutionError) -> ResolvedPackage {
        let file = try PackageFile.read(folder: package)
        if let exports = file?.exports {
            let targets = PackageExports(exports).targets(of: subpath)
            guard !targets.isEmpty else {
                let what = subpath == "." ? "No exports main defined" : "Package subpath '\(subpath)' is not defined by exports"
                throw ResolutionError(cause: "\(what) in \(Paths.join(package, PackageFile.name))")
            }
            for target in targets {
                if let found = try entryFile(Paths.join(package, target), folder: package, spec: spec, searching: false) { return found }
            }
            throw ResolutionError(cause: "Cannot find module '\(Paths.normalized(Paths.join(package, targets[0])))'")
        }
        if subpath != "." {
            if let found = try entryFile(Paths.join(package, subpath), folder: package, spec: spec, searching: true) { return found }
            throw notFound(spec)
        }
        return try entry(ofFolder: package, main: file?.main, spec: spec)
    }

    // MARK: Paths

    private func resolvePath(_ spec: String) throws(ResolutionError) -> ResolvedPackage {
        let path = Paths.normalized(Paths.join(folder, spec))
        let mayBeFile = !spec.hasSuffix("/") && ![".", ".."].contains(Paths.lastComponent(spec))
        if mayBeFile, let file = SourceSearch.file(at: path), let real = Paths.real(file) {
            return try fileEntry(real, spec: spec)
        }
        guard let real = Paths.real(path), SmallFile.kind(real) == .folder else { throw notFound(spec) }
        return try entry(ofFolder: real, main: PackageFile.read(folder: real)?.main, spec: spec)
    }

    /// A file named directly belongs to the nearest package above it; without one it stands in its own folder.
    private func fileEntry(_ file: String, spec: String) throws(ResolutionError) -> ResolvedPackage {
        let own = Paths.parent(file)
        let root = nearestPackage(above: file, upTo: "/") ?? own
        guard Paths.isInside(Paths.real(folder) ?? folder, root) else { return try resolved(file, folder: root, spec: spec) }
        // That package is the operator's own project: a plugin has no business in there, so it gets only the folder it lies in.
        var findings: [Finding] = []
        if own == root {
            findings.append(
                Finding(
                    .warning, code: "integrations.shared-folder", place: .file(spec),
                    "This file lies in the folder of the configuration itself, so the plugin could import every file in it.",
                    remedy: "Give the plugin a folder of its own."))
        }
        return try resolved(file, folder: own, spec: spec, findings: findings)
    }

    /// `main`, else `index`; where the built file is missing, the source it would be built from.
    private func entry(ofFolder path: String, main: String?, spec: String) throws(ResolutionError) -> ResolvedPackage {
        if let main, !main.isEmpty {
            if let found = try entryFile(Paths.join(path, main), folder: path, spec: spec, searching: true) { return found }
        }
        if let index = SourceSearch.index(of: path) { return try resolved(index, folder: path, spec: spec) }
        let missing = main.map { "Cannot find module '\(Paths.normalized(Paths.join(path, $0)))'" }
        throw ResolutionError(cause: missing ?? "Cannot find module '\(path)': it has no \"main\" and no index file")
    }

    // MARK: Files

    /// The file at a path inside a package, or its source. `searching`: without its ending, or as a folder, too.
    private func entryFile(_ path: String, folder: String, spec: String, searching: Bool) throws(ResolutionError) -> ResolvedPackage? {
        let plain = Paths.normalized(path)
        guard Paths.isInside(plain, folder), plain != folder else {
            throw ResolutionError(cause: "The entry '\(path)' leaves the package '\(folder)'")
        }
        let exact = SmallFile.kind(plain) == .file ? plain : nil
        if let file = exact ?? (searching ? SourceSearch.file(at: plain) ?? SourceSearch.index(of: plain) : nil) {
            return try resolved(file, folder: folder, spec: spec)
        }
        guard let source = SourceSearch.source(ofBuilt: Paths.relative(plain, to: folder), in: folder) else { return nil }
        let notice = Finding(
            .notice, code: "integrations.built-from-source", place: .file(spec),
            "The package's built file '\(Paths.relative(plain, to: folder))' is missing; '\(source)' is bundled from its sources instead.",
            remedy: "Nothing to do; to use the package as its author builds it, run its build.")
        return try resolved(Paths.join(folder, source), folder: folder, spec: spec, findings: [notice])
    }

    private func resolved(_ file: String, folder: String, spec: String, findings: [Finding] = []) throws(ResolutionError) -> ResolvedPackage
    {
        guard let real = Paths.real(file), Paths.isInside(real, folder) else {
            throw ResolutionError(cause: "The entry '\(file)' is a symlink that leaves the package '\(folder)'")
        }
        let package = try PackageFile.read(folder: folder)
        return ResolvedPackage(
            spec: spec, name: package?.packageName, version: package?.version,
            packageRoot: nearestPackage(above: real, upTo: folder) ?? folder, folder: folder, entry: Paths.relative(real, to: folder),
            permissions: package?.permissions, findings: findings)
    }

    private func nearestPackage(above file: String, upTo top: String) -> String? {
        var place = Paths.parent(file)
        while Paths.isInside(place, top) {
            if SmallFile.kind(Paths.join(place, PackageFile.name)) == .file { return place }
            guard place != "/" else { return nil }
            place = Paths.parent(place)
        }
        return nil
    }

    private func notFound(_ spec: String) -> ResolutionError { ResolutionError(cause: "Cannot find module '\(spec)' from '\(folder)'") }
}
