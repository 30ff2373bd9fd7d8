import Glibc

/// What a process has taken of the machine, as the kernel counts it.
struct ProcessUsage: Sendable, Hashable {
    /// Since it began.
    var cpuMilliseconds: Int
    /// Resident and its own: pages it shares with the zygote cost nothing more.
    var memoryBytes: Int

    /// Nil when there is no such process any more.
    init?(pid: Int32) {
        guard let stat = Self.text("/proc/\(pid)/stat"), let memory = Self.text("/proc/\(pid)/statm"),
            // The name stands in parentheses and may hold anything; what follows the last one is numbers.
            let end = stat.lastIndex(of: ")")
        else { return nil }
        let fields = stat[stat.index(after: end)...].split(separator: " ")
        let pages = memory.split(whereSeparator: \.isWhitespace).compactMap { Int($0) }
        // proc(5): utime and stime are fields 14 and 15, counted from 1 with the two before the parenthesis's end.
        guard fields.count > 12, let user = Int(fields[11]), let system = Int(fields[12]), pages.count > 2 else { return nil }
        cpuMilliseconds = (user + system) * 1000 / max(1, sysconf(Int32(_SC_CLK_TCK)))
        memoryBytes = max(0, pages[1] - pages[2]) * sysconf(Int32(_SC_PAGESIZE))
    }

    private static func text(_ path: String) -> String? {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { return nil }
        defer { close(descriptor) }
        var buffer = [UInt8](repeating: 0, count: 4096)
        let count = read(descriptor, &buffer, buffer.count)
        return count > 0 ? String(decoding: buffer[..<count], as: UTF8.self) : nil
    }
}
