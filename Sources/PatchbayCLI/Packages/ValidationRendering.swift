import Manifests
import PluginModel

/// How many packages were read, and how they did.
struct ValidationSummary: Sendable, Equatable {
    private(set) var valid = 0
    private(set) var invalid = 0
    private(set) var warnings = 0
    private(set) var byFormat: [PackageFormat: Int] = [:]
    var count: Int { valid + invalid }

    mutating func count(_ package: CheckedPackage) {
        if package.isValid { valid += 1 } else { invalid += 1 }
        warnings += package.findings.count { $0.severity == .warning }
        if let format = package.format { byFormat[format, default: 0] += 1 }
    }
}

/// Packages and what was found in them, for people.
struct ValidationRendering: Sendable {
    let style: Style
    let width: Int

    /// A line for the package, then its findings: errors first, each with its place and what to do.
    func lines(_ package: CheckedPackage, isAlone: Bool, showsValid: Bool) -> [String] {
        let hasNews = package.findings.contains { $0.severity != .notice }
        guard isAlone || showsValid || hasNews || !package.isValid else { return [] }
        let mark = package.isValid ? (hasNews ? style.yellow("●") : style.green("●")) : style.red("✗")
        let name = SafeText.line(package.manifest?.name ?? package.claim.name ?? package.claim.id ?? "")
        let version = (package.manifest?.version ?? package.claim.version).map { " " + SafeText.line($0) } ?? ""
        let title = name.isEmpty ? SafeText.line(package.path) : style.bold(name) + version
        var head = "\(mark) \(title)"
        if let format = package.format { head += style.dim("  \(format.title)" + (package.manifest?.dialect.map { " · \($0)" } ?? "")) }
        if !name.isEmpty { head += style.dim("  \(SafeText.line(package.path))") }
        var lines = [head]
        if let manifest = package.manifest { lines += facts(of: manifest) }
        for severity in Finding.Severity.allCases where severity != .notice || isAlone {
            for finding in package.findings where finding.severity == severity { lines += self.lines(finding) }
        }
        return lines
    }

    func lines(_ summary: ValidationSummary) -> [String] {
        let formats = PackageFormat.allCases.compactMap { format in
            summary.byFormat[format].map { "\(Quantity.grouped($0)) \(format.title)" }
        }
        var parts = ["\(Quantity.grouped(summary.count)) packages", "\(Quantity.grouped(summary.valid)) valid"]
        if summary.invalid > 0 { parts.append(style.red("\(Quantity.grouped(summary.invalid)) not valid")) }
        if summary.warnings > 0 { parts.append("\(Quantity.grouped(summary.warnings)) \(summary.warnings == 1 ? "warning" : "warnings")") }
        return ["", parts.joined(separator: " · ") + (formats.isEmpty ? "" : style.dim("  (\(formats.joined(separator: ", ")))"))]
    }

    /// What it adds and what it asks for, a line each where there is something.
    func facts(of manifest: PluginManifest) -> [String] {
        let counts = manifest.contributionCounts
        let adds = Contribution.Kind.allCases.compactMap { kind in counts[kind].map { kind.phrase(count: $0) } }
        var rows: [(label: String, text: String)] = []
        if !adds.isEmpty { rows.append(("adds", adds.joined(separator: ", "))) }
        if !manifest.permissions.isEmpty {
            rows.append(("asks for", manifest.permissions.map { SafeText.line($0.text) }.joined(separator: ", ")))
        }
        return TextWrap.columns(rows, indent: 2, labelWidth: 8, width: width).map(style.dim)
    }

    func lines(_ finding: Finding) -> [String] {
        let label =
            switch finding.severity {
            case .error: style.red("error")
            case .warning: style.yellow("warning")
            case .notice: style.dim("notice")
            }
        let plain = "  \(finding.severity.rawValue)[\(finding.code)]: \(SafeText.line(finding.sentence))"
        var lines = TextWrap.lines(plain, width: width, indent: "    ")
        lines[0] = "  \(label)" + lines[0].dropFirst(2 + finding.severity.rawValue.count)
        lines.append(style.dim("    at \(SafeText.line(finding.place.description))"))
        if let remedy = finding.remedy { lines += TextWrap.lines("    → " + SafeText.line(remedy), width: width, indent: "      ") }
        return lines
    }
}

extension Contribution.Kind {
    /// `1 signal`, `2 entity tabs`.
    func phrase(count: Int) -> String { "\(Quantity.grouped(count)) \(count == 1 ? words.one : words.many)" }

    private var words: (one: String, many: String) {
        switch self {
        case .signal: ("signal", "signals")
        case .connector: ("connector", "connectors")
        case .channel: ("channel", "channels")
        case .conditionOperator: ("condition operator", "condition operators")
        case .actionOperator: ("action operator", "action operators")
        case .command: ("command", "commands")
        case .view: ("view", "views")
        case .quicklink: ("quicklink", "quicklinks")
        case .action: ("action", "actions")
        case .route: ("route", "routes")
        case .catalogProvider: ("catalog provider", "catalog providers")
        case .entityTab: ("entity tab", "entity tabs")
        case .entityCard: ("entity card", "entity cards")
        case .page: ("page", "pages")
        }
    }
}
