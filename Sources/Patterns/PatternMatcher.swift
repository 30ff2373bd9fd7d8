import CPCRE2
import Glibc

/// Matches patterns within one piece of work, such as a validation, and stops those that take too long. Belongs to one thread.
///
/// Three walls: PCRE2's own limit on backtracks, scaled to the text; a clock asked at every place where a match may start; and for long texts,
/// where a single step can already be long, a clock asked at every step. The clock first counts wall time, then, when that has run out,
/// CPU time as long again, so that a busy machine does not make a good pattern look like a bad one.
package final class PatternMatcher {
    package enum Verdict { case matches, differs, undecided }

    /// Texts with more bytes than this are matched with a clock at every step.
    private static let watchedBytesMin = 2048
    /// Steps times bytes that a match may take from one starting place: ten to forty milliseconds at worst.
    private static let workMax = 40_000_000
    private static let backtracksMax = 200_000
    private static let backtracksMin = 10_000
    /// In long texts steps come every few nanoseconds, and reading a clock takes more than one.
    private static let stepsBetweenLooks = 16
    private static let heapKibibytesMax: UInt32 = 16 * 1024

    private let matchData: OpaquePointer
    private let context: OpaquePointer
    fileprivate var watch = Watch()
    private var spent: UInt64 = 0

    package init?() {
        guard let data = pcre2_match_data_create_8(1, nil), let context = pcre2_match_context_create_8(nil) else { return nil }
        matchData = data
        self.context = context
        pcre2_set_depth_limit_8(context, UInt32(Self.backtracksMax))
        pcre2_set_heap_limit_8(context, Self.heapKibibytesMax)
    }

    deinit {
        pcre2_match_data_free_8(matchData)
        pcre2_match_context_free_8(context)
    }

    /// Begins a new piece of work, with the whole of its time before it.
    package func startAnew() { spent = 0 }

    /// Whether the pattern is found in the text; undecided where that took too long or the text is too long.
    package func match(_ pattern: Pattern, _ text: String) -> Verdict {
        var text = text
        return text.withUTF8 { bytes in
            if let base = bytes.baseAddress { return match(pattern, base, bytes.count) }
            return withUnsafePointer(to: 0 as UInt8) { match(pattern, $0, 0) }
        }
    }

    private func match(_ pattern: Pattern, _ text: UnsafePointer<UInt8>, _ count: Int) -> Verdict {
        guard count <= PatternLimits.textBytesMax, spent < Self.totalNanoseconds else { return .undecided }
        let started = Watch.wall()
        watch = Watch(wallEnd: started + Self.matchNanoseconds, asksEvery: count > Self.watchedBytesMin ? Self.stepsBetweenLooks : 1)
        defer { spent += Watch.wall() - started }
        guard count > Self.watchedBytesMin else {
            let limit = max(Self.backtracksMin, min(Self.backtracksMax, Self.workMax / max(1, count)))
            pcre2_set_match_limit_8(context, UInt32(limit))
            return run(pattern.code, text, count)
        }
        // Compiling costs microseconds, which a text of this length is worth; keeping a second code for every pattern would not be.
        guard let code = try? Pattern.compile(pattern.translated, extra: PCRE2_AUTO_CALLOUT | pattern.options) else { return .undecided }
        defer { pcre2_code_free_8(code) }
        pcre2_set_match_limit_8(context, UInt32(Int32.max))
        return run(code, text, count)
    }

    private func run(_ code: OpaquePointer, _ text: UnsafePointer<UInt8>, _ count: Int) -> Verdict {
        let result = withUnsafeMutablePointer(to: &watch) { watch in
            pcre2_set_callout_8(context, { _, watch in Watch.isOver(watch) ? PCRE2_ERROR_CALLOUT : 0 }, watch)
            var result = pcre2_match_8(code, text, count, 0, PCRE2_NO_UTF_CHECK, matchData, context)
            if result == PCRE2_ERROR_JIT_STACKLIMIT {
                result = pcre2_match_8(code, text, count, 0, PCRE2_NO_UTF_CHECK | PCRE2_NO_JIT, matchData, context)
            }
            return result
        }
        switch result {
        case 0...: return .matches
        case PCRE2_ERROR_NOMATCH: return .differs
        default: return .undecided
        }
    }

    private static let matchNanoseconds = nanoseconds(PatternLimits.matchTime)
    private static let totalNanoseconds = nanoseconds(PatternLimits.totalTime)

    private static func nanoseconds(_ duration: Duration) -> UInt64 {
        UInt64(duration.components.seconds) * 1_000_000_000 + UInt64(duration.components.attoseconds / 1_000_000_000)
    }

    /// When a match is over: at the end of its wall time, or rather of as much CPU time counted from there.
    fileprivate struct Watch {
        var wallEnd: UInt64 = 0
        var asksEvery = 1
        var untilAsked = 0
        var processorEnd: UInt64 = .max

        static func wall() -> UInt64 { now(CLOCK_MONOTONIC) }

        private static func now(_ clock: clockid_t) -> UInt64 {
            var time = timespec()
            clock_gettime(clock, &time)
            return UInt64(time.tv_sec) * 1_000_000_000 + UInt64(time.tv_nsec)
        }

        static func isOver(_ pointer: UnsafeMutableRawPointer?) -> Bool {
            guard let watch = pointer?.assumingMemoryBound(to: Watch.self) else { return true }
            watch.pointee.untilAsked -= 1
            if watch.pointee.untilAsked > 0 { return false }
            watch.pointee.untilAsked = watch.pointee.asksEvery
            guard wall() > watch.pointee.wallEnd else { return false }
            let processor = now(CLOCK_THREAD_CPUTIME_ID)
            if watch.pointee.processorEnd == .max { watch.pointee.processorEnd = processor + PatternMatcher.matchNanoseconds }
            return processor > watch.pointee.processorEnd
        }
    }
}
