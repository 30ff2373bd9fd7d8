import Glibc
import TestServers

/// A folder of its own that goes with the test.
final class TestFolder: Sendable {
    let path: String

    init() throws {
        var template = Array("/tmp/patchbay-storage-XXXXXX".utf8CString)
        guard mkdtemp(&template) != nil else { throw TestTrouble(description: "no temporary folder: errno \(errno)") }
        path = String(decoding: template.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }

    deinit { _ = try? Program.run(["rm", "-rf", path]) }

    var file: String { path + "/hub.sqlite" }

    /// Names in it, sorted.
    func names() -> [String] {
        guard let folder = opendir(path) else { return [] }
        defer { closedir(folder) }
        var names: [String] = []
        while let entry = readdir(folder) {
            let name = withUnsafeBytes(of: entry.pointee.d_name) { String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self) }
            if name != ".", name != ".." { names.append(name) }
        }
        return names.sorted()
    }
}
