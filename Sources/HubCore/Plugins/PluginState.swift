/// What a plugin is and does, as a person reads it: one word for what was decided about it, one for its worker, and what to do now.
package struct PluginState: Sendable, Hashable {
    /// Raw values are the API's words.
    package enum Name: String, Sendable, Hashable, CaseIterable {
        /// Its package is gone, damaged or wrong.
        case invalid
        /// Its package is made for another host or platform.
        case incompatible
        /// Nobody has said yet what it may do.
        case needsConsent = "needs-consent"
        /// A required setting has no value.
        case needsConfiguration = "needs-configuration"
        /// Somebody, or a configuration file, switched it off.
        case disabled
        case enabled
    }

    package enum Worker: String, Sendable, Hashable, CaseIterable {
        /// No process; the next call starts one.
        case idle
        case starting
        case running
        /// Takes no new calls; those in flight finish.
        case draining
        case stopped
        /// A failure happened; the next call waits a moment.
        case backingOff = "backing-off"
        /// Runs without a wall that this machine does not give.
        case degraded
        /// Failed too often; somebody must let it go on.
        case quarantined
    }

    /// Who can change it.
    package enum Turn: String, Sendable, Hashable, CaseIterable {
        case author
        case `operator`
        /// Of the organisation that looks at it.
        case member
        case hub
    }

    /// ForgePortal's word for it.
    package enum Status: String, Sendable, Hashable, CaseIterable {
        case enabled, disabled, error
    }

    package var name: Name
    package var worker: Worker
    /// Why, in one sentence; nil where all is well.
    package var reason: String?
    package var since: Timestamp
    package var turn: Turn?
    package var remedy: String?
    /// Keys of required fields without a value.
    package var missing: [String]

    package init(
        name: Name, worker: Worker, reason: String? = nil, since: Timestamp, turn: Turn? = nil, remedy: String? = nil,
        missing: [String] = []
    ) {
        (self.name, self.worker, self.reason, self.since) = (name, worker, reason, since)
        (self.turn, self.remedy, self.missing) = (turn, remedy, missing)
    }

    /// Whether calls are taken.
    package var takesCalls: Bool { name == .enabled && worker != .quarantined }

    package var status: Status {
        switch name {
        case .enabled: worker == .quarantined ? .error : .enabled
        case .disabled, .incompatible, .needsConsent: .disabled
        case .invalid, .needsConfiguration: .error
        }
    }

    /// What ForgePortal's list shows beside `error`, and beside `disabled` where nobody switched it off.
    package var errorMessage: String? { name == .disabled || status == .enabled ? nil : reason }
}
