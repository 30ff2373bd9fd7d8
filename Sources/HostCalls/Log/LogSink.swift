import Glibc
import JSON
import PluginModel
import Synchronization

/// Where a plugin's lines go. Called from any thread; must not block for long and must not fail.
package protocol LogSink: Sendable {
    func write(_ line: LogLine)
}

/// Keeps the last lines in memory, for tests and for a plugin's page.
package final class MemoryLogSink: LogSink {
    private struct State {
        var lines: [LogLine] = []
        var first = 0
        var total = 0
    }

    /// Older lines make room for newer ones.
    package let linesMax: Int
    private let state = Mutex(State())

    package init(linesMax: Int = 1000) {
        precondition(linesMax > 0, "A sink keeps at least one line.")
        self.linesMax = linesMax
    }

    package func write(_ line: LogLine) {
        state.withLock { state in
            state.total += 1
            if state.lines.count < linesMax {
                state.lines.append(line)
            } else {
                state.lines[state.first] = line
                state.first = (state.first + 1) % linesMax
            }
        }
    }

    /// Oldest first.
    package var lines: [LogLine] { state.withLock { Array($0.lines[$0.first...] + $0.lines[..<$0.first]) } }

    /// Every line ever written here, those that have made room included.
    package var total: Int { state.withLock { $0.total } }
}

/// Writes each line to a file descriptor as it comes, standard error unless told otherwise.
package final class DescriptorLogSink: LogSink {
    package enum Form: Sendable {
        /// `12:00:01.250 warn acme.weather: message key=value`, for eyes; control characters are made visible.
        case text
        /// One JSON object a line, for programs.
        case jsonLines
    }

    private let descriptor: Int32
    private let form: Form
    private let minimum: LogLevel
    /// Held while writing, so that lines longer than a pipe takes at once do not mix.
    private let writing = Mutex(())

    package init(descriptor: Int32 = 2, form: Form, minimum: LogLevel = .debug) {
        self.descriptor = descriptor
        self.form = form
        self.minimum = minimum
    }

    package func write(_ line: LogLine) {
        guard line.level >= minimum else { return }
        var text = form == .jsonLines ? JSONValue.object(line.json).serialized() : Self.text(line)
        text += "\n"
        writing.withLock { _ in
            text.withUTF8 { bytes in
                var rest = UnsafeRawBufferPointer(bytes)
                while !rest.isEmpty {
                    let count = Glibc.write(descriptor, rest.baseAddress, rest.count)
                    if count < 0, errno == EINTR { continue }
                    guard count > 0 else { return }  // nobody reads any more, and there is nowhere to say so
                    rest = UnsafeRawBufferPointer(rebasing: rest[count...])
                }
            }
        }
    }

    package static func text(_ line: LogLine) -> String {
        let milliseconds = ((line.unixMilliseconds % 86_400_000) + 86_400_000) % 86_400_000
        func padded(_ number: Int64, _ width: Int) -> String {
            let digits = String(number)
            return String(repeating: "0", count: max(0, width - digits.count)) + digits
        }
        let time =
            padded(milliseconds / 3_600_000, 2) + ":" + padded(milliseconds / 60_000 % 60, 2) + ":" + padded(milliseconds / 1000 % 60, 2)
            + "." + padded(milliseconds % 1000, 3)
        var text = "\(time) \(line.level.rawValue) \(line.plugin.id): \(visible(line.message, scalarsMax: .max))"
        for (key, value) in line.fields {
            let shown = value.stringValue ?? value.serialized()
            text += " \(visible(key))=\(visible(shown, scalarsMax: .max))"
        }
        return text
    }
}
