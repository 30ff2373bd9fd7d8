import CSandbox
import Glibc
import Testing

/// `pb_spawn` with the shell as the program, which can look around and tell.
@Suite(.serialized) struct SpawnTests {
    /// Spawns `/bin/sh -c script` with a pipe as descriptor 3 and collects what the script writes there.
    static func shell(
        _ script: String, layers: Set<pb_layer> = [], environment: [String] = ["PATH=/usr/bin:/bin"]
    ) throws -> (output: String, spawned: pb_spawn_result, end: pb_exit) {
        var ends: [Int32] = [-1, -1]
        guard pipe(&ends) == 0 else { throw StageFailure(error: errno) }
        var result = pb_spawn_result()
        let error = spawn(
            "/bin/sh", ["sh", "-c", script], environment: environment, descriptors: [ends[1]], layers: layers, &result)
        close(ends[1])
        defer { close(ends[0]) }
        guard error == 0 else { throw StageFailure(error: error) }
        let output = readAll(ends[0])
        var end = pb_exit()
        #expect(pb_wait(result.pid, true, &end) == 0)
        if result.pidfd >= 0 { close(result.pidfd) }
        return (output, result, end)
    }

    static func spawn(
        _ path: String, _ arguments: [String], environment: [String] = [], descriptors: [Int32] = [], layers: Set<pb_layer> = [],
        _ result: inout pb_spawn_result
    ) -> Int32 {
        var argumentPointers: [UnsafeMutablePointer<CChar>?] = arguments.map { strdup($0) } + [nil]
        var environmentPointers: [UnsafeMutablePointer<CChar>?] = environment.map { strdup($0) } + [nil]
        defer { (argumentPointers + environmentPointers).forEach { free($0) } }
        return path.withCString { path in
            argumentPointers.withUnsafeMutableBufferPointer { arguments in
                environmentPointers.withUnsafeMutableBufferPointer { environment in
                    descriptors.withUnsafeBufferPointer { descriptors in
                        var options = pb_spawn_options(
                            path: path, arguments: arguments.baseAddress!, environment: environment.baseAddress!,
                            fds: descriptors.baseAddress, fd_count: UInt32(descriptors.count), stderr_fd: -1, wanted: mask(layers))
                        return pb_spawn(&options, &result)
                    }
                }
            }
        }
    }

