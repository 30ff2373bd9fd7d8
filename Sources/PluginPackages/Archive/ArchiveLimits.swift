/// What one package may hold, whether it comes as an archive or as a folder. Generous for a plugin with its `node_modules`, small for a hub.
package struct ArchiveLimits: Sendable, Hashable {
    /// Bytes of the archive as it is downloaded.
    package var archiveBytesMax = 256 << 20
    /// Files and folders together; folders that only paths mention count as well.
    package var entriesMax = 50_000
    /// Bytes of one file.
    package var fileBytesMax = 128 << 20
    /// Bytes of all files together, unpacked.
    package var totalBytesMax = 512 << 20
    /// How deep folders may lie in each other.
    package var depthMax = 32
    /// Bytes of a path inside the package.
    package var pathBytesMax = 512
    /// Bytes of one name in a path; Linux takes no more either.
    package var nameBytesMax = 255
    /// How many bytes one byte of the archive may unpack to. Deflate's own end is 1,032; texts reach 20, tables of repeated lines 100.
    package var ratioMax = 200
    /// Below this many unpacked bytes the ratio is not looked at: a small archive of blanks harms nobody.
    package var ratioFreeBytes = 16 << 20
    /// How many faults of names are listed before reading stops.
    package var findingsMax = 20

    package init() {}
    package static let `default` = ArchiveLimits()

    /// Bytes a decompressed tar may have: its files, and two blocks of header and padding for each entry.
    var streamBytesMax: Int { totalBytesMax + entriesMax * 2048 + (1 << 20) }
}
