import CSandbox
import Glibc
import Testing

/// How a worker dies, and what its last note says.
struct DeathCase: Sendable, CustomTestStringConvertible {
    let death: pb_attack
    let signal: Int32
    /// As process 1 of a pid namespace, where the kernel ignores a signal that a process sends to itself.
    let asNumberOne: Outcome

    var testDescription: String { death.testDescription }

    static let all: [DeathCase] = [
        DeathCase(death: .dieAbort, signal: SIGABRT, asNumberOne: .exited(128 + SIGABRT)),
        DeathCase(death: .dieNull, signal: SIGSEGV, asNumberOne: .died(SIGSEGV)),
        DeathCase(death: .dieIllegal, signal: SIGILL, asNumberOne: .died(SIGILL)),
        DeathCase(death: .dieTrap, signal: SIGTRAP, asNumberOne: .exited(128 + SIGTRAP)),
        DeathCase(death: .dieDivide, signal: SIGFPE, asNumberOne: .died(SIGFPE)),
        DeathCase(death: .dieStack, signal: SIGSEGV, asNumberOne: .died(SIGSEGV)),
        DeathCase(death: .faultDeclined, signal: SIGSEGV, asNumberOne: .died(SIGSEGV)),
    ]
}

@Suite(.serialized) struct CrashNoteTests {
    static func walls(pidNamespace: Bool, otherThread: Bool = false) -> Walls {
        var walls = Walls.full(.ordinaryUser, pidNamespace: pidNamespace)
        walls.crashNote = true
        walls.otherThread = otherThread
        return walls
    }

    @Test(arguments: DeathCase.all)
    func `a worker dies of its signal and leaves a note`(_ deathCase: DeathCase) throws {
        let result = try attack(deathCase.death, behind: Self.walls(pidNamespace: false))
        #expect(result.outcome == .died(deathCase.signal))
        #expect(result.note.signal == UInt32(deathCase.signal))
        #expect(result.note.resident_bytes > 0 && result.note.data_bytes > 0)
    }

    @Test(arguments: DeathCase.all)
    func `process one of a pid namespace dies as well`(_ deathCase: DeathCase) throws {
        let result = try attack(deathCase.death, behind: Self.walls(pidNamespace: true))
        #expect(result.outcome == deathCase.asNumberOne)
        #expect(result.note.signal == UInt32(deathCase.signal))
    }

    @Test(arguments: [DeathCase.all[1], DeathCase.all[5]])
    func `another thread's death leaves a note too`(_ deathCase: DeathCase) throws {
        let result = try attack(deathCase.death, behind: Self.walls(pidNamespace: false, otherThread: true))
        #expect(result.outcome == .died(deathCase.signal))
        #expect(result.note.signal == UInt32(deathCase.signal))
    }

    @Test func `a fault that the engine repairs leaves no note and the worker goes on`() throws {
        let result = try attack(.faultRepaired, behind: Self.walls(pidNamespace: false))
        #expect(result.value == 1)
        #expect(result.note.signal == 0)
        #expect(result.exit.signal == 0 && result.exit.status == 0)
    }

    @Test func `a death at the memory limit can be told by its note`() throws {
        let result = try attack(.dieMemory, behind: Self.walls(pidNamespace: false))
        #expect(result.outcome == .died(SIGABRT))
        #expect(result.note.signal == UInt32(SIGABRT))
        // The last refused piece was 1 MiB, so less than that was left.
        #expect(result.note.data_limit_bytes != .max)
        #expect(result.note.data_bytes + (2 << 20) >= result.note.data_limit_bytes)
        #expect(result.exit.resident_peak_bytes >= 60 << 20)
    }

    @Test func `a crash far from the limit can be told too`() throws {
        let result = try attack(.dieNull, behind: Self.walls(pidNamespace: false))
        #expect(result.note.data_bytes + (32 << 20) < result.note.data_limit_bytes)
        #expect(result.note.address == 0)
    }

    @Test func `a violation leaves no note: the kernel kills at once`() throws {
        let result = try attack(.socketInternet, behind: Self.walls(pidNamespace: false))
        #expect(result.outcome == .killed)
        #expect(result.note.signal == 0)
    }
}

/// What must still work behind the walls.
@Suite(.serialized) struct ConfinedLifeTests {
    @Test(arguments: HubAccount.playable)
    func `ordinary calls of an engine work`(_ account: HubAccount) throws {
        let result = try attack(.askOrdinaryCalls, behind: .full(account))
        #expect(result.value == 0)
    }

    @Test func `threads can be started`() throws {
        #expect(try attack(.askStartThread, behind: .full(.ordinaryUser)).value == 1)
    }

    @Test(arguments: [true, false])
    func `the C library can signal the main thread, as the collector does`(pidNamespace: Bool) throws {
        // A raw clone leaves it with the zygote's thread number: pthread_kill would miss, and the collector would skip a stack.
        #expect(try attack(.askSignalMainThread, behind: .full(.ordinaryUser, pidNamespace: pidNamespace)).value == 1)
    }

    @Test func `only the passed descriptors and statm are open`() throws {
        // 0, 1, 2; the passed 3; 4 was the empty root until the lock-down; 5 is statm.
        #expect(try attack(.askOpenFiles, behind: .full(.ordinaryUser)).value == 0b10_1111)
    }
}
