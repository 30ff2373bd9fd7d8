import Glibc
import JSON
import Manifests

/// Every file of a package with its hash, and the hash of all of them.
///
/// **The content hash, form 1.** BLAKE2b-256 over fields, each preceded by its length as 8 bytes, little-endian: the text
/// `patchbay package content 1`; then for each file in the order of its path's bytes: the path, `x` where its owner may execute it and `-` where
/// not, its size as 8 bytes, and its own hash as 64 hexadecimal digits. A file's hash is the same over `patchbay package file 1` and its bytes.
/// Times, owners, empty folders and `patchbay.signature.json` at the top do not count. The form is part of what signatures sign: it stays.
package struct ContentListing: Sendable, Hashable {
    package struct File: Sendable, Hashable {
        package let path: String
        package let isExecutable: Bool
        package let bytes: Int
        /// 64 lower-case hexadecimal digits.
        package let hash: String
    }

    /// Sorted by the bytes of their paths.
    package let files: [File]
    /// 64 lower-case hexadecimal digits.
    package let contentHash: String

    /// Bytes of all files together.
    package var bytes: Int { files.reduce(0) { $0 + $1.bytes } }

    init(files unsorted: [File]) {
        files = unsorted.sorted { $0.path.utf8.lexicographicallyPrecedes($1.path.utf8) }
        let digest = Digest(purpose: "patchbay package content 1")
        for file in files where file.path != PackageSignature.fileName {
            digest.field(file.path)
            digest.field(file.isExecutable ? "x" : "-")
            digest.length(file.bytes)
            digest.field(file.hash)
        }
        contentHash = digest.finish()
    }

    static func hash(of bytes: [UInt8]) -> String { Digest.of(bytes, purpose: "patchbay package file 1") }

    /// Hashes the files of a folder as they are. Files that a folder holds but a package does not (`FolderWalk`) are left out.
    static func of(_ folder: BeneathFolder, limits: ArchiveLimits) throws(StoreError) -> ContentListing {
        var files: [File] = []
        for found in try FolderWalk.files(of: folder, limits: limits, leavesOut: true) {
            files.append(try FolderWalk.read(found, in: folder, limits: limits, into: nil))
        }
        return ContentListing(files: files)
    }

    // MARK: JSON

    var json: JSONValue {
        .array(
            files.map { file in
                [
                    "path": .string(file.path), "executable": .bool(file.isExecutable), "bytes": .int(Int64(file.bytes)),
                    "hash": .string(file.hash),
                ]
            })
    }

    /// Reads what `json` wrote; nil for anything else.
    init?(json: JSONValue) {
        guard let list = json.arrayValue else { return nil }
        var files: [File] = []
        files.reserveCapacity(list.count)
        for item in list {
            guard let path = item["path"]?.stringValue, let isExecutable = item["executable"]?.boolValue,
                let bytes = item["bytes"]?.intValue, let hash = item["hash"]?.stringValue
            else { return nil }
            files.append(File(path: path, isExecutable: isExecutable, bytes: Int(bytes), hash: hash))
        }
        self.init(files: files)
    }
}