    static func readAll(_ descriptor: Int32) -> String {
        var bytes: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: 4096)
        while true {
            var waiting = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
            guard poll(&waiting, 1, 10_000) == 1 else { break }
            let got = read(descriptor, &chunk, chunk.count)
            guard got > 0 else { break }
            bytes += chunk[0..<got]
        }
        return String(decoding: bytes, as: UTF8.self)
    }

    @Test func `the child has the passed descriptors and no others`() async throws {
        try await onOneThread {
            // Out of order and one twice, with others of ours lying around without close-on-exec.
            let stray = open("/dev/zero", O_RDONLY)
            let strayHigh = fcntl(stray, F_DUPFD, 200)
            defer { [stray, strayHigh].forEach { close($0) } }
            var result = pb_spawn_result()
            let passed = [stray, strayHigh, stray]
            try #require(Self.spawn("/bin/sh", ["sh", "-c", "kill -STOP $$"], descriptors: passed, &result) == 0)
            defer {
                kill(result.pid, SIGKILL)
                var end = pb_exit()
                _ = pb_wait(result.pid, true, &end)
            }
            // Stopped means that the loader has closed what it opened.
            var status: Int32 = 0
            #expect(waitpid(result.pid, &status, WUNTRACED) == result.pid)
            let links = (0..<256).map { link("/proc/\(result.pid)/fd/\($0)") }
            #expect(links.prefix(6) == ["/dev/null", "/dev/null", "/dev/null", "/dev/zero", "/dev/zero", "/dev/zero"])
            #expect(!links.dropFirst(6).contains { !$0.isEmpty })
        }
    }

    @Test func `the child has clean signals, its own session, no core dumps and sits in the root`() async throws {
        try await onOneThread {
            signal(SIGUSR2, SIG_IGN)
            var blocked = sigset_t()
            sigemptyset(&blocked)
            sigaddset(&blocked, SIGTERM)
            pthread_sigmask(SIG_BLOCK, &blocked, nil)
            defer { signal(SIGUSR2, SIG_DFL) }
            let (output, _, end) = try Self.shell(
                """
                { grep -E '^Sig(Blk|Ign|Cgt)' /proc/self/status; cut -d' ' -f1,5,6 /proc/$$/stat; umask; pwd; ulimit -c; \
                echo "$ONLY"; env | grep -c PATCHBAY_STANDING; } >&3
                """, environment: ["PATH=/usr/bin:/bin", "ONLY=this"])
            let lines = output.split(separator: "\n").map(String.init)
            try #require(lines.count == 9, "\(output)")
            #expect(lines[0] == "SigBlk:\t0000000000000000")
            #expect(lines[1] == "SigIgn:\t0000000000000000")
            let numbers = lines[3].split(separator: " ")
            #expect(Set(numbers).count == 1, "process, group and session differ: \(numbers)")
            #expect(lines[4...] == ["0077", "/", "0", "this", "1"])
            #expect(end.status == 0)
        }
    }

    @Test(arguments: [pb_layer.userNamespace, .mountNamespace, .networkNamespace, .ipcNamespace, .utsNamespace])
    func `a namespace that took is another one than ours`(_ layer: pb_layer) async throws {
        try await onOneThread {
            let file = [
                pb_layer.userNamespace: "user", .mountNamespace: "mnt", .networkNamespace: "net", .ipcNamespace: "ipc",
                .utsNamespace: "uts",
            ][layer]!
            let (output, spawned, _) = try Self.shell("readlink /proc/$$/ns/\(file) >&3", layers: [.userNamespace, layer])
            var report = spawned.report
            #expect(pb_report_status(&report, layer).state == .active)
            let ours = link("/proc/self/ns/\(file)")
            #expect(ours.hasPrefix("\(file):[") && output.hasPrefix("\(file):["))
            #expect(output != ours + "\n")
        }
    }

    @Test func `who is root inside is nobody or ourselves outside`() async throws {
        try await onOneThread {
            let (output, _, _) = try Self.shell(
                "{ cat /proc/$$/uid_map /proc/$$/gid_map /proc/$$/setgroups; grep Groups /proc/$$/status; } >&3",
                layers: [.userNamespace, .identity])
            let words = output.split { $0 == " " || $0 == "\n" || $0 == "\t" }.map(String.init)
            let (user, group) = geteuid() == 0 ? ("65534", "65534") : ("\(geteuid())", "\(getegid())")
            #expect(words.prefix(7) == ["0", user, "1", "0", group, "1", "deny"])
            if geteuid() == 0 { #expect(words[7...] == ["Groups:"], "root's groups came along") }
        }
    }

    @Test(.enabled(if: geteuid() == 0, "only root has folders that nobody may enter"))
    func `a program in root's own folder starts, although its process is nobody in the end`() async throws {
        try await onOneThread {
            var template = Array("/tmp/patchbay-spawn-XXXXXX".utf8CString)
            let folder = try #require(template.withUnsafeMutableBufferPointer { mkdtemp($0.baseAddress!).map { String(cString: $0) } })
            let program = folder + "/sh"
            defer {
                unlink(program)
                rmdir(folder)
            }
            #expect(chmod(folder, 0o700) == 0 && symlink("/bin/sh", program) == 0)
            var result = pb_spawn_result()
            #expect(Self.spawn(program, ["sh", "-c", "exit 7"], layers: Walls.namespaces, &result) == 0)
            var end = pb_exit()
            #expect(pb_wait(result.pid, true, &end) == 0)
            #expect(end.status == 7)
            if result.pidfd >= 0 { close(result.pidfd) }
        }
    }

    @Test(arguments: [
        BadSpawn(testDescription: "no such file", path: "/nonexistent/worker", error: ENOENT, step: "exec"),
        BadSpawn(testDescription: "not executable", path: "/etc/passwd", error: EACCES, step: "exec"),
        BadSpawn(testDescription: "relative path", path: "worker", error: EINVAL, step: "options"),
        BadSpawn(testDescription: "closed descriptor", path: "/bin/sh", descriptors: [9999], error: EBADF, step: "options"),
        BadSpawn(
            testDescription: "too many descriptors", path: "/bin/sh", descriptors: Array(repeating: 0, count: 9), error: EINVAL,
            step: "options"),
    ])
    func `a start that cannot be says where it stopped and leaves nobody behind`(_ bad: BadSpawn) async throws {
        try await onOneThread {
            var result = pb_spawn_result()
            let error = Self.spawn(bad.path, ["x"], descriptors: bad.descriptors, layers: Walls.namespaces, &result)
            #expect(error == -bad.error && result.error == bad.error)
            #expect(result.step.map { String(cString: $0) } == bad.step)
            #expect(result.pid == 0 && result.pidfd == -1)
        }
    }
}

