import CArchive
import Glibc
import Manifests
import PluginModel

/// The bytes of a tar, one block after the other, gunzipped where they are gzipped.
///
/// Used by one thread only: whoever unpacks makes it, hands it to libarchive as the client of its callbacks, and lets go of it after.
final class ArchiveBytes {
    /// How much of a compressed archive is read at once: what was read and not yet unpacked makes a bomb look smaller than it is.
    private static let readBytes = 64 << 10
    /// How much is read from the file at once.
    static let blockBytes = 1 << 20

    private let descriptor: Int32
    private let archiveBytes: Int
    private let limits: ArchiveLimits
    /// The reader that gunzips; nil for a plain tar.
    private let gunzip: OpaquePointer?
    private let buffer: UnsafeMutableRawBufferPointer
    private var checksum = CRC32()
    /// Bytes handed out so far.
    private(set) var count = 0
    /// Where the last byte that is not zero stands; -1 for none.
    private(set) var lastNonZero = -1
    private(set) var isAtEnd = false
    /// What went wrong; reading stops there.
    private(set) var refusal: EntryRefusal?

    /// Leaves the descriptor open, which stands at the file's beginning.
    init(descriptor: Int32, archiveBytes: Int, isGzipped: Bool, limits: ArchiveLimits) {
        self.descriptor = descriptor
        self.archiveBytes = archiveBytes
        self.limits = limits
        buffer = .allocate(byteCount: isGzipped ? 0 : Self.blockBytes, alignment: 16)
        guard isGzipped else {
            gunzip = nil
            return
        }
        gunzip = archive_read_new()
        archive_read_support_filter_gzip(gunzip)
        archive_read_support_format_raw(gunzip)
        var entry: OpaquePointer?
        if archive_read_open_fd(gunzip, descriptor, Self.readBytes) != ARCHIVE_OK || archive_read_next_header(gunzip, &entry) != ARCHIVE_OK
        {
            refusal = ArchiveText.damaged(gunzip)
        }
    }

    deinit {
        buffer.deallocate()
        if let gunzip { archive_read_free(gunzip) }
    }

    /// How many bytes of the archive itself have been read, for a progress bar.
    var archiveBytesRead: Int { gunzip.map { Int(archive_filter_bytes($0, -1)) } ?? count }

    /// The next block, which is good until the next call; nil at the end, and after a refusal.
    func next() -> UnsafeRawBufferPointer? {
        guard refusal == nil, !isAtEnd else { return nil }
        let block = gunzip.map(nextGunzipped) ?? nextPlain()
        guard let block, refusal == nil else { return nil }
        if let last = block.lastIndex(where: { $0 != 0 }) { lastNonZero = count + last }
        count += block.count
        guard count <= limits.streamBytesMax else {
            refusal = ArchiveText.tooLarge(limits)
            return nil
        }
        // Against what of the archive was read so far: a bomb among many is not to be let in because the others make it look small.
        if gunzip != nil, let excess = ArchiveText.ratio(unpacked: count, archiveBytes: min(archiveBytes, archiveBytesRead), limits: limits)
        {
            refusal = excess
            return nil
        }
        return block
    }

    private func nextPlain() -> UnsafeRawBufferPointer? {
        while true {
            let got = read(descriptor, buffer.baseAddress, buffer.count)
            if got > 0 { return UnsafeRawBufferPointer(rebasing: UnsafeRawBufferPointer(buffer)[..<got]) }
            if got == 0 {
                isAtEnd = true
                return nil
            }
            if errno != EINTR {
                refusal = ArchiveText.unreadable(errno)
                return nil
            }
        }
    }

    private func nextGunzipped(_ gunzip: OpaquePointer) -> UnsafeRawBufferPointer? {
        var start: UnsafeRawPointer?
        var size = 0
        var offset: Int64 = 0
        // An empty block is no end.
        while true {
            switch archive_read_data_block(gunzip, &start, &size, &offset) {
            case ARCHIVE_OK where size > 0:
                let block = UnsafeRawBufferPointer(start: start, count: size)
                checksum.update(block)
                return block
            case ARCHIVE_OK, ARCHIVE_RETRY: continue
            case ARCHIVE_EOF:
                isAtEnd = true
                checkTrailer()
                return nil
            default:
                refusal = ArchiveText.damaged(gunzip)
                return nil
            }
        }
    }

    /// The file's last eight bytes are the checksum and the length of what was gunzipped; anything after the stream makes them something else.
    private func checkTrailer() {
        var trailer = [UInt8](repeating: 0, count: 8)
        guard archiveBytes >= 18, pread(descriptor, &trailer, 8, off_t(archiveBytes - 8)) == 8 else {
            refusal = ArchiveText.truncated
            return
        }
        func word(_ place: Int) -> UInt32 { (0..<4).reduce(0) { $0 | UInt32(trailer[place + $1]) << UInt32(8 * $1) } }
        if word(0) != checksum.value || word(4) != UInt32(truncatingIfNeeded: count) {
            refusal = EntryRefusal(
                "archive.damaged", at: "(the archive)",
                "The checksum at its end is not that of its content: it is damaged, or something follows the gzip stream.",
                remedy: "Download or pack it anew.")
        }
    }
}

/// The sentences about an archive as a whole.
enum ArchiveText {
    static let again = "Download or pack it anew."
    static let whole = "(the archive)"
    static let truncated = EntryRefusal("archive.truncated", at: whole, "The archive ends too early.", remedy: again)
    static let trailing = EntryRefusal("archive.trailing-bytes", at: whole, "Something follows the archive's end.", remedy: again)

    /// What libarchive said, in a finding.
    static func damaged(_ archive: OpaquePointer?) -> EntryRefusal {
        let said = archive.flatMap(archive_error_string).map { String(cString: $0) } ?? "no reason given"
        if said.lowercased().contains("truncated") || said.contains("end of file") { return truncated }
        return EntryRefusal("archive.damaged", at: whole, "The archive is damaged: \(visible(said)).", remedy: again)
    }

    static func unreadable(_ number: Int32) -> EntryRefusal {
        EntryRefusal(
            "archive.unreadable", at: whole, "The archive cannot be read: \(systemErrorText(number)).", remedy: "Check who may read it.")
    }

    static func tooLarge(_ limits: ArchiveLimits) -> EntryRefusal {
        EntryRefusal(
            "package.too-large", at: whole, "The package holds more than \(limits.totalBytesMax) bytes.",
            remedy: "Leave out what the plugin does not need.")
    }

    static func archiveTooLarge(_ bytesMax: Int) -> Finding {
        Finding(
            .error, code: "archive.too-large", place: .file(whole), "The archive is larger than \(bytesMax) bytes.",
            remedy: "Leave out what the plugin does not need.")
    }

    static func fileTooLarge(_ path: String, _ limits: ArchiveLimits) -> EntryRefusal {
        EntryRefusal(
            "package.file-too-large", at: path, "This file is larger than \(limits.fileBytesMax) bytes.",
            remedy: "Leave it out, or let the plugin fetch it.")
    }

    /// Nil while the archive unpacks to no more than it may.
    static func ratio(unpacked: Int, archiveBytes: Int, limits: ArchiveLimits) -> EntryRefusal? {
        guard unpacked > limits.ratioFreeBytes, unpacked / max(1, archiveBytes) > limits.ratioMax else { return nil }
        return EntryRefusal(
            "archive.ratio", at: whole,
            "The archive unpacks to more than \(limits.ratioMax) times its own size, as archives do that are made to fill disks.",
            remedy: "Leave out files that repeat one byte, or raise the limit if this is meant.")
    }
}
