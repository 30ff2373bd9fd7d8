import Manifests
import PluginModel
import PluginPackages

/// Finds what a configuration names; nothing of it runs.
struct PluginLocator: Sendable {
    /// The configuration file's: paths and npm names start there.
    let folder: String
    /// Gives what is installed; asked only when a plugin is named by its id.
    let installed: @Sendable (PluginID) -> InstalledPlugin?

    // MARK: Folders and archives

    func path(_ text: String, at place: Finding.Place) -> Located {
        let path = Files.absolute(text, from: folder)
        switch Files.target(path) {
        case .folder: return package(path, at: place)
        case .file where InstallSources.isArchive(path): return Located(location: path, source: .archive(path))
        case .missing:
            return missing(
                place, "There is nothing at '\(visible(path))'.", "Correct the path; it starts at the configuration's own folder.",
                InstallSources.isArchive(path) ? .archive(path) : .folder(path))
        default:
            return missing(
                place, "'\(visible(path))' is neither a folder nor an archive.",
                "Name a folder, or an archive that ends in \(InstallSources.archiveEndings.joined(separator: ", ")).", .folder(path))
        }
    }

    /// A folder that is there.
    func package(_ path: String, at place: Finding.Place) -> Located {
        guard Self.isPackage(path) else {
            return missing(
                place, "The folder '\(visible(path))' is no plugin: it has none of \(PackageTree.markers.joined(separator: ", ")).",
                "Name the plugin's own folder; a folder of plugins is included as \"\(visible(Files.shown(path, from: folder)))/*\".",
                .folder(path))
        }
        return Located(location: path, source: .folder(path))
    }

    static func isPackage(_ folder: String) -> Bool { PackageTree.markers.contains { Files.target("\(folder)/\($0)") == .file } }

    // MARK: npm

    /// The folder in the nearest `node_modules`; what its entry is does not matter yet.
    func package(named name: String, at place: Finding.Place) -> Located {
        do throws(ResolutionError) {
            let found = try PackageResolver(folder: folder).packageFolder(named: name)
            return Located(location: found.folder, version: found.version, source: .folder(found.folder))
        } catch {
            return missing(
                place, "The package '\(visible(name))' cannot be found: \(visible(error.cause, scalarsMax: 500)).",
                "Install it with npm beside the configuration or above, or correct its name.", .npm(name: name, from: folder))
        }
    }

    /// A package as Coop names it: an npm name with or without a path inside, or a path.
    func integration(_ spec: String, at place: Finding.Place) -> Located {
        do throws(ResolutionError) {
            let found = try PackageResolver(folder: folder).resolve(spec)
            return Located(
                location: found.packageRoot, version: found.version, source: .folder(found.packageRoot), findings: found.findings)
        } catch {
            return missing(
                place, "The package '\(visible(spec))' cannot be loaded: \(visible(error.cause, scalarsMax: 500)).",
                "Check the package's name and that it is installed and built.", .npm(name: spec, from: folder))
        }
    }

    // MARK: The store

    func installed(_ id: String, range: String?, at place: Finding.Place) -> Located {
        guard let plugin = (try? PluginID(id)).flatMap(installed) else {
            return missing(place, "No plugin '\(visible(id))' is installed.", "Install it: patchbay plugin install SOURCE.", nil)
        }
        if plugin.isLinked, range == nil { return Located(location: plugin.link?.folder, version: LinkedFolder.name) }
        guard let wanted = range.flatMap({ try? VersionRange($0) }) else {
            guard let version = plugin.currentVersion else {
                return missing(
                    place, "No version of '\(visible(id))' is in use.", "Take one into use: patchbay plugin update \(visible(id)).", nil)
            }
            return Located(location: version.name, version: version.version)
        }
        let fitting = plugin.versions.compactMap { kept -> (Version, InstalledVersion)? in
            guard let version = kept.version.flatMap({ try? Version($0) }), wanted.contains(version) else { return nil }
            return (version, kept)
        }
        if let best = fitting.max(by: { $0.0 < $1.0 })?.1 { return Located(location: best.name, version: best.version) }
        let kept = plugin.versions.compactMap(\.version).map { visible($0) }.joined(separator: ", ")
        return missing(
            place, "No installed version of '\(visible(id))' fits '\(visible(range ?? ""))'; there are: \(kept.isEmpty ? "none" : kept).",
            "Install one that fits, or write another range.", nil)
    }

    private func missing(_ place: Finding.Place, _ sentence: String, _ remedy: String, _ source: PackageSource?) -> Located {
        Located(source: source, findings: [Finding(.error, code: "configuration.plugin-not-found", place: place, sentence, remedy: remedy)])
    }
}
