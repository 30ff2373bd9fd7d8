import Glibc
import Testing

@testable import Sandbox

/// A machine that differs from a good one in one point, and the line of the report that shows it.
struct MachineCase: Sendable, CustomTestStringConvertible {
    let testDescription: String
    let line: String
    let state: LayerStatus.State
    let verdict: MachineReport.Verdict
    /// Found in detail or remedy.
    let words: String
    let change: @Sendable (inout MachineFacts) -> Void

    static let all: [MachineCase] = [
        MachineCase(
            testDescription: "a kernel without Landlock", line: "landlock", state: .missing, verdict: .refused, words: "Linux 5.13",
            change: { $0.refuse("landlock", ENOSYS) }),
        MachineCase(
            testDescription: "Landlock switched off at boot", line: "landlock", state: .missing, verdict: .refused, words: "lsm=",
            change: { $0.refuse("landlock", EOPNOTSUPP) }),
        MachineCase(
            testDescription: "an early Landlock", line: "landlock", state: .degraded, verdict: .degraded,
            words: "ABI 3: no rules for TCP ports (Linux 6.7), signals", change: { $0.changeTrial { $0.landlockABI = 3 } }),
        MachineCase(
            testDescription: "Landlock that lets a file through", line: "landlock", state: .missing, verdict: .refused, words: "opened",
            change: { $0.changeTrial { $0.openError = 0 } }),
        MachineCase(
            testDescription: "seccomp refused", line: "seccomp", state: .missing, verdict: .refused, words: "CONFIG_SECCOMP_FILTER",
            change: { $0.refuse("seccomp", EINVAL) }),
        MachineCase(
            testDescription: "seccomp accepted but toothless", line: "seccomp", state: .missing, verdict: .refused, words: "not stopped",
            change: { $0.changeTrial { $0.forbiddenCallSignal = 0 } }),
        MachineCase(
            testDescription: "namespaces switched off by number", line: "user-namespace", state: .missing, verdict: .degraded,
            words: "user.max_user_namespaces",
            change: {
                $0.switches.userNamespacesMax = 0
                $0.refuse("user-namespace", ENOSPC)
            }),
        MachineCase(
            testDescription: "namespaces for root only", line: "user-namespace", state: .missing, verdict: .degraded,
            words: "kernel.unprivileged_userns_clone=1",
            change: {
                $0.switches.userNamespacesByOrdinaryUsers = 0
                $0.refuse("user-namespace", EPERM)
            }),
        MachineCase(
            testDescription: "namespaces restricted by AppArmor", line: "user-namespace", state: .missing, verdict: .degraded,
            words: "AppArmor",
            change: {
                $0.switches.userNamespacesRestrictedByAppArmor = 1
                $0.refuse("user-namespace", EACCES)
            }),
        MachineCase(
            testDescription: "namespaces refused by a container", line: "user-namespace", state: .missing, verdict: .degraded,
            words: "security profile", change: { $0.refuse("user-namespace", EPERM) }),
        MachineCase(
            testDescription: "no trial at all", line: "seccomp", state: .missing, verdict: .refused, words: "no trial worker",
            change: { $0.trial = .impossible(EAGAIN) }),
        MachineCase(
            testDescription: "no engine", line: "javascriptcore", state: .missing, verdict: .refused,
            words: "apt install libjavascriptcoregtk-4.1-0", change: { $0.javaScriptCore = .init() }),
        MachineCase(
            testDescription: "no bundler", line: "esbuild", state: .missing, verdict: .degraded, words: "apt install esbuild",
            change: { $0.esbuild = .init() }),
        MachineCase(
            testDescription: "a bubblewrap that may not", line: "bubblewrap", state: .missing, verdict: .degraded,
            words: "No permissions to create new namespace",
            change: { $0.bubblewrapTrial = .fails("bwrap: No permissions to create new namespace") }),
        MachineCase(
            testDescription: "no worker program", line: "patchbay-worker", state: .missing, verdict: .refused, words: "No such file",
            change: { $0.workerExecutableError = ENOENT }),
        MachineCase(
            testDescription: "no cgroup, which is no defect", line: "memory-cgroup", state: .missing, verdict: .ready,
            words: "Delegate=memory",
            change: { $0.memoryControlGroup = .unavailable("cgroup v2 is not mounted") }),
        MachineCase(
            testDescription: "one processor", line: "processors", state: .degraded, verdict: .ready, words: "take turns",
            change: { $0.processors = 1 }),
    ]
}

