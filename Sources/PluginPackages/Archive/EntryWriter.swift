import CArchive
import Glibc
import Manifests

/// Takes the entries of one archive: judges each, and writes the files of those that pass straight from libarchive's blocks.
///
/// The folder is ours alone and no link is ever made in it, so plain paths are safe; `O_NOFOLLOW | O_EXCL` say so again.
final class EntryWriter {
    private enum FileType {
        static let mask: UInt32 = 0o170000
        static let plain: UInt32 = 0o100000
        static let folder: UInt32 = 0o040000
        static let link: UInt32 = 0o120000
    }

    private let folder: String
    private let limits: ArchiveLimits
    private let archiveBytes: Int
    private var names: EntryNames
    private var madeFolders: Set<String> = []
    /// The names of a zip as its directory writes them, by their text: libarchive joins accents, and `String` knows both ways of writing one as the
    /// same. No two names differ in that alone, or they were refused.
    private var writtenNames: [String: [UInt8]] = [:]
    private(set) var findings: [Finding] = []
    /// The disk failed us.
    private(set) var failure: StoreError?
    private(set) var files = 0
    private(set) var bytes = 0
    private(set) var entriesSeen = 0
    private var nextReport = 0

    init(folder: String, limits: ArchiveLimits, archiveBytes: Int) {
        self.folder = folder
        self.limits = limits
        self.archiveBytes = archiveBytes
        names = EntryNames(limits: limits)
    }

    /// Whether reading ended here rather than in the archive.
    var isOver: Bool { failure != nil || mustStop }
    private var mustStop = false

    /// Reads to the archive's end; false when it broke off, for a reason that libarchive has or that stands in `findings` or `failure`.
    func takeAll(of archive: OpaquePointer, progress: ((Int) -> Void)?) -> Bool {
        while true {
            var entry: OpaquePointer?
            switch archive_read_next_header(archive, &entry) {
            case ARCHIVE_EOF: return true
            // A warning is a name or a header that libarchive could not make sense of.
            case ARCHIVE_OK, ARCHIVE_WARN: break
            case ARCHIVE_RETRY: continue
            default: return false
            }
            guard let entry else { return false }
            entriesSeen += 1
            do throws(EntryRefusal) {
                if try !take(entry, of: archive, progress: progress) { return false }
            } catch {
                findings.append(error.finding)
                let stopping = ["package.too-many-entries", "package.too-large", "archive.ratio", "archive.encrypted"]
                mustStop = findings.count >= limits.findingsMax || stopping.contains(error.finding.code)
            }
            if isOver { return false }
        }
    }

    /// Notes every name and kind that is refused, before anything is read.
    func judge(_ all: [ZipEnd.Record]) {
        var names = EntryNames(limits: limits)
        for record in all where findings.count < limits.findingsMax {
            do throws(EntryRefusal) {
                let path = try names.admit(record.name, record.name.last == UInt8(ascii: "/") ? .folder : .file)
                try checkType(record.type, path ?? ".")
                writtenNames[String(decoding: record.name, as: UTF8.self)] = record.name
            } catch {
                findings.append(error.finding)
                if error.finding.code == "package.too-many-entries" { return }
            }
        }
    }

    /// False when the archive broke off inside the entry.
    private func take(_ entry: OpaquePointer, of archive: OpaquePointer, progress: ((Int) -> Void)?) throws(EntryRefusal) -> Bool {
        guard archive_entry_is_encrypted(entry) == 0 else {
            throw EntryRefusal(
                "archive.encrypted", at: shownName(entry), "The archive is encrypted.", remedy: "Pack it without a password.")
        }
        guard let pathname = archive_entry_pathname(entry) else {
            throw EntryRefusal(
                "package.name-not-utf8", at: shownName(entry), "An entry's name is not UTF-8.",
                remedy: "Rename it and pack the package anew.")
        }
        let told = Array(UnsafeRawBufferPointer(start: pathname, count: strlen(pathname)))
        let raw = writtenNames[String(decoding: told, as: UTF8.self)] ?? told
        let type = UInt32(archive_entry_filetype(entry)) & FileType.mask
        let isFolder = type == FileType.folder
        let path = try names.admit(raw, isFolder ? .folder : .file)
        let shown = path ?? "."
        guard archive_entry_hardlink(entry) == nil else { throw Self.link(shown) }
        if isFolder {
            if let path { make(path) }
            return true
        }
        try checkType(type == 0 ? FileType.mask : type, shown)
        guard archive_entry_sparse_count(entry) == 0 else {
            throw EntryRefusal(
                "archive.sparse", at: shown, "This file is stored with holes, which no plugin needs.", remedy: "Pack it without.")
        }
        guard let path else { throw EntryRefusal("package.empty-name", at: shown, "An entry has no name.") }
        try checkMethod(of: archive, path)
        if archive_entry_size_is_set(entry) != 0 { try checkSize(Int(clamping: archive_entry_size(entry)), of: path) }
        // Once something is refused, the rest is only looked at.
        guard findings.isEmpty else { return true }
        return try write(path, entry, archive, progress)
    }

