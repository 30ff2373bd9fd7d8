import Glibc
import Testing

@testable import JSON

struct SmallStackTests {
    /// Handed to the thread and read again after it has been joined: never by two at once.
    private final class Errand: @unchecked Sendable {
        let text: String
        var code: String?

        init(_ text: String) { self.text = text }
    }

    private struct StartFailure: Error {}

    @Test("A deep and broken document is refused on a thread with a small stack", arguments: ["[", "{\"a\":"])
    func deepAndBroken(_ opening: String) throws {
        let errand = Errand(String(repeating: opening, count: JSONLimits.depthCeiling) + "12345678901234567890123")
        var attributes = pthread_attr_t()
        try #require(pthread_attr_init(&attributes) == 0)
        defer { pthread_attr_destroy(&attributes) }
        try #require(pthread_attr_setstacksize(&attributes, 256 * 1024) == 0)
        var thread = pthread_t()
        let started = pthread_create(
            &thread, &attributes,
            { pointer in
                guard let pointer else { return nil }
                let errand = Unmanaged<Errand>.fromOpaque(pointer).takeUnretainedValue()
                do throws(JSONError) { _ = try JSONValue(parsing: errand.text, limits: JSONLimits(depthMax: .max)) } catch {
                    errand.code = error.code
                }
                return nil
            }, Unmanaged.passUnretained(errand).toOpaque())
        guard started == 0 else { throw StartFailure() }
        pthread_join(thread, nil)
        #expect(errand.code == "json.unfinished")
    }
}
