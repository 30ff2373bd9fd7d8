/// How much of signals organisations may ask, and when one that fails is left alone. docs/limits.md has each.
package struct SignalLimits: Sendable, Hashable {
    /// Messages of all organisations that are on their way to one signal; more wait.
    package var messagesAtOnce = 4
    /// Messages of one organisation that wait for one signal; one more is answered at once, as busy.
    package var messagesWaiting = 64
    /// Values an organisation may ask one signal about in a second, on the average.
    package var valuesPerSecond = 50_000.0
    /// Values that may come at once after a pause.
    package var valuesBurst = 100_000.0
    /// Messages in a row without one score after which a signal is left alone for the organisation.
    package var failuresInRow = 5
    /// How long it is left alone the first time; twice as long each time it fails again.
    package var restTime = Duration.seconds(5)
    package var restTimeMax = Duration.seconds(300)
    /// What is kept of a message's time for handing its answers over, in percent of it.
    package var handOverShare = 4
    /// Signals of organisations whose health is kept.
    package var healthsKept = 20_000
    /// Health is that of this time, and of as much before.
    package var healthTime = Duration.seconds(300)
    /// How long one signal may take to say whether it is disabled.
    package var disabledTime = Duration.seconds(3)
    /// How long looking at all signals of an organisation waits for them to say so; those that have not are shown as usable.
    package var galleryTime = Duration.seconds(5)

    package init() {}
}
