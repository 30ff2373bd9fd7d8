import Glibc
import PatchbayCLI
import Synchronization
import Testing

struct FileChannelTests {
    /// What a channel told about losing its output.
    private final class Losses: Sendable {
        private let reasons = Mutex<[Int32]>([])
        var all: [Int32] { reasons.withLock { $0 } }
        func add(_ reason: Int32) { reasons.withLock { $0.append(reason) } }
    }

    @Test("what is written arrives whole, however small the pipe")
    func whole() async throws {
        var ends: [Int32] = [-1, -1]
        try #require(pipe(&ends) == 0)
        for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
        let (readEnd, writeEnd) = (ends[0], ends[1])
        // A writer that finds the pipe full waits for room instead of giving up.
        try #require(fcntl(writeEnd, F_SETFL, O_NONBLOCK) == 0)
        let text = String(repeating: "漢字 0123456789\n", count: 20_000)
        let losses = Losses()
        async let received: [UInt8] = {
            var all: [UInt8] = []
            var chunk = [UInt8](repeating: 0, count: 4096)
            while case let count = read(readEnd, &chunk, chunk.count), count > 0 { all += chunk[..<count] }
            return all
        }()
        let channel = OutputChannel.file(writeEnd, environment: [:], onLost: { losses.add($0) })
        #expect(!channel.isTTY && !channel.style.isColoured)
        channel.write(text)
        close(writeEnd)
        #expect(await received == Array(text.utf8))
        #expect(losses.all.isEmpty && !channel.isClosed)
        close(readEnd)
    }

    @Test("a reader that goes away is told once, and nothing is written after")
    func lostReader() throws {
        // As the program does at its start: otherwise the first write would end the process.
        signal(SIGPIPE, SIG_IGN)
        var ends: [Int32] = [-1, -1]
        try #require(pipe(&ends) == 0)
        for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
        close(ends[0])
        defer { close(ends[1]) }
        let losses = Losses()
        let channel = OutputChannel.file(ends[1], environment: [:], onLost: { losses.add($0) })
        #expect(!channel.isClosed)
        channel.line("one")
        channel.line("two")
        #expect(channel.isClosed && losses.all == [EPIPE])
    }

    @Test("a full disk is not taken for a reader that went away", .enabled(if: Files.kind("/dev/full") == .other))
    func fullDisk() throws {
        let descriptor = open("/dev/full", O_WRONLY | O_CLOEXEC)
        try #require(descriptor >= 0)
        defer { close(descriptor) }
        let losses = Losses()
        OutputChannel.file(descriptor, environment: [:], onLost: { losses.add($0) }).line("one")
        #expect(losses.all == [ENOSPC])
    }

    @Test("without a terminal the width is what COLUMNS says, else 80, and never too narrow to lay out")
    func width() throws {
        let descriptor = open("/dev/null", O_WRONLY | O_CLOEXEC)
        try #require(descriptor >= 0)
        defer { close(descriptor) }
        func width(_ environment: [String: String]) -> Int {
            OutputChannel.file(descriptor, environment: environment, onLost: { _ in }).width
        }
        #expect(width([:]) == 80)
        #expect(width(["COLUMNS": "120"]) == 120)
        #expect(width(["COLUMNS": "many"]) == 80)
        #expect(width(["COLUMNS": "3"]) == 40)
        #expect(width(["COLUMNS": "-5"]) == 40)
    }
}
