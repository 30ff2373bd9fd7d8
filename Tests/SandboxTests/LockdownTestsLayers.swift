import CSandbox
import Glibc
import Testing

/// One layer, no other, and an attack that this layer alone must stop.
struct LayerCase: Sendable, CustomTestStringConvertible {
    let testDescription: String
    let attack: pb_attack
    let walls: Walls
    let expected: Outcome

    init(_ description: String, _ attack: pb_attack, behind walls: Walls, _ expected: Outcome) {
        self.testDescription = "\(description): \(attack.testDescription) → \(expected)"
        self.attack = attack
        self.walls = walls
        self.expected = expected
    }

    private static func landlock(_ attack: pb_attack, _ expected: Outcome, otherThread: Bool = false) -> LayerCase {
        LayerCase(
            otherThread ? "Landlock alone, older thread" : "Landlock alone", attack,
            behind: Walls(lockdown: [.landlock], account: .ordinaryUser, otherThread: otherThread), expected)
    }

    private static func namespace(_ layer: pb_layer, _ attack: pb_attack, _ expected: Outcome) -> LayerCase {
        // An ordinary user needs a user namespace to be given any other.
        LayerCase(
            "\(layer.testDescription) alone", attack, behind: Walls(spawn: [.userNamespace, layer], account: .ordinaryUser), expected)
    }

    static let all: [LayerCase] = [
        landlock(.openPasswd, .refused(EACCES)), landlock(.openCreate, .refused(EACCES)), landlock(.openOwnMaps, .refused(EACCES)),
        landlock(.openHubEnvironment, .refused(EACCES)), landlock(.execve, .refused(EACCES)),
        landlock(.connectLoopback, .refused(EACCES)), landlock(.connectAbstract, .refused(EPERM)),
        landlock(.probeHub, .refused(EPERM)), landlock(.killVictim, .refused(EPERM)), landlock(.ptraceVictim, .refused(EPERM)),
        landlock(.openPasswd, .refused(EACCES), otherThread: true), landlock(.killVictim, .refused(EPERM), otherThread: true),

        namespace(.mountNamespace, .openPasswd, .refused(ENOENT)), namespace(.mountNamespace, .execve, .refused(ENOENT)),
        namespace(.mountNamespace, .openCreate, .refused(EROFS)),
        namespace(.networkNamespace, .connectLoopback, .refused(ENETUNREACH)),
        namespace(.networkNamespace, .connectAbstract, .refused(ECONNREFUSED)),
        namespace(.ipcNamespace, .shmgetHub, .refused(ENOENT)),
        namespace(.userNamespace, .openHubEnvironment, .refused(EACCES)),
        LayerCase(
            "pid-namespace alone", .probeHub,
            behind: Walls(spawn: [.userNamespace], pidNamespace: true, account: .ordinaryUser), .refused(ESRCH)),
        LayerCase(
            "pid-namespace alone", .killVictim,
            behind: Walls(spawn: [.userNamespace], pidNamespace: true, account: .ordinaryUser), .refused(ESRCH)),
        LayerCase(
            "pid-namespace alone", .ptraceVictim,
            behind: Walls(spawn: [.userNamespace], pidNamespace: true, account: .ordinaryUser), .refused(ESRCH)),

        emptyRoot(.openPasswd, .refused(ENOENT)), emptyRoot(.openOwnMaps, .refused(ENOENT)), emptyRoot(.execve, .refused(ENOENT)),
        emptyRoot(.openCreate, .refused(EROFS)),
        emptyRoot(.unshareUser, .refused(EPERM)),  // the kernel gives no user namespace to a process in a changed root

        LayerCase(
            "capabilities alone", .chroot, behind: Walls(spawn: [.userNamespace], lockdown: [.capabilities], account: .ordinaryUser),
            .refused(EPERM)),
        LayerCase(
            "capabilities alone", .capset, behind: Walls(spawn: [.userNamespace], lockdown: [.capabilities], account: .ordinaryUser),
            .refused(EPERM)),
        LayerCase(
            "capabilities alone, older thread", .chroot,
            behind: Walls(spawn: [.userNamespace], lockdown: [.capabilities], account: .ordinaryUser, otherThread: true), .refused(EPERM)),
        LayerCase("limits alone", .raiseLimit, behind: limits, .refused(EPERM)),
        LayerCase("limits alone", .askWriteFile, behind: limits, .died(SIGXFSZ)),
    ]

    private static let limits = Walls(lockdown: [.limits], dataBudgetBytes: 32 << 20, account: .ordinaryUser)

    private static func emptyRoot(_ attack: pb_attack, _ expected: Outcome) -> LayerCase {
        LayerCase(
            "empty-root alone", attack,
            behind: Walls(spawn: [.userNamespace, .mountNamespace], lockdown: [.emptyRoot], account: .ordinaryUser), expected)
    }
}

@Suite(.serialized) struct LayerTests {
    @Test(arguments: LayerCase.all)
    func `each layer holds by itself`(_ layerCase: LayerCase) throws {
        let result = try attack(layerCase.attack, behind: layerCase.walls)
        #expect(result.outcome == layerCase.expected)
        #expect(!result.victim_died)
    }

    @Test func `before the layers are taken away one by one, these calls would have worked`() throws {
        // The other half of the capability cases: inside a user namespace a worker has them until the lock-down.
        for attempt in [pb_attack.chroot, .capset] {
            let result = try attack(attempt, behind: Walls(spawn: [.userNamespace], account: .ordinaryUser))
            #expect(result.outcome == .succeeded, "\(attempt.testDescription)")
        }
    }

