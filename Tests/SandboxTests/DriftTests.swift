import Foundation
import PluginModel
import Testing

@testable import Sandbox

/// Lists that are written down twice must agree: what the sandbox may say and limit, and what the pages tell of it.
@Suite struct Drift {
    private static let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent()

    private static func page(_ name: String) throws -> String {
        try String(contentsOf: root.appendingPathComponent(name), encoding: .utf8)
    }

    /// Every case once, and the code it has for programs. Codes stay: a changed line here breaks whoever reads them.
    private static let error = WorkerError(code: "plugin.threw", name: "Error", message: "m")
    static let codes: [(CallFailure, String)] = [
        (.threw(error), "plugin.threw"), (.timeLimit(.seconds(1), running: true, killed: false), "call.time-limit"),
        (.timeLimit(.seconds(1), running: true, killed: true), "call.time-limit"),
        (.timeLimit(.seconds(1), running: false, killed: false), "call.never-settled"), (.cpuLimit(.seconds(1)), "call.cpu-limit"),
        (.memoryLimit(bytes: 1 << 20), "call.memory-limit"), (.sandboxViolation, "worker.sandbox-violation"),
        (.crashed(signal: 11), "worker.crashed"), (.left(status: 1), "worker.left"),
        (.protocolViolation("what"), "worker.protocol-violation"), (.lostWorker("why"), "worker.lost"),
        (.busy(inFlight: 1), "call.busy"), (.cancelled, "call.cancelled"), (.loadFailed(error), "plugin.load-failed"),
        (.quarantined(reason: "r"), "plugin.quarantined"), (.noSuchExport(name: "x", exports: []), "call.no-such-export"),
        (.argumentTooLarge(bytes: 2, limit: 1), "call.argument-too-large"), (.sandboxUnavailable("why"), "sandbox.unavailable"),
        (.stopped, "plugin.stopped"),
    ]

    /// Without a default: a new case does not compile until it has a number here, and then the count below asks for its line.
    private static func number(_ failure: CallFailure) -> Int {
        switch failure {
        case .threw: 0
        case .timeLimit: 1
        case .cpuLimit: 2
        case .memoryLimit: 3
        case .sandboxViolation: 4
        case .crashed: 5
        case .left: 6
        case .protocolViolation: 7
        case .lostWorker: 8
        case .busy: 9
        case .cancelled: 10
        case .loadFailed: 11
        case .quarantined: 12
        case .noSuchExport: 13
        case .argumentTooLarge: 14
        case .sandboxUnavailable: 15
        case .stopped: 16
        }
    }
    private static let kinds = 17

    @Test func `every failure of a call has a stable code, a sentence, and a row in errors.md with the same turn`() throws {
        #expect(Set(Self.codes.map { Self.number($0.0) }) == Set(0..<Self.kinds))
        let page = try Self.page("docs/errors.md")
        let plugin = try PluginID("acme.hello")
        for (failure, code) in Self.codes {
            let fault = failure.fault(plugin: plugin, place: "acme.hello scan")
            #expect(fault.code == code)
            #expect(fault.message.contains("acme.hello"), "\(code) does not say which plugin")
            #expect(fault.place == "acme.hello scan", "\(code) loses the place")
            #expect(!failure.brief.isEmpty)
            let row = page.split(separator: "\n").first { $0.hasPrefix("| `\(code)` |") }
            let cells = row?.split(separator: "|").map { $0.trimmingCharacters(in: .whitespaces) } ?? []
            #expect(cells.count == 5, "\(code) has no row")
            if cells.count == 5 { #expect(cells[2] == fault.turn.rawValue, "the turn of \(code)") }
        }
    }

    @Test func `limits.md names every limit of the sandbox and of its policy`() throws {
        let page = try Self.page("docs/limits.md")
        for value in [SandboxLimits() as Any, FailureLedger.Policy() as Any] {
            let names = Mirror(reflecting: value).children.compactMap(\.label)
            #expect(names.count >= 3)
            for name in names { #expect(page.contains("`\(name)`"), "\(name)") }
        }
    }

    /// What limits.md says the defaults are, in its own words.
    @Test func `the defaults in limits.md are the defaults`() throws {
        let page = try Self.page("docs/limits.md")
        let limits = SandboxLimits()
        let mebibytes = { (bytes: Int) in "\(bytes >> 20) MiB" }
        let said: [(String, String)] = [
            ("callTime", limits.callTime.brief), ("loadTime", limits.loadTime.brief), ("callCPUTime", limits.callCPUTime.brief),
            ("memoryBytes", mebibytes(limits.memoryBytes)), ("messageBytes", mebibytes(limits.messageBytes)),
            ("callsInFlight", "\(limits.callsInFlight) "), ("waitingBytes", mebibytes(limits.waitingBytes)), ("hostCallsOpen", "1,024"),
            ("timersOpen", "1,024"), ("logLinesPerSecond", "\(limits.logLinesPerSecond) a second"), ("idleTime", limits.idleTime.brief),
            ("failuresMax", "\(FailureLedger.Policy().failuresMax) within 10 minutes"),
        ]
        #expect(Set(said.map(\.0)).isSuperset(of: Mirror(reflecting: limits).children.compactMap(\.label)))
        #expect((limits.hostCallsOpen, limits.timersOpen) == (1_024, 1_024))
        for (name, words) in said {
            let row = page.split(separator: "\n").first { $0.hasPrefix("| `\(name)`") } ?? ""
            let cell = row.split(separator: "|", maxSplits: 2).dropFirst().first ?? ""
            #expect(cell.contains(words), "\(name) is \(words); the page says \(cell)")
        }
    }

    @Test func `each trap of sandbox.md names tests that exist`() throws {
        let page = try Self.page("docs/sandbox.md")
        let rows = page.split(separator: "\n").filter { line in Int(line.dropFirst(2).prefix { $0.isNumber }) != nil && line.hasPrefix("| ")
        }
        #expect(rows.count == 16)
        let tests = Self.root.appendingPathComponent("Tests")
        var sources = ""
        for case let file as URL in FileManager.default.enumerator(at: tests, includingPropertiesForKeys: nil) ?? .init()
        where file.pathExtension == "swift" && file.lastPathComponent != "DriftTests.swift" {
            sources += try String(contentsOf: file, encoding: .utf8)
        }
        for row in rows {
            // The last cell holds names of tests in quotation marks.
            let names = (row.split(separator: "|").last ?? "").split(separator: "“").dropFirst().compactMap {
                $0.split(separator: "”").first
            }
            // What a trap costs is measured, not asserted.
            #expect(!names.isEmpty || row.contains("`make bench`"), "no test for \(row.prefix(60))")
            for name in names { #expect(sources.contains("`\(name)`"), "no test is called '\(name)'") }
        }
    }
}
