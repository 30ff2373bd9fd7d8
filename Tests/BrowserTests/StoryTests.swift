import Glibc
import Sandbox
import Testing

/// The interface as people meet it: the built program, a new data folder, a real browser. One at a time, since each has a browser of its own.
@Suite(.serialized) struct StoryTests {
    @Test(.timeLimit(.minutes(6)), arguments: Story.all)
    func `in a browser`(_ story: Story) async throws {
        let told = try await Self.blocking { () throws(TestTrouble) -> (exit: Int32, text: String) in
            let hub = try ServedHub(isSeeded: story.isSeeded)
            defer { hub.stop() }
            return try hub.tell(story)
        }
        #expect(told.exit == 0, "\(told.text)")
    }

    @Test func `every script of the folder is told`() throws {
        let folder = try #require(opendir("\(Places.repository)/Tests/BrowserTests/stories"))
        defer { closedir(folder) }
        var names: Set<String> = []
        while let entry = readdir(folder) {
            let name = withUnsafePointer(to: &entry.pointee.d_name) { pointer in
                pointer.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
            }
            if name.hasSuffix(".py"), name != "harness.py" { names.insert(String(name.dropLast(3))) }
        }
        #expect(names == Set(Story.all.map(\.name)))
    }

    /// Waits on a thread made for it.
    private static func blocking<Value: Sendable>(_ body: @escaping @Sendable () throws(TestTrouble) -> Value) async throws -> Value {
        let result = await withCheckedContinuation { continuation in
            HubThread.start("test-story") { continuation.resume(returning: Result(catching: body)) }
        }
        return try result.get()
    }
}
