/// Everything that decides what state a plugin is in, for the whole hub or as one organisation sees it.
package struct PluginFacts: Sendable, Hashable {
    /// Something wrong with the package, in the words of whoever found it.
    package struct Trouble: Sendable, Hashable {
        package var sentence: String
        package var remedy: String?
        package var turn: PluginState.Turn

        package init(_ sentence: String, remedy: String? = nil, turn: PluginState.Turn = .author) {
            (self.sentence, self.remedy, self.turn) = (sentence, remedy, turn)
        }
    }

    /// Why the package cannot be used.
    package var trouble: Trouble?
    /// Why it is not for this hub.
    package var mismatch: Trouble?
    package var isConsented = true
    /// How the package itself wants to begin.
    package var startsEnabled = true
    /// What a configuration file says.
    package var file: Bool?
    /// What somebody decided for the whole hub; stands before the file, in both directions.
    package var override: Bool?
    /// What the organisation decided for itself. It cannot switch on what the hub switched off.
    package var organisation: Bool?
    /// The organisation's view, in which its members act on its settings.
    package var isOrganisationView = false
    package var missing: [String] = []
    /// It has to be configured, no matter how, and nothing was set.
    package var lacksSettings = false
    package var quarantine: PluginRecord.Quarantine?
    package var worker = PluginState.Worker.idle
    /// Walls the running worker does without, in words.
    package var degraded: [String] = []
    /// Why a newer version was taken back.
    package var setback: String?
    package var since: Timestamp

    package init(since: Timestamp) { self.since = since }

    /// Switched off in words, and not only by how the package begins.
    private var isSwitchedOff: Bool { organisation == false || (override ?? file) == false }

    private var isOn: Bool { !isSwitchedOff && (override ?? file ?? organisation ?? startsEnabled) }

    /// The state these facts add up to. The first that holds counts: what somebody can only mend first stands first.
    package var state: PluginState {
        let pause = worker == .draining ? PluginState.Worker.draining : .stopped
        func resting(_ name: PluginState.Name, _ reason: String?, _ turn: PluginState.Turn?, _ remedy: String?, _ missing: [String] = [])
            -> PluginState
        {
            PluginState(name: name, worker: pause, reason: reason, since: since, turn: turn, remedy: remedy, missing: missing)
        }
        if let trouble { return resting(.invalid, trouble.sentence, trouble.turn, trouble.remedy) }
        if let mismatch { return resting(.incompatible, mismatch.sentence, mismatch.turn, mismatch.remedy) }
        if isSwitchedOff { return resting(.disabled, offReason, nil, nil) }
        if !isConsented {
            return resting(.needsConsent, "Nobody has said yet what it may do.", .operator, "Look at what it asks for and decide.")
        }
        if !isOn { return resting(.disabled, offReason, nil, nil) }
        if missing.isEmpty, lacksSettings {
            return resting(
                .needsConfiguration, "It needs settings, and none were saved.", isOrganisationView ? .member : .operator,
                "Fill in its settings.")
        }
        if !missing.isEmpty {
            let keys = missing.map { "'\($0)'" }.joined(separator: ", ")
            return resting(
                .needsConfiguration, missing.count == 1 ? "The setting \(keys) has no value." : "The settings \(keys) have no value.",
                isOrganisationView ? .member : .operator, "Fill in its settings.", missing)
        }
        if quarantine != nil || worker == .quarantined {
            return PluginState(
                name: .enabled, worker: .quarantined, reason: quarantine?.reason ?? "It failed too often.",
                since: quarantine?.since ?? since,
                turn: .operator,
                remedy: "Look at its failures, then release it or go back to another version.")
        }
        if worker == .running, !degraded.isEmpty {
            return PluginState(
                name: .enabled, worker: .degraded, reason: "It runs without \(degraded.joined(separator: ", ")).", since: since,
                turn: .operator,
                remedy: "Run: patchbay doctor")
        }
        return PluginState(
            name: .enabled, worker: worker, reason: setback, since: since, turn: setback == nil ? nil : .author,
            remedy: setback == nil ? nil : "The version before goes on. Wait for a mended one, or try the new one again.")
    }

    private var offReason: String {
        if organisation == false { return "This organisation switched it off." }
        if override == false { return "It was switched off for the whole hub." }
        if file == false { return "A configuration file switches it off." }
        return "It begins switched off."
    }
}
