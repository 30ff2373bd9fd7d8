internal import Glibc

/// Finds out whether this process may give memory limits to control groups below its own (cgroup v2, delegated).
///
/// A back-stop beside RLIMIT_DATA, which needs no right at all; so its absence is no defect. The texts of /proc and the checks of the file
/// system arrive through the initializer.
struct ControlGroupSearch {
    var read: (String) -> String? = SmallFile.text
    var isWritable: (String) -> Bool = { access($0, W_OK) == 0 }

    func memory() -> MachineFacts.MemoryControlGroup {
        guard let mountPoint else { return .unavailable("cgroup v2 is not mounted") }
        guard let membership else { return .unavailable("this process is in no cgroup v2") }
        let folder = mountPoint + (membership == "/" ? "" : membership)
        guard let controllers = read(folder + "/cgroup.controllers") else { return .unavailable("\(folder) cannot be read") }
        guard controllers.split(whereSeparator: \.isWhitespace).contains("memory") else {
            return .unavailable("the memory controller is not available in \(folder)")
        }
        guard [folder, folder + "/cgroup.procs", folder + "/cgroup.subtree_control"].allSatisfy(isWritable) else {
            return .unavailable("\(folder) is not delegated to this user")
        }
        return .delegated(path: folder)
    }

    /// From lines like `36 25 0:31 / /sys/fs/cgroup rw,nosuid - cgroup2 cgroup2 rw`: see proc_pid_mountinfo(5).
    private var mountPoint: String? {
        for line in (read("/proc/self/mountinfo") ?? "").split(separator: "\n") {
            let words = line.split(separator: " ")
            guard let dash = words.firstIndex(of: "-"), dash + 1 < words.count, words.count > 4 else { continue }
            if words[dash + 1] == "cgroup2" { return String(words[4]) }
        }
        return nil
    }

    /// From the line `0::/user.slice/…`.
    private var membership: String? {
        (read("/proc/self/cgroup") ?? "").split(separator: "\n").first { $0.hasPrefix("0::") }.map { String($0.dropFirst(3)) }
    }
}
