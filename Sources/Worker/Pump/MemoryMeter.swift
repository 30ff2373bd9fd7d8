internal import Glibc

/// Looks at how much memory the worker really occupies, at every tick of the watchdog.
///
/// RLIMIT_DATA is the wall, but it counts address space, and the engine keeps the shapes of objects in 4 GB that it reserved before
/// the limit was set. A plugin that makes a new shape with every object reached 107 MB at a limit of 64.
struct MemoryMeter {
    private let statm: Int32
    private let pagesMax: Int
    /// Memory beyond the limit that is put down to the engine itself: garbage on its way out, tables of the collector.
    private static let slackBytes = 8 << 20
    private static let lineBytesMax = 128

    /// `statm` is /proc/self/statm, opened before lock-down; -1 switches the meter off, and so does a limit of 0. Measures
    /// the worker as it is now.
    init(statm: Int32, bytesMax: UInt64) {
        self.statm = statm
        let allowed = Int(clamping: bytesMax) / Int(sysconf(Int32(_SC_PAGESIZE))) + Self.slackBytes / Int(sysconf(Int32(_SC_PAGESIZE)))
        pagesMax = bytesMax == 0 ? .max : (Self.privatePages(statm) ?? 0) + allowed
    }

    /// About 2 µs.
    var isExceeded: Bool { (Self.privatePages(statm) ?? 0) > pagesMax }

    /// Resident pages without those shared with files and with the hub.
    private static func privatePages(_ statm: Int32) -> Int? {
        withUnsafeTemporaryAllocation(byteCount: lineBytesMax, alignment: 1) { line in
            let count = pread(statm, line.baseAddress, line.count, 0)
            guard count > 0 else { return nil }
            // "size resident shared …", in pages.
            var fields = (0, 0, 0)
            var field = 0
            for byte in line[..<count] {
                if byte == UInt8(ascii: " ") {
                    field += 1
                    if field == 3 { break }
                    continue
                }
                guard byte >= UInt8(ascii: "0"), byte <= UInt8(ascii: "9") else { return nil }
                let digit = Int(byte - UInt8(ascii: "0"))
                switch field {
                case 0: fields.0 = fields.0 &* 10 &+ digit
                case 1: fields.1 = fields.1 &* 10 &+ digit
                default: fields.2 = fields.2 &* 10 &+ digit
                }
            }
            return field == 3 ? fields.1 - fields.2 : nil
        }
    }
}
