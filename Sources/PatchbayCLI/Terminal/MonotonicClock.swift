/// Time since an arbitrary start, injected so that rates and redraws can be tested.
package struct MonotonicClock: Sendable {
    private let read: @Sendable () -> Duration

    package init(_ read: @escaping @Sendable () -> Duration) { self.read = read }

    package var now: Duration { read() }

    /// The machine's clock, which neither jumps nor runs backwards.
    package static let system: MonotonicClock = {
        let start = ContinuousClock.now
        return MonotonicClock { ContinuousClock.now - start }
    }()
}
