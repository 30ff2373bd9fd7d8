import HubCore
import Testing

struct TimestampTests {
    @Test func `a moment is written as RFC 3339 in UTC`() {
        #expect(Timestamp(unixMilliseconds: 0).description == "1970-01-01T00:00:00.000Z")
        #expect(Timestamp(unixMilliseconds: 1_795_289_000_125).description == "2026-11-21T19:23:20.125Z")
        #expect(Timestamp(unixMilliseconds: -1).description == "1969-12-31T23:59:59.999Z")
        #expect(Timestamp(unixMilliseconds: -62_135_596_800_000).description == "0001-01-01T00:00:00.000Z")
        #expect(Timestamp(unixMilliseconds: 253_402_300_800_000).description == "10000-01-01T00:00:00.000Z", "years are not cut")
    }

    @Test func `half a second later is half a second later`() {
        #expect(Timestamp(unixMilliseconds: 10).advanced(by: .milliseconds(500)).unixMilliseconds == 510)
    }
}
