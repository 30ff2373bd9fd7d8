import Glibc

/// The record that ends a zip (APPNOTE 4.3.16), looked at before anything is unpacked.
struct ZipEnd: Sendable, Hashable {
    /// Entries in the central directory; nil where the record leaves that to its 64-bit form.
    let entries: Int?

    private static let signature: [UInt8] = [0x50, 0x4b, 0x05, 0x06]
    private static let bytes = 22

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
                if place + Self.bytes + Self.number(tail, place + 20) == tailBytes { break }
            }
            place -= 1
        }
        guard place >= 0 else { throw sawRecord ? ArchiveText.trailing : ArchiveText.truncated }
        let count = Self.number(tail, place + 10)
        entries = count == 0xffff ? nil : count
    }

    private static func number(_ bytes: [UInt8], _ place: Int) -> Int { Int(bytes[place]) | Int(bytes[place + 1]) << 8 }
}