extension MachineFacts {
    /// A machine on which everything holds.
    static var good: MachineFacts {
        let layers = Dictionary(uniqueKeysWithValues: MachineReport.layerNames.map { ($0, Finding(holds: true)) })
        return MachineFacts(
            kernelRelease: "6.18.0", architecture: "x86_64", processors: 2, isRoot: false,
            trial: .made(Trial(layers: layers, landlockABI: 7, forbiddenCallSignal: SIGSYS, openError: EACCES, startMicroseconds: 400)),
            requiredLayers: ["parent-death", "limits", "no-new-privileges", "landlock", "seccomp"], switches: Switches(),
            memoryControlGroup: .delegated(path: "/sys/fs/cgroup/hub"), workerExecutable: "/usr/bin/patchbay-worker",
            workerExecutableError: 0,
            javaScriptCore: Tool(path: "/usr/lib/libjavascriptcoregtk-4.1.so.0", version: "2.50.6"),
            esbuild: Tool(path: "/usr/bin/esbuild"),
            bubblewrap: Tool(path: "/usr/bin/bwrap"), bubblewrapTrial: .works, curl: Tool(path: "/usr/lib/libcurl.so.4"),
            seccompLibrary: Tool(path: "/usr/lib/libseccomp.so.2"))
    }

    mutating func changeTrial(_ change: (inout Trial) -> Void) {
        guard case .made(var trial) = trial else { return }
        change(&trial)
        self.trial = .made(trial)
    }

    mutating func refuse(_ layer: String, _ error: Int32) {
        changeTrial { $0.layers[layer] = Finding(holds: false, error: error) }
    }
}

@Suite(.serialized) struct MachineReportTests {
    @Test func `a good machine is ready and needs no advice about its sandbox`() {
        let report = MachineReport(.good)
        #expect(report.verdict == .ready)
        #expect(report.layers.map(\.name) == MachineReport.layerNames)
        #expect(report.layers.allSatisfy { $0.state == .active && $0.remedy == nil && !$0.detail.isEmpty })
        #expect(report.workerStart == .microseconds(400))
    }

    @Test(arguments: MachineCase.all)
    func `what is lacking is named, judged and given a remedy`(_ machine: MachineCase) throws {
        var facts = MachineFacts.good
        machine.change(&facts)
        let report = MachineReport(facts)
        let line = try #require((report.layers + report.machine + report.tools).first { $0.name == machine.line })
        #expect(line.state == machine.state)
        #expect(report.verdict == machine.verdict)
        #expect("\(line.detail) \(line.remedy ?? "")".contains(machine.words), "\(line.detail) / \(line.remedy ?? "-")")
        if machine.testDescription != "no trial at all" { #expect(line.remedy != nil) }
    }

    @Test func `the names are those of the layers in C`() {
        let facts = MachineFacts.gather(workerExecutable: "/bin/true")
        guard case .made(let trial) = facts.trial else {
            Issue.record("no trial on this machine: \(facts.trial)")
            return
        }
        #expect(Set(trial.layers.keys) == Set(MachineReport.layerNames))
        #expect(facts.requiredLayers.isSubset(of: Set(MachineReport.layerNames)) && facts.requiredLayers.count == 5)
    }

    @Test func `this machine can run plugins`() throws {
        let report = MachineReport.take(workerExecutable: "/bin/true")
        #expect(report.verdict != .refused, "\((report.layers + report.tools).filter { $0.state != .active })")
        #expect(report.layers.filter(\.required).allSatisfy { $0.state == .active })
        #expect(try #require(report.workerStart) < .seconds(10))
        let engine = try #require(report.tools.first { $0.name == "javascriptcore" })
        #expect(engine.detail.contains("libjavascriptcoregtk-4.1.so.0"))
    }
}

/// A machine's cgroup files, as texts.
struct ControlGroupCase: Sendable, CustomTestStringConvertible {
    let testDescription: String
    let files: [String: String]
    var writable = true
    let expected: MachineFacts.MemoryControlGroup

