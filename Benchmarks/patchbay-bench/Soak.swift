internal import Glibc
internal import PluginModel
internal import PluginRuntime
internal import Sandbox

/// Plugins that fail in every way, over and over, and what the hub's own process weighs before and after.
///
/// In a process of its own, because memory, threads and descriptors of one where other things happen say nothing.
enum Soak {
    /// Cycles before the first weighing: by then pools, caches, lazily made threads and heaps are there (measured: no growth after the fourth).
    private static let warmUpCycles = 5
    private static let cyclesDefault = 20

    /// `patchbay-bench soak [--cycles N]`; gives the exit status: 1 when something grew, 2 when a failure was another than expected.
    static func run(_ words: [String]) async throws -> Int32 {
        var cycles = cyclesDefault
        if words.count == 2, words[0] == "--cycles", let given = Int(words[1]), given > 0 {
            cycles = given
        } else if !words.isEmpty {
            print("usage: patchbay-bench soak [--cycles N]")
            return 2
        }
        countFreedAsFree()
        let services = try Subject.services(spinning: true)
        let before: Weight
        do {
            for _ in 0..<warmUpCycles { try await cycle(services) }
            before = await settled(services)
            for _ in 0..<cycles { try await cycle(services) }
        } catch let surprise as Surprise {
            print(surprise.text)
            return 2
        }
        var after = await settled(services)
        // Threads and processes end a moment after they were told to.
        let deadline = nanoseconds() + 5_000_000_000
        while !after.grown(since: before).isEmpty, nanoseconds() < deadline {
            try await Task.sleep(for: .milliseconds(100))
            after = await settled(services)
        }
        await services.stop()
        print("the hub itself, before and after \(cycles) cycles of \(attacks.count) failures")
        for (name, (first, last)) in zip(Weight.names, zip(before.figures, after.figures)) { print("  \(name): \(first) → \(last)") }
        let grown = after.grown(since: before)
        for line in grown { print("GREW: \(line)") }
        return grown.isEmpty ? 0 : 1
    }

    struct Surprise: Error { let text: String }

    /// The C library keeps what a thread frees for that thread, up to seven pieces of each of 64 sizes, and counts it as allocated: noise
    /// of 100 kB and more. It is told not to by a variable that it reads when a program starts.
    private static func countFreedAsFree() {
        guard getenv("GLIBC_TUNABLES") == nil else { return }
        setenv("GLIBC_TUNABLES", "glibc.malloc.tcache_count=0", 1)
        execv("/proc/self/exe", CommandLine.unsafeArgv)
        print("the program could not be started anew (errno \(errno)): memory that was freed counts as allocated")
    }
}

// MARK: The failures

extension Soak {
    private enum Way { case call, timed, killed, cancelled, abandonedStream }

    /// A failure, how it is brought about, and the code it is told with; nil when the call succeeds.
    private static let attacks: [(name: String, way: Way, code: String?)] = [
        ("loop", .timed, "call.time-limit"), ("expression", .timed, "call.time-limit"), ("never", .timed, "call.never-settled"),
        ("bomb", .call, "call.memory-limit"), ("recurse", .call, "plugin.threw"), ("huge", .call, "plugin.threw"),
        ("logs", .call, nil), ("asks", .call, "hostcall.too-many"), ("big", .call, nil), ("missing", .call, "call.no-such-export"),
        ("never", .killed, "worker.crashed"), ("never", .cancelled, "call.cancelled"), ("items", .abandonedStream, nil),
    ]

    private static let script = """
        const { state, time } = require('@patchbay/plugin');
        exports.ok = () => 'well';
        exports.loop = () => { for (;;); };
        exports.expression = () => /^(a+)+$/.test('a'.repeat(64) + 'b');
        exports.never = () => new Promise(() => {});
        exports.bomb = () => { const all = []; for (;;) all.push(new Uint8Array(1 << 18).fill(7)); };
        exports.recurse = () => { (function f() { f(); })(); };
        exports.huge = () => { throw new Error('x'.repeat(1 << 20)); };
        exports.logs = () => { for (let i = 0; i < 20_000; i++) console.log('line', i); };
        exports.asks = async () => { for (let i = 0; i < 2_000; i++) time.sleep(600_000).catch(() => {}); await state.set('k', 'x'.repeat(10_000)); };
        exports.big = () => 'x'.repeat(3 << 20);
        exports.items = async function* () { for (;;) yield 'x'.repeat(100_000); };
        """

    /// Every failure once, with a good call after each, by a plugin that is then put away.
    private static func cycle(_ services: PluginServices) async throws {
        let plugin = try Subject.plugin(services, id: "soak.plugin", script: script) { limits in
            limits.callTime = .seconds(20)
            limits.callCPUTime = .seconds(20)
            // Room for garbage that a busy machine collects late.
            limits.memoryBytes = 32 << 20
        }
        for attack in attacks {
            let code = try await perform(attack.name, attack.way, plugin.host)
            guard code == attack.code else {
                throw Surprise(text: "\(attack.name) ended as \(code ?? "a success"), not as \(attack.code ?? "a success")")
            }
            guard case .value(let answer) = try await plugin.host.call("ok", []), answer == Array(#""well""#.utf8) else {
                throw Surprise(text: "after \(attack.name) the plugin did not answer")
            }
        }
        await plugin.stop()
    }