    @Test func `the memory limit refuses what is beyond the budget`() throws {
        var walls = Walls(lockdown: [.limits], dataBudgetBytes: 32 << 20, account: .ordinaryUser)
        let limited = try attack(.askMemory, behind: walls)
        #expect(limited.error == ENOMEM)
        #expect((30...32).contains(limited.value), "got \(limited.value) MiB of 32")
        walls.lockdown = []
        #expect(try attack(.askMemory, behind: walls).value == 1024)
    }

    @Test func `the descriptor limit refuses more than a handful`() throws {
        let result = try attack(.askDescriptors, behind: Walls(lockdown: [.limits], account: .ordinaryUser))
        #expect(result.error == EMFILE)
        #expect(result.value <= 16)
    }

    @Test(.enabled(if: geteuid() == 0, "only root has an identity to lose"))
    func `root's workers are nobody, with a user namespace and without`() throws {
        // The bits of /etc/shadow and of the bystander are root's: with the identity alone neither can be touched.
        for spawn in [[.userNamespace, .identity], [.identity]] as [Set<pb_layer>] {
            let walls = Walls(spawn: spawn)
            #expect(try attack(.openShadow, behind: walls).outcome == .refused(EACCES))
            let kill = try attack(.killVictim, behind: walls)
            #expect(kill.outcome == .refused(EPERM) && !kill.victim_died)
            #expect(kill.state(of: .identity) == .active)
        }
        #expect(try attack(.openShadow, behind: Walls()).outcome == .succeeded)
    }

    @Test func `a pid namespace makes the worker number one`() throws {
        let walls = Walls(spawn: [.userNamespace], pidNamespace: true, account: .ordinaryUser)
        #expect(try attack(.askWho, behind: walls).value & 0xffff_ffff == 1)
    }
}

/// Machines that refuse part of the walls. The worker starts all the same, and the report says what is missing.
@Suite(.serialized) struct DegradedTests {
    static let mustHold: Set<pb_layer> = [.parentDeath, .limits, .noNewPrivileges, .capabilities, .landlock, .seccomp]

    @Test(arguments: HubAccount.playable)
    func `in a container that refuses namespaces the required layers hold`(_ account: HubAccount) throws {
        var walls = Walls.full(account)
        walls.containerLike = true
        let result = try attack(.socketInternet, behind: walls)
        #expect(result.outcome == .killed)
        for layer in Self.mustHold { #expect(result.state(of: layer) == .active, "\(layer.testDescription)") }
        for layer in Walls.namespaces.subtracting([.identity]).union([.pidNamespace]) {
            var report = result.report
            let status = pb_report_status(&report, layer)
            #expect(status.state == .unavailable && status.error == EPERM, "\(layer.testDescription)")
        }
        // Root can still become nobody and still empty its root; an ordinary user never was root and cannot change its root.
        #expect(result.state(of: .identity) == .active)
        #expect(result.state(of: .emptyRoot) == (account == .root ? .active : .unavailable))
    }

    @Test func `root of a container without a nobody keeps its namespaces and owns up to its identity`() throws {
        var walls = Walls.full(.ordinaryUser)
        walls.rootlessContainer = true
        let result = try attack(.socketInternet, behind: walls)
        #expect(result.outcome == .killed)
        #expect(result.state(of: .identity) == .unavailable)
        for layer in Self.mustHold.union(Walls.namespaces).subtracting([.identity]) {
            #expect(result.state(of: layer) == .active, "\(layer.testDescription)")
        }
    }

    @Test func `a layer that nobody asked for is neither active nor missing`() throws {
        let result = try attack(.nothing, behind: Walls(lockdown: [.limits], account: .ordinaryUser))
        #expect(result.state(of: .seccomp) == .notWanted)
        #expect(result.state(of: .limits) == .active)
        var report = result.report
        #expect(pb_report_missing(&report, mask([.seccomp, .limits])) == pb_layer_bit(.seccomp))
    }
}

/// What is demanded and cannot be had ends the worker before it runs anything.
@Suite(.serialized) struct RequiredTests {
    @Test func `a required layer that is missing is a refusal that names it`() throws {
        var walls = Walls.full(.ordinaryUser)
        walls.containerLike = true
        walls.required = [.seccomp, .networkNamespace]
        var setup = walls.setup
        var result = pb_attack_result()
        #expect(pb_attack_run(.nothing, &setup, &result) == 0)
        #expect(result.lockdown == -EPERM && !result.began)
        #expect(pb_report_missing(&result.report, setup.required_layers) == pb_layer_bit(.networkNamespace))
    }

    @Test func `a thread that hears no signals cannot be confined, and that is a refusal`() throws {
        var walls = Walls.full(.ordinaryUser)
        walls.otherThread = true
        walls.deafThread = true
        walls.required = [.landlock]
        var setup = walls.setup
        var result = pb_attack_result()
        #expect(pb_attack_run(.nothing, &setup, &result) == 0)
        #expect(result.lockdown == -EPERM && !result.began)
        let landlock = pb_report_status(&result.report, .landlock)
        #expect(landlock.state == .unavailable && landlock.error == ETIMEDOUT)
        #expect(result.report.landlock_abi == 0 && result.report.threads_confined == 0)
        #expect(result.state(of: .seccomp) == .active)
    }

    @Test func `the defaults demand what no kernel we support lacks`() {
        let defaults = pb_lockdown_defaults()
        #expect(defaults.required == mask([.parentDeath, .limits, .noNewPrivileges, .landlock, .seccomp]))
        #expect(defaults.wanted == mask(Walls.everyLayer) && !defaults.allow_degraded)
    }
}
