import Glibc

/// The programs that bundling stands on, by absolute path.
package struct BundlerTools: Sendable, Hashable {
    /// esbuild 0.17 or later (Debian: esbuild).
    package let esbuild: String
    /// bubblewrap 0.8 or later (Debian: bubblewrap).
    package let bwrap: String
    /// prlimit of util-linux (in every Debian).
    package let prlimit: String

    package init(esbuild: String = "/usr/bin/esbuild", bwrap: String = "/usr/bin/bwrap", prlimit: String = "/usr/bin/prlimit") {
        self.esbuild = esbuild
        self.bwrap = bwrap
        self.prlimit = prlimit
    }

    /// The tools of this machine, looked for in Debian's places and then along `searchPath` (colon-separated, like PATH).
    package static func find(searchPath: String = "") -> BundlerTools {
        let folders = ["/usr/bin", "/usr/local/bin"] + searchPath.split(separator: ":").map(String.init).filter { $0.hasPrefix("/") }
        func path(_ name: String) -> String { folders.map { "\($0)/\(name)" }.first { access($0, X_OK) == 0 } ?? "/usr/bin/\(name)" }
        return BundlerTools(esbuild: path("esbuild"), bwrap: path("bwrap"), prlimit: path("prlimit"))
    }

    /// The names of those that are not there.
    package var missing: [String] {
        [("esbuild", esbuild), ("bubblewrap", bwrap), ("util-linux", prlimit)].filter { access($0.1, X_OK) != 0 }.map(\.0)
    }

    /// Changes when the bundler is replaced, so that its old output is not taken for its new.
    ///
    /// Path, size and time of change instead of `--version`: an upgrade changes these too, and asking costs a start of the tool.
    var fingerprint: String {
        var status = stat()
        guard stat(esbuild, &status) == 0 else { return "missing" }
        return "\(esbuild) \(status.st_size) \(status.st_mtim.tv_sec).\(status.st_mtim.tv_nsec)"
    }
}