/// The target of a symbolic link, empty when there is none.
private func link(_ path: String) -> String {
    var target = [UInt8](repeating: 0, count: 256)
    let length = target.withUnsafeMutableBytes { readlink(path, $0.baseAddress!.assumingMemoryBound(to: CChar.self), 255) }
    return String(decoding: target.prefix(max(length, 0)), as: UTF8.self)
}

struct BadSpawn: Sendable, CustomTestStringConvertible {
    let testDescription: String
    let path: String
    var descriptors: [Int32] = []
    let error: Int32
    let step: String
}

/// The zygote's control socket, with a hub that makes mistakes.
@Suite(.serialized) struct ZygoteTests {
    /// A zygote whose workers wait for the end of descriptor 3, and what to call it by.
    final class Zygote {
        let control: Int32
        let pid: pid_t

        init() throws {
            var ends: [Int32] = [-1, -1]
            guard pb_zygote_socket(&ends) == 0 else { throw StageFailure(error: errno) }
            var setup = Walls(spawn: Walls.namespaces, lockdown: Walls.everyLayer, dataBudgetBytes: 64 << 20).setup
            var result = pb_spawn_result()
            let error = pb_attack_zygote(ends[1], .nothing, &setup, &result)
            close(ends[1])
            guard error == 0 else {
                close(ends[0])
                throw StageFailure(error: error)
            }
            if result.pidfd >= 0 { close(result.pidfd) }
            control = ends[0]
            pid = result.pid
        }

        /// One worker: forked, asked to leave, collected.
        func useOneWorker(flags: UInt32 = 0) {
            var channel: [Int32] = [-1, -1]
            #expect(socketpair(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0, &channel) == 0)
            var fork = pb_fork_result()
            #expect(pb_zygote_fork(control, &channel[1], 1, flags, 5000, &fork) == 0)
            #expect(fork.pid > 0)
            channel.forEach { close($0) }
            var end = pb_exit()
            #expect(pb_wait(fork.pid, true, &end) == 0)
            #expect(end.signal == 0 && end.status == 0)
            if fork.pidfd >= 0 { close(fork.pidfd) }
        }

        func openDescriptors() -> [Int] {
            (0..<256).filter { !link("/proc/\(pid)/fd/\($0)").isEmpty }
        }

        func end() -> pb_exit {
            close(control)
            var end = pb_exit()
            #expect(pb_wait(pid, true, &end) == 0)
            return end
        }
    }

    struct Malformed: Sendable, CustomTestStringConvertible {
        let testDescription: String
        let words: [UInt32]
        var descriptors = 0
    }

    static let magic: UInt32 = 0x5042_5a31

