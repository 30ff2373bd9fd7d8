extension ExitCode {
    /// Which fault codes lead to which exit code: whole codes, or families that end in a dot. The longest entry that fits decides.
    ///
    /// docs/errors.md says the same for people.
    private static let byFaultCode: [String: ExitCode] = [
        "usage.": .usage, "call.no-such-export": .usage, "json.": .usage, "corpus.": .usage,
        "permission.": .refused, "permission.malformed": .invalidPlugin, "permission.unknown-capability": .invalidPlugin,
        "limit.": .limitReached, "call.argument-too-large": .limitReached, "call.busy": .limitReached, "call.cpu-limit": .limitReached,
        "call.memory-limit": .limitReached, "call.never-settled": .limitReached, "call.time-limit": .limitReached,
        "plugin.quarantined": .limitReached,
        "manifest.": .invalidPlugin, "package.": .invalidPlugin, "bundle.": .invalidPlugin, "config.": .invalidPlugin,
        "plugin.invalid-id": .invalidPlugin, "plugin.invalid-version": .invalidPlugin, "plugin.load-failed": .invalidPlugin,
        "sandbox.": .cannotSandbox,
        "call.cancelled": .interrupted, "interrupted.": .interrupted,
    ]

    /// The exit code that belongs to a fault. A code without an entry counts as the plugin's failure, since what reaches the command line from a
    /// running plugin under a name of its own was raised by plugin code.
    package init(faultCode: String) {
        let family = String(faultCode.prefix { $0 != "." }) + "."
        self = Self.byFaultCode[faultCode] ?? Self.byFaultCode[family] ?? .pluginFailed
    }
}
