import Glibc

extension Files {
    /// What a path leads to, links followed.
    static func target(_ path: String) -> Kind { real(path).map(kind) ?? .missing }

    /// The absolute path without links; nil when there is nothing.
    static func real(_ path: String) -> String? {
        guard let real = realpath(path, nil) else { return nil }
        defer { free(real) }
        return String(cString: real)
    }

    /// A path as people like to read it: from the working directory where it lies below.
    static func shown(_ path: String, from folder: String) -> String {
        let start = folder == "/" ? "/" : folder + "/"
        return path.hasPrefix(start) && path != start ? String(path.dropFirst(start.count)) : path
    }
}