    static let malformed: [Malformed] = [
        Malformed(testDescription: "one word", words: [1]),
        Malformed(testDescription: "too long", words: [magic, 1, 0, 0, 0, 0, 0, 0]),
        Malformed(testDescription: "wrong magic", words: [7, 1, 0, 0]),
        Malformed(testDescription: "unknown flag", words: [magic, 1, 0x80, 0]),
        Malformed(testDescription: "fewer descriptors than it says", words: [magic, 1, 0, 3], descriptors: 1),
        Malformed(testDescription: "more descriptors than it says", words: [magic, 1, 0, 1], descriptors: 4),
        Malformed(testDescription: "more descriptors than anybody may send", words: [magic, 1, 0, 200], descriptors: 200),
        Malformed(testDescription: "descriptors and nothing else", words: [], descriptors: 2),
    ]

    @Test func `malformed requests are answered, leave nothing open and do not stop the zygote`() async throws {
        try await onOneThread {
            let zygote = try Zygote()
            zygote.useOneWorker()
            let before = zygote.openDescriptors()
            for request in Self.malformed {
                try Self.send(request, to: zygote.control)
                var answer = [Int32](repeating: 0, count: 16)
                var waiting = pollfd(fd: zygote.control, events: Int16(POLLIN), revents: 0)
                #expect(poll(&waiting, 1, 5000) == 1, "\(request.testDescription): no answer")
                #expect(recv(zygote.control, &answer, 64, 0) == 20)
                #expect(answer[2] == 0 && answer[3] > 0, "\(request.testDescription): no error in the answer")
                zygote.useOneWorker()
            }
            #expect(zygote.openDescriptors() == before, "descriptors stayed open")
            let end = zygote.end()
            #expect(end.signal == 0 && end.status == 0)
        }
    }

    static func send(_ request: Malformed, to control: Int32) throws {
        let sent = request.words.withUnsafeBytes { words in
            pb_attack_send_raw(control, words.baseAddress, words.count, UInt32(request.descriptors))
        }
        guard sent >= 0 else { throw StageFailure(error: Int32(sent)) }
    }

    @Test func `workers are children of the hub and the zygote leaves at end of file`() async throws {
        try await onOneThread {
            let zygote = try Zygote()
            for flags in [0, PB_FORK_PID_NAMESPACE] { zygote.useOneWorker(flags: flags) }
            let end = zygote.end()
            #expect(end.signal == 0 && end.status == 0)
        }
    }

    @Test func `a zygote that is gone is an error, at once`() async throws {
        try await onOneThread {
            let zygote = try Zygote()
            kill(zygote.pid, SIGKILL)
            var end = pb_exit()
            #expect(pb_wait(zygote.pid, true, &end) == 0)
            var fork = pb_fork_result()
            #expect(pb_zygote_fork(zygote.control, nil, 0, 0, 5000, &fork) == -EPIPE)
            #expect(fork.pid == 0)
            close(zygote.control)
        }
    }

    @Test func `an answer after the deadline is a timeout, and its worker is collected by the next call`() async throws {
        try await onOneThread {
            let zygote = try Zygote()
            kill(zygote.pid, SIGSTOP)
            var channel: [Int32] = [-1, -1]
            #expect(socketpair(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0, &channel) == 0)
            var late = pb_fork_result()
            #expect(pb_zygote_fork(zygote.control, &channel[1], 1, 0, 50, &late) == -ETIMEDOUT)
            kill(zygote.pid, SIGCONT)
            // The late worker still has its descriptor open, so only a kill can end it.
            zygote.useOneWorker()
            close(channel[1])
            var waiting = pollfd(fd: channel[0], events: Int16(POLLIN), revents: 0)
            #expect(poll(&waiting, 1, 10_000) == 1, "the late worker lives on")
            close(channel[0])
            _ = zygote.end()
        }
    }

    @Test func `too many descriptors are refused before anything is sent`() throws {
        var fork = pb_fork_result()
        let descriptors = [Int32](repeating: 0, count: 9)
        #expect(pb_zygote_fork(-1, descriptors, 9, 0, 10, &fork) == -EINVAL)
    }
}
