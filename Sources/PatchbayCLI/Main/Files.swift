import Glibc
import PluginModel

/// Reading files and paths for commands: whole, bounded, and with errors that say what to do.
package enum Files {
    /// `path` as it is when absolute, else below `folder`; `.` and `..` resolved by text, a leading `~/` by the shell only.
    package static func absolute(_ path: String, from folder: String) -> String {
        var parts: [Substring] = []
        for part in (path.hasPrefix("/") ? path : folder + "/" + path).split(separator: "/") where part != "." {
            if part == ".." { _ = parts.popLast() } else { parts.append(part) }
        }
        return "/" + parts.joined(separator: "/")
    }

    package static func read(_ path: String, limit: Int) throws(CommandFailure) -> [UInt8] {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw failure("cannot read this file", path, errno) }
        defer { close(descriptor) }
        return try drain(descriptor, limit: limit, name: path)
    }

    package static func readStandardInput(limit: Int) throws(CommandFailure) -> [UInt8] {
        try drain(STDIN_FILENO, limit: limit, name: "standard input")
    }

    package enum Kind: Equatable { case file, folder, link, other, missing }

    /// What lies at a path, links not followed.
    package static func kind(_ path: String) -> Kind {
        var info = stat()
        guard lstat(path, &info) == 0 else { return .missing }
        return switch info.st_mode & S_IFMT {
        case S_IFREG: .file
        case S_IFDIR: .folder
        case S_IFLNK: .link
        default: .other
        }
    }

    /// The names in a folder, sorted by their bytes so that every machine reads them in the same order.
    package static func names(in folder: String) throws(CommandFailure) -> [String] {
        guard let directory = opendir(folder) else { throw failure("cannot read this folder", folder, errno) }
        defer { closedir(directory) }
        var names: [String] = []
        while let entry = readdir(directory) {
            let name = withUnsafeBytes(of: &entry.pointee.d_name) { bytes in
                String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
            }
            if name != ".", name != ".." { names.append(name) }
        }
        return names.sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
    }

    /// The names in a folder; none where it cannot be read.
    package static func names(lenient folder: String) -> [String] {
        do throws(CommandFailure) { return try names(in: folder) } catch { return [] }
    }

    /// Removes a folder that this program made, with everything in it; links are removed, not followed.
    package static func removeTree(_ path: String) {
        if kind(path) == .folder {
            for name in names(lenient: path) { removeTree(path + "/" + name) }
            rmdir(path)
        } else {
            unlink(path)
        }
    }

    private static func drain(_ descriptor: Int32, limit: Int, name: String) throws(CommandFailure) -> [UInt8] {
        var result: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: 64 << 10)
        while true {
            let count = chunk.withUnsafeMutableBytes { Glibc.read(descriptor, $0.baseAddress, $0.count) }
            if count == 0 { return result }
            guard count > 0 else {
                if errno == EINTR { continue }
                throw failure("cannot read this file", name, errno)
            }
            guard result.count + count <= limit else {
                throw CommandFailure(
                    Fault(
                        code: "usage.input-too-large", message: "there is more to read than the \(Quantity.bytes(limit)) allowed here",
                        place: name, remedy: "Give less at once.", turn: .caller),
                    exitCode: .usage)
            }
            result.append(contentsOf: chunk[..<count])
        }
    }

    private static func failure(_ message: String, _ place: String, _ code: Int32) -> CommandFailure {
        CommandFailure(
            Fault(
                code: "usage.cannot-read", message: message, place: place, remedy: "Check the name and who may read it.", turn: .caller,
                details: String(cString: strerror(code)).lowercased()),
            exitCode: .usage)
    }
}