    private static func perform(_ name: String, _ way: Way, _ host: PluginHost) async throws -> String? {
        switch way {
        case .call: return await code(of: host) { () async throws(CallFailure) in _ = try await host.call(name, []) }
        case .timed:
            // A hub that got no time itself takes a call that is over its limit for one that waited behind another: then once more.
            var ended: String?
            for limit in [Duration.milliseconds(60), .seconds(1)] {
                ended = await code(of: host) { () async throws(CallFailure) in _ = try await host.call(name, [], limit: limit) }
                if ended != "call.busy" { break }
            }
            return ended
        case .killed, .cancelled:
            let pid = await host.status.pid ?? 0
            let task = Task { await code(of: host) { () async throws(CallFailure) in _ = try await host.call(name, []) } }
            try await Task.sleep(for: .milliseconds(20))
            if way == .killed { kill(pid, SIGKILL) } else { task.cancel() }
            return await task.value
        case .abandonedStream:
            guard case .stream(let stream) = try await host.call(name, []) else { return "no stream" }
            for _ in 0..<3 { _ = try await stream.next() }
            stream.cancel()
            return nil
        }
    }

    private static func code(of host: PluginHost, _ body: () async throws(CallFailure) -> Void) async -> String? {
        do {
            try await body()
            return nil
        } catch { return error.fault(plugin: host.program.plugin).code }
    }
}

// MARK: The scales

extension Soak {
    /// What the hub's process holds, once the pool is full again.
    private static func settled(_ services: PluginServices) async -> Weight {
        let deadline = nanoseconds() + 5_000_000_000
        while services.sandbox.readyWorkers < 2, nanoseconds() < deadline { try? await Task.sleep(for: .milliseconds(5)) }
        try? await Task.sleep(for: .milliseconds(300))
        return Weight()
    }
}

/// What a process holds of the machine.
struct Weight: Sendable {
    var allocatedKilobytes = 0, residentKilobytes = 0, mappings = 0, descriptors = 0, threads = 0, children = 0

    static let names = ["allocated memory, kB", "resident memory, kB", "mappings", "open files", "threads", "child processes"]
    var figures: [Int] { [allocatedKilobytes, residentKilobytes, mappings, descriptors, threads, children] }
    /// Growth that is let pass: 256 kB of allocated memory on two cores. Each thread of Swift's pool, one a core, ends up with libdispatch's
    /// 1,024 continuations of 80 bytes, and the readers of JSON grow to the longest document met. By a heap profile nothing else does:
    /// continuations of 64 bytes came to 128 kB after 10,000 of them were taken and stayed there, readers to 90 kB. Resident: pages the
    /// allocator holds for more, which depends on how many threads met in it. Mappings: its heaps. Threads: those of Swift's pool, which
    /// come and go. A leak is several of each a cycle, and a worker's channel alone is a mapping of 513 kB.
    private static let slack = [96 + 80 * sysconf(Int32(_SC_NPROCESSORS_ONLN)), 24 << 10, 12, 0, 2, 0]

    init() {
        allocatedKilobytes = Self.allocatedBytes() >> 10
        for line in readLines("/proc/self/status") {
            let value = Int(line.split(whereSeparator: { $0 == " " || $0 == "\t" }).dropFirst().first ?? "") ?? 0
            if line.hasPrefix("VmRSS:") { residentKilobytes = value }
            if line.hasPrefix("Threads:") { threads = value }
        }
        mappings = readLines("/proc/self/maps").count
        descriptors = Self.entries("/proc/self/fd").count
        let own = "\(getpid())"
        children =
            Self.entries("/proc").filter { name in
                guard Int(name) != nil, let stat = readLines("/proc/\(name)/stat").first else { return false }
                // Behind the program's name in brackets, which may hold anything, come state and parent.
                return stat.split(separator: ")").last?.split(separator: " ").dropFirst().first.map(String.init) == own
            }.count
    }

    /// What is allocated and not freed, from `malloc_info(3)`, which Swift's module map does not name: what the heaps hold, less what is
    /// free in them, plus what was mapped by itself.
    private static func allocatedBytes() -> Int {
        typealias Describe = @convention(c) (Int32, UnsafeMutablePointer<FILE>?) -> Int32
        guard let found = dlsym(nil, "malloc_info"), let file = tmpfile() else { return 0 }
        defer { fclose(file) }
        _ = unsafeBitCast(found, to: Describe.self)(0, file)
        rewind(file)
        var bytes = [UInt8](repeating: 0, count: 1 << 20)
        let lines = String(decoding: bytes[..<fread(&bytes, 1, bytes.count, file)], as: UTF8.self).split(separator: "\n")
        // The sums over all heaps stand last.
        func size(_ start: String) -> Int {
            let line = lines.last { $0.hasPrefix(start) } ?? ""
            return Int(line.split(separator: "\"").dropLast().last ?? "") ?? 0
        }
        let free = size("<total type=\"fast\"") + size("<total type=\"rest\"")
        return size("<system type=\"current\"") - free + size("<total type=\"mmap\"")
    }

    func grown(since before: Weight) -> [String] {
        zip(zip(Self.names, Self.slack), zip(before.figures, figures)).compactMap { named, pair in
            pair.1 - pair.0 > named.1 ? "\(named.0) from \(pair.0) to \(pair.1), more than \(named.1)" : nil
        }
    }

    private static func entries(_ folder: String) -> [String] {
        guard let directory = opendir(folder) else { return [] }
        defer { closedir(directory) }
        var names: [String] = []
        while let entry = readdir(directory) {
            let name = withUnsafePointer(to: &entry.pointee.d_name) { pointer in
                pointer.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
            }
            if name != ".", name != ".." { names.append(name) }
        }
        return names
    }
}
