import CBeast

/// A thread with an event loop that Swift tasks can prefer: `Task(executorPreference: loop)` runs there, with its default actors and
/// child tasks. What blocks it holds up every connection of this loop.
///
/// The C loop takes jobs from any thread; nothing here changes after `init`. The thread ends by itself after the last job, since tasks
/// hold their executor.
package final class EventLoop: TaskExecutor, @unchecked Sendable {
    let handle: OpaquePointer

    /// The name is seen in `top` and debuggers; 15 bytes at most.
    package init(name: String) throws(ServerError) {
        guard let handle = pb_loop_start(name) else { throw .noThread }
        self.handle = handle
    }

    deinit { pb_loop_release(handle) }

    package func enqueue(_ job: consuming ExecutorJob) {
        let job = unsafeBitCast(UnownedJob(job), to: UnsafeMutableRawPointer.self)
        pb_loop_post(handle, Self.runJob, job, Unmanaged.passUnretained(self).toOpaque())
    }

    private static let runJob: @convention(c) (UnsafeMutableRawPointer?, UnsafeMutableRawPointer?) -> Void = { job, loop in
        let executor = Unmanaged<EventLoop>.fromOpaque(loop!).takeUnretainedValue()
        unsafeBitCast(job!, to: UnownedJob.self).runSynchronously(on: executor.asUnownedTaskExecutor())
    }

    /// Whether the caller is on this loop's thread.
    package var isCurrent: Bool { pb_loop_is_current(handle) }
}
