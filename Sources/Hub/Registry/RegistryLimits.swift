package import HubCore

/// The limits of the registry; docs/limits.md has them with what happens beyond.
package struct RegistryLimits: Sendable, Hashable {
    /// Installations at work at the same time; more wait.
    package var installationsAtOnce = 2
    /// Installations that wait; one more is `installation.too-many`.
    package var installationsWaiting = 64
    /// Installations that are over and still listed.
    package var installationsKept = 100
    /// Decisions about one plugin that wait for the one at work; one more is `plugin.busy`.
    package var decisionsWaiting = 32
    /// Workers of one plugin for organisations of their own; the one that rested longest makes room.
    package var scopesMax = 32
    /// How long an organisation waits for one of them to be free before it is `plugin.too-many-organisations`.
    package var placeTime = Duration.seconds(1)
    /// How long an organisation whose own worker of an integration failed too often goes without it.
    package var restTime = Duration.seconds(600)
    /// Organisations that go without an integration at the same time, from which on it is quarantined for all.
    package var restingMax = 3
    /// How long calls in flight may finish on a version that was replaced or switched off.
    package var drainTime = Duration.seconds(15)
    package var trial = HealthTrial.Policy()
    /// Failures of a plugin that are kept.
    package var failuresKept = 100
    /// Failures of a plugin written down a minute; the others are only counted.
    package var failuresPerMinute = 60
    /// Log lines of a plugin that are kept.
    package var logLines = 2000
    /// Items of a stream that a call collects; more is `call.too-many-items`.
    package var streamItemsMax = 10_000
    /// JSON of the settings of a plugin in one scope.
    package var settingsBytesMax = 256 << 10
    /// A secret, in UTF-8.
    package var secretBytesMax = 64 << 10
    /// How often uses of grants are written down: what a killed hub forgets at most.
    package var flushTime = Duration.seconds(10)
    /// How often the workers' CPU time and memory are looked at.
    package var sampleTime = Duration.seconds(5)
    /// Subscriptions to events at the same time; one more is `events.too-many`.
    package var subscriptionsMax = 1000
    /// Events that wait for one subscriber; those beyond are lost, and it is told how many.
    package var eventsWaiting = 256

    package init() {}
}
