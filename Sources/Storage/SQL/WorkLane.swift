import Glibc
import PluginModel
// Which of the two modules `pthread_attr_t` belongs to depends on what else is compiled beside this file.
import SwiftOverlayShims

/// Threads that take works from one queue, in order, several at once where they may.
///
/// `@unchecked Sendable`: what changes is touched only between `monitor.lock()` and `unlock()`.
final class WorkLane<Work: Sendable>: @unchecked Sendable {
    private let monitor = Monitor()
    private let batchMax: Int
    private let perform: @Sendable ([Work]) -> Void
    private let threadsMax: Int
    private var waiting: [Work] = []
    private var threads = 0
    private var idle = 0
    private var isClosed = false
    private var whenEnded: [@Sendable () -> Void] = []

    /// Threads are started when there is work for them.
    init(threads: Int, batchMax: Int, perform: @escaping @Sendable ([Work]) -> Void) {
        threadsMax = threads
        self.batchMax = batchMax
        self.perform = perform
    }

    /// Nil when it was taken.
    func submit(_ work: Work) -> Fault? {
        monitor.lock()
        defer { monitor.unlock() }
        if isClosed { return StorageFault.closed }
        if waiting.count >= StorageLimits.waitingMax {
            return StorageFault.overloaded("\(StorageLimits.waitingMax) calls wait for it already")
        }
        if idle <= waiting.count, threads < threadsMax {
            if OwnThread.start({ self.run() }) {
                threads += 1
            } else if threads == 0 {
                return StorageFault.overloaded("the system gives no further thread")
            }
        }
        waiting.append(work)
        monitor.wakeOne()
        return nil
    }

    /// Takes no further work; calls back on the last thread once everything taken is done.
    func end(_ then: @escaping @Sendable () -> Void) {
        monitor.lock()
        isClosed = true
        let hasEnded = threads == 0
        if !hasEnded { whenEnded.append(then) }
        monitor.wakeAll()
        monitor.unlock()
        if hasEnded { then() }
    }

    private func run() {
        while true {
            monitor.lock()
            idle += 1
            while waiting.isEmpty, !isClosed { monitor.wait() }
            idle -= 1
            if waiting.isEmpty {
                threads -= 1
                let callbacks = threads == 0 ? whenEnded : []
                monitor.unlock()
                for callback in callbacks { callback() }
                return
            }
            let works = Array(waiting.prefix(batchMax))
            waiting.removeFirst(works.count)
            monitor.unlock()
            perform(works)
        }
    }
}

/// Threads made for blocking work, so that no thread of Swift's pool stands still.
enum OwnThread {
    private final class Body: Sendable {
        let run: @Sendable () -> Void
        init(_ run: @escaping @Sendable () -> Void) { self.run = run }
    }

    /// False when the system gives none; then nothing runs.
    static func start(stackBytes: Int = 1 << 20, _ run: @escaping @Sendable () -> Void) -> Bool {
        var attributes = pthread_attr_t()
        pthread_attr_init(&attributes)
        defer { pthread_attr_destroy(&attributes) }
        pthread_attr_setstacksize(&attributes, stackBytes)
        pthread_attr_setdetachstate(&attributes, Int32(PTHREAD_CREATE_DETACHED))
        var thread = pthread_t()
        let pointer = Unmanaged.passRetained(Body(run)).toOpaque()
        let code = pthread_create(
            &thread, &attributes,
            { pointer in
                if let pointer { Unmanaged<Body>.fromOpaque(pointer).takeRetainedValue().run() }
                return nil
            }, pointer)
        if code != 0 { Unmanaged<Body>.fromOpaque(pointer).release() }
        return code == 0
    }
}
