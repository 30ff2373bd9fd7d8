/// The folders a bundler may see, and where it sees them.
///
/// The plugin's own folder, and beside it those of the installed packages that it names as dependencies. Inside these folders no symlink
/// is followed by the hub: the bundler's sandbox has nothing behind a link that leaves them.
package struct FolderView: Sendable, Hashable {
    package struct Folder: Sendable, Hashable {
        /// Absolute, symlinks resolved.
        package let hostPath: String
        /// Absolute, inside the bundler's sandbox.
        package let viewPath: String
    }

    /// A symlink that a package manager made between installed packages; both ends are paths of the view.
    package struct Link: Sendable, Hashable {
        package let viewPath: String
        package let targetViewPath: String
    }

    /// The plugin's folder first.
    package let folders: [Folder]
    package let links: [Link]

    package var rootHostPath: String { folders[0].hostPath }
    package var rootViewPath: String { folders[0].viewPath }

    /// A plugin's folder alone.
    package init(root: String) {
        self.init(root: root, dependencies: [], links: [])
    }

    /// A plugin's folder and the folders of dependencies outside it, laid out to each other as they are on disk, so that names resolve
    /// the same way. Paths are absolute with symlinks resolved; `links` hold host paths.
    init(root: String, dependencies: [String], links hostLinks: [(path: String, target: String)]) {
        guard !dependencies.isEmpty else {
            folders = [Folder(hostPath: root, viewPath: "/plugin")]
            links = []
            return
        }
        // From the folder above the last `node_modules`, or names would have nothing to resolve in.
        let base = Paths.commonFolder(([root] + dependencies + hostLinks.map(\.path)).map(Paths.parent))
        let above = Paths.aboveLast("node_modules", of: base)
        func view(_ path: String) -> String { "/packages/" + Paths.relative(path, to: above) }
        folders = ([root] + dependencies).map { Folder(hostPath: $0, viewPath: view($0)) }
        links = hostLinks.map { Link(viewPath: view($0.path), targetViewPath: view($0.target)) }
    }

    /// A path as the bundler names it (absolute in the view, or relative to the plugin's folder there) as an author reads it: relative to
    /// the plugin's folder, or `node_modules/…` for a dependency beside it.
    func authorPath(_ path: String) -> String {
        let absolute = Paths.normalized(Paths.join(rootViewPath, path))
        if Paths.isInside(absolute, rootViewPath) { return Paths.relative(absolute, to: rootViewPath) }
        if Paths.isInside(absolute, "/packages") { return Paths.relative(absolute, to: "/packages") }
        return absolute
    }

    /// Where that file lies on this machine; nil when it is in none of the folders.
    func hostPath(_ path: String) -> String? {
        let absolute = Paths.normalized(Paths.join(rootViewPath, path))
        guard let folder = folders.first(where: { Paths.isInside(absolute, $0.viewPath) }) else { return nil }
        return Paths.join(folder.hostPath, Paths.relative(absolute, to: folder.viewPath))
    }
}
