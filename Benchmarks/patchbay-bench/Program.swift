internal import Glibc

/// A program that runs beside the measurements: its output is read line by line, its CPU time and memory from /proc.
///
/// `@unchecked Sendable`: its constants are set before it is shared; the output is read by whoever started it, alone.
final class Program: @unchecked Sendable {
    let pid: Int32
    private let output: UnsafeMutablePointer<FILE>
    /// Its standard input; closing it tells peers to end.
    private let input: Int32

    /// Looks for `words[0]` on PATH. What it writes to standard error goes to `errors`, or nowhere.
    init(_ words: [String], errors: String = "/dev/null") throws {
        var (out, into): ([Int32], [Int32]) = ([0, 0], [0, 0])
        guard pipe(&out) == 0, pipe(&into) == 0 else { throw Peer.Missing("no pipes") }
        for end in out + into { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        posix_spawn_file_actions_adddup2(&actions, into[0], 0)
        posix_spawn_file_actions_adddup2(&actions, out[1], 1)
        posix_spawn_file_actions_addopen(&actions, 2, errors, O_WRONLY | O_CREAT | O_APPEND, 0o600)
        var arguments: [UnsafeMutablePointer<CChar>?] = words.map { strdup($0) } + [nil]
        defer { for argument in arguments { free(argument) } }
        var started: pid_t = 0
        let code = posix_spawnp(&started, words[0], &actions, nil, &arguments, environ)
        close(into[0])
        close(out[1])
        guard code == 0, let stream = fdopen(out[0], "r") else { throw Peer.Missing("\(words[0]) does not start: \(code)") }
        (pid, output, input) = (started, stream, into[1])
    }

    /// The next line of its output; nil when it has ended.
    func line() -> String? {
        var buffer = [CChar](repeating: 0, count: 4096)
        guard fgets(&buffer, Int32(buffer.count), output) != nil else { return nil }
        return String(decoding: buffer.prefix { $0 != 0 && $0 != 10 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }

    /// Asks it to end, insists after ten seconds, and waits until it has.
    func stop() {
        close(input)
        kill(pid, SIGTERM)
        for _ in 0..<1000 {
            if waitpid(pid, nil, WNOHANG) == pid { return finish() }
            usleep(10_000)
        }
        kill(pid, SIGKILL)
        waitpid(pid, nil, 0)
        finish()
    }

    private func finish() { fclose(output) }

    /// Seconds of CPU time of this process so far.
    var cpuSeconds: Double {
        guard let text = readLines("/proc/\(pid)/stat").first, let end = text.lastIndex(of: ")") else { return 0 }
        let fields = text[end...].split(separator: " ")
        guard fields.count > 13, let user = Double(fields[12]), let system = Double(fields[13]) else { return 0 }
        return (user + system) / Double(sysconf(Int32(_SC_CLK_TCK)))
    }

    /// Megabytes of `VmRSS` or `VmHWM`.
    func status(_ name: String) -> Double {
        for line in readLines("/proc/\(pid)/status") where line.hasPrefix("\(name):") {
            return (Double(line.split(whereSeparator: { $0 == " " || $0 == "\t" }).dropFirst().first ?? "") ?? 0) / 1_024
        }
        return 0
    }

    /// Forgets the peak, so that `VmHWM` is that of what follows.
    func forgetPeak() {
        guard let file = fopen("/proc/\(pid)/clear_refs", "we") else { return }
        defer { fclose(file) }
        fputs("5", file)
    }

    /// It and everything it started.
    var family: [Int32] {
        var parents: [Int32: Int32] = [:]
        guard let folder = opendir("/proc") else { return [pid] }
        defer { closedir(folder) }
        while let entry = readdir(folder) {
            let name = withUnsafeBytes(of: &entry.pointee.d_name) { bytes in
                String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
            }
            guard let other = Int32(name), let text = readLines("/proc/\(name)/stat").first, let end = text.lastIndex(of: ")") else {
                continue
            }
            let fields = text[end...].split(separator: " ")
            if fields.count > 2, let parent = Int32(fields[2]) { parents[other] = parent }
        }
        func belongs(_ other: Int32) -> Bool {
            var at = other
            for _ in 0..<16 {
                if at == pid { return true }
                guard let parent = parents[at] else { return false }
                at = parent
            }
            return false
        }
        return parents.keys.filter(belongs)
    }

    /// Megabytes of the whole family, shared pages counted once.
    var familyMegabytes: Double {
        let all = family
        return Memory(of: all).pss * Double(all.count)
    }
}
