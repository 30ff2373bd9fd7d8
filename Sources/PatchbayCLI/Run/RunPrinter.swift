package import JSON
import Manifests
import PluginModel

/// The figures at the end of a run, all of them counted or measured.
package struct RunFigures: Sendable {
    package let summaries: [SignalSummary]
    package let texts: Int
    package let took: Duration
    package let peakMemoryBytes: Int?

    package init(summaries: [SignalSummary], texts: Int, took: Duration, peakMemoryBytes: Int?) {
        self.summaries = summaries
        self.texts = texts
        self.took = took
        self.peakMemoryBytes = peakMemoryBytes
    }

    package var runs: Int { summaries.map(\.texts).reduce(0, +) }
    package var runsPerSecond: Double { took > .zero ? Double(runs) / took.inSeconds : 0 }

    package var json: JSONValue {
        var object = JSONObject([
            ("texts", .int(Int64(texts))), ("runs", .int(Int64(runs))), ("seconds", .double(took.inSeconds)),
            ("runsPerSecond", .double(runsPerSecond)), ("signals", .array(summaries.map(\.json))),
        ])
        if let peakMemoryBytes { object["workerPeakBytes"] = .int(Int64(peakMemoryBytes)) }
        return .object(JSONObject([("summary", .object(object))]))
    }
}

/// Prints a run: what was loaded, decisions as they are made, a summary. With `--json` only objects, one a line: every decision, then the summary.
struct RunPrinter: Sendable {
    let terminal: Terminal
    let isJSON: Bool
    let isQuiet: Bool
    let shown: RunCommand.Shown

    private var style: Style { terminal.output.style }
    private var width: Int { min(terminal.output.width, 140) }

    func notices(_ all: [LoadNotice]) {
        // Errors are said even when everything else is quiet; as JSON they are objects of their own among the decisions.
        let said = all.filter { isJSON || !isQuiet || $0.severity == .error }
        defer { if !isJSON, !said.isEmpty { terminal.error.line() } }
        for notice in said {
            if isJSON {
                terminal.output.line(JSONValue.object(JSONObject([("notice", json(notice))])).serialized())
            } else {
                terminal.error.lines(
                    ErrorRendering.lines(
                        notice.fault, label: notice.severity.rawValue, style: terminal.error.style, width: terminal.error.width))
            }
        }
    }

    func plan(_ integrations: [LoadedIntegration], _ plan: [SignalSummary], corpus: FortuneCorpus) {
        guard !isJSON, !isQuiet else { return }
        var table = Table([
            .init("Signal"), .init("Package", isFlexible: true), .init("Gives", isOptional: true),
            .init("Matches when", isFlexible: true, least: 20),
        ])
        for integration in integrations {
            for signal in integration.signals {
                let package = "\(integration.name) \(integration.version)"
                if let summary = plan.first(where: { $0.signal == signal }) {
                    table.add([
                        Table.Cell(SafeText.line(signal.type)) { $0.bold($1) }, Table.Cell(SafeText.line(package)),
                        Table.Cell(SafeText.line(signal.outputType.lowercased())), Table.Cell(summary.threshold.text),
                    ])
                } else if let message = signal.disabledMessage {
                    table.add([
                        Table.Cell(SafeText.line(signal.type)) { $0.dim($1) }, Table.Cell(SafeText.line(package)) { $0.dim($1) }, "",
                        Table.Cell("off: " + SafeText.line(message)) { $0.yellow($1) },
                    ])
                }
            }
        }
        terminal.output.lines(table.lines(width: width, style: style))
        let files = "\(Quantity.grouped(corpus.fileCount)) file\(corpus.fileCount == 1 ? "" : "s")"
        terminal.output.lines([
            "",
            "\(Quantity.grouped(corpus.texts.count)) texts from \(files) in \(SafeText.line(corpus.folder))", "",
        ])
    }

    func progress(total: Int, clock: MonotonicClock) -> ProgressReporter {
        ProgressReporter(
            label: "judging", total: total, on: terminal.error, clock: clock,
            mode: ProgressReporter.mode(for: terminal.error, isSilent: isJSON || isQuiet))
    }

    func decisions(_ decisions: [TextDecision], over progress: ProgressReporter, signalWidth: Int) {
        let lines = decisions.compactMap { decision -> String? in
            if isJSON { return decision.json.serialized() }
            switch (shown, decision.verdict) {
            case (.all, _), (.matches, .matched): return line(decision, signalWidth: signalWidth)
            default: return nil
            }
        }
        if !lines.isEmpty { progress.interleave { terminal.output.lines(lines) } }
    }

    func summary(_ figures: RunFigures) {
        if isJSON { return terminal.output.line(figures.json.serialized()) }
        var table = Table([
            .init("Signal"), .init("Texts", isNumeric: true), .init("Matched", isNumeric: true),
            .init("", isNumeric: true, isOptional: true),
            .init("Errors", isNumeric: true), .init("Min", isNumeric: true), .init("Median", isNumeric: true),
            .init("Max", isNumeric: true), .init("Spread", isOptional: true),
        ])
        for summary in figures.summaries { table.add(row(summary)) }
        if shown != .examples { terminal.output.line() }
        terminal.output.lines(table.lines(width: width, style: style))
        if shown == .examples, !isQuiet { examples(figures.summaries) }
        failures(figures.summaries)
        let memory = figures.peakMemoryBytes.map { " · largest worker \(Quantity.bytes($0))" } ?? ""
        terminal.output.lines([
            "",
            "\(Quantity.grouped(figures.runs)) runs in \(figures.took.brief) · \(Quantity.fixed(figures.runsPerSecond, 0))/s\(memory)",
        ])
    }

