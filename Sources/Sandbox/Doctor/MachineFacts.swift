/// What was found on a machine, before anybody judges it. Plain values, so that reports on machines we do not have can be tested.
struct MachineFacts: Sendable {
    /// How one layer stood around the trial worker.
    struct Finding: Sendable, Hashable {
        var holds: Bool
        /// `errno` of the refusal; 0 when it holds.
        var error: Int32 = 0
    }

    /// A worker that was built with every layer and then made a forbidden call.
    struct Trial: Sendable {
        /// By name of the layer.
        var layers: [String: Finding]
        /// 0 when Landlock does not hold.
        var landlockABI: Int
        /// What ended the worker; SIGSYS when the filter works.
        var forbiddenCallSignal: Int32
        /// `errno` of opening /etc/passwd from inside; 0 when that worked, which it must not.
        var openError: Int32
        /// From fork to locked down, without an engine.
        var startMicroseconds: Int
    }

    /// The trial, or the `errno` value that prevented it.
    enum TrialOutcome: Sendable {
        case made(Trial)
        case impossible(Int32)
    }

    /// A program or library that Patchbay uses.
    struct Tool: Sendable, Hashable {
        /// Where it was found; nil when it was not.
        var path: String?
        /// As the package system or the program itself tells it; nil when neither does.
        var version: String?
    }

    /// Switches of the kernel that explain a refusal; nil when the kernel has no such switch.
    struct Switches: Sendable, Hashable {
        /// Debian's and older Ubuntu's `kernel.unprivileged_userns_clone`.
        var userNamespacesByOrdinaryUsers: Int?
        /// `user.max_user_namespaces`.
        var userNamespacesMax: Int?
        /// Ubuntu's `kernel.apparmor_restrict_unprivileged_userns`.
        var userNamespacesRestrictedByAppArmor: Int?
    }

    /// Whether the hub's control group can give each worker a memory limit of its own.
    enum MemoryControlGroup: Sendable, Hashable {
        case delegated(path: String)
        /// A phrase that says what is lacking.
        case unavailable(String)
    }

    /// How bubblewrap's trial run went.
    enum BubblewrapTrial: Sendable, Hashable {
        case works
        case absent
        /// Its own words.
        case fails(String)
    }

    var kernelRelease: String
    var architecture: String
    var processors: Int
    var isRoot: Bool
    var trial: TrialOutcome
    var requiredLayers: Set<String>
    var switches: Switches
    var memoryControlGroup: MemoryControlGroup
    var workerExecutable: String
    var workerExecutableError: Int32
    var javaScriptCore: Tool
    var esbuild: Tool
    var bubblewrap: Tool
    var bubblewrapTrial: BubblewrapTrial
    var curl: Tool
    var seccompLibrary: Tool
}
