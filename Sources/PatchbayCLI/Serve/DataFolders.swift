import Glibc
import PluginModel

/// The data folder of a hub and what lies in it; all of it one user's.
struct DataFolders: Sendable {
    let root: String
    var database: String { root + "/hub.sqlite" }
    var vaultKey: String { root + "/vault.key" }
    var backups: String { root + "/backups" }
    var bundles: String { root + "/bundles" }
    var uploads: String { root + "/uploads" }

    /// Makes what is missing, and removes what a killed hub left of uploads.
    /// - Parameter isSweeping: False beside a hub, whose uploads these may be.
    init(_ folder: String, isSweeping: Bool = true) throws(Fault) {
        root = folder
        try Self.make(folder)
        for place in [backups, bundles, uploads] { try Self.make(place) }
        guard isSweeping, let listing = opendir(uploads) else { return }
        defer { closedir(listing) }
        while let entry = readdir(listing) {
            let name = withUnsafePointer(to: &entry.pointee.d_name) { pointer in
                pointer.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
            }
            if name.hasPrefix("upload-") { unlink("\(uploads)/\(name)") }
        }
    }

    private static func make(_ folder: String) throws(Fault) {
        var path = ""
        for part in folder.split(separator: "/") {
            path += "/\(part)"
            if mkdir(path, 0o700) != 0, errno != EEXIST {
                throw Fault(
                    code: "hub.no-data-folder",
                    message: "The data folder cannot be made: \(String(cString: strerror(errno)).lowercased()).",
                    place: path, remedy: "Name another with --data, or give this user the right to make it.", turn: .operator)
            }
        }
        guard access(folder, R_OK | W_OK | X_OK) == 0 else {
            throw Fault(
                code: "hub.no-data-folder", message: "The data folder cannot be used: \(String(cString: strerror(errno)).lowercased()).",
                place: folder, remedy: "Give this user the right to read and write it.", turn: .operator)
        }
    }
}
