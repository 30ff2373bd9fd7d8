import Foundation
import PatchbayCLI
import Testing

/// The example plugins' own tests, as their authors would run them.
@Suite struct ExamplePlugins {
    private static let plugins = Program.repository + "/plugins"

    /// Folders with tests, by the plugin they belong to.
    static let tested = ["coco", "made-open", "forgeportal-oncall", "field-notes", "guestbook"]

    @Test(arguments: tested) func `an example's own tests pass`(_ plugin: String) async throws {
        let folder = "\(Self.plugins)/\(plugin)/test"
        let files = try Files.names(in: folder).filter { $0.contains(".test.") }.map { "\(folder)/\($0)" }
        try #require(!files.isEmpty, "\(folder) has no tests")
        let program = Process()
        program.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        program.arguments = ["node", "--test"] + files
        let output = Pipe()
        program.standardOutput = output
        program.standardError = output
        try program.run()
        let (text, status) = await blocking {
            let text = String(decoding: output.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
            program.waitUntilExit()
            return (text, program.terminationStatus)
        }
        #expect(status == 0, "\(text)")
    }

    @Test func `every example with tests is tested, and every example has a README`() throws {
        for name in try Files.names(in: Self.plugins) where Files.kind("\(Self.plugins)/\(name)") == .folder {
            #expect(Files.kind("\(Self.plugins)/\(name)/README.md") == .file, "\(name)")
            if Files.kind("\(Self.plugins)/\(name)/test") == .folder { #expect(Self.tested.contains(name), "\(name)") }
        }
    }
}
