internal import Glibc

/// Reading the short texts of /proc and /sys.
enum SmallFile {
    private static let bytesMax = 65_536

    /// The first 64 KiB of a file, or nil when it cannot be opened.
    static func text(_ path: String) -> String? {
        let file = open(path, O_RDONLY | O_CLOEXEC)
        guard file >= 0 else { return nil }
        defer { close(file) }
        var bytes = [UInt8](repeating: 0, count: bytesMax)
        var length = 0
        while length < bytesMax {
            let got = bytes.withUnsafeMutableBytes { read(file, $0.baseAddress! + length, bytesMax - length) }
            guard got > 0 else { break }
            length += got
        }
        return String(decoding: bytes.prefix(length), as: UTF8.self)
    }
}
