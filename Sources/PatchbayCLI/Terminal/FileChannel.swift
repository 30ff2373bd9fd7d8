import Glibc
// Which of the two modules `winsize` belongs to depends on what else is compiled beside this file.
import SwiftOverlayShims
import Synchronization

extension Terminal {
    /// The terminal of this process.
    /// - Parameter onLostOutput: Called once when standard output takes nothing more, with the reason: `EPIPE` when its reader has gone away, `ENOSPC`
    ///   on a full disk. Whatever is written after that is dropped.
    package static func ofProcess(
        environment: [String: String], onLostOutput: @escaping @Sendable (Int32) -> Void
    ) -> Terminal {
        Terminal(
            output: .file(STDOUT_FILENO, environment: environment, onLost: onLostOutput),
            error: .file(STDERR_FILENO, environment: environment, onLost: { _ in }))
    }
}

extension OutputChannel {
    /// A channel onto a file descriptor. Writes are whole: two tasks writing at once do not mix within one call.
    package static func file(
        _ descriptor: Int32, environment: [String: String], onLost: @escaping @Sendable (Int32) -> Void
    ) -> OutputChannel {
        let isTTY = isatty(descriptor) == 1
        let writer = FileWriter(descriptor: descriptor, onLost: onLost)
        return OutputChannel(
            isTTY: isTTY, style: Style.forTerminal(isTTY: isTTY, environment: environment),
            columns: { columns(of: descriptor, environment: environment) }, isClosed: { writer.hasLostReader },
            sink: { writer.write($0) })
    }

    /// What the terminal says, then what `COLUMNS` says, then 80, which is also the width of pages sent to a file.
    private static func columns(of descriptor: Int32, environment: [String: String]) -> Int {
        var size = winsize()
        if ioctl(descriptor, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 0 { return Int(size.ws_col) }
        return environment["COLUMNS"].flatMap(Int.init) ?? 80
    }
}

/// Writes text to a descriptor until its reader goes away.
private final class FileWriter: Sendable {
    private let descriptor: Int32
    private let onLost: @Sendable (Int32) -> Void
    private let isClosed = Mutex(false)

    init(descriptor: Int32, onLost: @escaping @Sendable (Int32) -> Void) {
        self.descriptor = descriptor
        self.onLost = onLost
    }

    var hasLostReader: Bool { isClosed.withLock { $0 } }

    func write(_ text: String) {
        var bytes = Array(text.utf8)[...]
        let reason = isClosed.withLock { isClosed -> Int32? in
            while !isClosed, !bytes.isEmpty {
                let written = bytes.withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) }
                if written >= 0 {
                    bytes = bytes.dropFirst(written)
                } else if errno == EAGAIN {
                    // A terminal shared with a program that made it non-blocking: wait for room.
                    var request = pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)
                    _ = poll(&request, 1, 1000)
                } else if errno != EINTR {
                    isClosed = true
                    return errno
                }
            }
            return nil
        }
        if let reason { onLost(reason) }
    }
}
