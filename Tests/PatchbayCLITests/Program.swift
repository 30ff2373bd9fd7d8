import Glibc
import PatchbayCLI
import Sandbox
import Synchronization
import Testing

/// The program `patchbay` as its users have it: a process, with files of its own. Everything is gone when the value is.
final class Program: Sendable {
    /// A new folder: the program's HOME, its cache, and what a test writes.
    let home: String
    /// The built program, beside the running tests.
    static let executable: String? = {
        guard let own = realpath("/proc/self/exe", nil) else { return nil }
        defer { free(own) }
        // `swift test` loads the tests into a helper of the toolchain; then their own path is on the command line.
        let places = [String(cString: own)] + CommandLine.arguments + mappedFiles()
        return places.lazy.map { $0.prefix { _ in true }.split(separator: "/").dropLast().joined(separator: "/") }
            .map { "/\($0)/patchbay" }.first { access($0, X_OK) == 0 }
    }()
    static let repository = "/" + #filePath.split(separator: "/").dropLast(3).joined(separator: "/")

    init() throws {
        var template = Array("/tmp/patchbay-program-XXXXXX".utf8CString)
        guard let made = mkdtemp(&template) else { throw CannotWrite(path: "/tmp") }
        home = String(cString: made)
    }

    deinit { Self.remove(home) }

    private static func remove(_ path: String) {
        if Files.kind(path) == .folder {
            for name in (try? Files.names(in: path)) ?? [] { remove("\(path)/\(name)") }
        }
        Glibc.remove(path)
    }

    /// Writes a file below the home, with its folders.
    @discardableResult func write(_ name: String, _ text: String) throws -> String {
        var folder = home
        for part in name.split(separator: "/").dropLast() {
            folder += "/\(part)"
            mkdir(folder, 0o755)
        }
        try PatchbayCLITests.write(text, to: "\(home)/\(name)")
        return "\(home)/\(name)"
    }

    /// A plugin folder of one script.
    func plugin(_ name: String, _ script: String) throws -> String {
        try write("\(name)/index.ts", script)
        try write(
            "\(name)/patchbay.json", #"{"id": "test.\#(name)", "name": "Test", "version": "1.0.0", "entry": "index.ts", "permissions": []}"#
        )
        return "\(home)/\(name)"
    }

    /// Starts it, in a process group of its own as a shell does.
    /// - Parameter prefix: A program that becomes ours, with its words.
    func start(_ words: [String], input: String? = nil, environment: [String] = [], prefix: [String] = []) throws -> RunningProgram {
        let executable = try #require(Self.executable, "patchbay is not built: swift build --product patchbay")
        let line = prefix + [executable] + words
        return try RunningProgram(
            line[0], Array(line.dropFirst()), folder: Self.repository,
            environment: ["HOME=\(home)", "PATCHBAY_CACHE=\(home)/cache", "PATH=/usr/bin:/bin", "LC_ALL=C.UTF-8"] + environment,
            input: input)
    }

    /// Runs it to its end.
    func run(
        _ words: [String], input: String? = nil, environment: [String] = []
    ) async throws -> (exit: Int32, output: String, error: String) {
        let running = try start(words, input: input, environment: environment)
        return await blocking {
            let exit = running.wait()
            return (exit, running.output, running.error)
        }
    }

    /// Paths of what is mapped into this process: the test bundle is among them.
    private static func mappedFiles() -> [String] {
        let maps = String(decoding: (try? Files.read("/proc/self/maps", limit: 4 << 20)) ?? [], as: UTF8.self)
        return maps.split(separator: "\n").compactMap { line in line.firstIndex(of: "/").map { String(line[$0...]) } }
            .filter { $0.hasSuffix(".xctest") }
    }
}

/// A started `patchbay`. Used by one thread at a time, that of the test that waits for it: that is why it may be handed over.
final class RunningProgram: @unchecked Sendable {
    let pid: pid_t
    private(set) var output = ""
    private(set) var error = ""
    /// The greatest resident size of the program itself, without its workers, as often as it was looked at while reading.
    private(set) var peakBytes = 0
    private var ends: [Int32]
    private var bytes: [[UInt8]] = [[], []]
    private static let starting = Mutex(())

    /// Beyond this the program is killed and the test fails, on machines slower than any we know.
    static let patience = Duration.seconds(60)

    init(_ executable: String, _ words: [String], folder: String, environment: [String], input: String?) throws {
        // One at a time: a program started meanwhile would inherit these pipes and hold them open.
        (pid, ends) = try Self.starting.withLock { _ in
            try Self.spawn(executable, words, folder: folder, environment: environment, input: input)
        }
    }

