import JSON
import PatchbayCLI
import Testing

private struct Found: MachineExamining {
    let report: DoctorReport
    func examine() async throws(CommandFailure) -> DoctorReport { report }
}

private func doctor(_ report: DoctorReport, _ words: [String] = [], width: Int = 80) async -> Performed {
    var services = Services.real
    services.machine = Found(report: report)
    return await perform(["doctor"] + words, services: services, width: width)
}

private func report(seccomp: DoctorReport.State, namespaces: DoctorReport.State) -> DoctorReport {
    DoctorReport(sections: [
        .init(
            "Sandbox layers",
            [
                .init(
                    "seccomp", seccomp, seccomp == .ok ? "filters load and kill" : "prctl: operation not permitted", isRequired: true,
                    remedy: "Run on a kernel with CONFIG_SECCOMP_FILTER; in a container, allow the seccomp system call."),
                .init("Landlock", .ok, "ABI 7", isRequired: true),
                .init(
                    "user namespace", namespaces, namespaces == .ok ? "given" : "the kernel refuses unprivileged user namespaces",
                    isRequired: false, remedy: "Allow them: sysctl kernel.unprivileged_userns_clone=1"),
            ]),
        .init(
            "Machine",
            [
                .init("kernel", .ok, "Linux 6.1", isRequired: false, isInformation: true),
                .init("memory cgroup", .missing, "not delegated", isRequired: false, remedy: "Not needed.", isInformation: true),
            ]),
        .init("Tools", [.init("esbuild", .ok, "0.17.0", isRequired: false)]),
    ])
}

struct DoctorTests {
    @Test(
        "the verdict and the exit code follow from the findings",
        arguments: [
            (DoctorReport.State.ok, DoctorReport.State.ok, DoctorReport.Verdict.ready, ExitCode.ok),
            (.ok, .missing, .degraded, .ok), (.ok, .degraded, .degraded, .ok), (.degraded, .ok, .degraded, .ok),
            (.missing, .ok, .refused, .cannotSandbox), (.missing, .missing, .refused, .cannotSandbox),
        ])
    func verdict(
        _ seccomp: DoctorReport.State, _ namespaces: DoctorReport.State, _ verdict: DoctorReport.Verdict, _ exitCode: ExitCode
    ) async throws {
        let report = report(seccomp: seccomp, namespaces: namespaces)
        #expect(report.verdict == verdict)
        #expect(await doctor(report).exitCode == exitCode)
        let json = await doctor(report, ["--json"])
        #expect(json.exitCode == exitCode)
        let value = try JSONValue(parsing: json.output)
        #expect(value["verdict"]?.stringValue == verdict.rawValue)
        #expect(value["sections"]?[0]?["lines"]?[0]?["state"]?.stringValue == seccomp.rawValue)
    }

    @Test("a report reads as it was agreed")
    func golden() async throws {
        var page = ""
        for (seccomp, namespaces, width) in [
            (DoctorReport.State.ok, DoctorReport.State.ok, 80), (.ok, .missing, 80), (.missing, .missing, 60),
        ] {
            page += "── seccomp \(seccomp), namespaces \(namespaces), \(width) columns\n"
            page += await doctor(report(seccomp: seccomp, namespaces: namespaces), width: width).output + "\n"
        }
        try expectGolden(page, "doctor.txt")
        for line in page.split(separator: "\n") { #expect(line.columns <= 80) }
    }
}
