extension ExitCode {
    /// Which fault codes lead to which exit code: whole codes, or families that end in a dot. The longest entry that fits decides.
    ///
    /// docs/errors.md says the same for people.
    package static let byFaultCode: [String: ExitCode] = [
        "usage.": .usage, "json.": .usage, "corpus.": .usage, "schema.": .usage, "rule.": .usage, "item.": .usage,
        "call.no-such-export": .usage,
        "call.argument-too-large": .usage,
        "export.not-found": .usage,
        "permission.": .refused, "permission.malformed": .invalidPlugin, "permission.unknown-capability": .invalidPlugin,
        "http.blocked-address": .refused, "worker.sandbox-violation": .refused, "worker.protocol-violation": .refused,
        "limit.": .limitReached, "call.busy": .limitReached, "call.cpu-limit": .limitReached,
        "call.memory-limit": .limitReached, "call.never-settled": .limitReached, "call.time-limit": .limitReached,
        "plugin.quarantined": .limitReached, "hostcall.busy": .limitReached, "hostcall.too-large": .limitReached,
        "hostcall.too-many": .limitReached, "state.too-large": .limitReached, "state.too-much": .limitReached,
        "manifest.": .invalidPlugin, "package.": .invalidPlugin, "bundle.": .invalidPlugin, "config.": .invalidPlugin,
        "integrations.": .invalidPlugin, "coop.": .invalidPlugin, "coco.": .invalidPlugin, "made-open.": .invalidPlugin,
        "forgeportal.": .invalidPlugin, "configuration.": .invalidPlugin,
        "package.not-installed": .usage, "package.no-such-version": .usage, "package.nothing-before": .usage,
        "package.no-update": .usage, "coop.signal-failed": .pluginFailed,
        "plugin.invalid-id": .invalidPlugin, "plugin.invalid-version": .invalidPlugin, "plugin.load-failed": .invalidPlugin,
        "plugin.no-folder": .invalidPlugin,
        "package.store-unusable": .hubFailed, "package.index-damaged": .hubFailed, "package.record-damaged": .hubFailed,
        "archive.": .invalidPlugin,
        "signature.": .refused, "signature.malformed": .invalidPlugin, "signature.key-unusable": .usage,
        "sandbox.": .cannotSandbox, "bundle.sandbox-unavailable": .cannotSandbox, "bundle.tools-missing": .cannotSandbox,
        "coop.bad-answer": .hubFailed, "coop.not-loaded": .hubFailed, "hub.": .hubFailed, "storage.": .hubFailed,
        "vault.": .hubFailed, "vault.unknown-key": .usage, "vault.key-active": .usage, "vault.key-in-use": .refused,
        "account.": .refused, "account.not-found": .usage, "account.invalid": .usage, "account.email-taken": .usage,
        "oidc.": .refused, "oidc.bad-settings": .usage, "oidc.not-found": .usage, "storage.backup-elsewhere": .usage,
        "bundle.failed": .hubFailed, "bundle.cache-unusable": .hubFailed,
        "call.cancelled": .interrupted, "interrupted.": .interrupted,
    ]

    /// The exit code that belongs to a fault. A code without an entry counts as the plugin's failure, since what reaches the command line from a
    /// running plugin under a name of its own was raised by plugin code.
    package init(faultCode: String) {
        let family = String(faultCode.prefix { $0 != "." }) + "."
        self = Self.byFaultCode[faultCode] ?? Self.byFaultCode[family] ?? .pluginFailed
    }
}
