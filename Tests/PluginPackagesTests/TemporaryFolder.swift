import Glibc

@testable import PluginPackages

/// A folder that is gone when the test is.
final class TemporaryFolder: Sendable {
    let path: String

    init(_ files: [String: String] = [:]) throws {
        path = try Folder.makeUnique(in: Paths.real("/tmp")!, prefix: "patchbay-test-")
        for (name, text) in files { try write(name, text) }
    }

    deinit { Folder.remove(path, depthMax: 40) }

    func write(_ name: String, _ text: String) throws {
        let place = "\(path)/\(name)"
        try Folder.make(Paths.parent(place))
        unlink(place)
        try SmallFile.write(Array(text.utf8), toNew: place)
    }

    func link(_ name: String, to target: String) throws {
        try Folder.make(Paths.parent("\(path)/\(name)"))
        guard symlink(target, "\(path)/\(name)") == 0 else { throw FileFailure.unreadable(path: name, reason: systemErrorText(errno)) }
    }

    func text(_ name: String) throws -> String {
        String(decoding: try SmallFile.read("\(path)/\(name)", bytesMax: 64 << 20), as: UTF8.self)
    }
}