    static let mounted = "35 25 0:31 / /sys/fs/cgroup rw,nosuid,nodev shared:9 - cgroup2 cgroup2 rw,nsdelegate\n"

    static let all: [ControlGroupCase] = [
        ControlGroupCase(
            testDescription: "delegated",
            files: [
                "/proc/self/mountinfo": "22 1 8:1 / / rw - ext4 /dev/sda rw\n" + mounted, "/proc/self/cgroup": "0::/hub.service\n",
                "/sys/fs/cgroup/hub.service/cgroup.controllers": "cpu memory pids\n",
            ], expected: .delegated(path: "/sys/fs/cgroup/hub.service")),
        ControlGroupCase(
            testDescription: "not ours to write",
            files: [
                "/proc/self/mountinfo": mounted, "/proc/self/cgroup": "0::/hub.service\n",
                "/sys/fs/cgroup/hub.service/cgroup.controllers": "memory\n",
            ], writable: false, expected: .unavailable("/sys/fs/cgroup/hub.service is not delegated to this user")),
        ControlGroupCase(
            testDescription: "memory belongs to cgroup v1",
            files: [
                "/proc/self/mountinfo": mounted, "/proc/self/cgroup": "4:memory:/a\n0::/\n",
                "/sys/fs/cgroup/cgroup.controllers": "hugetlb\n",
            ], expected: .unavailable("the memory controller is not available in /sys/fs/cgroup")),
        ControlGroupCase(
            testDescription: "no cgroup v2",
            files: ["/proc/self/mountinfo": "35 25 0:31 / /sys/fs/cgroup/memory rw - cgroup cgroup rw,memory\n"],
            expected: .unavailable("cgroup v2 is not mounted")),
        ControlGroupCase(
            testDescription: "nonsense", files: ["/proc/self/mountinfo": "- \n\n a b -\n", "/proc/self/cgroup": ""],
            expected: .unavailable("cgroup v2 is not mounted")),
    ]
}

@Suite struct ControlGroupTests {
    @Test(arguments: ControlGroupCase.all)
    func `where the hub may limit memory by control groups`(_ group: ControlGroupCase) {
        #expect(ControlGroupSearch(read: { group.files[$0] }, isWritable: { _ in group.writable }).memory() == group.expected)
    }
}

@Suite(.serialized) struct ToolRunTests {
    @Test func `a tool's words and status come back`() throws {
        let run = try #require(ToolRun(["/bin/sh", "-c", "echo out; echo 'err $x `y`' >&2; exit 3"]))
        #expect(run.status == 3)
        #expect(run.output == "out\nerr $x `y`\n")
    }

    @Test func `a tool that prints too much is cut, not buffered`() throws {
        let run = try #require(ToolRun(["/usr/bin/head", "-c", "1000000", "/dev/zero"]))
        #expect(run.status == 0, "\(run.output.prefix(200))")
        #expect((ToolRun.outputBytesMax...ToolRun.outputBytesMax + 4096).contains(run.output.utf8.count))
    }

    @Test func `a tool that is not there has a status that says so`() throws {
        #expect(try #require(ToolRun(["/nonexistent/tool"])).status == 127)
    }

    @Test func `the tool inherits neither our environment nor our descriptors`() throws {
        setenv("PATCHBAY_SECRET_FOR_TEST", "1", 1)
        defer { unsetenv("PATCHBAY_SECRET_FOR_TEST") }
        let run = try #require(ToolRun(["/bin/sh", "-c", "env; ls /proc/self/fd | wc -l"]))
        #expect(!run.output.contains("SECRET"))
        // 0, 1, 2 and the folder that ls reads.
        #expect(run.output.hasSuffix("\n4\n"), "\(run.output)")
    }
}
