internal import Glibc

/// The JavaScript that comes with the worker: the prelude, the parts of the globals that are evaluated on first use, the modules that
/// plugins may import and the facades of ecosystems.
///
/// Read once by the process that later forks, while there still is a file system; children share the pages.
struct RuntimeFiles {
    let prelude: String
    /// By path below the runtime folder, without `.js`: `chunks/url`, `modules/patchbay-plugin`. Written once, before the engine starts.
    private(set) nonisolated(unsafe) static var parts: [String: String] = [:]

    struct Missing: Error { let path: String, reason: String }

    private static let fileBytesMax = 4 << 20

    /// `folder` is what `scripts/build-runtime` writes.
    init(folder: String) throws(Missing) {
        prelude = try Self.read(folder + "/prelude.js")
        var parts: [String: String] = [:]
        for kind in ["chunks", "modules", "facades"] {
            guard let listing = opendir(folder + "/" + kind) else { continue }
            defer { closedir(listing) }
            while let entry = readdir(listing) {
                let name = withUnsafePointer(to: &entry.pointee.d_name) {
                    $0.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
                }
                guard name.hasSuffix(".js") else { continue }
                parts[kind + "/" + name.dropLast(3)] = try Self.read(folder + "/" + kind + "/" + name)
            }
        }
        Self.parts = parts
    }

    private static func read(_ path: String) throws(Missing) -> String {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw Missing(path: path, reason: String(cString: strerror(errno))) }
        defer { close(descriptor) }
        let size = Int(lseek(descriptor, 0, SEEK_END))
        guard size >= 0, size <= fileBytesMax else { throw Missing(path: path, reason: "larger than \(fileBytesMax) bytes") }
        var bytes = [UInt8](repeating: 0, count: size)
        var offset = 0
        while offset < size {
            let count = bytes.withUnsafeMutableBytes { pread(descriptor, $0.baseAddress! + offset, size - offset, off_t(offset)) }
            guard count > 0 else { throw Missing(path: path, reason: "shorter than it said") }
            offset += count
        }
        return String(decoding: bytes, as: UTF8.self)
    }
}
