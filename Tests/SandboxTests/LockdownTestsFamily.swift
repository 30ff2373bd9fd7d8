import CSandbox
import Glibc
import Testing

/// Dying together: no process outlives the hub.
@Suite(.serialized) struct FamilyTests {
    /// Waits until a process that is not our child has ended.
    static func ends(_ pidfd: Int32, within milliseconds: Int32) -> Bool {
        var waiting = pollfd(fd: pidfd, events: Int16(POLLIN), revents: 0)
        return poll(&waiting, 1, milliseconds) == 1
    }

    static func start(_ account: HubAccount, shortThread: Bool = false) throws -> pb_attack_family {
        var walls = Walls(spawn: Walls.namespaces, lockdown: Walls.everyLayer, account: account)
        walls.dataBudgetBytes = 64 << 20
        var setup = walls.setup
        var family = pb_attack_family()
        let error = pb_attack_family_start(&setup, shortThread, &family)
        guard error == 0 else { throw StageFailure(error: error) }
        return family
    }

    static func bury(_ hub: pid_t) {
        kill(hub, SIGKILL)
        var end = pb_exit()
        _ = pb_wait(hub, true, &end)
    }

    @Test(arguments: HubAccount.playable)
    func `when the hub is killed, zygote and workers are gone within a second`(_ account: HubAccount) async throws {
        try await onOneThread {
            let family = try Self.start(account)
            let others = [family.zygote, family.worker, family.namespaced_worker]
            #expect(others.allSatisfy { $0 > 0 })
            let watched = others.map(pb_pidfd_open)
            defer { watched.forEach { close($0) } }
            #expect(watched.allSatisfy { $0 >= 0 && !Self.ends($0, within: 0) }, "somebody was dead before")
            Self.bury(family.hub)
            for (pidfd, name) in zip(watched, ["zygote", "worker", "worker in a pid namespace"]) {
                #expect(Self.ends(pidfd, within: 1000), "\(name) lives on")
            }
        }
    }

    @Test func `the death signal follows the spawning thread, not the hub`() async throws {
        // Trap 14: a zygote spawned from a pool thread dies when the pool puts that thread away, while the hub lives.
        try await onOneThread {
            let family = try Self.start(.ordinaryUser, shortThread: true)
            defer { Self.bury(family.hub) }
            let zygote = pb_pidfd_open(family.zygote)
            defer { if zygote >= 0 { close(zygote) } }
            // It may be gone already, as a zombie of the hub: the pidfd is readable then.
            #expect(zygote < 0 || Self.ends(zygote, within: 1000))
            #expect(kill(family.hub, 0) == 0)
        }
    }

    @Test func `a process that comes too late for its parent's death is told so`() async throws {
        // A standing that names another parent is what a child finds whose parent died before the signal was armed.
        try await onOneThread {
            let stranger = "00000000:00000000:00000000:7fffffff:" + String(repeating: "00000000:", count: 8)
            var report = pb_report()
            #expect(pb_attack_settle("1:" + stranger, &report) == -ESRCH)
            #expect(pb_report_status(&report, .parentDeath).state == .unavailable)
        }
    }

    @Test(arguments: ["", "1:", "2:" + String(repeating: "00000000:", count: 12), "1:" + String(repeating: "0000000g:", count: 12)])
    func `a standing that is not ours claims nothing`(_ text: String) async throws {
        try await onOneThread {
            var report = pb_report()
            #expect(pb_attack_settle(text, &report) == 0)
            #expect(report.active == pb_layer_bit(.parentDeath) && report.wanted == report.active)
        }
    }
}