    private static func link(_ path: String) -> EntryRefusal {
        EntryRefusal(
            "package.link", at: path, "This is a link; a package holds only files and folders.", remedy: "Pack the file itself instead.")
    }

    /// 0 is a type that is not said.
    private func checkType(_ type: UInt32, _ path: String) throws(EntryRefusal) {
        switch type {
        case 0, FileType.plain, FileType.folder: return
        case FileType.link: throw Self.link(path)
        default: throw EntryRefusal("package.special-file", at: path, "This is a device, a pipe or a socket.")
        }
    }

    private func checkMethod(of archive: OpaquePointer, _ path: String) throws(EntryRefusal) {
        guard archive_format(archive) == ARCHIVE_FORMAT_ZIP, let name = archive_format_name(archive).map({ String(cString: $0) }),
            !name.contains("(deflation)"), !name.contains("(uncompressed)")
        else { return }
        throw EntryRefusal(
            "archive.unsupported-method", at: path, "This file is compressed in a way that is not read: \(name).",
            remedy: "Pack the zip with deflate.")
    }

    private func checkSize(_ size: Int, of path: String) throws(EntryRefusal) {
        guard size >= 0, size <= limits.fileBytesMax else { throw ArchiveText.fileTooLarge(path, limits) }
        guard bytes + size <= limits.totalBytesMax else { throw ArchiveText.tooLarge(limits) }
    }

    private func write(
        _ path: String, _ entry: OpaquePointer, _ archive: OpaquePointer, _ progress: ((Int) -> Void)?
    ) throws(EntryRefusal) -> Bool {
        if let slash = path.lastIndex(of: "/") { make(String(path[..<slash])) }
        let full = "\(folder)/\(path)"
        let isExecutable = archive_entry_perm(entry) & 0o100 != 0
        let descriptor = open(full, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, isExecutable ? 0o755 : 0o644)
        guard descriptor >= 0 else {
            failure = failure ?? .unusable("write a file of the package", full, errno: errno)
            return false
        }
        defer { close(descriptor) }
        var start: UnsafeRawPointer?
        var size = 0
        var offset: Int64 = 0
        var written = 0
        while true {
            switch archive_read_data_block(archive, &start, &size, &offset) {
            case ARCHIVE_OK: break
            case ARCHIVE_RETRY: continue
            case ARCHIVE_EOF:
                if archive_entry_size_is_set(entry) != 0, Int64(written) != archive_entry_size(entry) { throw ArchiveText.truncated }
                guard setMode(isExecutable ? 0o755 : 0o644, of: descriptor) else {
                    failure = .unusable("write a file of the package", full, errno: errno)
                    return false
                }
                files += 1
                return true
            default: return false
            }
            guard size > 0, let start else { continue }
            guard Int(offset) == written else {
                throw EntryRefusal(
                    "archive.sparse", at: path, "This file is stored with holes, which no plugin needs.", remedy: "Pack it without.")
            }
            guard written + size <= limits.fileBytesMax else { throw ArchiveText.fileTooLarge(path, limits) }
            guard bytes + size <= limits.totalBytesMax else { throw ArchiveText.tooLarge(limits) }
            guard writeAll(UnsafeRawBufferPointer(start: start, count: size), to: descriptor) else {
                failure = .unusable("write a file of the package", full, errno: errno)
                return false
            }
            written += size
            bytes += size
            if let excess = ArchiveText.ratio(unpacked: bytes, archiveBytes: archiveBytes, limits: limits) { throw excess }
            if let progress, bytes >= nextReport {
                nextReport = bytes + ArchiveBytes.blockBytes
                progress(Int(archive_filter_bytes(archive, -1)))
            }
        }
    }

    private func make(_ path: String) {
        guard failure == nil, findings.isEmpty, madeFolders.insert(path).inserted else { return }
        if let slash = path.lastIndex(of: "/") { make(String(path[..<slash])) }
        let full = "\(folder)/\(path)"
        // A second time for the mode: mkdir takes away what the umask says.
        guard mkdir(full, 0o755) == 0, chmod(full, 0o755) == 0 else {
            failure = failure ?? .unusable("make a folder of the package", full, errno: errno)
            return
        }
    }

    private func shownName(_ entry: OpaquePointer) -> String {
        archive_entry_pathname(entry).map { String(cString: $0) } ?? "entry \(entriesSeen)"
    }
}

/// Gives a new file its mode where the umask took something away; false with `errno` set when that fails. Looking costs a file system less than
/// setting what is so already.
func setMode(_ mode: mode_t, of descriptor: Int32) -> Bool {
    var status = stat()
    guard fstat(descriptor, &status) == 0 else { return false }
    return status.st_mode & 0o7777 == mode || fchmod(descriptor, mode) == 0
}

/// Writes everything; false with `errno` set when that fails.
func writeAll(_ bytes: UnsafeRawBufferPointer, to descriptor: Int32) -> Bool {
    var done = 0
    while done < bytes.count {
        let count = write(descriptor, bytes.baseAddress! + done, bytes.count - done)
        if count < 0 {
            if errno == EINTR { continue }
            return false
        }
        done += count
    }
    return true
}
