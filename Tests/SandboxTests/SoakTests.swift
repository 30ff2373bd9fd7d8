import Foundation
import Testing

@testable import Sandbox

/// The hub's own memory, threads, descriptors and children, measured in a process where nothing else happens.
@Suite struct Soaks {
    @Test func `the hub does not grow over failures of every kind`() async throws {
        let folder = URL(fileURLWithPath: TestSandbox.runtime.options.layout.executable).deletingLastPathComponent()
        let program = Process()
        program.executableURL = folder.appendingPathComponent("patchbay-bench")
        program.arguments = ["soak", "--cycles", Lab.isSoak ? "150" : "3"]
        let output = Pipe()
        program.standardOutput = output
        try program.run()
        let (text, status) = await withCheckedContinuation { continuation in
            HubThread.start("test-soak") {
                let text = String(decoding: output.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
                program.waitUntilExit()
                continuation.resume(returning: (text, program.terminationStatus))
            }
        }
        #expect(status == 0, "\(text)")
        #expect(text.contains("child processes: "), "\(text)")
    }
}