    private func row(_ summary: SignalSummary) -> [Table.Cell] {
        let spread = summary.spread()
        let decides = summary.threshold.source != .missing
        func score(_ value: Double?) -> Table.Cell { Table.Cell(value.map { Quantity.score($0) } ?? "-") }
        return [
            Table.Cell(SafeText.line(summary.signal.type)) { $0.bold($1) }, Table.Cell(Quantity.grouped(summary.texts)),
            Table.Cell(decides ? Quantity.grouped(summary.matched) : "-"),
            Table.Cell(decides ? Quantity.percent(summary.matched, of: summary.texts) : "") { $0.dim($1) },
            Table.Cell(Quantity.grouped(summary.errors)) { summary.errors > 0 ? $0.red($1) : $1 },
            score(spread?.least), score(spread?.median), score(spread?.greatest),
            Table.Cell(spread?.drawing ?? "") { $0.accent($1) },
        ]
    }

    private func examples(_ summaries: [SignalSummary]) {
        for summary in summaries where !summary.examples.isEmpty {
            let rest = summary.matched - summary.examples.count
            let more = rest > 0 ? style.dim(" (\(Quantity.grouped(rest)) more: --show matches)") : ""
            terminal.output.lines(["", style.bold("Highest of \(SafeText.line(summary.signal.type))") + more])
            terminal.output.lines(summary.examples.map { "  " + line($0, signalWidth: nil) })
        }
    }

    private func failures(_ summaries: [SignalSummary]) {
        for summary in summaries {
            for (_, fault) in summary.faults.sorted(by: { $0.key < $1.key }) {
                guard case .error(let first) = fault.first.verdict else { continue }
                let place = "\(fault.first.text.file) \(fault.first.text.number)"
                terminal.error.line()
                terminal.error.lines(
                    ErrorRendering.lines(
                        Fault(
                            code: first.code,
                            message:
                                "\(summary.signal.type) failed on \(Quantity.grouped(fault.count)) \(fault.count == 1 ? "text" : "texts"), first on \(place): \(first.message)",
                            place: first.place, remedy: first.remedy, turn: first.turn, details: first.details),
                        style: terminal.error.style, width: terminal.error.width))
            }
        }
    }

    /// `computers 12  0.97  the text, cut to the line`, with the signal's name in front when several are mixed.
    private func line(_ decision: TextDecision, signalWidth: Int?) -> String {
        let place = "\(SafeText.line(decision.text.file)) \(decision.text.number)".fitted(to: 18).padded(to: 18)
        let (word, paint): (String, (String) -> String) =
            switch decision.verdict {
            case .matched: (scoreText(decision), style.yellow)
            case .passed: (scoreText(decision), style.dim)
            case .error: ("error", style.red)
            }
        let score = word.fitted(to: 7).padded(to: 7, leading: true)
        let signal = signalWidth.map { SafeText.line(decision.signal).padded(to: $0) + "  " } ?? ""
        let mark = signalWidth == nil ? "" : decision.verdict == .matched ? "● " : "  "
        let used = mark.columns + signal.columns + place.columns + score.columns + 4 + (signalWidth == nil ? 2 : 0)
        let room = max(12, width - used)
        let text =
            if case .error(let fault) = decision.verdict { SafeText.line("\(fault.message) [\(fault.code)]").fitted(to: room) } else {
                Self.excerpt(of: decision, room: room)
            }
        return mark + signal + style.dim(place) + "  " + paint(score) + "  " + text
    }

    /// Columns of text kept before what a signal matched, when the match lies further on than the line reaches.
    private static let lead = 16

    /// The text in one line; around what was matched if that is in it, and with what was matched in front if it is not.
    private static func excerpt(of decision: TextDecision, room: Int) -> String {
        let text = SafeText.line(decision.text.text).collapsedSpaces
        guard let matched = decision.matchedValue.map({ SafeText.line($0).collapsedSpaces }), !matched.isEmpty else {
            return text.fitted(to: room)
        }
        guard let place = text.firstRange(of: matched) else { return "“\(matched.fitted(to: room / 2))” · \(text)".fitted(to: room) }
        let isInSight = text[..<place.upperBound].columns < room
        return isInSight
            ? text.fitted(to: room) : ("…" + text[..<place.lowerBound].suffix(lead) + text[place.lowerBound...]).fitted(to: room)
    }

    private func scoreText(_ decision: TextDecision) -> String {
        guard let score = decision.score else { return "-" }
        if case .double(let number) = score { return Quantity.score(number) }
        return SafeText.line(score.stringValue ?? score.serialized())
    }

    /// An error's object with `severity` in front and without `exit`, since nothing ends here.
    private func json(_ notice: LoadNotice) -> JSONValue {
        var object = JSONObject([("severity", .string(notice.severity.rawValue))])
        for (key, value) in ErrorRendering.json(CommandFailure(notice.fault))["error"]?.objectValue ?? [:] where key != "exit" {
            object[key] = value
        }
        return .object(object)
    }
}

extension String {
    /// Runs of spaces as one, none at the start.
    fileprivate var collapsedSpaces: String { split(separator: " ", omittingEmptySubsequences: true).joined(separator: " ") }
}
