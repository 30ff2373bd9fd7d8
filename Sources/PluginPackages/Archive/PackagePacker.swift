import CArchive
import Glibc
import Manifests
import PluginModel

/// Packs a package's folder into a `.tgz` that is the same, byte for byte, for the same files: sorted, without times and owners, beneath `package/` as
/// npm has it.
///
/// Left out is what a copying installation leaves out (`LeftOut`), so that a signature of the folder is one of the archive.
package struct PackagePacker: Sendable {
    private static let prefix = "package"
    /// zlib's own default; 9 takes twice as long for 1 % less.
    private static let level = "6"

    package struct Packed: Sendable, Hashable {
        package let files: Int
        /// Bytes of the archive.
        package let bytes: Int
        /// `sha512-…` of the archive, for whoever installs it.
        package let integrity: Integrity
        /// Of the files in it, as the store counts them.
        package let contentHash: String
    }

    package let limits: ArchiveLimits

    package init(limits: ArchiveLimits = .default) { self.limits = limits }

    /// Writes the archive in place of one that is there. Blocks.
    package func pack(_ folder: String, to path: String) throws(StoreError) -> Packed {
        let source = try PackageSigner.open(folder)
        // An archive of an earlier run may lie in the folder.
        let own = Paths.real(Paths.parent(path)).map { Paths.join($0, Paths.lastComponent(path)) } ?? path
        let found = try FolderWalk.files(of: source, limits: limits, leavesOut: true).filter {
            Paths.join(source.path, $0.path) != own
        }.sorted { $0.path.utf8.lexicographicallyPrecedes($1.path.utf8) }
        guard !found.isEmpty else {
            throw .rejected(
                Finding(
                    .error, code: "archive.empty", place: .file("."), "The folder holds no files to pack.",
                    remedy: "Name the plugin's folder."))
        }
        let temporary = "\(path).part-\(getpid())"
        defer { unlink(temporary) }
        let listing = try UnicodeLocale.run { () throws(StoreError) in try write(found, of: source, to: temporary) }
        let bytes: [UInt8]
        do { bytes = try SmallFile.read(temporary, bytesMax: limits.archiveBytesMax) } catch {
            if case .tooLarge = error { throw .rejected(ArchiveText.archiveTooLarge(limits.archiveBytesMax)) }
            throw cannotWrite(path, error.sentence)
        }
        guard rename(temporary, path) == 0 else { throw cannotWrite(path, systemErrorText(errno)) }
        return Packed(files: found.count, bytes: bytes.count, integrity: Integrity(of: bytes), contentHash: listing.contentHash)
    }

    private func write(_ found: [FolderWalk.Found], of source: BeneathFolder, to path: String) throws(StoreError) -> ContentListing {
        let descriptor = open(path, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0o644)
        guard descriptor >= 0 else { throw cannotWrite(path, systemErrorText(errno)) }
        defer { close(descriptor) }
        guard let archive = archive_write_new() else { throw cannotWrite(path, "no memory") }
        defer { archive_write_free(archive) }
        func check(_ code: Int32) throws(StoreError) {
            guard code == ARCHIVE_OK else {
                throw cannotWrite(path, archive_error_string(archive).map { String(cString: $0) } ?? "no reason given")
            }
        }
        // Plain ustar, with pax records only where a path needs them.
        try check(archive_write_set_format_pax_restricted(archive))
        try check(archive_write_add_filter_gzip(archive))
        try check(archive_write_set_filter_option(archive, "gzip", "compression-level", Self.level))
        try check(archive_write_set_filter_option(archive, "gzip", "timestamp", nil))
        try check(archive_write_open_fd(archive, descriptor))
        var files: [ContentListing.File] = []
        for file in found {
            let bytes: [UInt8]
            do { bytes = try source.bytes(file.path, bytesMax: limits.fileBytesMax) } catch {
                throw .rejected(
                    Finding(
                        .error, code: "package.unreadable", place: .file(file.path), "This file cannot be read.",
                        remedy: "Check who may read it."))
            }
            guard let entry = archive_entry_new() else { throw cannotWrite(path, "no memory") }
            defer { archive_entry_free(entry) }
            archive_entry_set_pathname(entry, "\(Self.prefix)/\(file.path)")
            archive_entry_set_filetype(entry, 0o100000)
            archive_entry_set_perm(entry, file.isExecutable ? 0o755 : 0o644)
            archive_entry_set_size(entry, Int64(bytes.count))
            archive_entry_set_mtime(entry, 0, 0)
            try check(archive_write_header(archive, entry))
            var done = 0
            while done < bytes.count {
                let count = bytes.withUnsafeBytes { archive_write_data(archive, $0.baseAddress! + done, $0.count - done) }
                guard count > 0 else {
                    throw cannotWrite(path, archive_error_string(archive).map { String(cString: $0) } ?? "no reason given")
                }
                done += count
            }
            files.append(
                ContentListing.File(
                    path: file.path, isExecutable: file.isExecutable, bytes: bytes.count, hash: ContentListing.hash(of: bytes)))
        }
        try check(archive_write_close(archive))
        guard fsync(descriptor) == 0 else { throw cannotWrite(path, systemErrorText(errno)) }
        return ContentListing(files: files)
    }

    private func cannotWrite(_ path: String, _ reason: String) -> StoreError {
        .refused(
            "package.cannot-pack", "The archive '\(visible(Paths.lastComponent(path)))' cannot be written: \(visible(reason)).",
            remedy: "Check the folder it goes to.", turn: .caller)
    }
}
