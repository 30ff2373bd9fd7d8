import PluginModel

/// What a manifest asks for beyond the hub's own capabilities, and so grants nothing by itself: `process:run:PROGRAM`, `file:read:/PATH`,
/// `file:write:/PATH`, `page:call:CATEGORY:NAME`. These are the words other formats' requests are told in, too.
struct RequestInWords {
    struct Fault: Error {
        let sentence: String
        let remedy: String
    }

    /// In one spelling: paths cleaned.
    let text: String

    /// Nil for what begins with none of those words.
    init?(_ written: String) throws(Fault) {
        let parts = written.split(separator: ":", maxSplits: 2, omittingEmptySubsequences: false).map(String.init)
        let rest = parts.count == 3 ? parts[2] : ""
        switch (parts[0], parts.count > 1 ? parts[1] : "") {
        case ("process", let action):
            guard action == "run", !rest.isEmpty else {
                throw Fault(sentence: "'\(visible(written))' names no program.", remedy: "Write it like process:run:git.")
            }
            text = written
        case ("file", let access):
            guard access == "read" || access == "write", rest.hasPrefix("/") else {
                throw Fault(
                    sentence: "'\(visible(written))' names no file by its whole path.",
                    remedy: "Write it like file:read:/srv/reports, or file:write: and a path.")
            }
            text = "file:\(access):\(PathText.cleaned(rest))"
        case ("page", let action):
            let name = rest.split(separator: ":", omittingEmptySubsequences: false)
            guard action == "call", name.count == 2, name.allSatisfy({ !$0.isEmpty }) else {
                throw Fault(
                    sentence: "'\(visible(written))' names no function that pages may call.", remedy: "Write it like page:call:fs:read_dir."
                )
            }
            text = written
        default: return nil
        }
    }
}
