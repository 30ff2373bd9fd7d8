import Glibc
import JSON
import Manifests

/// Finished bundles on disk, a folder each, named by everything their content depends on.
///
/// `<folder>/bundles/<key>/{script.js, script.js.map, meta.json}`. Entries appear whole, by renaming; each is checked against its digests
/// when read, and a damaged one counts as absent, so that damage costs a bundling and never a plugin. Any number of threads and processes
/// may share a cache. The folder is made for this user alone: whoever can write here can run code as any plugin.
package struct BundleCache: Sendable, Hashable {
    package let folder: String
    /// How many bundles are kept; the longest unused go first.
    package let entriesMax: Int
    /// Bytes of all entries together.
    package let bytesMax: Int

    package init(folder: String, entriesMax: Int = 512, bytesMax: Int = 512 << 20) {
        self.folder = folder
        self.entriesMax = entriesMax
        self.bytesMax = bytesMax
    }

    /// `$PATCHBAY_CACHE`, else `$XDG_CACHE_HOME/patchbay`, else `$HOME/.cache/patchbay`; the last two only where absolute. Nil when none is set.
    package static func defaultFolder(environment: [String: String]) -> String? {
        func value(_ name: String) -> String? { environment[name].flatMap { $0.isEmpty ? nil : $0 } }
        if let own = value("PATCHBAY_CACHE") { return own }
        if let xdg = value("XDG_CACHE_HOME"), xdg.hasPrefix("/") { return Paths.join(xdg, "patchbay") }
        return value("HOME").flatMap { $0.hasPrefix("/") ? Paths.join($0, ".cache/patchbay") : nil }
    }

    /// What an entry holds.
    struct Entry: Sendable, Hashable {
        var script: [UInt8]
        var sourceMap: [UInt8]
        var contentHash: String
        var files: [String]
        /// As in `PluginBundle`.
        var exports: [String]?
        var findings: [Finding]
    }

    private static let scriptFile = "script.js"
    private static let mapFile = "script.js.map"
    private static let metaFile = "meta.json"
    private static let workPrefix = "work-"
    private static let format: JSONValue = 2
    /// A work folder this old belongs to a process that died; longer than any bundling may take.
    private static let abandonedSeconds = 3600

    private var bundles: String { Paths.join(folder, "bundles") }
    private func path(of key: String) -> String { Paths.join(bundles, key) }

    /// The entry of a key, whole and undamaged, or nil. Marks it as used now.
    func entry(_ key: String, limits: BundleLimits) -> Entry? {
        let place = path(of: key)
        guard let meta = try? SmallFile.read(Paths.join(place, Self.metaFile), bytesMax: 8 << 20, followingSymlinks: false),
            let document = try? JSONValue(parsing: meta), let body = document["body"],
            document["check"]?.stringValue == Self.check(body), body["format"] == Self.format, body["key"]?.stringValue == key,
            let script = try? SmallFile.read(Paths.join(place, Self.scriptFile), bytesMax: limits.scriptBytesMax, followingSymlinks: false),
            body["script"]?.stringValue == Digest.of(script, purpose: "script"),
            let map = try? SmallFile.read(Paths.join(place, Self.mapFile), bytesMax: limits.sourceMapBytesMax, followingSymlinks: false),
            body["sourceMap"]?.stringValue == Digest.of(map, purpose: "source map"), let contentHash = body["contentHash"]?.stringValue,
            let files = body["files"]?.arrayValue?.compactMap(\.stringValue), let findings = body["findings"]?.arrayValue
        else { return nil }
        touch(place)
        return Entry(
            script: script, sourceMap: map, contentHash: contentHash, files: files,
            exports: body["exports"]?.arrayValue?.compactMap(\.stringValue), findings: findings.compactMap(Finding.init(json:)))
    }

    /// Writes an entry, replacing a damaged one, and makes room if the cache has outgrown its limits.
    func store(_ entry: Entry, as key: String) throws(BundleError) {
        do throws(FileFailure) {
            let work = try makeWorkFolder()
            defer { Folder.remove(work) }
            let body: JSONValue = [
                "format": Self.format, "key": .string(key), "contentHash": .string(entry.contentHash),
                "script": .string(Digest.of(entry.script, purpose: "script")),
                "sourceMap": .string(Digest.of(entry.sourceMap, purpose: "source map")),
                "files": .array(entry.files.map(JSONValue.string)),
                "exports": entry.exports.map { .array($0.map(JSONValue.string)) } ?? .null, "findings": .array(entry.findings.map(\.json)),
            ]
            let meta: JSONValue = ["check": .string(Self.check(body)), "body": body]
            try SmallFile.write(entry.script, toNew: Paths.join(work, Self.scriptFile))
            try SmallFile.write(entry.sourceMap, toNew: Paths.join(work, Self.mapFile))
            try SmallFile.write(meta.serializedBytes(), toNew: Paths.join(work, Self.metaFile))
            if rename(work, path(of: key)) != 0 {
                // Something stands there: a damaged entry, or one that another process has just finished. Either may give way.
                let old = try makeWorkFolder()
                defer { Folder.remove(old) }
                rename(path(of: key), old)
                guard rename(work, path(of: key)) == 0 else {
                    throw FileFailure.unreadable(path: path(of: key), reason: systemErrorText(errno))
                }
            }
        } catch {
            throw .cacheUnusable(reason: error.sentence)
        }
        touch(path(of: key))
        prune(keeping: key)
    }

    /// A new folder beside the entries, so that it can become one by renaming. Whoever makes it removes it.
    func makeWorkFolder() throws(FileFailure) -> String {
        try Folder.make(bundles)
        return try Folder.makeUnique(in: bundles, prefix: Self.workPrefix)
    }

    /// Marks an entry as used now, to the nanosecond: the kernel's own stamps are as coarse as its clock tick.
    private func touch(_ place: String) {
        var now = timespec()
        clock_gettime(CLOCK_REALTIME, &now)
        var times = [now, now]
        utimensat(AT_FDCWD, place, &times, AT_SYMLINK_NOFOLLOW)
    }

    private static func check(_ body: JSONValue) -> String { Digest.of(body.serializedBytes(), purpose: "meta") }

    private func prune(keeping key: String) {
        var entries: [(name: String, used: Int, bytes: Int)] = []
        let now = time(nil)
        for name in Folder.names(bundles) ?? [] {
            var status = stat()
            guard lstat(path(of: name), &status) == 0 else { continue }
            if name.hasPrefix(Self.workPrefix) {
                if now - Int(status.st_mtim.tv_sec) > Self.abandonedSeconds { Folder.remove(path(of: name)) }
                continue
            }
            let bytes = (Folder.names(path(of: name)) ?? []).reduce(0) { sum, file in
                var status = stat()
                return lstat(Paths.join(path(of: name), file), &status) == 0 ? sum + Int(status.st_size) : sum
            }
            entries.append((name, Int(status.st_mtim.tv_sec) * 1_000_000_000 + Int(status.st_mtim.tv_nsec), bytes))
        }
        var count = entries.count
        var bytes = entries.reduce(0) { $0 + $1.bytes }
        for entry in entries.sorted(by: { $0.used < $1.used }) where entry.name != key && (count > entriesMax || bytes > bytesMax) {
            // Out of sight first: a reader finds the whole entry or none.
            guard let grave = try? makeWorkFolder() else { return }
            rename(path(of: entry.name), grave)
            Folder.remove(grave)
            count -= 1
            bytes -= entry.bytes
        }
    }
}
