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

    private func named(_ subpath: String, _ side: PackageExports.Side) -> [String] {
        guard let exports = package["exports"], exports.objectValue != nil else { return [] }
        return PackageExports(value: exports).targets(of: subpath, for: side)
    }

    private func root(_ side: PackageExports.Side) -> [String] {
        let exported = package["exports"].map { PackageExports(value: $0).targets(of: ".", for: side) } ?? []
        return exported + (package["main"]?.stringValue.map { [$0] } ?? [])
    }

    /// The first that is there, else the first whose source is, else the first that was named.
    private func first(_ names: [String]) -> Target {
        var source: Target?
        for name in names {
            guard let path = try? RelativePath(name) else { continue }
            if let found = file(path) { return .file(found) }
            if source == nil, let found = Self.source(of: path, in: files) { source = .source(found, of: path.text) }
        }
        return source ?? names.first.map { .absent($0) } ?? .none
    }

    /// As Node looks for a `main`: the file, with `.js`, or `index.js` in a folder of that name.
    private func file(_ path: RelativePath) -> RelativePath? {
        [path.text, path.text + ".js", path.text + "/index.js"].lazy.compactMap { try? RelativePath($0) }.first {
            Self.codeEndings.contains($0.fileExtension) && files.kind(of: $0) == .file
        }
    }

    private static let codeEndings = ["ts", "tsx", "mts", "cts", "js", "jsx", "mjs", "cjs"]
    private static let outputFolders: Set<String> = ["dist", "lib", "build", "out", "output", "esm", "cjs"]
    private static let sourceEndings = ["ts", "tsx", "mts", "js", "jsx", "mjs"]

    /// What a build output is made from: `src/ui.ts` for `dist/ui.js`. Checkouts have only this.
    static func source(of built: RelativePath, in files: any PackageFiles) -> RelativePath? {
        var folders = built.text.split(separator: "/").map(String.init)[...]
        guard let name = folders.popLast(), let dot = name.lastIndex(of: "."), dot != name.startIndex else { return nil }
        let stem = String(name[..<dot])
        let rest = folders.drop { outputFolders.contains($0) }
        let heads = rest.count < folders.count ? ["src", "source", ""] : [""]
        for head in heads {
            let base = ([head] + rest + [stem]).filter { !$0.isEmpty }.joined(separator: "/")
            for ending in sourceEndings {
                guard let path = try? RelativePath("\(base).\(ending)"), path != built, files.kind(of: path) == .file else { continue }
                return path
            }
        }
        return nil
    }
}
