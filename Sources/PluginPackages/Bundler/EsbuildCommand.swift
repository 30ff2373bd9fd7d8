/// The command line that runs esbuild once, behind bubblewrap and under resource limits.
///
/// Inside, the process sees the esbuild program and the C library it is linked to, the plugin's folders read-only, and an empty folder to
/// write into; no network, no other process, no environment, nothing else of the machine. esbuild itself needs this: it would read any
/// file that an import names.
struct EsbuildCommand {
    /// Part of every bundle's cache key: raise it when these options change the output.
    static let optionsVersion = "4"
    static let scriptName = "script.js"
    static let metafileName = "inputs.json"

    let tools: BundlerTools
    let limits: BundleLimits
    let view: FolderView
    /// Relative to the plugin's folder, as checked by `Bundler`.
    let entry: String
    let externals: [String]
    /// A new, empty folder on the host that only this run writes to.
    let output: String
    /// The host folder of an `AsyncModule`'s shims: the entry is bundled as an ES module. Nil: as CommonJS.
    var shims: String?

    var arguments: [String] { resourceLimits + sandbox + esbuild }

    private var resourceLimits: [String] {
        [
            tools.prlimit, "--data=\(limits.memoryBytesMax)", "--cpu=\(limits.processorSecondsMax)", "--core=0", "--nofile=1024",
            "--fsize=\(max(limits.scriptBytesMax, limits.sourceMapBytesMax))", "--",
        ]
    }

    private var sandbox: [String] {
        var options = [
            tools.bwrap, "--unshare-all", "--die-with-parent", "--new-session", "--clearenv", "--cap-drop", "ALL",
            // The Go runtime collects garbage in time for the limit that prlimit enforces.
            "--setenv", "GOMEMLIMIT", "\(limits.memoryBytesMax / 2)B",
            "--ro-bind", tools.esbuild, "/esbuild",
        ]
        for library in Self.libraries { options += ["--ro-bind-try", library, library] }
        // Parents before children, or a later mount would cover an earlier one.
        for folder in view.folders.sorted(by: { $0.viewPath < $1.viewPath }) {
            options += ["--ro-bind", folder.hostPath, folder.viewPath]
            let hidden = Paths.join(folder.hostPath, TreeSurvey.hiddenFolder)
            if SmallFile.kind(hidden, following: false) == .folder {
                options += ["--tmpfs", Paths.join(folder.viewPath, TreeSurvey.hiddenFolder)]
            }
        }
        if let shims { options += ["--ro-bind", shims, AsyncModule.shimFolder] }
        for link in view.links { options += ["--symlink", link.targetViewPath, link.viewPath] }
        return options + ["--bind", output, "/out", "--remount-ro", "/", "--chdir", view.rootViewPath]
    }

    private var esbuild: [String] {
        [
            // `./` keeps a file called `--minify` from being read as an option.
            "/esbuild", "./\(entry)", "--bundle", shims == nil ? "--format=cjs" : "--format=esm", "--platform=neutral", "--target=es2022",
            "--main-fields=module,main", "--conditions=patchbay,import,default",
            "--outfile=/out/\(Self.scriptName)", "--sourcemap=external", "--sources-content=false", "--metafile=/out/\(Self.metafileName)",
            // Packages written for Node ask these two; everything else of Node is absent and says so.
            "--define:process.env.NODE_ENV=\"production\"", "--define:global=globalThis",
            "--log-level=warning", "--log-limit=\(limits.messagesMax)", "--color=false",
        ]
            + externals.enumerated().map { index, name in
                shims == nil ? "--external:\(name)" : "--alias:\(name)=\(AsyncModule.shimFolder)/\(AsyncModule.shimName(index))"
            }
    }

    /// Debian's esbuild is linked to the C library; one built elsewhere is static and needs none of these.
    private static let libraries = [
        "/lib64/ld-linux-x86-64.so.2", "/lib/x86_64-linux-gnu/libc.so.6", "/lib/x86_64-linux-gnu/libpthread.so.0",
        "/lib/x86_64-linux-gnu/libresolv.so.2",
        "/lib/ld-linux-aarch64.so.1", "/lib/aarch64-linux-gnu/libc.so.6", "/lib/aarch64-linux-gnu/libpthread.so.0",
        "/lib/aarch64-linux-gnu/libresolv.so.2",
    ]
}
