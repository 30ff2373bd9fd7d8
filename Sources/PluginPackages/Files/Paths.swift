import Glibc
import PluginModel

/// Text-only work on slash-separated paths; nothing here looks at a disk except `real`.
enum Paths {
    /// `base` and `path` joined; an absolute `path` stands alone.
    static func join(_ base: String, _ path: String) -> String {
        if path.hasPrefix("/") { return path }
        if base.isEmpty { return path }
        return base.hasSuffix("/") ? base + path : "\(base)/\(path)"
    }

    /// As `PathText.cleaned` has it.
    static func normalized(_ path: String) -> String { PathText.cleaned(path) }

    /// Everything before the last slash: `/` for `/a`, `.` for `a`.
    static func parent(_ path: String) -> String {
        guard let slash = path.lastIndex(of: "/") else { return "." }
        return slash == path.startIndex ? "/" : String(path[..<slash])
    }

    static func lastComponent(_ path: String) -> String {
        guard let slash = path.lastIndex(of: "/") else { return path }
        return String(path[path.index(after: slash)...])
    }

    /// The part after the last dot of the last component, without the dot; empty for none and for dot files.
    static func fileExtension(_ path: String) -> String {
        let name = lastComponent(path)
        guard let dot = name.lastIndex(of: "."), dot != name.startIndex else { return "" }
        return String(name[name.index(after: dot)...])
    }

    /// Whether the normalised `path` is `folder` or lies below it.
    static func isInside(_ path: String, _ folder: String) -> Bool {
        path == folder || path.hasPrefix(folder == "/" ? "/" : folder + "/")
    }

    /// `path` as seen from `folder`, which must contain it.
    static func relative(_ path: String, to folder: String) -> String {
        path == folder ? "." : String(path.dropFirst(folder == "/" ? 1 : folder.utf8.count + 1))
    }

    /// The deepest folder that contains all of them.
    static func commonFolder(_ paths: [String]) -> String {
        guard var common = paths.first?.split(separator: "/", omittingEmptySubsequences: true) else { return "/" }
        for path in paths.dropFirst() {
            let parts = path.split(separator: "/")
            var shared = 0
            while shared < min(common.count, parts.count), common[shared] == parts[shared] { shared += 1 }
            common.removeSubrange(shared...)
        }
        return "/" + common.joined(separator: "/")
    }

    /// The folder that holds the last component called `name`; the path itself when there is none.
    static func aboveLast(_ name: Substring, of path: String) -> String {
        var parts = path.split(separator: "/")
        guard let last = parts.lastIndex(of: name) else { return path }
        parts.removeSubrange(last...)
        return "/" + parts.joined(separator: "/")
    }

    /// The absolute path with every symlink resolved; nil when something on the way is missing or may not be looked at.
    static func real(_ path: String) -> String? {
        guard let resolved = realpath(path, nil) else { return nil }
        defer { free(resolved) }
        return String(validatingCString: resolved)
    }
}
