import Foundation
import Testing
import WorkerProtocol

/// The prelude's numbers are written down twice: in Swift, and in runtime/src/pump/wire.js.
@Suite struct WireNumbers {
    /// The names wire.js has for the raw values of each enum.
    static let fromHub: [(HubToWorker, String)] = [
        (.boot, "BOOT"), (.script, "SCRIPT"), (.call, "CALL"), (.batch, "BATCH"), (.next, "NEXT"), (.cancel, "CANCEL"),
        (.hostReply, "HOST_REPLY"),
        (.bind, "BIND"),
    ]
    static let fromWorker: [(WorkerToHub, String)] = [
        (.ready, "READY"), (.failed, "FAILED"), (.result, "RESULT"), (.streamOpened, "STREAM_OPENED"), (.item, "ITEM"),
        (.streamEnd, "STREAM_END"),
        (.cancelled, "CANCELLED"), (.hostCall, "HOST_CALL"), (.notify, "NOTIFY"), (.hostCancel, "HOST_CANCEL"),
    ]
    static let flags: [(FrameFlags, String)] = [
        (.error, "ERROR"), (.synchronous, "SYNCHRONOUS"), (.undefined, "UNDEFINED"), (.mixed, "MIXED"),
    ]
    /// Frames that never meet JavaScript: read or written by the worker's Swift.
    static let nativeOnly: Set<UInt16> = [HubToWorker.setup.rawValue]
    static let nativeOnlyFromWorker: Set<UInt16> = [WorkerToHub.confined.rawValue]

    /// `NAME = number` pairs of wire.js.
    private func constants() throws -> [String: UInt16] {
        let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
        let text = try String(contentsOf: root.appendingPathComponent("runtime/src/pump/wire.js"), encoding: .utf8)
        var found: [String: UInt16] = [:]
        for line in text.split(separator: "\n") where !line.hasPrefix("//") {
            let pairs = line.replacingOccurrences(of: "export const ", with: "").split(whereSeparator: { ",;".contains($0) })
            for pair in pairs {
                let sides = pair.split(separator: "=").map { $0.trimmingCharacters(in: .whitespaces) }
                guard sides.count == 2 else { continue }
                guard let number = UInt16(sides[1]) else {
                    Issue.record("'\(pair)' is no number")
                    continue
                }
                found[sides[0]] = number
            }
        }
        return found
    }

    @Test func `wire.js has the numbers of the Swift enums, all of them, and no others`() throws {
        var constants = try constants()
        for (kind, name) in Self.fromHub { #expect(constants.removeValue(forKey: name) == kind.rawValue, "\(name)") }
        for (kind, name) in Self.fromWorker { #expect(constants.removeValue(forKey: name) == kind.rawValue, "\(name)") }
        for (flag, name) in Self.flags { #expect(constants.removeValue(forKey: name) == flag.rawValue, "\(name)") }
        #expect(constants.isEmpty, "wire.js has names that this test does not know: \(constants.keys.sorted())")
    }

    @Test func `a new kind of message cannot be forgotten here`() {
        #expect(Set(Self.fromHub.map(\.0.rawValue)).union(Self.nativeOnly) == Set(HubToWorker.allCases.map(\.rawValue)))
        #expect(Set(Self.fromWorker.map(\.0.rawValue)).union(Self.nativeOnlyFromWorker) == Set(WorkerToHub.allCases.map(\.rawValue)))
    }
}
