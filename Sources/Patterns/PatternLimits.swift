/// How much one pattern, or the matches of one piece of work, may take. No pattern that people write meets them.
package enum PatternLimits {
    /// Bytes of one pattern.
    package static let patternBytesMax = 16 * 1024
    /// Bytes of one text that is matched.
    package static let textBytesMax = 1024 * 1024
    /// How long one match may take; one that needs longer is undecided.
    package static let matchTime: Duration = .milliseconds(20)
    /// How long all matches of one `PatternMatcher` may take together.
    package static let totalTime: Duration = .seconds(2)
}
