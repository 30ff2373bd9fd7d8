internal import Glibc

/// What a machine offers to Patchbay: the layers of the sandbox as a trial worker found them, the machine, and the tools.
///
/// Values only, for the command line and the hub to render; nothing here prints.
package struct MachineReport: Sendable, Hashable {
    package enum Verdict: String, Sendable {
        /// Everything holds.
        case ready
        /// Plugins run, with fewer walls or fewer comforts than they could have.
        case degraded
        /// Something required is missing: plugins are refused unless the operator waives it.
        case refused
    }

    /// The sandbox, layer by layer, in the order of `pb_layer`.
    package let layers: [LayerStatus]
    /// Kernel, processors, control groups.
    package let machine: [LayerStatus]
    /// The worker program, the engine, the bundler and its sandbox, libcurl.
    package let tools: [LayerStatus]
    /// From fork to locked down in the trial, without an engine; nil when there was no trial.
    package let workerStart: Duration?

    /// `refused` when anything required is missing; `degraded` when anything else about the sandbox or the tools is not as it should be.
    package var verdict: Verdict {
        let all = layers + machine + tools
        if all.contains(where: { $0.required && $0.state == .missing }) { return .refused }
        return (layers + tools).allSatisfy { $0.state == .active } ? .ready : .degraded
    }

    /// Examines this machine: forks a trial worker and runs some tools. Blocks the calling thread, some 20 ms as a rule and at most
    /// 30 s; call it from a thread that may wait.
    package static func take(workerExecutable: String) -> MachineReport {
        MachineReport(MachineFacts.gather(workerExecutable: workerExecutable))
    }

    init(_ facts: MachineFacts) {
        layers = Self.judgeLayers(facts)
        machine = Self.judgeMachine(facts)
        tools = Self.judgeTools(facts)
        if case .made(let trial) = facts.trial { workerStart = .microseconds(trial.startMicroseconds) } else { workerStart = nil }
    }

    // MARK: The sandbox

    /// The order in which people meet the layers; the same as `pb_layer`.
    static let layerNames = [
        "user-namespace", "mount-namespace", "network-namespace", "ipc-namespace", "uts-namespace", "pid-namespace", "identity",
        "empty-root",
        "parent-death", "limits", "no-new-privileges", "capabilities", "landlock", "seccomp",
    ]

    private static func judgeLayers(_ facts: MachineFacts) -> [LayerStatus] {
        guard case .made(let trial) = facts.trial else {
            guard case .impossible(let error) = facts.trial else { return [] }
            let reason = "no trial worker could be made: " + String(cString: strerror(error))
            return layerNames.map { LayerStatus($0, .missing, reason, required: facts.requiredLayers.contains($0)) }
        }
        return layerNames.map { name in
            let required = facts.requiredLayers.contains(name)
            let finding = trial.layers[name] ?? MachineFacts.Finding(holds: false)
            guard finding.holds else {
                return LayerStatus(
                    name, .missing, LayerAdvice.words(for: finding.error), required: required,
                    remedy: LayerAdvice.remedy(for: name, finding.error, facts))
            }
            return judgeDeeper(name, trial, required: required)
        }
    }

    /// Layers that say they hold and are asked to show it.
    private static func judgeDeeper(_ name: String, _ trial: MachineFacts.Trial, required: Bool) -> LayerStatus {
        let purpose = LayerAdvice.purposes[name] ?? ""
        if name == "seccomp", trial.forbiddenCallSignal != SIGSYS {
            return LayerStatus(
                name, .missing, "a forbidden call was not stopped", required: required,
                remedy: "Report this with the kernel's version: the filter was accepted and does not work.")
        }
        guard name == "landlock" else { return LayerStatus(name, .active, purpose, required: required) }
        if trial.openError == 0 {
            return LayerStatus(
                name, .missing, "a file could be opened from inside", required: required,
                remedy: "Report this with the kernel's version: the rules were accepted and do not work.")
        }
        var lacking: [String] = []
        if trial.landlockABI < 4 { lacking.append("TCP ports (Linux 6.7)") }
        if trial.landlockABI < 6 { lacking.append("signals and abstract sockets (Linux 6.12)") }
        guard lacking.isEmpty else {
            return LayerStatus(
                name, .degraded, "ABI \(trial.landlockABI): no rules for " + lacking.joined(separator: ", "), required: required,
                remedy: "The other layers cover it; a later kernel covers it twice.")
        }
        return LayerStatus(name, .active, "ABI \(trial.landlockABI): \(purpose)", required: required)
    }

    // MARK: The machine

    private static func judgeMachine(_ facts: MachineFacts) -> [LayerStatus] {
        var lines = [LayerStatus("kernel", .active, "Linux \(facts.kernelRelease), \(facts.architecture)")]
        lines.append(
            facts.processors > 1
                ? LayerStatus("processors", .active, "\(facts.processors)")
                : LayerStatus(
                    "processors", .degraded, "1: hub and worker take turns", remedy: "With two processors a call costs a tenth of the time."
                ))
        lines.append(LayerStatus("account", .active, facts.isRoot ? "root; workers become nobody" : "an ordinary user"))
        switch facts.memoryControlGroup {
        case .delegated(let path):
            lines.append(LayerStatus("memory-cgroup", .active, "delegated at \(path)"))
        case .unavailable(let reason):
            lines.append(
                LayerStatus(
                    "memory-cgroup", .missing, reason,
                    remedy:
                        "Not needed: memory is limited by RLIMIT_DATA. For a second limit under systemd, set Delegate=memory for the hub."))
        }
        return lines
    }

    // MARK: The tools

    private static func judgeTools(_ facts: MachineFacts) -> [LayerStatus] {
        let worker =
            facts.workerExecutableError == 0
            ? LayerStatus("patchbay-worker", .active, facts.workerExecutable, required: true)
            : LayerStatus(
                "patchbay-worker", .missing, "\(facts.workerExecutable): " + String(cString: strerror(facts.workerExecutableError)),
                required: true, remedy: "Build it with 'make', or install patchbay again.")
        return [
            worker, judge("javascriptcore", facts.javaScriptCore, package: "libjavascriptcoregtk-4.1-0", required: true),
            judge("esbuild", facts.esbuild, package: "esbuild", required: false), judgeBubblewrap(facts),
            judge("libcurl", facts.curl, package: "libcurl4", required: true),
            judge("libseccomp", facts.seccompLibrary, package: "libseccomp2", required: true),
        ]
    }

    private static func judge(_ name: String, _ tool: MachineFacts.Tool, package: String, required: Bool) -> LayerStatus {
        guard let path = tool.path else {
            return LayerStatus(name, .missing, "not found", required: required, remedy: "Install it: apt install \(package)")
        }
        return LayerStatus(name, .active, tool.version.map { "\($0), \(path)" } ?? path, required: required)
    }

    private static func judgeBubblewrap(_ facts: MachineFacts) -> LayerStatus {
        let found = judge("bubblewrap", facts.bubblewrap, package: "bubblewrap", required: false)
        guard case .fails(let words) = facts.bubblewrapTrial else { return found }
        return LayerStatus(
            "bubblewrap", .missing, "does not work here: \(words)",
            remedy: "Bundling needs user namespaces, or a setuid bwrap; without either, plugins cannot be installed.")
    }
}
