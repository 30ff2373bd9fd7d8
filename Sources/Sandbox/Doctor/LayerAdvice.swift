internal import Glibc

/// What each layer gives and how to get it, for the lines of a machine report.
enum LayerAdvice {
    /// A phrase for a layer that holds: what it keeps a plugin from.
    static let purposes: [String: String] = [
        "user-namespace": "root inside is nobody outside",
        "mount-namespace": "workers do not see the machine's file systems",
        "network-namespace": "workers have no network, not even loopback",
        "ipc-namespace": "workers share no System V or POSIX queues and memory",
        "uts-namespace": "workers have a host name of their own",
        "pid-namespace": "a worker sees no other process",
        "identity": "workers are not root on this machine",
        "empty-root": "the root directory of a worker is empty",
        "parent-death": "workers die with the hub",
        "limits": "memory, open files and core dumps are limited",
        "no-new-privileges": "no program gains rights",
        "capabilities": "workers hold no capability",
        "landlock": "no file, no TCP port, no outside process",
        "seccomp": "a forbidden system call kills the worker",
    ]

    /// What to do about a layer that the kernel refuses.
    static func remedy(for layer: String, _ error: Int32, _ facts: MachineFacts) -> String {
        switch layer {
        case "user-namespace": userNamespaceRemedy(facts)
        case "mount-namespace", "network-namespace", "ipc-namespace", "uts-namespace", "pid-namespace":
            "It comes with the user namespace: see there."
        case "identity": "Start the hub as an ordinary user, or let its container know user 65534 (nobody)."
        case "empty-root": "It comes with the mount namespace; else the hub needs CAP_SYS_CHROOT."
        case "landlock":
            error == EOPNOTSUPP
                ? "Add landlock to the lsm= list of the kernel's command line." : "Use Linux 5.13 or later with CONFIG_SECURITY_LANDLOCK."
        case "seccomp": "Use a kernel with CONFIG_SECCOMP_FILTER; in a container, let its profile allow seccomp(2)."
        default: "If this is a container, see which calls its security profile forbids."
        }
    }

    private static func userNamespaceRemedy(_ facts: MachineFacts) -> String {
        if facts.switches.userNamespacesMax == 0 { return "Allow some: sysctl -w user.max_user_namespaces=10000" }
        if !facts.isRoot, facts.switches.userNamespacesByOrdinaryUsers == 0 {
            return "Allow ordinary users: sysctl -w kernel.unprivileged_userns_clone=1"
        }
        if !facts.isRoot, let restricted = facts.switches.userNamespacesRestrictedByAppArmor, restricted != 0 {
            return "Give patchbay an AppArmor profile with the line 'userns,', or sysctl -w kernel.apparmor_restrict_unprivileged_userns=0"
        }
        return "If this is a container, start it with a security profile that allows unshare(2) and mount(2)."
    }

    static func words(for error: Int32) -> String {
        error == 0 ? "not there" : "refused: " + String(cString: strerror(error))
    }
}
