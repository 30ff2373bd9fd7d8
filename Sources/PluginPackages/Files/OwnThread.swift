import Glibc
// Which of the two modules `pthread_attr_t` belongs to depends on what else is compiled beside this file.
import SwiftOverlayShims

/// Runs blocking work on a thread made for it, so that no thread of Swift's pool stands still meanwhile.
enum OwnThread {
    /// What the thread needs; taken out once by the thread itself.
    private final class Work: Sendable {
        let body: @Sendable () -> Void
        init(_ body: @escaping @Sendable () -> Void) { self.body = body }
    }

    /// 1 MiB: the survey of a deep folder and the JSON of a source map both recurse.
    private static let stackBytes = 1 << 20

    static func run<Value: Sendable>(_ body: @escaping @Sendable () -> Value) async -> Value {
        await withCheckedContinuation { continuation in
            let work = Work { continuation.resume(returning: body()) }
            var attributes = pthread_attr_t()
            pthread_attr_init(&attributes)
            defer { pthread_attr_destroy(&attributes) }
            pthread_attr_setstacksize(&attributes, stackBytes)
            pthread_attr_setdetachstate(&attributes, Int32(PTHREAD_CREATE_DETACHED))
            var thread = pthread_t()
            let pointer = Unmanaged.passRetained(work).toOpaque()
            let code = pthread_create(
                &thread, &attributes,
                { pointer in
                    if let pointer { Unmanaged<Work>.fromOpaque(pointer).takeRetainedValue().body() }
                    return nil
                }, pointer)
            // No thread to be had: late is better than never.
            if code != 0 { Unmanaged<Work>.fromOpaque(pointer).takeRetainedValue().body() }
        }
    }
}
