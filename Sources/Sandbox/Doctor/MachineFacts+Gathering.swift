internal import CSandbox
internal import Glibc

extension MachineFacts {
    /// Looks at this machine. Blocks the calling thread for some 20 ms: it forks a trial worker and runs a few tools.
    static func gather(workerExecutable: String) -> MachineFacts {
        var system = utsname()
        uname(&system)
        let versions = packageVersions()
        let bubblewrap = Tool(path: program("bwrap"), version: versions["bubblewrap"])
        return MachineFacts(
            kernelRelease: text(system.release), architecture: text(system.machine),
            processors: max(1, sysconf(Int32(_SC_NPROCESSORS_ONLN))),
            isRoot: geteuid() == 0, trial: makeTrial(), requiredLayers: requiredLayerNames(),
            switches: Switches(
                userNamespacesByOrdinaryUsers: number(in: "/proc/sys/kernel/unprivileged_userns_clone"),
                userNamespacesMax: number(in: "/proc/sys/user/max_user_namespaces"),
                userNamespacesRestrictedByAppArmor: number(in: "/proc/sys/kernel/apparmor_restrict_unprivileged_userns")),
            memoryControlGroup: ControlGroupSearch().memory(), workerExecutable: workerExecutable,
            workerExecutableError: access(workerExecutable, X_OK) == 0 ? 0 : errno,
            javaScriptCore: Tool(path: library("libjavascriptcoregtk-4.1.so.0"), version: versions["libjavascriptcoregtk-4.1-0"]),
            esbuild: Tool(path: program("esbuild"), version: versions["esbuild"] ?? program("esbuild").flatMap { askVersion($0) }),
            bubblewrap: bubblewrap, bubblewrapTrial: tryBubblewrap(bubblewrap.path),
            curl: Tool(path: library("libcurl.so.4"), version: versions["libcurl4"]),
            seccompLibrary: Tool(path: library("libseccomp.so.2"), version: versions["libseccomp2"]))
    }

    // MARK: The trial

    private static func makeTrial() -> TrialOutcome {
        var result = pb_probe_result()
        guard pb_probe(&result) == 0 else { return .impossible(result.error) }
        var layers: [String: Finding] = [:]
        for case let layer? in (0..<UInt32(PB_LAYER_COUNT)).map(pb_layer.init(rawValue:)) {
            let status = pb_report_status(&result.report, layer)
            layers[String(cString: pb_layer_name(layer))] = Finding(holds: status.state == .active, error: status.error)
        }
        return .made(
            Trial(
                layers: layers, landlockABI: Int(result.report.landlock_abi), forbiddenCallSignal: result.forbidden_call_signal,
                openError: result.open_error, startMicroseconds: Int(result.fork_to_locked_microseconds)))
    }

    private static func requiredLayerNames() -> Set<String> {
        let required = pb_lockdown_defaults().required
        let layers = (0..<UInt32(PB_LAYER_COUNT)).compactMap(pb_layer.init(rawValue:)).filter { required & pb_layer_bit($0) != 0 }
        return Set(layers.map { String(cString: pb_layer_name($0)) })
    }

    // MARK: Programs and libraries

    private static func program(_ name: String) -> String? {
        ["/usr/bin", "/usr/local/bin", "/bin"].map { "\($0)/\(name)" }.first { access($0, X_OK) == 0 }
    }

    /// Where the loader of a usual Linux would find it. Asking the loader itself would load 32 MB of engine into the hub.
    private static func library(_ name: String) -> String? {
        ["/usr/lib/x86_64-linux-gnu", "/usr/lib/aarch64-linux-gnu", "/usr/lib64", "/usr/lib", "/usr/local/lib"].map { "\($0)/\(name)" }
            .first { access($0, R_OK) == 0 }
    }

    /// Versions by Debian package; empty where there is no dpkg.
    private static func packageVersions() -> [String: String] {
        guard let query = program("dpkg-query") else { return [:] }
        let packages = ["libjavascriptcoregtk-4.1-0", "esbuild", "bubblewrap", "libcurl4", "libseccomp2"]
        // A package that is not installed makes the status 1; the others are told all the same.
        guard let run = ToolRun([query, "-W", "-f", "${Package} ${Version}\\n"] + packages) else { return [:] }
        var versions: [String: String] = [:]
        for line in run.output.split(separator: "\n") {
            let words = line.split(separator: " ")
            if words.count == 2, packages.contains(String(words[0])) { versions[String(words[0])] = String(words[1]) }
        }
        return versions
    }

    private static func askVersion(_ program: String) -> String? {
        guard let run = ToolRun([program, "--version"]), run.status == 0 else { return nil }
        return run.output.split(separator: "\n").first.map(String.init)
    }

    private static func tryBubblewrap(_ path: String?) -> BubblewrapTrial {
        guard let path else { return .absent }
        // What bundling asks of it, around a program that does nothing.
        let arguments = [path, "--unshare-all", "--die-with-parent", "--cap-drop", "ALL", "--ro-bind", "/", "/", "/bin/true"]
        guard let run = ToolRun(arguments) else { return .fails("it did not start") }
        guard run.status != 0 else { return .works }
        return .fails(run.output.split(separator: "\n").first.map(String.init) ?? "it ended with status \(run.status)")
    }

    // MARK: Files

    private static func number(in path: String) -> Int? {
        SmallFile.text(path).flatMap { Int($0.filter { !$0.isWhitespace }) }
    }

    private static func text<Field>(_ field: Field) -> String {
        withUnsafeBytes(of: field) { String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self) }
    }
}
