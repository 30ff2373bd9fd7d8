import Glibc
import PluginModel
import Synchronization

/// A package that was fetched from an address, in a file of its own until it is installed.
final class FetchedFile: Sendable {
    private let path = Mutex<String?>(nil)

    func write(_ bytes: [UInt8]) -> Result<String, Fault> {
        let folder = getenv("TMPDIR").map { String(cString: $0) } ?? "/tmp"
        var template = Array("\(folder)/patchbay-package-XXXXXX".utf8CString)
        let descriptor = mkstemp(&template)
        guard descriptor >= 0 else { return .failure(Self.failure(errno)) }
        defer { close(descriptor) }
        _ = fcntl(descriptor, F_SETFD, FD_CLOEXEC)
        let made = String(decoding: template.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
        path.withLock { $0 = made }
        var written = 0
        while written < bytes.count {
            let count = bytes.withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress.map { $0 + written }, $0.count - written) }
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { return .failure(Self.failure(errno)) }
            written += count
        }
        return .success(made)
    }

    func remove() {
        if let path = path.withLock({ $0 }) { unlink(path) }
    }

    private static func failure(_ number: Int32) -> Fault {
        Fault(
            code: "hub.no-temporary-folder", message: "A package could not be kept for reading: \(String(cString: strerror(number))).",
            remedy: "Check the temporary folder: who may write there, and how much room is left.", turn: .operator)
    }
}
