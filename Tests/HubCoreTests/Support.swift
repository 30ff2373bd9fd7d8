import Glibc
import HubCore
import PluginModel
import Synchronization
import Testing

/// A clock that a test moves by hand.
final class HandClock: Sendable {
    private let now: Mutex<Timestamp>

    init(unixMilliseconds: Int64 = 1_795_289_000_000) { now = Mutex(Timestamp(unixMilliseconds: unixMilliseconds)) }

    var moment: Timestamp { now.withLock { $0 } }
    var read: @Sendable () -> Timestamp { { self.moment } }
    func advance(_ duration: Duration) { now.withLock { $0 = $0.advanced(by: duration) } }
}

/// SplitMix64: the same numbers for the same seed.
struct SeededGenerator: RandomNumberGenerator {
    private var state: UInt64
    init(seed: UInt64) { state = seed }
    mutating func next() -> UInt64 {
        state &+= 0x9e37_79b9_7f4a_7c15
        var z = state
        z = (z ^ (z >> 30)) &* 0xbf58_476d_1ce4_e5b9
        z = (z ^ (z >> 27)) &* 0x94d0_49bb_1331_11eb
        return z ^ (z >> 31)
    }
}

/// The command line's principal.
let operatorAtHome = Requester(
    Principal(
        kind: .local,
        user: User(
            id: User.ID("local"), email: "", name: "the command line", isHubAdministrator: true, createdAt: Timestamp(unixMilliseconds: 0)),
        memberships: []))

/// The code of the fault that `body` ends with; nil when it ends well.
func faultCode(_ body: () async throws -> Void) async -> String? {
    do {
        try await body()
        return nil
    } catch {
        return (error as? Fault)?.code ?? "no fault: \(error)"
    }
}

/// A folder of its own that goes with the test.
final class TemporaryFolder {
    let path: String

    init() throws {
        var template = Array("/tmp/hubcore-XXXXXX".utf8CString)
        path = try #require(mkdtemp(&template).map { String(cString: $0) })
    }

    deinit {
        for name in names { unlink("\(path)/\(name)") }
        rmdir(path)
    }

    var names: [String] {
        guard let folder = opendir(path) else { return [] }
        defer { closedir(folder) }
        var names: [String] = []
        while let entry = readdir(folder) {
            let name = withUnsafePointer(to: &entry.pointee.d_name) {
                $0.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
            }
            if name != ".", name != ".." { names.append(name) }
        }
        return names
    }

    func write(_ text: String, to name: String, mode: mode_t) throws -> String {
        let file = "\(path)/\(name)"
        let descriptor = open(file, O_WRONLY | O_CREAT | O_TRUNC, mode)
        try #require(descriptor >= 0)
        defer { close(descriptor) }
        try #require(chmod(file, mode) == 0)
        let bytes = Array(text.utf8)
        try #require(Glibc.write(descriptor, bytes, bytes.count) == bytes.count)
        return file
    }

    func text(_ name: String) throws -> String {
        let descriptor = open("\(path)/\(name)", O_RDONLY)
        try #require(descriptor >= 0)
        defer { close(descriptor) }
        var bytes = [UInt8](repeating: 0, count: 1 << 16)
        let count = read(descriptor, &bytes, bytes.count)
        try #require(count >= 0)
        return String(decoding: bytes.prefix(count), as: UTF8.self)
    }

    func mode(_ name: String) throws -> mode_t {
        var status = stat()
        try #require(stat("\(path)/\(name)", &status) == 0)
        return status.st_mode & 0o777
    }
}

/// Compares with a file under Golden/, or writes it when `UPDATE_GOLDEN=1`.
func expectGolden(_ text: String, _ name: String, sourceLocation: SourceLocation = #_sourceLocation) throws {
    let path = #filePath.split(separator: "/").dropLast().reduce("") { "\($0)/\($1)" } + "/Golden/\(name)"
    if getenv("UPDATE_GOLDEN").map({ String(cString: $0) }) == "1" {
        let file = try #require(fopen(path, "w"))
        defer { fclose(file) }
        try #require(fputs(text, file) >= 0)
        return
    }
    let file = try #require(fopen(path, "r"), "there is no Golden/\(name)")
    defer { fclose(file) }
    var bytes = [UInt8](repeating: 0, count: 1 << 20)
    let count = fread(&bytes, 1, bytes.count, file)
    #expect(
        text == String(decoding: bytes.prefix(count), as: UTF8.self),
        "Golden/\(name) differs. If the new text is right: UPDATE_GOLDEN=1 swift test --filter HubCoreTests", sourceLocation: sourceLocation
    )
}