    /// The process, and the ends to read its output and its errors from.
    private static func spawn(
        _ executable: String, _ words: [String], folder: String, environment: [String], input: String?
    ) throws -> (pid: pid_t, ends: [Int32]) {
        var (standardInput, standardOutput, standardError): ([Int32], [Int32], [Int32]) = ([-1, -1], [-1, -1], [-1, -1])
        guard pipe(&standardInput) == 0, pipe(&standardOutput) == 0, pipe(&standardError) == 0 else { throw CannotWrite(path: "a pipe") }
        for end in standardInput + standardOutput + standardError { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        for (number, end) in [standardInput[0], standardOutput[1], standardError[1]].enumerated() {
            posix_spawn_file_actions_adddup2(&actions, end, Int32(number))
        }
        var attributes = posix_spawnattr_t()
        posix_spawnattr_init(&attributes)
        defer { posix_spawnattr_destroy(&attributes) }
        posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGDEF))
        var signals = sigset_t()
        for number in [SIGINT, SIGTERM, SIGPIPE] { sigaddset(&signals, number) }
        posix_spawnattr_setsigdefault(&attributes, &signals)
        var started = pid_t()
        let arguments = (["env", "--chdir", folder, executable] + words).map { strdup($0) } + [nil]
        let variables = environment.map { strdup($0) } + [nil]
        let code = posix_spawn(&started, "/usr/bin/env", &actions, &attributes, arguments, variables)
        for text in arguments + variables { free(text) }
        for end in [standardInput[0], standardOutput[1], standardError[1]] { close(end) }
        // Inputs of tests are shorter than a pipe holds.
        if let input { _ = input.withCString { Glibc.write(standardInput[1], $0, strlen($0)) } }
        close(standardInput[1])
        guard code == 0 else { throw CannotWrite(path: executable) }
        return (started, [standardOutput[0], standardError[0]])
    }

    deinit {
        for end in ends where end >= 0 { close(end) }
    }

    /// Whether it was not waited for yet.
    private(set) var isOpen = true

    /// Reads until this holds, or nothing more comes; false when it never held.
    func read(until isReached: (RunningProgram) -> Bool) -> Bool {
        let deadline = ContinuousClock.now + Self.patience
        var chunk = [UInt8](repeating: 0, count: 16 << 10)
        while !isReached(self) {
            var polled = ends.map { pollfd(fd: $0, events: Int16(POLLIN), revents: 0) }
            guard ends.contains(where: { $0 >= 0 }), ContinuousClock.now < deadline else { return false }
            let isReadable = poll(&polled, 2, 5) > 0
            peakBytes = max(peakBytes, Self.highWater(of: pid))
            guard isReadable else { continue }
            for index in 0..<2 where polled[index].revents != 0 {
                let count = Glibc.read(ends[index], &chunk, chunk.count)
                if count > 0 {
                    bytes[index].append(contentsOf: chunk[..<count])
                } else {
                    close(ends[index])
                    ends[index] = -1
                }
            }
            output = String(decoding: bytes[0], as: UTF8.self)
            error = String(decoding: bytes[1], as: UTF8.self)
        }
        return true
    }

    /// Reads all there is and gives the exit code, or minus the number of the signal that ended it.
    func wait() -> Int32 {
        _ = read { _ in false }
        if ends.contains(where: { $0 >= 0 }) { kill(pid, SIGKILL) }
        var status: Int32 = 0
        while waitpid(pid, &status, 0) < 0, errno == EINTR {}
        isOpen = false
        return status & 0x7F == 0 ? (status >> 8) & 0xFF : -(status & 0x7F)
    }

    /// Runs another program to its end, for what a test has to prepare.
    static func tool(_ path: String, _ words: String...) throws {
        let running = try RunningProgram(path, words, folder: "/", environment: ["PATH=/usr/bin:/bin"], input: nil)
        let exit = running.wait()
        try #require(exit == 0, "\(path) \(words): \(running.error)")
    }

    /// Processes below this one now, at any depth.
    var descendants: [pid_t] {
        var parents: [pid_t: pid_t] = [:]
        for name in (try? Files.names(in: "/proc")) ?? [] {
            guard let number = pid_t(name), let parent = Self.parent(of: number) else { continue }
            parents[number] = parent
        }
        return parents.keys.filter { number in
            var ancestor = parents[number]
            while let next = ancestor, next > 1, next != pid { ancestor = parents[next] }
            return ancestor == pid
        }
    }

    private static func highWater(of number: pid_t) -> Int {
        let status = String(decoding: (try? Files.read("/proc/\(number)/status", limit: 8192)) ?? [], as: UTF8.self)
        let line = status.split(separator: "\n").first { $0.hasPrefix("VmHWM:") }
        return (line?.split(whereSeparator: \.isWhitespace).dropFirst().first.flatMap { Int($0) } ?? 0) << 10
    }

    /// The fourth field of /proc/PID/stat, behind the name, which may hold anything.
    private static func parent(of number: pid_t) -> pid_t? {
        guard let bytes = try? Files.read("/proc/\(number)/stat", limit: 4096) else { return nil }
        let fields = String(decoding: bytes, as: UTF8.self).split(separator: ")").last?.split(separator: " ") ?? []
        return fields.count > 1 ? pid_t(fields[1]) : nil
    }
}

/// Waits on a thread made for it.
func blocking<Value: Sendable>(_ body: @escaping @Sendable () -> Value) async -> Value {
    await withCheckedContinuation { continuation in HubThread.start("test-wait") { continuation.resume(returning: body()) } }
}
