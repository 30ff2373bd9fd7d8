import Glibc
import HostCalls
import Storage
import Testing

/// Lists that must agree: what capabilities offer, what they may answer, and what the documentation says.
@Suite struct TheCatalogue {
    static let all: [any Capability.Type] = [
        LogCapability.self, ConfigCapability.self, StateCapability.self, TimeCapability.self, HTTPCapability.self,
    ]

    @Test func everyCapabilityNamesItsErrorsAfterItself() {
        for capability in Self.all {
            #expect(!capability.operations.isEmpty)
            for error in capability.errors {
                #expect(error.code.hasPrefix(capability.name + "."))
                #expect(error.meaning.hasSuffix("."))
            }
            #expect(Set(capability.errors.map(\.code)).count == capability.errors.count)
        }
    }

    @Test func everyOperationAndErrorIsDocumented() throws {
        let root = #filePath.split(separator: "/").dropLast(3).joined(separator: "/")
        let page = try #require(read("/\(root)/docs/host-calls.md"))
        for operation in Self.all.flatMap({ $0.operations }) { #expect(page.contains("`\(operation.name)`"), "\(operation.name)") }
        let codes = Self.all.flatMap { $0.errors } + BrokerFault.errors + SQLiteFault.errors
        for code in codes.map(\.code) { #expect(page.contains("`\(code)`"), "\(code)") }
    }

    private func read(_ path: String) -> String? {
        guard let file = fopen(path, "r") else { return nil }
        defer { fclose(file) }
        var bytes = [UInt8](repeating: 0, count: 1 << 20)
        let count = fread(&bytes, 1, bytes.count, file)
        return String(decoding: bytes.prefix(count), as: UTF8.self)
    }
}
