package import HostCalls
package import HubCore
package import JSON
package import PluginModel
import Synchronization

/// One line of a plugin's log, as its page shows it.
package struct PluginLogLine: Sendable, Hashable {
    /// Counts up for each plugin; where a page of older lines goes on.
    package var sequence: Int64
    package var at: Timestamp
    package var plugin: PluginID
    package var version: String
    package var level: LogLevel
    package var message: String
    package var fields: JSONObject
    /// Whose settings its worker runs with; nil: the hub's.
    package var organisation: Organisation.ID?
    package var call: UInt32?
}

/// The last lines of one plugin, all its versions and workers together. Older lines make room.
final class PluginLog: Sendable {
    private struct State {
        var lines: [PluginLogLine] = []
        /// Where the oldest is, once there are as many as are kept.
        var first = 0
        var lastSequence: Int64 = 0
    }

    private let linesMax: Int
    private let state = Mutex(State())

    init(linesMax: Int) { self.linesMax = linesMax }

    func append(_ line: PluginLogLine) -> PluginLogLine {
        state.withLock { state in
            state.lastSequence += 1
            var line = line
            line.sequence = state.lastSequence
            if state.lines.count < linesMax {
                state.lines.append(line)
            } else {
                state.lines[state.first] = line
                state.first = (state.first + 1) % linesMax
            }
            return line
        }
    }

    /// Latest first.
    func lines(atLeast level: LogLevel?, containing text: String?, before sequence: Int64?, limit: Int) -> [PluginLogLine] {
        let lines = state.withLock { Array($0.lines[$0.first...] + $0.lines[..<$0.first]) }
        let text = text?.lowercased()
        var found: [PluginLogLine] = []
        for line in lines.reversed() where found.count < limit {
            guard sequence.map({ line.sequence < $0 }) ?? true, level.map({ line.level >= $0 }) ?? true else { continue }
            if let text, !text.isEmpty, !line.message.lowercased().contains(text),
                !JSONValue.object(line.fields).serialized().lowercased().contains(text)
            {
                continue
            }
            found.append(line)
        }
        return found
    }
}

/// Where one worker's lines go: the plugin's log, whoever listens, and the hub's own output.
final class InstanceLogSink: LogSink {
    private let plugin: PluginID
    private let version: String
    private let organisation: Organisation.ID?
    private let log: PluginLog
    private let events: HubEvents
    private let onward: (any LogSink)?

    init(
        plugin: PluginID, version: String, organisation: Organisation.ID?, log: PluginLog, events: HubEvents, onward: (any LogSink)?
    ) {
        (self.plugin, self.version, self.organisation, self.log) = (plugin, version, organisation, log)
        (self.events, self.onward) = (events, onward)
    }

    func write(_ line: LogLine) {
        let kept = log.append(
            PluginLogLine(
                sequence: 0, at: Timestamp(unixMilliseconds: line.unixMilliseconds), plugin: plugin, version: version, level: line.level,
                message: line.message, fields: line.fields, organisation: organisation, call: line.callID))
        events.publish(.log(kept))
        onward?.write(line)
    }
}
