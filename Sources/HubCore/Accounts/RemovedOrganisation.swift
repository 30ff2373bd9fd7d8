/// An organisation that nobody finds any more, while what it had is taken away.
package struct RemovedOrganisation: Sendable, Hashable {
    package var id: Organisation.ID
    /// The short name it had; somebody else may have it now.
    package var slug: String
    package var removedAt: Timestamp
    /// How many rows have gone so far, by what they were.
    package var swept: [String: Int]

    package init(id: Organisation.ID, slug: String, removedAt: Timestamp, swept: [String: Int] = [:]) {
        (self.id, self.slug, self.removedAt, self.swept) = (id, slug, removedAt, swept)
    }
}

/// How far a removed organisation is after one step.
package enum OrganisationSweep: Sendable, Hashable {
    /// There may be more.
    case going(RemovedOrganisation)
    /// That was all.
    case gone(RemovedOrganisation)
}

/// How what a removed organisation had is taken away; listed in docs/limits.md.
package struct RemovalLimits: Sendable, Hashable {
    /// Rows taken away in one transaction.
    package var rowsAtOnce = 500
    /// Between two of them, so that others come to write.
    package var pause: Duration = .milliseconds(20)
    /// How often it is looked for organisations that were removed, and how long after a failure.
    package var pollTime: Duration = .seconds(5)

    package init() {}
}
