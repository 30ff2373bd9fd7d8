import CSandbox
import Glibc
import Testing

/// What one attack meets: without walls (so that we know the attack is real), behind all of them, and behind seccomp alone.
struct AttackCase: Sendable, CustomTestStringConvertible {
    let attack: pb_attack
    /// By a worker of an ordinary user's hub with no walls at all.
    let unconfined: Outcome
    /// Behind all walls, and behind seccomp alone: it does not lean on the others.
    let confined: Outcome

    var testDescription: String { "\(attack.testDescription) → \(confined)" }

    init(_ attack: pb_attack, unconfined: Outcome = .succeeded, confined: Outcome = .killed) {
        self.attack = attack
        self.unconfined = unconfined
        self.confined = confined
    }

    static let all: [AttackCase] = [
        // Talking to the outside.
        AttackCase(.socketInternet),
        AttackCase(.socketUnix),
        AttackCase(.connectLoopback),
        AttackCase(.connectAbstract),
        AttackCase(.receiveDescriptor, unconfined: .refused(EAGAIN)),
        // Files: the C library and ICU try to open some and cope with EACCES, so that is what everybody gets.
        AttackCase(.openPasswd, confined: .refused(EACCES)),
        AttackCase(.openShadow, unconfined: .refused(EACCES), confined: .refused(EACCES)),
        AttackCase(.openCreate, confined: .refused(EACCES)),
        AttackCase(.openHubEnvironment, confined: .refused(EACCES)),
        AttackCase(.openOwnMaps, confined: .refused(EACCES)),
        AttackCase(.openat2),
        AttackCase(.unlink, unconfined: .refused(ENOENT)),
        // Programs and processes.
        AttackCase(.execve, unconfined: .exited(0)),
        AttackCase(.execMemfd, unconfined: .exited(0)),
        AttackCase(.fork),
        AttackCase(.cloneProcess),
        AttackCase(.clone3, confined: .refused(ENOSYS)),
        AttackCase(.cloneThreadNamespace, unconfined: .refused(EINVAL)),
        // Other processes.
        AttackCase(.probeHub),
        AttackCase(.killVictim),
        AttackCase(.tgkillVictim),
        AttackCase(.queueSignalVictim),
        AttackCase(.ptraceVictim),
        AttackCase(.readVictimMemory),
        AttackCase(.pidfdVictim),
        // Memory: what could run code, and what no limit counts.
        AttackCase(.mmapExecutable, confined: .refused(EACCES)),
        AttackCase(.mprotectExecutable, confined: .refused(EACCES)),
        AttackCase(.pkeyMprotectExecutable),
        AttackCase(.mmapShared),
        AttackCase(.mmapGrowsdown),
        AttackCase(.memfdCreate),
        AttackCase(.shmget),
        AttackCase(.shmgetHub),
        // Parts of the kernel with a history.
        AttackCase(.ioUring),
        AttackCase(.bpf, unconfined: .refused(EPERM)),
        AttackCase(.userfaultfd),
        AttackCase(.perfEvent, unconfined: .refused(EACCES)),
        AttackCase(.keyctl),
        // Changing the walls.
        AttackCase(.mount, unconfined: .refused(EPERM)),
        AttackCase(.unshareUser),
        AttackCase(.setns, unconfined: .refused(EINVAL)),
        AttackCase(.chroot, unconfined: .refused(EPERM)),
        AttackCase(.pivotRoot, unconfined: .refused(EPERM)),
        AttackCase(.setuidRoot, unconfined: .refused(EPERM)),
        AttackCase(.capset, unconfined: .refused(EPERM)),
        AttackCase(.prctlDumpable, confined: .refused(EPERM)),
        AttackCase(.prctlDeathSignal, confined: .refused(EPERM)),
        AttackCase(.newSeccompFilter, unconfined: .refused(EINVAL)),
        AttackCase(.personality),
        AttackCase(.archPrctl),
        AttackCase(.modifyLdt),
        // Scheduling and limits.
        AttackCase(.schedRealtime, unconfined: .refused(EPERM), confined: .refused(EPERM)),
        AttackCase(.schedAffinity, confined: .refused(EPERM)),
        AttackCase(.raiseLimit, confined: .refused(EPERM)),
        AttackCase(.readHubLimit),
        // Other doors to the kernel.
        AttackCase(.int80),
        AttackCase(.x32, unconfined: .refused(ENOSYS)),
        AttackCase(.unknownCall, unconfined: .refused(ENOSYS)),
    ]

    /// Depends on the kernel's configuration (sysctls, what is built in), so only the confined side is a fact of ours.
    var unconfinedVariesByKernel: Bool {
        [.bpf, .perfEvent, .ioUring, .userfaultfd, .keyctl, .int80, .x32, .openShadow, .pkeyMprotectExecutable, .modifyLdt].contains(attack)
    }
}

@Suite(.serialized) struct LockdownTests {
    @Test(arguments: AttackCase.all.filter { !$0.unconfinedVariesByKernel })
    func `without walls each attack does what its name says`(_ attackCase: AttackCase) throws {
        let result = try attack(attackCase.attack, behind: Walls(account: .ordinaryUser))
        #expect(result.outcome == attackCase.unconfined)
        if case .killVictim = attackCase.attack { #expect(result.victim_died) }
    }

    @Test(arguments: AttackCase.all, HubAccount.playable)
    func `behind all walls every attack ends in death or a plain refusal`(_ attackCase: AttackCase, _ account: HubAccount) throws {
        let result = try attack(attackCase.attack, behind: .full(account))
        #expect(result.outcome == attackCase.confined)
        #expect(!result.victim_died)
    }

    @Test(arguments: AttackCase.all)
    func `threads that the engine started before the lock-down are behind the walls too`(_ attackCase: AttackCase) throws {
        var walls = Walls.full(.ordinaryUser)
        walls.otherThread = true
        let result = try attack(attackCase.attack, behind: walls)
        #expect(result.outcome == attackCase.confined)
        #expect(result.report.threads_confined == 2)
    }

    @Test(arguments: AttackCase.all)
    func `seccomp stops every attack by itself`(_ attackCase: AttackCase) throws {
        let result = try attack(attackCase.attack, behind: Walls(lockdown: [.seccomp], account: .ordinaryUser))
        #expect(result.outcome == attackCase.confined)
        #expect(!result.victim_died)
    }

    @Test func `the table knows every attack`() {
        let questionsAndDeaths = everyAttack.filter { $0.rawValue >= pb_attack.askOpenFiles.rawValue || $0 == .nothing }
        #expect(Set(AttackCase.all.map(\.attack)).union(questionsAndDeaths) == Set(everyAttack))
    }

    @Test(arguments: HubAccount.playable)
    func `all layers hold on this machine`(_ account: HubAccount) throws {
        let result = try attack(.nothing, behind: .full(account))
        for layer in Walls.everyLayer {
            #expect(result.state(of: layer) == .active, "\(layer.testDescription)")
        }
        #expect(result.report.landlock_abi >= 1)
        #expect(result.outcome == .succeeded && result.exit.signal == 0 && result.exit.status == 0)
    }
}
