import Glibc

enum FileFacts {
    /// Whether there is a folder here that is no link to one. Blocking.
    static func isFolder(_ path: String) -> Bool {
        var facts = stat()
        return lstat(path, &facts) == 0 && facts.st_mode & S_IFMT == S_IFDIR
    }
}
