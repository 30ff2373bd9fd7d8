import Glibc
package import JSON

/// What packages said when they were evaluated, a file each, named by everything the answer depends on.
///
/// It lies beside the bundles and is as private as they are. A file that is damaged or gone counts as absent, and costs one evaluation.
/// Nothing here fails: a cache that cannot be written is a cache that is not used.
package struct DescriptionCache: Sendable, Hashable {
    /// How many are kept; the oldest go first.
    package static let entriesMax = 512
    /// Larger answers are not kept.
    package static let bytesMax = 4 << 20

    private let folder: String

    package init(beside bundles: BundleCache) { folder = Paths.join(bundles.folder, "descriptions") }

    /// `askers` are the texts of ours that the package runs beside.
    package static func key(of bundle: PluginBundle, askedBy askers: [String]) -> String {
        let digest = Digest(purpose: "description 1")
        digest.field(bundle.script)
        for asker in askers { digest.field(asker) }
        return digest.finish()
    }

    package func description(_ key: String) -> JSONValue? {
        guard let bytes = try? SmallFile.read(path(of: key), bytesMax: Self.bytesMax + 1024, followingSymlinks: false),
            let entry = try? JSONValue(parsing: bytes), let description = entry["description"],
            entry["check"] == .string(Self.check(description))
        else { return nil }
        return description
    }

    package func store(_ description: JSONValue, as key: String) {
        let entry: JSONValue = ["check": .string(Self.check(description)), "description": description]
        let bytes = entry.serializedBytes()
        guard bytes.count <= Self.bytesMax else { return }
        // Whole or not at all: written beside, then renamed.
        guard (try? Folder.make(folder)) != nil, let work = try? Folder.makeUnique(in: folder, prefix: "work-") else { return }
        defer { Folder.remove(work) }
        let file = Paths.join(work, "entry")
        guard (try? SmallFile.write(bytes, toNew: file)) != nil, rename(file, path(of: key)) == 0 else { return }
        prune()
    }

    private func path(of key: String) -> String { Paths.join(folder, key) }

    private static func check(_ description: JSONValue) -> String { Digest.of(description.serializedBytes(), purpose: "description") }

    private func prune() {
        let names = (Folder.names(folder) ?? []).filter { !$0.hasPrefix("work-") }
        guard names.count > Self.entriesMax else { return }
        let dated = names.map { name in
            var status = stat()
            return (name: name, written: lstat(path(of: name), &status) == 0 ? Int(status.st_mtim.tv_sec) : 0)
        }
        for entry in dated.sorted(by: { $0.written < $1.written }).prefix(names.count - Self.entriesMax) { unlink(path(of: entry.name)) }
    }
}
