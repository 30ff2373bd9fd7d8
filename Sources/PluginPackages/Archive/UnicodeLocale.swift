import Glibc

/// Runs something with a locale whose texts are UTF-8, on this thread alone.
///
/// libarchive turns names into the locale's encoding and back; in the locale a server starts in ("C"), every name beyond ASCII would be lost.
enum UnicodeLocale {
    /// Kept for good: there is one. The value is only ever read after it was made.
    nonisolated(unsafe) private static let locale = newlocale(1 << LC_CTYPE, "C.UTF-8", nil)

    static func run<Value, Failure>(_ body: () throws(Failure) -> Value) throws(Failure) -> Value {
        guard let locale else { return try body() }
        let before = uselocale(locale)
        defer { uselocale(before) }
        return try body()
    }
}
