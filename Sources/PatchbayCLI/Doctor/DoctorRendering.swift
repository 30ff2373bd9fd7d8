/// A doctor's report for a person: verdict first, then every finding, with its remedy below it.
package enum DoctorRendering {
    package static func lines(_ report: DoctorReport, style: Style, width: Int) -> [String] {
        let width = min(width, HelpPage.widthMax)
        let nameWidth = report.sections.flatMap(\.lines).map(\.name.columns).max() ?? 0
        var lines = verdict(report, style: style, width: width)
        for section in report.sections {
            lines += ["", style.bold(section.title)]
            for line in section.lines { lines += finding(line, nameWidth: min(nameWidth, 24), style: style, width: width) }
        }
        return lines
    }

    private static func verdict(_ report: DoctorReport, style: Style, width: Int) -> [String] {
        let findings = report.sections.flatMap(\.lines)
        let missing = findings.filter { $0.isRequired && $0.state == .missing }.map(\.name)
        let weak = findings.filter { $0.state != .ok && !$0.isInformation && !missing.contains($0.name) }.map(\.name)
        let (word, rest) =
            switch report.verdict {
            case .ready: (style.green("ready"), "everything the sandbox uses is here")
            case .degraded: (style.yellow("degraded"), "plugins run, but this is not as it should be: \(weak.joined(separator: ", "))")
            case .refused:
                (style.red("refused"), "plugins are not run, since something required is missing: \(missing.joined(separator: ", "))")
            }
        return TextWrap.lines(style.bold(word) + " — " + rest, width: width)
    }

    private static func finding(_ line: DoctorReport.Line, nameWidth: Int, style: Style, width: Int) -> [String] {
        let (mark, word) =
            switch line.state {
            case _ where line.isInformation: (style.dim("·"), "")
            case .ok: (style.green("●"), "ok")
            case .degraded: (style.yellow("◐"), "degraded")
            case .missing: (line.isRequired ? style.red("✕") : style.yellow("○"), "missing")
            }
        let gutter = 2 + 2 + nameWidth + 2 + "degraded".count + 2
        let need = line.isInformation ? "" : line.isRequired ? " · required" : " · best effort"
        let detail = TextWrap.lines(SafeText.line(line.detail) + need, width: max(20, width - gutter))
        let space = String(repeating: " ", count: gutter)
        var lines = ["  \(mark) \(line.name.padded(to: nameWidth))  \(word.padded(to: "degraded".count))  \(detail[0])"]
        lines += detail.dropFirst().map { space + $0 }
        if let remedy = line.remedy, line.state != .ok {
            // Under the name rather than under the detail: remedies are commands, and need the room.
            lines += TextWrap.lines("→ " + remedy, width: max(20, width - 4), indent: "  ").map {
                line.isInformation ? "    " + style.dim($0) : "    " + style.bold($0)
            }
        }
        return lines
    }
}
