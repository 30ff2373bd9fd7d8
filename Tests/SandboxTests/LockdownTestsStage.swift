public import CSandbox
import Glibc
public import Testing

/// Who runs the hub in a test. The walls are the same for both; the ways to build them are not.
enum HubAccount: String, CaseIterable, CustomTestStringConvertible {
    case root, ordinaryUser

    var testDescription: String { self == .root ? "hub run by root" : "hub run by an ordinary user" }

    /// Root can play both; an ordinary user can only play itself.
    static var playable: [HubAccount] { geteuid() == 0 ? [.root, .ordinaryUser] : [.ordinaryUser] }
}

/// The walls around a worker in one test.
struct Walls: Sendable {
    var spawn: Set<pb_layer> = []
    var pidNamespace = false
    var lockdown: Set<pb_layer> = []
    var dataBudgetBytes: UInt64 = 0
    var account = HubAccount.root
    var required: Set<pb_layer> = []
    var otherThread = false
    var deafThread = false
    var containerLike = false
    var rootlessContainer = false
    var crashNote = false

    static let namespaces: Set<pb_layer> = [
        .userNamespace, .mountNamespace, .networkNamespace, .ipcNamespace, .utsNamespace, .identity,
    ]

    static let everyLayer: Set<pb_layer> = Set((0..<UInt32(PB_LAYER_COUNT)).compactMap(pb_layer.init(rawValue:)))

    /// What the hub builds around every worker.
    static func full(_ account: HubAccount, pidNamespace: Bool = true) -> Walls {
        Walls(
            spawn: namespaces, pidNamespace: pidNamespace, lockdown: everyLayer, dataBudgetBytes: 64 << 20, account: account)
    }

    var setup: pb_attack_setup {
        var setup = pb_attack_setup()
        setup.spawn_layers = mask(spawn)
        setup.fork_flags = pidNamespace ? PB_FORK_PID_NAMESPACE : 0
        setup.lockdown_layers = mask(lockdown)
        setup.data_budget_bytes = dataBudgetBytes
        setup.ordinary_user = account == .ordinaryUser
        setup.required_layers = mask(required)
        setup.other_thread = otherThread
        setup.deaf_thread = deafThread
        setup.container_like = containerLike
        setup.rootless_container = rootlessContainer
        setup.crash_note = crashNote
        return setup
    }
}

func mask(_ layers: Set<pb_layer>) -> UInt32 {
    layers.reduce(0) { $0 | pb_layer_bit($1) }
}

/// How an attack ended, in one comparable word.
enum Outcome: Equatable, CustomStringConvertible {
    /// The call did what it was asked to do.
    case succeeded
    /// The call was refused with this `errno`.
    case refused(Int32)
    /// The process was killed for trying: SIGSYS.
    case killed
    /// The process died of another signal.
    case died(Int32)
    /// The process left with this status without coming back from the attack.
    case exited(Int32)

    var description: String {
        switch self {
        case .succeeded: "succeeded"
        case .refused(let error): "refused: \(String(cString: strerror(error)))"
        case .killed: "killed by SIGSYS"
        case .died(let signal): "died of signal \(signal)"
        case .exited(let status): "exited with \(status)"
        }
    }
}

/// The stage itself could not be built: a failure of the test, not of the walls.
struct StageFailure: Error {
    let error: Int32
}

/// Builds the walls in processes of their own and lets a worker inside them attack once.
func attack(_ attack: pb_attack, behind walls: Walls) throws -> pb_attack_result {
    var setup = walls.setup
    var result = pb_attack_result()
    let error = pb_attack_run(attack, &setup, &result)
    guard error == 0 else { throw StageFailure(error: error) }
    #expect(result.began && result.lockdown == 0, "the worker never got to attack")
    return result
}

extension pb_attack_result {
    var outcome: Outcome {
        if returned { return error == 0 ? .succeeded : .refused(error) }
        if exit.signal == SIGSYS { return .killed }
        return exit.signal != 0 ? .died(exit.signal) : .exited(exit.status)
    }

    func state(of layer: pb_layer) -> pb_layer_state {
        var report = report
        return pb_report_status(&report, layer).state
    }
}

/// Every attack by its number, for tables that must not forget one.
let everyAttack: [pb_attack] = (0..<PB_ATTACK_COUNT).compactMap(pb_attack.init(rawValue:))

extension pb_attack: @retroactive CustomTestStringConvertible {
    public var testDescription: String { String(cString: pb_attack_name(self)) }
}

extension pb_layer: @retroactive CustomTestStringConvertible {
    public var testDescription: String { String(cString: pb_layer_name(self)) }
}
