package import PluginModel
import Synchronization

/// What a plugin has asked of the hub so far, per operation and per permission.
package struct MeterSnapshot: Sendable {
    package struct Counts: Sendable, Hashable {
        /// Every call that arrived, however it ended.
        package var calls = 0
        /// Refused for want of a permission.
        package var refused = 0
        /// Answered with any other fault, cancelled calls included.
        package var failed = 0
        /// Bytes of arguments.
        package var bytesIn = 0
        /// Bytes of answers.
        package var bytesOut = 0
        /// From arrival to answer, in all.
        package var nanoseconds: UInt64 = 0
    }

    package struct PermissionUse: Sendable, Hashable {
        package let permission: Permission
        package let isDeclared: Bool
        package internal(set) var isGranted: Bool
        /// How often it was the permission that let a call through. A call counts for the first that covers it.
        package var uses = 0
        /// 0 when it was never used.
        package var lastUsedUnixMilliseconds: Int64 = 0
    }

    package struct Refusal: Sendable, Hashable {
        /// The narrowest permission that would have covered the call.
        package let permission: String
        package let denial: Denial
        package var count: Int
    }

    /// By name; operations never called are there with zeros.
    package var operations: [String: Counts]
    /// Declared ones in the manifest's order, then those granted without being declared.
    package var permissions: [PermissionUse]
    /// At most `Meter.refusalsMax` different ones, in the order of their first time.
    package var refusals: [Refusal]
    /// Calls that name no operation of this hub.
    package var unknownOperations: Int
    /// Refusals that found no room in `refusals`.
    package var otherRefusals: Int

    /// Granted and never used: what an operator may take back.
    package var unusedGrants: [Permission] { permissions.filter { $0.isGranted && $0.uses == 0 }.map(\.permission) }
}

/// Counts behind one lock, which is held for a few additions at a time.
final class Meter: Sendable {
    /// A plugin that asks for ever new hosts must not fill memory with their names.
    static let refusalsMax = 64
    /// An operator who gives and takes back ever new permissions must not either.
    static let permissionsMax = 1024

    private struct State {
        var counts: [MeterSnapshot.Counts]
        var permissions: [MeterSnapshot.PermissionUse]
        var refusals: [MeterSnapshot.Refusal] = []
        var otherRefusals = 0
        var unknownOperations = 0
    }

    enum Ending { case done, refused, failed }

    private let names: [String]
    private let state: Mutex<State>

    init(operations: [String], declared: [Permission], granted: GrantSet) {
        names = operations
        var uses: [MeterSnapshot.PermissionUse] = []
        for permission in declared where !uses.contains(where: { $0.permission == permission }) {
            uses.append(.init(permission: permission, isDeclared: true, isGranted: granted.contains(permission)))
        }
        for permission in granted.permissions where !declared.contains(permission) {
            uses.append(.init(permission: permission, isDeclared: false, isGranted: true))
        }
        state = Mutex(State(counts: Array(repeating: .init(), count: operations.count), permissions: uses))
    }

    func count(_ operation: Int, bytesIn: Int, bytesOut: Int, nanoseconds: UInt64, ending: Ending) {
        state.withLock { state in
            state.counts[operation].calls += 1
            state.counts[operation].bytesIn += bytesIn
            state.counts[operation].bytesOut += bytesOut
            state.counts[operation].nanoseconds += nanoseconds
            switch ending {
            case .done: break
            case .refused: state.counts[operation].refused += 1
            case .failed: state.counts[operation].failed += 1
            }
        }
    }

    /// What was counted stays, also of grants that were taken back.
    func regrant(_ granted: GrantSet) {
        state.withLock { state in
            for place in state.permissions.indices {
                state.permissions[place].isGranted = granted.contains(state.permissions[place].permission)
            }
            for permission in granted.permissions where !state.permissions.contains(where: { $0.permission == permission }) {
                guard state.permissions.count < Self.permissionsMax else { return }
                state.permissions.append(.init(permission: permission, isDeclared: false, isGranted: true))
            }
        }
    }

    func countUnknown() { state.withLock { $0.unknownOperations += 1 } }

    func countUse(of need: Need, unixMilliseconds: Int64) {
        state.withLock { state in
            guard let place = state.permissions.firstIndex(where: { $0.isGranted && $0.permission.allows(need) }) else { return }
            state.permissions[place].uses += 1
            state.permissions[place].lastUsedUnixMilliseconds = unixMilliseconds
        }
    }

    func countRefusal(of permission: String, denial: Denial) {
        state.withLock { state in
            if let place = state.refusals.firstIndex(where: { $0.permission == permission && $0.denial == denial }) {
                state.refusals[place].count += 1
            } else if state.refusals.count < Self.refusalsMax {
                state.refusals.append(.init(permission: permission, denial: denial, count: 1))
            } else {
                state.otherRefusals += 1
            }
        }
    }

    var snapshot: MeterSnapshot {
        state.withLock { state in
            MeterSnapshot(
                operations: Dictionary(uniqueKeysWithValues: zip(names, state.counts)), permissions: state.permissions,
                refusals: state.refusals, unknownOperations: state.unknownOperations, otherRefusals: state.otherRefusals)
        }
    }
}
