import JSON
import Manifests

/// A configuration that was looked through, for people.
struct ConfigurationRendering: Sendable {
    let style: Style
    let width: Int
    /// Paths below it are shown from there.
    let folder: String

    /// Each file with what is wrong in it, then the plugins in load order, then what is wrong with those.
    func lines(_ review: ConfigurationReview) -> [String] {
        let findings = ValidationRendering(style: style, width: width)
        var lines: [String] = []
        for file in review.files {
            var head = "\(mark(file.findings)) \(style.bold(SafeText.line(file.path)))\(style.dim("  \(file.format.title)"))"
            if let parent = file.includedBy { head += style.dim(" · included by \(SafeText.line(parent))") }
            lines.append(head)
            if let report = file.report { lines += report.split(separator: "\n").map { "  \(SafeText.line(String($0)))" } }
            lines += sorted(file.findings).flatMap { findings.lines($0) }
        }
        // Of a file that cannot be read nobody knows.
        if !review.plugins.isEmpty {
            lines += table(review.plugins)
        } else if review.files.allSatisfy(\.isUsable) {
            lines += ["", "No plugin is named."]
        }
        lines += review.plugins.flatMap { sorted($0.located.findings) }.flatMap { findings.lines($0) }
        return lines
    }

    private func table(_ plugins: [ConfiguredPlugin]) -> [String] {
        var table = Table([
            .init(""), .init("plugin", isFlexible: true, least: 30), .init("named by"), .init("version", isOptional: true),
            .init("comes from", isFlexible: true, least: 12),
        ])
        for plugin in plugins {
            let mark: Table.Cell =
                switch plugin.state {
                case .found: .init("●", paint: { $0.green($1) })
                case .missing: .init("✗", paint: { $0.red($1) })
                case .off: .init("–", paint: { $0.dim($1) })
                }
            let from =
                switch plugin.state {
                case .found: plugin.origin == .store ? "the store" : Files.shown(plugin.located.location ?? "", from: folder)
                case .missing: "not found"
                case .off: "switched off"
                }
            table.add([
                mark, .init(SafeText.line(plugin.name)), .init(plugin.origin.rawValue),
                .init(SafeText.line(plugin.located.version ?? "")), .init(SafeText.line(from), paint: { $0.dim($1) }),
            ])
        }
        return [""] + table.lines(width: width, style: style)
    }

    private func sorted(_ findings: [Finding]) -> [Finding] {
        Finding.Severity.allCases.flatMap { severity in findings.filter { $0.severity == severity } }
    }

    private func mark(_ findings: [Finding]) -> String {
        if !findings.errors.isEmpty { return style.red("✗") }
        return findings.contains { $0.severity == .warning } ? style.yellow("●") : style.green("●")
    }
}

extension ConfigurationReview {
    /// `{valid, files, plugins}`.
    var json: JSONValue {
        ["valid": .bool(isValid), "files": .array(files.map(\.json)), "plugins": .array(plugins.map(\.json))]
    }
}

extension ReviewedFile {
    var json: JSONValue {
        [
            "path": .string(path), "format": .string(format.rawValue), "valid": .bool(findings.errors.isEmpty),
            "includedBy": includedBy.map(JSONValue.string) ?? .null, "report": report.map(JSONValue.string) ?? .null,
            "findings": .array(findings.map(\.checkedJSON)),
        ]
    }
}

extension ConfiguredPlugin {
    /// `location` is a folder or archive, or for the store the name of a version.
    var json: JSONValue {
        var object = JSONObject([
            ("name", .string(name)), ("from", .string(origin.rawValue)), ("enabled", .bool(isEnabled)), ("state", .string(state.rawValue)),
            ("location", located.location.map(JSONValue.string) ?? .null), ("version", located.version.map(JSONValue.string) ?? .null),
        ])
        switch place {
        case .document(let file, let pointer):
            object["file"] = .string(file)
            object["pointer"] = .string(pointer.description)
        case .source(let file, let line, _, _):
            object["file"] = .string(file)
            object["line"] = .int(Int64(line))
        case .file(let file): object["file"] = .string(file)
        }
        object["findings"] = .array(located.findings.map(\.checkedJSON))
        return .object(object)
    }
}
