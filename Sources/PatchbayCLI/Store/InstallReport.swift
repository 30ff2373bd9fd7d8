import JSON
import Manifests
import PluginModel
import PluginPackages

/// What came of installing, for people and for programs.
struct InstallReport: Sendable {
    let terminal: Terminal
    let isJSON: Bool
    let isQuiet: Bool

    private var style: Style { terminal.output.style }

    func show(_ outcome: InstallOutcome) {
        guard !isJSON, let manifest = outcome.reading.manifest else { return }
        let what =
            if outcome.version == nil { "linked" } else if !outcome.isNew { "was installed already" } else if outcome.isCurrent {
                "installed"
            } else { "kept beside the version in use" }
        var lines = [
            "\(style.green("●")) \(style.bold(SafeText.line(manifest.name))) \(SafeText.line(manifest.version ?? "")) \(what)"
                + style.dim("  \(outcome.plugin) · \(outcome.version?.trust.phrase ?? "not checked")")
        ]
        if !isQuiet { lines += facts(manifest, outcome.reading.findings) }
        if !outcome.isCurrent, outcome.isNew { lines.append("  → Take it into use: patchbay plugin update \(outcome.plugin)") }
        terminal.output.lines(lines)
    }

    func show(dry reading: PackageReading, _ source: PackageSource) {
        guard !isJSON, let manifest = reading.manifest else { return }
        terminal.output.lines(
            [
                "\(style.green("●")) \(style.bold(SafeText.line(manifest.name))) \(SafeText.line(manifest.version ?? "")) could be installed"
                    + style.dim("  \(manifest.id)")
            ] + facts(manifest, reading.findings))
    }

    func show(_ error: StoreError, _ source: PackageSource) {
        guard !isJSON else { return }
        terminal.output.line("\(style.red("✗")) \(SafeText.line(source.description)) is not installed")
        let findings = error.findings.errors
        if findings.isEmpty {
            terminal.error.lines(ErrorRendering.lines(error.fault, style: terminal.error.style, width: terminal.error.width))
        } else {
            let rendering = ValidationRendering(style: terminal.output.style, width: terminal.output.width)
            terminal.output.lines(findings.flatMap { rendering.lines($0) })
        }
    }

    private func facts(_ manifest: PluginManifest, _ findings: [Finding]) -> [String] {
        let rendering = ValidationRendering(style: style, width: terminal.output.width)
        return rendering.facts(of: manifest) + findings.filter { $0.severity == .warning }.flatMap { rendering.lines($0) }
    }

    // MARK: For programs

    func json(_ outcome: InstallOutcome, _ source: PackageSource) -> JSONValue {
        var object = common(outcome.reading, source)
        object["installed"] = true
        object["id"] = .string(outcome.plugin.rawValue)
        object["new"] = .bool(outcome.isNew)
        object["current"] = .bool(outcome.isCurrent)
        object["linked"] = .bool(outcome.version == nil)
        object["hash"] = outcome.version.map { .string($0.contentHash) } ?? .null
        object["trust"] = outcome.version.map { .string($0.trust.word) } ?? .null
        object["diff"] = outcome.diff?.json ?? .null
        return .object(object)
    }

    func json(dry reading: PackageReading, _ source: PackageSource) -> JSONValue {
        var object = common(reading, source)
        object["installed"] = false
        object["dryRun"] = true
        return .object(object)
    }

    func json(_ error: StoreError, _ source: PackageSource) -> JSONValue {
        var object = JSONObject([("source", .string(source.description)), ("installed", false)])
        object["error"] = ErrorRendering.json(CommandFailure(error.fault))["error"] ?? .null
        object["findings"] = .array(error.findings.map(\.checkedJSON))
        return .object(object)
    }

    private func common(_ reading: PackageReading, _ source: PackageSource) -> JSONObject {
        let manifest = reading.manifest
        return JSONObject([
            ("source", .string(source.description)), ("id", manifest.map { .string($0.id.rawValue) } ?? .null),
            ("name", manifest.map { .string($0.name) } ?? .null), ("version", manifest?.version.map { .string($0) } ?? .null),
            ("format", .string(reading.format.rawValue)), ("contributions", manifest?.contributionCountsJSON ?? [:]),
            ("permissions", .array((manifest?.permissions ?? []).map { .string($0.text) })),
            ("findings", .array(reading.findings.map(\.checkedJSON))),
        ])
    }
}
