import Glibc
import Manifests

/// Every file a bundler can see, hashed.
///
/// Nothing is left out except a `.git` folder at the top of each folder; the bundler's sandbox hides that one too, so that what is hashed
/// is what can be read. Of large files whose ending the bundler has no use for (models, films, archives) only the name and the size count:
/// importing one is an error, so no byte of theirs gets into a script (decision 0017).
struct TreeSurvey {
    static let hiddenFolder = ".git"
    /// Endings that esbuild reads by itself; a file without any is JavaScript to it.
    private static let readEndings: Set<String> = ["", "js", "mjs", "cjs", "jsx", "ts", "mts", "cts", "tsx", "css", "json", "txt", "map"]

    /// BLAKE2b-256 over the sorted paths, kinds, symlink targets and bytes.
    let contentHash: String
    let fileCount: Int
    let byteCount: Int

    /// Walks the folders of a view. Throws `rejected` with the first limit passed, or with every file that cannot be read.
    init(of view: FolderView, limits: BundleLimits) throws(BundleError) {
        var walk = Walk(limits: limits)
        for folder in view.folders {
            // Where a folder lies on this machine is not part of what it holds; where it lies to the others is.
            walk.digest.field(folder.viewPath == view.rootViewPath ? "" : view.authorPath(folder.viewPath))
            walk.folder(folder.hostPath, relative: "", depth: 0)
        }
        for link in view.links {
            walk.digest.field(view.authorPath(link.viewPath))
            walk.digest.field(view.authorPath(link.targetViewPath))
        }
        guard walk.problems.isEmpty else { throw .rejected(walk.problems) }
        contentHash = walk.digest.finish()
        fileCount = walk.files
        byteCount = walk.bytes
    }

    private struct Walk {
        let limits: BundleLimits
        let digest = Digest(purpose: "patchbay plugin content 2")
        var files = 0
        var bytes = 0
        var problems: [Finding] = []
        private var isOver = false
        private var buffer = [UInt8](repeating: 0, count: 64 << 10)

        init(limits: BundleLimits) { self.limits = limits }

        mutating func folder(_ path: String, relative: String, depth: Int) {
            guard depth <= limits.depthMax else {
                return stop(
                    relative, "bundle.too-deep", "Folders lie more than \(limits.depthMax) deep in each other.", "Flatten the folders.")
            }
            guard let names = Folder.names(path) else {
                return problem(relative, "bundle.unreadable", "This folder cannot be listed: \(systemErrorText(errno)).")
            }
            for name in names where !isOver {
                if depth == 0, name == hiddenFolder, SmallFile.kind(Paths.join(path, name), following: false) == .folder { continue }
                files += 1
                guard files <= limits.filesMax else {
                    return stop(
                        relative, "bundle.too-many-files", "The plugin's folder holds more than \(limits.filesMax) files.",
                        "Remove what the plugin does not need, or ship pre-bundled JavaScript without node_modules.")
                }
                item(Paths.join(path, name), relative: Paths.join(relative, name), depth: depth)
            }
        }

        private mutating func item(_ path: String, relative: String, depth: Int) {
            switch SmallFile.kind(path, following: false) {
            case .folder:
                digest.field("folder")
                digest.field(relative)
                folder(path, relative: relative, depth: depth + 1)
                // Closes the list, so that a file after a folder is not taken for one in it.
                digest.field("end")
            case .symlink:
                digest.field("symlink")
                digest.field(relative)
                digest.field(target(of: path))
            case .file: file(path, relative: relative)
            case .missing: problem(relative, "bundle.unreadable", "This file went away while the folder was read.")
            case .other:
                problem(
                    relative, "bundle.special-file", "This is a pipe, socket or device; a plugin holds only files, folders and symlinks.")
            }
        }

        private mutating func file(_ path: String, relative: String) {
            let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK)
            var status = stat()
            guard descriptor >= 0, fstat(descriptor, &status) == 0, SmallFile.kind(mode: status.st_mode) == .file else {
                let reason = systemErrorText(errno)
                if descriptor >= 0 { close(descriptor) }
                return problem(relative, "bundle.unreadable", "This file cannot be read: \(reason).")
            }
            defer { close(descriptor) }
            let size = Int(status.st_size)
            let isData = size > limits.dataBytesMin && !TreeSurvey.readEndings.contains(Paths.fileExtension(relative).lowercased())
            digest.field(isData ? "data" : "file")
            digest.field(relative)
            digest.length(size)
            if isData {
                bytes += size
                checkBytes(relative)
                return
            }
            var left = size
            while left > 0, !isOver {
                let count = buffer.withUnsafeMutableBytes { read(descriptor, $0.baseAddress, min($0.count, left)) }
                if count < 0, errno == EINTR { continue }
                // A file that shrank leaves a digest that no second survey repeats, which is how the change is seen.
                guard count > 0 else { break }
                buffer.withUnsafeBufferPointer { digest.raw(UnsafeBufferPointer(rebasing: $0[..<count])) }
                left -= count
                bytes += count
                checkBytes(relative)
            }
        }

        private mutating func checkBytes(_ relative: String) {
            guard bytes > limits.sourceBytesMax else { return }
            stop(
                relative, "bundle.too-large", "The plugin's files hold more than \(limits.sourceBytesMax) bytes.",
                "Remove what the plugin does not need, or ship pre-bundled JavaScript without node_modules.")
        }

        private func target(of path: String) -> [UInt8] {
            var target = [UInt8](repeating: 0, count: Int(PATH_MAX))
            let count = target.withUnsafeMutableBytes { readlink(path, $0.baseAddress!.assumingMemoryBound(to: CChar.self), $0.count) }
            return Array(target[..<max(0, count)])
        }

        private mutating func problem(_ relative: String, _ code: String, _ sentence: String) {
            problems.append(Finding(.error, code: code, place: .file(relative.isEmpty ? "." : relative), sentence))
            if problems.count >= limits.messagesMax { isOver = true }
        }

        private mutating func stop(_ relative: String, _ code: String, _ sentence: String, _ remedy: String) {
            problems.append(Finding(.error, code: code, place: .file(relative.isEmpty ? "." : relative), sentence, remedy: remedy))
            isOver = true
        }
    }
}
