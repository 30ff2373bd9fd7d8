import Manifests

extension FolderView {
    /// How many packages a plugin may stand on.
    package static let dependenciesMax = 256

    /// A package's folder together with the installed packages it names, directly or through others, that lie outside it.
    ///
    /// Package managers put shared dependencies beside the package, in a `node_modules` above it. Only packages that a package.json names
    /// become visible, not all that is installed. Inside the plugin's folder, and inside each dependency's, nothing is followed: what lies
    /// there is visible anyway, and a symlink there is the plugin's own. `provided` are the modules that the hub supplies.
    package static func package(at folder: String, provided: [String]) throws(ResolutionError) -> FolderView {
        var folders = [folder]
        var links: [(path: String, target: String)] = []
        var next = 0
        while next < folders.count {
            let current = folders[next]
            next += 1
            let names = try PackageFile.read(folder: current, followingSymlinks: false)?.dependencyNames ?? []
            for name in names where isPackageName(name) && !provided.contains(name) {
                guard let (path, real) = find(name, from: current, inside: folders) else { continue }
                if real != path, !links.contains(where: { $0.path == path }) { links.append((path, real)) }
                guard !folders.contains(where: { Paths.isInside(real, $0) }) else { continue }
                folders.append(real)
                guard folders.count <= dependenciesMax + 1 else {
                    throw ResolutionError(cause: "It depends on more than \(dependenciesMax) packages; ship it bundled instead")
                }
            }
        }
        return FolderView(
            root: folder, dependencies: folders.dropFirst().sorted(), links: links.sorted { $0.path < $1.path })
    }

    /// Where a package finds another by name, outside the folders that are visible anyway: the place with the name, and the real one.
    private static func find(_ name: String, from start: String, inside folders: [String]) -> (path: String, real: String)? {
        var place = start
        while true {
            if Paths.lastComponent(place) != "node_modules" {
                let candidate = Paths.join(place, "node_modules/\(name)")
                if SmallFile.kind(candidate, following: false) != .missing {
                    if folders.contains(where: { Paths.isInside(candidate, $0) }) { return nil }
                    guard let real = Paths.real(candidate), SmallFile.kind(Paths.join(real, PackageFile.name)) == .file else { return nil }
                    return (candidate, real)
                }
            }
            guard place != "/" else { return nil }
            place = Paths.parent(place)
        }
    }
}
