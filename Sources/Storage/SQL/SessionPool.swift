import Glibc
import PluginModel

/// Connections that are lent one at a time to whoever asks, on the asker's thread.
///
/// `@unchecked Sendable`: `idle`, `made` and `isClosed` are touched only between `monitor.lock()` and `unlock()`, and a session that was
/// taken out belongs to its borrower alone until it is given back.
final class SessionPool<Session: SQLSession>: @unchecked Sendable {
    private let monitor = Monitor()
    private let size: Int
    private let make: @Sendable () throws(Fault) -> Session
    private var idle: [Session] = []
    private var made = 0
    private var isClosed = false

    init(size: Int, make: @escaping @Sendable () throws(Fault) -> Session) {
        self.size = size
        self.make = make
    }

    /// The one session there is.
    init(keeping session: sending Session) {
        size = 1
        make = { () throws(Fault) in throw StorageFault.closed }
        (idle, made) = ([session], 1)
    }

    func lend<Value>(_ body: (any SQLSession) throws(Fault) -> Value) throws(Fault) -> Value {
        let session = try take()
        defer { give(session) }
        return try body(session)
    }

    private func take() throws(Fault) -> Session {
        let end = Monitor.moment(in: StorageLimits.lendingSeconds)
        monitor.lock()
        while !isClosed, idle.isEmpty, made >= size {
            guard monitor.wait(until: end) else {
                monitor.unlock()
                throw StorageFault.overloaded("every connection has been in use for \(StorageLimits.lendingSeconds) s")
            }
        }
        if isClosed {
            monitor.unlock()
            throw StorageFault.closed
        }
        if let session = idle.popLast() {
            monitor.unlock()
            return session
        }
        made += 1
        monitor.unlock()
        do throws(Fault) { return try make() } catch {
            release(nil)
            throw error
        }
    }

    private func give(_ session: Session) { release(session.isBroken ? nil : session) }

    private func release(_ session: Session?) {
        monitor.lock()
        if let session { idle.append(session) } else { made -= 1 }
        monitor.wakeAll()
        monitor.unlock()
    }

    /// Waits until all are back, and lets them go.
    func close() {
        monitor.lock()
        isClosed = true
        monitor.wakeAll()
        while idle.count < made { monitor.wait() }
        made -= idle.count
        idle.removeAll()
        monitor.unlock()
    }
}
