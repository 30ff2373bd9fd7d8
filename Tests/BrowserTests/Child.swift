import Glibc

/// A process that a test starts, in a group of its own, with everything it prints in a file. Used by the thread that made it.
final class Child {
    private let pid: pid_t
    private var status: Int32?

    init(_ words: [String], folder: String, environment: [String: String], log: String) throws(TestTrouble) {
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0)
        posix_spawn_file_actions_addopen(&actions, 1, log, O_WRONLY | O_CREAT | O_APPEND, 0o600)
        posix_spawn_file_actions_adddup2(&actions, 1, 2)
        var attributes = posix_spawnattr_t()
        posix_spawnattr_init(&attributes)
        defer { posix_spawnattr_destroy(&attributes) }
        posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGDEF))
        var signals = sigset_t()
        sigemptyset(&signals)
        for number in [SIGINT, SIGTERM, SIGPIPE] { sigaddset(&signals, number) }
        posix_spawnattr_setsigdefault(&attributes, &signals)
        let path = getenv("PATH").map { String(cString: $0) } ?? "/usr/bin:/bin"
        let variables = ["PATH": path, "LC_ALL": "C.UTF-8"].merging(environment) { $1 }
        let pointers = (["env", "--chdir", folder] + words).map { strdup($0) } + [nil]
        let environmentPointers = variables.map { strdup("\($0)=\($1)") } + [nil]
        defer { for text in pointers + environmentPointers { free(text) } }
        var started = pid_t()
        let code = posix_spawn(&started, "/usr/bin/env", &actions, &attributes, pointers, environmentPointers)
        guard code == 0 else { throw TestTrouble(description: "\(words[0]) does not start: errno \(code)") }
        pid = started
    }

    var isRunning: Bool {
        guard status == nil else { return false }
        var raw: Int32 = 0
        if waitpid(pid, &raw, WNOHANG) == pid { status = raw & 0x7F == 0 ? (raw >> 8) & 0xFF : -(raw & 0x7F) }
        return status == nil
    }

    /// The exit code, or minus the number of the signal that ended it. Killed when the time is up.
    func wait(_ patience: Duration) -> Int32 {
        let deadline = ContinuousClock.now + patience
        while isRunning {
            // What it started goes with it: a browser has many processes.
            if ContinuousClock.now >= deadline { kill(-pid, SIGKILL) }
            usleep(10_000)
        }
        return status ?? -1
    }

    /// Asks it to end, and makes it after a while.
    func stop() {
        guard isRunning else { return }
        kill(pid, SIGTERM)
        _ = wait(.seconds(15))
        kill(-pid, SIGKILL)
    }

    static func text(of path: String) -> String {
        guard let file = fopen(path, "r") else { return "" }
        defer { fclose(file) }
        var bytes = [UInt8](repeating: 0, count: 1 << 20)
        return String(decoding: bytes[..<fread(&bytes, 1, bytes.count, file)], as: UTF8.self)
    }
}
