import Glibc
import HostCalls
import Hub
import PluginModel
import Testing

struct DriftTests {
    private static func page(_ name: String) throws -> String {
        let root = #filePath.split(separator: "/").dropLast(3).joined(separator: "/")
        guard let file = fopen("/\(root)/docs/\(name)", "re") else { throw HubLab.POSIXFailure(number: errno) }
        defer { fclose(file) }
        var bytes = [UInt8](repeating: 0, count: 1 << 20)
        let count = fread(&bytes, 1, bytes.count, file)
        return String(decoding: bytes[..<count], as: UTF8.self)
    }

    @Test func `every fault of the registry has a row with the same turn`() throws {
        let lines = try Self.page("errors.md").split(separator: "\n")
        for error in RegistryFault.errors {
            let row = try #require(lines.first { $0.hasPrefix("| `\(error.code)` |") }, "\(error.code)")
            #expect(row.split(separator: "|")[2].contains(error.turn.rawValue), "\(error.code)")
        }
    }

    @Test func `limits.md names every limit of the registry`() throws {
        let page = try Self.page("limits.md")
        for child in Mirror(reflecting: RegistryLimits()).children {
            let name = try #require(child.label)
            #expect(page.contains("| `\(name)` |"), "\(name)")
        }
    }
}
