import Glibc
import PluginModel
import Synchronization

/// Who works in a data folder: one hub, or any number of commands that change its packages, never both.
///
/// The database has a lock of its own; this one is for the packages, which a hub on PostgreSQL has here too. It ends with the process that
/// holds it, however that ends. The file stays: whoever removed it could lock another one of the same name.
final class FolderLock: Sendable {
    enum Holder { case hub, command }

    /// A killed hub holds it until the last child it was just starting is another program.
    static let patience = Duration.seconds(3)

    /// -1 once it is released.
    private let descriptor: Mutex<Int32>

    private init(_ descriptor: Int32) { self.descriptor = Mutex(descriptor) }

    /// The folder must exist.
    static func take(_ folder: String, as holder: Holder) async throws(Fault) -> FolderLock {
        let path = folder + "/hub.lock"
        let descriptor = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0o600)
        guard descriptor >= 0 else {
            throw Fault(
                code: "hub.no-data-folder", message: "The data folder cannot be used: \(String(cString: strerror(errno)).lowercased()).",
                place: path, remedy: "Give this user the right to read and write it.", turn: .operator)
        }
        let deadline = ContinuousClock.now + patience
        while flock(descriptor, (holder == .hub ? LOCK_EX : LOCK_SH) | LOCK_NB) != 0 {
            guard ContinuousClock.now < deadline, !Task.isCancelled else {
                // Whoever else may share it now is no hub.
                let isCommand = holder == .hub && flock(descriptor, LOCK_SH | LOCK_NB) == 0
                close(descriptor)
                throw holder == .hub ? inUse(folder, byCommand: isCommand) : running(folder)
            }
            try? await Task.sleep(for: .milliseconds(50))
        }
        return FolderLock(descriptor)
    }

    deinit { release() }

    func release() {
        descriptor.withLock { descriptor in
            guard descriptor >= 0 else { return }
            // Before closing: a child between fork and exec has a copy of the descriptor.
            flock(descriptor, LOCK_UN)
            close(descriptor)
            descriptor = -1
        }
    }

    private static func inUse(_ folder: String, byCommand: Bool) -> Fault {
        Fault(
            code: "hub.folder-in-use",
            message: byCommand ? "A command is changing the packages of this folder." : "Another hub runs on this data folder.",
            place: folder,
            remedy: byCommand ? "Start the hub when it is done." : "Stop that hub, or name another folder with --data.", turn: .operator)
    }

    /// Beside a running hub a change of its packages would be half a change: the hub decides about consent, grants and what runs.
    private static func running(_ folder: String) -> Fault {
        let address = HubAddress.read(in: folder).map { " at \($0)" } ?? ""
        return Fault(
            code: "hub.running", message: "A hub runs on this data folder, and what it runs is its own to change.", place: folder,
            remedy: "Use its pages or its API\(address), or stop it first.", turn: .operator)
    }
}

/// Where the hub of a data folder was reached last: a small file, so that commands can print links that work.
enum HubAddress {
    private static let bytesMax = 2048

    private static func path(_ folder: String) -> String { folder + "/hub.url" }

    static func write(_ address: String, in folder: String) {
        let descriptor = open(path(folder), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0o600)
        guard descriptor >= 0 else { return }
        defer { close(descriptor) }
        // A link with the default address is what comes of a failure here.
        let bytes = Array((address + "\n").utf8)
        _ = Glibc.write(descriptor, bytes, bytes.count)
    }

    static func read(in folder: String) -> String? {
        guard let bytes = try? Files.read(path(folder), limit: bytesMax) else { return nil }
        let text = String(decoding: bytes, as: UTF8.self).prefix { !$0.isNewline }
        return text.hasPrefix("http") ? SafeText.line(String(text)) : nil
    }
}
