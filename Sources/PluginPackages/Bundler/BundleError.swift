package import Manifests
package import PluginModel

/// Why there is no bundle.
package enum BundleError: Error, Sendable, Hashable {
    /// The plugin's files are at fault; at least one finding is an error.
    case rejected([Finding])
    /// Programs are missing on this machine; Debian package names.
    case toolsMissing([String])
    /// The bundler's own sandbox cannot be set up here, in the words of the tool. Bundling without it is never done: esbuild reads any
    /// file that an import names.
    case sandboxUnavailable(reason: String)
    case timedOut(Duration)
    /// The bundler ended without a message we understand.
    case bundlerFailed(reason: String)
    /// The plugin's files kept changing while they were read.
    case filesChanged
    /// The cache cannot be written or read, e.g. a full disk.
    case cacheUnusable(reason: String)

    package var findings: [Finding] {
        if case .rejected(let findings) = self { findings } else { [] }
    }

    /// The error as a person sees it; findings beyond the first are counted and listed in `details`.
    package var fault: Fault {
        switch self {
        case .rejected(let findings):
            let errors = findings.errors
            guard let first = errors.first ?? findings.first else {
                return Fault(
                    code: "bundle.rejected", message: "The plugin's files cannot be bundled.", remedy: "Tell the plugin's author.",
                    turn: .plugin)
            }
            let more = errors.count > 1 ? " (and \(errors.count - 1) more)" : ""
            return Fault(
                code: first.code, message: first.sentence + more, place: first.place.description, remedy: first.remedy, turn: .plugin,
                details: Finding.details(of: findings, told: [first]))
        case .toolsMissing(let packages):
            return Fault(
                code: "bundle.tools-missing", message: "Plugins cannot be bundled: \(packages.joined(separator: ", ")) not found.",
                remedy: "Install them: apt-get install \(packages.joined(separator: " "))", turn: .operator)
        case .sandboxUnavailable(let reason):
            return Fault(
                code: "bundle.sandbox-unavailable",
                message: "The bundler must not run without its sandbox, and bubblewrap cannot make one here (\(visible(reason))).",
                remedy:
                    "Allow unprivileged user namespaces for the hub (in a container: run it with namespaces permitted), then try again.",
                turn: .operator)
        case .timedOut(let limit):
            return Fault(
                code: "bundle.timed-out", message: "Bundling the plugin took longer than \(limit).",
                remedy: "Ship a smaller plugin or pre-bundled JavaScript.", turn: .plugin)
        case .bundlerFailed(let reason):
            return Fault(
                code: "bundle.failed", message: "The bundler ended without a bundle.",
                remedy: "Try again; if it stays, report it with the words above.", turn: .hub,
                details: visible(reason, scalarsMax: 2000))
        case .filesChanged:
            return Fault(
                code: "bundle.files-changed", message: "The plugin's files changed while they were being bundled.",
                remedy: "Try again when nothing writes to the plugin's folder.", turn: .operator)
        case .cacheUnusable(let reason):
            return Fault(
                code: "bundle.cache-unusable", message: "The bundle cache cannot be used: \(reason)",
                remedy: "Check the folder's owner and free space, or set PATCHBAY_CACHE to another folder.", turn: .operator)
        }
    }
}
