import Glibc

/// What a zip says of itself at its end (APPNOTE 4.3.12 and 4.3.16), looked at before anything is unpacked.
///
/// libarchive mends names as it reads them: it turns backslashes into slashes, joins accents to their letters, and takes a pipe for an
/// empty file. So names and kinds are judged here, as
/// they stand in the archive's directory.
struct ZipEnd: Sendable, Hashable {
    /// Entries in the directory.
    let entries: Int
    private let directoryStart: Int
    private let directoryBytes: Int

    private static let signature: [UInt8] = [0x50, 0x4b, 0x05, 0x06]
    private static let recordSignature: [UInt8] = [0x50, 0x4b, 0x01, 0x02]
    private static let bytes = 22
    private static let recordBytes = 46

    init(descriptor: Int32, archiveBytes: Int) throws(EntryRefusal) {
        let tailBytes = min(archiveBytes, Self.bytes + 0xffff)
        var tail = [UInt8](repeating: 0, count: tailBytes)
        guard pread(descriptor, &tail, tailBytes, off_t(archiveBytes - tailBytes)) == tailBytes else { throw ArchiveText.truncated }
        var place = tailBytes - Self.bytes
        // The last record whose comment ends where the file ends; a comment may itself hold the signature.
        var sawRecord = false
        while place >= 0 {
            if tail[place] == Self.signature[0], Array(tail[place..<(place + 4)]) == Self.signature {
                sawRecord = true
                if place + Self.bytes + Self.number(tail, place + 20, 2) == tailBytes { break }
            }
            place -= 1
        }
        guard place >= 0 else { throw sawRecord ? ArchiveText.trailing : ArchiveText.truncated }
        entries = Self.number(tail, place + 10, 2)
        directoryBytes = Self.number(tail, place + 12, 4)
        directoryStart = Self.number(tail, place + 16, 4)
        guard entries != 0xffff, directoryBytes != 0xffff_ffff, directoryStart != 0xffff_ffff else {
            throw EntryRefusal(
                "archive.unsupported-method", at: ArchiveText.whole,
                "This is a zip for more than 65,534 files or 4 GiB, which no plugin needs.",
                remedy: "Pack it as .tgz.")
        }
        guard directoryStart + directoryBytes <= archiveBytes - tailBytes + place else { throw Self.damaged }
    }

    /// One entry of the directory.
    struct Record: Sendable, Hashable {
        /// As its bytes stand there.
        let name: [UInt8]
        /// `S_IFMT` of its mode as Unix knows it; 0 where it was packed elsewhere.
        let type: UInt32
    }

    /// Systems by whose rules the upper half of the attributes is a mode: Unix and macOS.
    private static let unixSystems: Set<UInt8> = [3, 19]

    func records(descriptor: Int32) throws(EntryRefusal) -> [Record] {
        var directory = [UInt8](repeating: 0, count: directoryBytes)
        guard pread(descriptor, &directory, directoryBytes, off_t(directoryStart)) == directoryBytes else { throw ArchiveText.truncated }
        var records: [Record] = []
        var place = 0
        while records.count < entries {
            guard place + Self.recordBytes <= directory.count, Array(directory[place..<(place + 4)]) == Self.recordSignature else {
                throw Self.damaged
            }
            let nameEnd = place + Self.recordBytes + Self.number(directory, place + 28, 2)
            guard nameEnd <= directory.count else { throw Self.damaged }
            let mode = Self.unixSystems.contains(directory[place + 5]) ? UInt32(Self.number(directory, place + 40, 2)) : 0
            records.append(Record(name: Array(directory[(place + Self.recordBytes)..<nameEnd]), type: mode & 0o170000))
            place = nameEnd + Self.number(directory, place + 30, 2) + Self.number(directory, place + 32, 2)
        }
        guard place == directory.count else { throw Self.damaged }
        return records
    }

    private static let damaged = EntryRefusal(
        "archive.damaged", at: ArchiveText.whole, "The archive's directory is not what its end says.", remedy: ArchiveText.again)

    /// Little-endian.
    private static func number(_ bytes: [UInt8], _ place: Int, _ count: Int) -> Int {
        (0..<count).reduce(0) { $0 | Int(bytes[place + $1]) << (8 * $1) }
    }
}
