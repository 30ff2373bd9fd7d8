// Which of the two modules `pthread_attr_t` belongs to depends on what else is compiled beside this file.
import CPCRE2
import Glibc

/// Tells how much of this thread's stack is left, so that a deep value ends in a violation on a small stack too, instead of a crash.
struct StackGauge {
    /// The lowest address that may still be used.
    private let floor: UInt

    private typealias GetAttributes = @convention(c) (pthread_t, UnsafeMutablePointer<pthread_attr_t>) -> Int32

    /// glibc declares `pthread_getattr_np` for programs that ask for GNU extensions, which Swift's module of it does not.
    private static let getAttributes: GetAttributes? = dlsym(nil, "pthread_getattr_np").map { unsafeBitCast($0, to: GetAttributes.self) }

    /// What is taken for granted below the caller where the system does not say.
    private static let assumedBytes: UInt = 192 * 1024

    /// Asks the system, which takes a microsecond (longer on the main thread): once a run, and only when it goes deep.
    init() {
        var attributes = pthread_attr_t()
        var base: UnsafeMutableRawPointer?
        var size = 0
        guard let get = Self.getAttributes, get(pthread_self(), &attributes) == 0 else {
            floor = Self.here - Self.assumedBytes
            return
        }
        defer { pthread_attr_destroy(&attributes) }
        pthread_attr_getstack(&attributes, &base, &size)
        floor = UInt(bitPattern: base) + UInt(min(SchemaLimits.stackReserveBytes, size / 2))
    }

    var hasRoom: Bool { Self.here > floor }

    private static var here: UInt {
        var mark: UInt8 = 0
        return withUnsafeMutablePointer(to: &mark) { UInt(bitPattern: $0) }
    }
}
