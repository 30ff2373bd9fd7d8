/// What the process tells its shell. `patchbay help exit-codes` and docs/cli.md are written from this list.
package enum ExitCode: Int32, Sendable, CaseIterable {
    case ok = 0
    case pluginFailed = 1
    case usage = 2
    case refused = 3
    case limitReached = 4
    case invalidPlugin = 5
    case cannotSandbox = 6
    case hubFailed = 7
    case interrupted = 130
    case outputClosed = 141

    /// One line for the table in the help page.
    package var meaning: String {
        switch self {
        case .ok: "Done."
        case .pluginFailed:
            "The plugin failed: it threw, rejected, crashed, or answered with something that is not JSON. Or what was checked has errors."
        case .usage: "The command line was wrong, or named something that is not there."
        case .refused: "A permission was refused, or the plugin tried to get around one and was ended."
        case .limitReached: "A limit ended it: time, memory, message size, outstanding calls; or the plugin is quarantined."
        case .invalidPlugin: "The plugin or its manifest is invalid, cannot be found, or cannot be built."
        case .cannotSandbox: "This machine lacks a layer the sandbox requires. `patchbay doctor` says which."
        case .hubFailed: "Patchbay itself failed: its storage, an unfinished build, a mistake of ours."
        case .interrupted: "Interrupted (Ctrl-C)."
        case .outputClosed: "The reader of standard output went away, as in `patchbay … | head`."
        }
    }
}
