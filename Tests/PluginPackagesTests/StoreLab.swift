import Glibc
import JSON
import Manifests
import PluginModel

@testable import PluginPackages

/// Reads `patchbay.json` far enough for the store: id, version, permissions, settings, actions. The readers themselves have tests of their own.
struct SmallExaminer: PackageExamining {
    func examine(_ folder: String) async -> PackageReading {
        func invalid(_ sentence: String) -> PackageReading {
            PackageReading(
                format: .patchbay, manifest: nil, claim: PackageReading.Claim(),
                findings: [Finding(.error, code: "manifest.missing", place: .file("patchbay.json"), sentence)])
        }
        guard let files = try? FolderPackage(folder), let path = try? RelativePath("patchbay.json"),
            let bytes = try? files.bytes(of: path, bytesMax: 1 << 16), let json = try? JSONValue(parsing: bytes)
        else { return invalid("There is no manifest.") }
        guard let id = json["id"]?.stringValue.flatMap({ try? PluginID($0) }) else { return invalid("There is no id.") }
        var manifest = PluginManifest(format: .patchbay, id: id, name: files.parentNames.first ?? id.rawValue)
        manifest.version = json["version"]?.stringValue
        manifest.aliases = json["aliases"]?.arrayValue?.compactMap(\.stringValue) ?? []
        manifest.name = json["name"]?.stringValue ?? manifest.name
        let format: PackageFormat = json["format"]?.stringValue.flatMap(PackageFormat.init) ?? .patchbay
        for (place, text) in (json["permissions"]?.arrayValue ?? []).enumerated() {
            manifest.permissions.append(PermissionRequest(text: text.stringValue ?? "", origin: JSONPointer(["permissions", "\(place)"])))
        }
        for (place, key) in (json["settings"]?.arrayValue ?? []).enumerated() {
            manifest.configuration.append(
                ConfigField(key: key.stringValue ?? "", kind: .text, origin: JSONPointer(["settings", "\(place)"])))
        }
        for (place, action) in (json["actions"]?.arrayValue ?? []).enumerated() {
            manifest.contributions.append(
                Contribution(
                    .action, id: action["id"]?.stringValue ?? "", title: action["title"]?.stringValue ?? "",
                    origin: JSONPointer(["actions", "\(place)"])))
        }
        return PackageReading(format: format, manifest: manifest, claim: PackageReading.Claim(id: id.rawValue), findings: [])
    }
}

/// A data folder, and packages to put into it.
struct StoreLab {
    let folder: TemporaryFolder
    var data: String { "\(folder.path)/data" }
    static let id: PluginID = {
        do { return try PluginID("acme.weather") } catch { preconditionFailure("\(error)") }
    }()
    var id: PluginID { Self.id }

    init() throws { folder = try TemporaryFolder() }

    func store(_ data: String? = nil, _ adjust: (inout PackageStore.Settings) -> Void = { _ in }) throws(StoreError) -> PackageStore {
        var settings = PackageStore.Settings()
        settings.now = { 1000 }
        adjust(&settings)
        return try PackageStore(folder: data ?? self.data, examiner: SmallExaminer(), settings: settings)
    }

    /// A package's folder of some version. `more` are members of its manifest.
    @discardableResult
    func package(_ version: String, id: String = "acme.weather", at name: String? = nil, more: String = "", text: String = "let a = 1")
        throws -> String
    {
        let place = name ?? "packages/\(id)-\(version)"
        try folder.write("\(place)/patchbay.json", "{\"id\":\"\(id)\",\"version\":\"\(version)\"\(more)}")
        try folder.write("\(place)/src/index.js", text)
        return "\(folder.path)/\(place)"
    }

    /// Everything a store shows, as text: equal for equal stores.
    func shown(_ store: PackageStore) async throws -> String {
        let (plugins, problems) = store.list()
        var lines = problems.map { "problem \($0.code)" }
        for plugin in plugins {
            lines.append("\(plugin.id) current \(plugin.current ?? "none") history \(plugin.history) link \(plugin.link?.folder ?? "none")")
            for version in plugin.versions { lines.append("  \(version.name) \(version.files) \(version.trust)") }
        }
        for check in try await store.verify() { lines.append("  \(check.version.name) \(check.findings.map(\.code))") }
        return lines.joined(separator: "\n")
    }

    /// A copy of a folder as it lies on disk at this moment.
    static func snapshot(_ source: String, to target: String) {
        mkdir(target, 0o700)
        for name in Folder.names(source) ?? [] {
            let (from, to) = ("\(source)/\(name)", "\(target)/\(name)")
            if SmallFile.kind(from, following: false) == .folder {
                snapshot(from, to: to)
            } else if let bytes = try? SmallFile.read(from, bytesMax: 1 << 24) {
                var status = stat()
                try? SmallFile.write(bytes, toNew: to)
                if lstat(from, &status) == 0 { chmod(to, status.st_mode & 0o777) }
            }
        }
    }
}

/// The code a change was refused with.
func code(_ body: () async throws -> Void) async throws -> String? {
    do {
        try await body()
        return nil
    } catch let error as StoreError {
        return error.fault.code
    }
}
