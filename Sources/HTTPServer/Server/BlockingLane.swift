/// A thread for calls that block, such as reading files, so that no event loop waits for a disk. Work is done in order.
package struct BlockingLane: Sendable {
    private let loop: EventLoop

    package init(name: String) throws(ServerError) { loop = try EventLoop(name: name) }

    /// One lane for the files of all servers: a second would only make the disk seek.
    package static let files: BlockingLane = {
        do { return try BlockingLane(name: "pb-http-files") } catch { fatalError("no thread for files: \(error)") }
    }()

    /// Runs `work` on the lane's thread, and comes back to where the caller was.
    package func run<T: Sendable>(_ work: @Sendable () throws -> T) async throws -> T {
        try await withTaskExecutorPreference(loop) { try work() }
    }
}
