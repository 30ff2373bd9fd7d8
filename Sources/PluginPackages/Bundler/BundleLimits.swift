/// What one bundling may take. Every number is generous for a plugin and small for a hub; operators may set them per hub.
package struct BundleLimits: Sendable, Hashable {
    /// Files, folders and symlinks in the plugin's folder and in the dependencies it names, together.
    /// What may be installed may be built: as `ArchiveLimits.entriesMax`.
    package var filesMax = ArchiveLimits.default.entriesMax
    /// Bytes of all those files together, as `ArchiveLimits.totalBytesMax`, whether or not the bundler could read them.
    package var sourceBytesMax = ArchiveLimits.default.totalBytesMax
    /// Up to here a file is read whatever its name: a configuration may extend a file with any ending.
    package var dataBytesMin = 1 << 20
    /// How deep folders may lie in each other.
    package var depthMax = 64
    /// Bytes of the finished script.
    package var scriptBytesMax = 16 << 20
    /// Bytes of its source map, and of the list of inputs.
    package var sourceMapBytesMax = 32 << 20
    /// From starting the bundler to reading its last word. A small plugin takes 15 ms.
    package var timeLimit = Duration.seconds(30)
    /// Processor time of the bundler over all its threads.
    package var processorSecondsMax = 60
    /// Private memory of the bundler (RLIMIT_DATA). Small plugins need 30 MiB.
    package var memoryBytesMax = 1 << 30
    /// How much of the bundler's messages is read.
    package var messageBytesMax = 256 << 10
    /// How many of its messages become findings.
    package var messagesMax = 50

    package init() {}
    package static let `default` = BundleLimits()
}
