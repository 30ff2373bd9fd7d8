import PatchbayCLI
import Testing

/// A moment of some work; Golden/progress.txt shows it at three widths.
struct ProgressCase: Sendable, CustomTestStringConvertible {
    let testDescription: String
    let total: Int
    /// Seconds since the start and what was done by then, in order; the last one is the moment shown.
    let history: [(seconds: Double, done: Int)]
    let plain: String
}

struct ProgressLineTests {
    static let cases: [ProgressCase] = [
        ProgressCase(
            testDescription: "at the very start there is no rate yet", total: 15209, history: [(0, 0)], plain: "judging: 0 %, 0/15,209"),
        ProgressCase(
            testDescription: "a third of the way", total: 15209, history: [(0, 0), (1, 2500), (2, 5070)],
            plain: "judging: 33 %, 5,070/15,209, 2,535/s, 4 s left"),
        ProgressCase(
            testDescription: "slow work has a rate with a decimal and a long time left", total: 1000,
            history: [(0, 0), (60, 100), (64, 107)], plain: "judging: 10 %, 107/1,000, 1.7/s, 8 min 55 s left"),
        ProgressCase(
            testDescription: "almost done is not done", total: 100_000, history: [(0, 0), (10, 99_999)],
            plain: "judging: 99 %, 99,999/100,000, 10,000/s, 1 s left"),
        ProgressCase(
            testDescription: "all done", total: 15209, history: [(0, 0), (3, 9000), (4.2, 15209)],
            plain: "judging: 100 %, 15,209/15,209, 3,621/s, done in 4.2 s"),
        ProgressCase(
            testDescription: "nothing to do is done", total: 0, history: [(0, 0)], plain: "judging: 100 %, 0/0, done in 0 µs"),
    ]

    private static func line(_ c: ProgressCase) -> (ProgressLine, Duration) {
        var line = ProgressLine(label: "judging", total: c.total, startedAt: .zero)
        for (seconds, done) in c.history { line.advance(to: done, at: .seconds(seconds)) }
        return (line, .seconds(c.history.last!.seconds))
    }

    @Test("plain lines for readers that are no terminal", arguments: cases)
    func plain(_ c: ProgressCase) {
        let (line, now) = Self.line(c)
        #expect(line.plain(at: now) == c.plain)
    }

    @Test("the bar at 40, 80 and 120 columns reads as it was agreed")
    func bars() throws {
        var page = ""
        for c in Self.cases {
            let (line, now) = Self.line(c)
            page += "── \(c.testDescription)\n"
            for width in [40, 80, 120] {
                let bar = line.bar(width: width, at: now, style: .plain)
                page += bar + "\n"
                #expect(bar.columns < width, "the last column stays free")
                #expect(withoutColours(line.bar(width: width, at: now, style: .coloured)) == bar)
            }
        }
        try expectGolden(page, "progress.txt")
    }

    @Test("the rate follows a change of pace")
    func rate() throws {
        var line = ProgressLine(label: "", total: 100_000, startedAt: .zero)
        for second in 1...20 { line.advance(to: second * 100, at: .seconds(second)) }
        #expect(try abs(#require(line.rate(at: .seconds(20))) - 100) < 1)
        for second in 21...30 { line.advance(to: 2000 + (second - 20) * 1000, at: .seconds(second)) }
        #expect(try abs(#require(line.rate(at: .seconds(30))) - 1000) < 10)
        #expect(try abs(#require(line.overallRate(at: .seconds(30))) - 400) < 1)
    }

    @Test("a count that falls or overshoots is held within its bounds")
    func bounds() {
        var line = ProgressLine(label: "", total: 10, startedAt: .zero)
        line.advance(to: 5, at: .seconds(1))
        line.advance(to: 3, at: .seconds(2))
        #expect(line.done == 5)
        line.advance(to: 50, at: .seconds(3))
        #expect(line.done == 10 && line.percent == 100)
    }
}

struct ProgressReporterTests {
    @Test("a bar is redrawn at most ten times a second and leaves nothing behind")
    func redraws() {
        let (capture, hand) = (Capture(), HandClock())
        let terminal = capture.terminal(isTTY: true)
        let progress = ProgressReporter(label: "x", total: 10_000, on: terminal.error, clock: hand.clock, mode: .bar)
        for step in 1...10_000 {
            hand.move(by: .microseconds(100))
            progress.advance(to: step)
        }
        progress.finish()
        let draws = capture.error.split(separator: "\r").count
        #expect(draws >= 9 && draws <= 12, "1 s of work was drawn \(draws) times")
        #expect(capture.error.hasSuffix("\r\u{1B}[K"))
        #expect(!capture.error.contains("\n"))
    }

    @Test("without a terminal there is a line about every ten percent and one at the end")
    func plainLines() {
        let (capture, hand) = (Capture(), HandClock())
        let progress = ProgressReporter(label: "x", total: 1000, on: capture.terminal().error, clock: hand.clock, mode: .lines)
        for step in 1...1000 {
            hand.move(by: .milliseconds(1))
            progress.advance(to: step)
        }
        progress.finish()
        progress.finish()
        let lines = capture.error.split(separator: "\n")
        #expect(lines.count == 10)
        #expect(lines.first == "x: 10 %, 100/1,000" || lines.first?.hasPrefix("x: 10 %, 100/1,000") == true)
        #expect(lines.last?.contains("100 %, 1,000/1,000") == true)
        #expect(!capture.error.contains("\u{1B}") && !capture.error.contains("\r"))
    }

    @Test("silence is silence")
    func silent() {
        let capture = Capture()
        let terminal = capture.terminal(isTTY: true)
        #expect(ProgressReporter.mode(for: terminal.error, isSilent: true) == .silent)
        #expect(ProgressReporter.mode(for: terminal.error, isSilent: false) == .bar)
        #expect(ProgressReporter.mode(for: capture.terminal().error, isSilent: false) == .lines)
        let progress = ProgressReporter(label: "x", total: 10, on: terminal.error, clock: HandClock().clock, mode: .silent)
        progress.advance(to: 10)
        progress.finish()
        #expect(capture.error.isEmpty)
    }

    @Test("lines printed in between do not run into the bar")
    func interleaved() {
        let (capture, hand) = (Capture(), HandClock())
        let terminal = capture.terminal(isTTY: true)
        let progress = ProgressReporter(label: "x", total: 10, on: terminal.error, clock: hand.clock, mode: .bar)
        progress.advance(to: 1)
        progress.interleave { terminal.error.line("between") }
        progress.finish()
        #expect(capture.error.contains("\r\u{1B}[Kbetween\n\rx"))
        #expect(capture.error.hasSuffix("\r\u{1B}[K"))
    }
}
