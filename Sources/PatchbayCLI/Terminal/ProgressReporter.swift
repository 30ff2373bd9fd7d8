import Synchronization

/// Shows one piece of work moving: a bar that redraws itself on a terminal, a line now and then elsewhere, nothing when told to be quiet.
package final class ProgressReporter: Sendable {
    package enum Mode: Sendable { case bar, lines, silent }

    /// A bar is redrawn at most this often.
    static let redrawInterval: Duration = .milliseconds(100)
    /// Without a terminal, a line is printed each time this much more is done.
    static let percentPerLine = 10

    private struct State {
        var line: ProgressLine
        var lastDrawn: Duration?
        var lastPercent = 0
        var isOnScreen = false
        var isFinished = false
    }

    private let channel: OutputChannel
    private let clock: MonotonicClock
    private let mode: Mode
    private let state: Mutex<State>

    package init(label: String, total: Int, on channel: OutputChannel, clock: MonotonicClock, mode: Mode) {
        self.channel = channel
        self.clock = clock
        self.mode = mode
        state = Mutex(State(line: ProgressLine(label: label, total: total, startedAt: clock.now)))
    }

    /// A bar for a person, lines for a file, nothing for `--quiet` or `--json`.
    package static func mode(for channel: OutputChannel, isSilent: Bool) -> Mode {
        isSilent ? .silent : channel.isTTY ? .bar : .lines
    }

    package func advance(to done: Int) {
        let now = clock.now
        state.withLock { state in
            state.line.advance(to: done, at: now)
            switch mode {
            case .silent: break
            case .bar:
                if let last = state.lastDrawn, now - last < Self.redrawInterval { return }
                draw(&state, now)
            case .lines:
                let step = state.line.percent / Self.percentPerLine
                if step > state.lastPercent / Self.percentPerLine, state.line.percent < 100 {
                    state.lastPercent = state.line.percent
                    channel.line(state.line.plain(at: now))
                }
            }
        }
    }

    /// Takes the bar off the screen, lets `print` write, and puts the bar back, so that other lines and the bar do not run into each other.
    package func interleave(_ print: () -> Void) {
        state.withLock { state in
            erase(&state)
            print()
            if mode == .bar, !state.isFinished, state.lastDrawn != nil { draw(&state, clock.now) }
        }
    }

    /// Ends the display: the bar goes, since the summary follows; a file gets its last line.
    package func finish() {
        state.withLock { state in
            guard !state.isFinished else { return }
            state.isFinished = true
            erase(&state)
            if mode == .lines { channel.line(state.line.plain(at: clock.now)) }
        }
    }

    private func draw(_ state: inout State, _ now: Duration) {
        // One write, from the line's start to its cleared end: no flicker.
        channel.write("\r" + state.line.bar(width: channel.width, at: now, style: channel.style) + "\u{1B}[K")
        state.lastDrawn = now
        state.isOnScreen = true
    }

    private func erase(_ state: inout State) {
        if state.isOnScreen { channel.write("\r\u{1B}[K") }
        state.isOnScreen = false
    }
}
