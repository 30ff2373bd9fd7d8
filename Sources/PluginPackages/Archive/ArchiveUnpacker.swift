import CArchive
import Glibc
import Manifests
import PluginModel

/// What was unpacked.
package struct UnpackedArchive: Sendable, Hashable {
    /// Files; folders are not counted.
    package let files: Int
    /// Bytes of all files together.
    package let bytes: Int
}

/// Unpacks `.tgz`, `.tar` and `.zip` into an empty folder, and refuses whatever a plugin has no use for.
///
/// A kind is told by its first bytes, not by its name. Files are written 0644, or 0755 where their owner may execute them; folders 0755; times
/// are those of unpacking. Nothing is synced to disk here: whoever keeps the folder does that once. After a refusal the folder holds a part of
/// the package and must be thrown away. Blocks; 100 MB take about half a second.
package struct ArchiveUnpacker: Sendable {
    /// Bytes of the archive read so far, and its size.
    package typealias Progress = (_ done: Int, _ total: Int) -> Void

    package let limits: ArchiveLimits

    package init(limits: ArchiveLimits = .default) { self.limits = limits }

    enum Kind: Sendable, Hashable { case gzip, tar, zip }

    package func unpack(_ archivePath: String, into folder: String, progress: Progress? = nil) throws(StoreError) -> UnpackedArchive {
        let descriptor = open(archivePath, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
        guard descriptor >= 0 else { throw .rejected(ArchiveText.unreadable(errno).finding) }
        defer { close(descriptor) }
        return try UnicodeLocale.run { () throws(StoreError) in
            try unpack(descriptor: descriptor, into: folder, progress: progress)
        }
    }

    private func unpack(descriptor: Int32, into folder: String, progress: Progress?) throws(StoreError) -> UnpackedArchive {
        var status = stat()
        guard fstat(descriptor, &status) == 0 else { throw .rejected(ArchiveText.unreadable(errno).finding) }
        guard SmallFile.kind(mode: status.st_mode) == .file else { throw .rejected(ArchiveText.unreadable(EINVAL).finding) }
        let size = Int(status.st_size)
        guard size <= limits.archiveBytesMax else {
            throw .rejected(ArchiveText.archiveTooLarge(limits.archiveBytesMax))
        }
        let writer = EntryWriter(folder: folder, limits: limits, archiveBytes: size)
        do throws(EntryRefusal) {
            switch try kind(descriptor) {
            case .zip:
                let end = try ZipEnd(descriptor: descriptor, archiveBytes: size)
                try readZip(descriptor, end, into: writer, progress: progress.map { report in { report($0, size) } })
            case .tar, .gzip:
                let bytes = ArchiveBytes(
                    descriptor: descriptor, archiveBytes: size, isGzipped: try kind(descriptor) == .gzip, limits: limits)
                try readTar(
                    bytes, into: writer, progress: progress.map { report in { _ in report(min(size, bytes.archiveBytesRead), size) } })
            }
        } catch {
            // What the names were refused for is told along with what ended the reading.
            throw .rejected(findings: writer.findings + [error.finding], reading: nil)
        }
        if let failure = writer.failure { throw failure }
        guard writer.findings.isEmpty else { throw .rejected(findings: writer.findings, reading: nil) }
        guard writer.files > 0 else {
            throw .rejected(
                Finding(
                    .error, code: "archive.empty", place: .file(ArchiveText.whole), "The archive holds no files.",
                    remedy: "Pack the plugin's folder."))
        }
        progress?(size, size)
        return UnpackedArchive(files: writer.files, bytes: writer.bytes)
    }

    private func kind(_ descriptor: Int32) throws(EntryRefusal) -> Kind {
        var head = [UInt8](repeating: 0, count: 265)
        let count = pread(descriptor, &head, head.count, 0)
        if count >= 2, head[0] == 0x1f, head[1] == 0x8b { return .gzip }
        if count >= 4, head[0] == 0x50, head[1] == 0x4b, [[3, 4], [5, 6]].contains(Array(head[2..<4])) { return .zip }
        if count >= 262, Array(head[257..<262]) == Array("ustar".utf8) { return .tar }
        throw EntryRefusal(
            "archive.unknown-format", at: ArchiveText.whole, "This is no archive that is read: neither tar, gzipped tar nor zip.",
            remedy: "Pack the plugin with `patchbay plugin pack`, or as .tgz or .zip.")
    }

    // MARK: Formats

    private func readTar(_ bytes: ArchiveBytes, into writer: EntryWriter, progress: ((Int) -> Void)?) throws(EntryRefusal) {
        guard let archive = archive_read_new() else { throw ArchiveText.damaged(nil) }
        defer { archive_read_free(archive) }
        archive_read_support_format_tar(archive)
        archive_read_set_callback_data(archive, Unmanaged.passUnretained(bytes).toOpaque())
        archive_read_set_read_callback(archive) { archive, client, block in
            guard let client, let block else { return -1 }
            let bytes = Unmanaged<ArchiveBytes>.fromOpaque(client).takeUnretainedValue()
            if let next = bytes.next() {
                block.pointee = next.baseAddress
                return next.count
            }
            return bytes.refusal == nil ? 0 : Int(ARCHIVE_FATAL)
        }
        let opened = archive_read_open1(archive) == ARCHIVE_OK
        let wentWell = opened && writer.takeAll(of: archive, progress: progress)
        if let refusal = bytes.refusal { throw refusal }
        guard wentWell else {
            if writer.isOver { return }
            throw ArchiveText.damaged(archive)
        }
        // A tar ends in blocks of zeros. Whatever stands behind them would never be looked at; without them something is missing.
        let end = Int(archive_read_header_position(archive))
        while bytes.next() != nil {}
        if let refusal = bytes.refusal { throw refusal }
        guard bytes.lastNonZero < end else { throw ArchiveText.trailing }
        guard bytes.count >= end + 512 else { throw ArchiveText.truncated }
    }

    private func readZip(_ descriptor: Int32, _ end: ZipEnd, into writer: EntryWriter, progress: ((Int) -> Void)?) throws(EntryRefusal) {
        guard let archive = archive_read_new() else { throw ArchiveText.damaged(nil) }
        defer { archive_read_free(archive) }
        guard end.entries > 0 else { return }
        writer.judge(try end.records(descriptor: descriptor))
        guard writer.findings.isEmpty else { return }
        // By its directory at the end, as every other tool reads it: what is not listed there is not unpacked.
        archive_read_support_format_zip_seekable(archive)
        guard archive_read_open_fd(archive, descriptor, ArchiveBytes.blockBytes) == ARCHIVE_OK else { throw ArchiveText.damaged(archive) }
        guard writer.takeAll(of: archive, progress: progress) else {
            if writer.isOver { return }
            throw ArchiveText.damaged(archive)
        }
        if end.entries != writer.entriesSeen, writer.findings.isEmpty {
            throw EntryRefusal(
                "archive.damaged", at: ArchiveText.whole,
                "The archive's directory holds \(writer.entriesSeen) entries where its end says \(end.entries).", remedy: ArchiveText.again)
        }
    }
}
