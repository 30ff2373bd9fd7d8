/// How far a long piece of work has come, and the one line that says so. A value: the moment is passed in.
package struct ProgressLine: Sendable {
    package let label: String
    package let total: Int
    package private(set) var done = 0
    private let started: Duration
    private var samples: [(at: Duration, done: Int)]

    /// The rate is measured over this long, so that it follows a change of pace without jumping.
    static let rateWindow: Duration = .seconds(5)
    /// Moments kept for the rate; a caller may report far more often than that.
    static let samplesMax = 64

    package init(label: String, total: Int, startedAt now: Duration) {
        self.label = label
        self.total = max(0, total)
        started = now
        samples = [(now, 0)]
    }

    package mutating func advance(to count: Int, at now: Duration) {
        done = min(max(done, count), total)
        let spacing = Self.rateWindow / Self.samplesMax
        if now - samples[samples.count - 1].at >= spacing {
            samples.append((now, done))
        }
        // One sample older than the window stays: it is where the window begins.
        while samples.count > 2, now - samples[1].at >= Self.rateWindow { samples.removeFirst() }
    }

    /// Pieces a second lately; nil before anything can be said.
    package func rate(at now: Duration) -> Double? {
        let elapsed = (now - samples[0].at).inSeconds
        guard elapsed >= 0.2, done > samples[0].done else { return nil }
        return Double(done - samples[0].done) / elapsed
    }

    /// Pieces a second over the whole time.
    package func overallRate(at now: Duration) -> Double? {
        let elapsed = (now - started).inSeconds
        return elapsed > 0 && done > 0 ? Double(done) / elapsed : nil
    }

    package func timeLeft(at now: Duration) -> Duration? {
        guard done < total else { return .zero }
        return rate(at: now).map { .seconds(Double(total - done) / $0) }
    }

    /// 0...100, and 100 only when all is done.
    package var percent: Int { total == 0 ? 100 : done == total ? 100 : min(99, done * 100 / total) }

    /// Label, bar, percent, counts, rate, time left; what does not fit is left out from the least telling: label, then counts, then the bar.
    package func bar(width: Int, at now: Duration, style: Style) -> String {
        let percentText = "\(percent) %".padded(to: 5, leading: true)
        let counts = "\(Quantity.grouped(done))/\(Quantity.grouped(total))"
        let tail = [rateText(at: now), leftText(at: now)].compactMap { $0 }.joined(separator: " · ")
        // The last column stays free: writing into it makes some terminals wrap.
        let room = width - 1
        func remaining(_ parts: [String]) -> Int { room - parts.filter { !$0.isEmpty }.map { $0.columns + 2 }.reduce(0, +) }

        var (shownLabel, shownCounts) = (label, counts)
        if remaining([shownLabel, percentText, shownCounts, tail]) < 10 { shownLabel = "" }
        if remaining([percentText, shownCounts, tail]) < 10 { shownCounts = "" }
        let barWidth = min(40, remaining([shownLabel, percentText, shownCounts, tail]))
        let parts = [
            shownLabel, barWidth >= 5 ? Self.drawn(percent: fraction, width: barWidth, style: style) : "", percentText,
            style.dim(shownCounts), tail,
        ]
        return parts.filter { !$0.isEmpty }.joined(separator: "  ").fittedKeepingStyle(to: room)
    }

    /// For readers that are no terminal: `judging: 30 %, 4,563/15,209, 8,100/s, 1.3 s left`.
    package func plain(at now: Duration) -> String {
        let parts = ["\(percent) %", "\(Quantity.grouped(done))/\(Quantity.grouped(total))", rateText(at: now), leftText(at: now)]
        return "\(label): " + parts.compactMap { $0 }.joined(separator: ", ")
    }

    private var fraction: Double { total == 0 ? 1 : Double(done) / Double(total) }

    private func rateText(at now: Duration) -> String? {
        rate(at: now).map { "\($0 < 10 ? Quantity.fixed($0, 1) : Quantity.fixed($0, 0))/s" }
    }

    private func leftText(at now: Duration) -> String? {
        guard done < total else { return "done in \((now - started).brief)" }
        // Fractions of a second would flicker without telling anything.
        return timeLeft(at: now).map { Duration.seconds(max(1, $0.inSeconds.rounded(.up))).brief + " left" }
    }

    /// A bar with eighths of a column, so that slow work is seen to move.
    private static func drawn(percent fraction: Double, width: Int, style: Style) -> String {
        let eighths = Int((fraction * Double(width) * 8).rounded(.down))
        let parts = ["", "▏", "▎", "▍", "▌", "▋", "▊", "▉"]
        let filled = String(repeating: "█", count: eighths / 8) + parts[eighths % 8]
        return style.accent(filled) + style.dim(String(repeating: "░", count: width - filled.count))
    }
}

extension String {
    /// As it is when it fits; otherwise without colours and cut.
    fileprivate func fittedKeepingStyle(to limit: Int) -> String { columns <= limit ? self : fitted(to: limit) }
}
