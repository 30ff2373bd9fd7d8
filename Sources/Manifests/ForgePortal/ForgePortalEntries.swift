import JSON
import PluginModel

/// Which files of a package the server and the browser load.
///
/// `./backend` and `./ui` come before the root, because a root that re-exports both would bring React into the server.
struct ForgePortalEntries {
    /// What a package.json leads to.
    enum Target: Equatable {
        case file(RelativePath)
        /// The build output is not there, but what it is built from is.
        case source(RelativePath, of: String)
        /// Named, but neither it nor a source of it is there.
        case absent(String)
        case none

        var path: RelativePath? {
            switch self {
            case .file(let path), .source(let path, of: _): path
            case .absent, .none: nil
            }
        }
    }

    private let package: JSONObject
    private let files: any PackageFiles

    init(_ package: JSONObject, _ files: any PackageFiles) { (self.package, self.files) = (package, files) }

    func server() -> Target { first(named("./backend", .server) + root(.server)) }

    /// A ui package has no other side, so its root is the browser's too.
    func browser() -> Target { first(named("./ui", .browser) + root(.browser)) }

    private func named(_ subpath: String, _ side: PackageExports.Conditions) -> [String] {
        guard let exports = package["exports"], exports.objectValue != nil else { return [] }
        return PackageExports(exports).targets(of: subpath, for: side)
    }

    private func root(_ side: PackageExports.Conditions) -> [String] {
        let exported = package["exports"].map { PackageExports($0).targets(of: ".", for: side) } ?? []
        return exported + (package["main"]?.stringValue.map { [$0] } ?? [])
    }

    /// The first that is there, else the first whose source is, else the first that was named.
    private func first(_ names: [String]) -> Target {
        var source: Target?
        for name in names {
            guard let path = try? RelativePath(name) else { continue }
            if let found = file(path) { return .file(found) }
            if source == nil, let found = BuiltFile.source(of: path, in: files) { source = .source(found, of: path.text) }
        }
        return source ?? names.first.map { .absent($0) } ?? .none
    }

    /// As Node looks for a `main`: the file, with `.js`, or `index.js` in a folder of that name.
    private func file(_ path: RelativePath) -> RelativePath? {
        [path.text, path.text + ".js", path.text + "/index.js"].lazy.compactMap { try? RelativePath($0) }.first {
            PatchbayReader.entryExtensions.contains($0.fileExtension) && files.kind(of: $0) == .file
        }
    }

}
