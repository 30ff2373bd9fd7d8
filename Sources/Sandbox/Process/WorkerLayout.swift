internal import Glibc

/// Where the worker program and its JavaScript lie.
package struct WorkerLayout: Sendable, Hashable {
    /// Absolute path of `patchbay-worker`.
    package let executable: String
    /// Absolute path of the folder `scripts/build-runtime` fills: prelude, chunks, modules, facades.
    package let runtime: String

    package init(executable: String, runtime: String) {
        self.executable = executable
        self.runtime = runtime
    }

    package struct NotFound: Error, CustomStringConvertible {
        package let what: String
        package let looked: [String]
        package var description: String { "\(what) was not found; looked in \(looked.joined(separator: ", ")). Build it: make build" }
    }

    /// Looks beside the running program, then in the build folders above it. `PATCHBAY_WORKER` and `PATCHBAY_RUNTIME` overrule.
    package static func find() throws(NotFound) -> WorkerLayout {
        let own = ownDirectory()
        let worker = try first(
            "patchbay-worker",
            environment("PATCHBAY_WORKER").map { [$0] } ?? ["\(own)/patchbay-worker", "\(own)/../libexec/patchbay/patchbay-worker"],
            mode: X_OK)
        var candidates = environment("PATCHBAY_RUNTIME").map { [$0] } ?? ["\(own)/runtime", "\(own)/../share/patchbay/runtime"]
        if environment("PATCHBAY_RUNTIME") == nil {
            var folder = own
            while let slash = folder.lastIndex(of: "/"), slash > folder.startIndex {
                folder = String(folder[..<slash])
                candidates.append(folder + "/runtime")
            }
        }
        let prelude = try first("the worker's runtime", candidates.map { $0 + "/prelude.js" }, mode: R_OK)
        return WorkerLayout(executable: worker, runtime: String(prelude.dropLast("/prelude.js".count)))
    }

    /// A module or facade of ours that every worker comes with, such as `modules/patchbay-plugin`.
    package func part(_ path: String) throws(NotFound) -> PluginProgram.Source {
        let file = "\(runtime)/\(path).js"
        guard access(file, R_OK) == 0 else { throw NotFound(what: path, looked: [file]) }
        return .part(path)
    }

    /// Reads a text of ours from the runtime folder.
    package func text(_ name: String) throws(NotFound) -> String {
        let path = runtime + "/" + name
        guard let file = fopen(path, "re") else { throw NotFound(what: name, looked: [path]) }
        defer { fclose(file) }
        var bytes: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 64 << 10)
        while case let count = fread(&buffer, 1, buffer.count, file), count > 0 { bytes.append(contentsOf: buffer[..<count]) }
        return String(decoding: bytes, as: UTF8.self)
    }

    private static func first(_ what: String, _ candidates: [String], mode: Int32) throws(NotFound) -> String {
        for candidate in candidates where access(candidate, mode) == 0 {
            guard let resolved = realpath(candidate, nil) else { continue }
            defer { free(resolved) }
            return String(cString: resolved)
        }
        throw NotFound(what: what, looked: candidates)
    }

    private static func environment(_ name: String) -> String? {
        guard let value = getenv(name), value.pointee != 0 else { return nil }
        return String(cString: value)
    }

    private static func ownDirectory() -> String {
        var buffer = [CChar](repeating: 0, count: Int(PATH_MAX))
        let length = readlink("/proc/self/exe", &buffer, buffer.count - 1)
        guard length > 0 else { return "." }
        let path = String(decoding: buffer[..<length].map { UInt8(bitPattern: $0) }, as: UTF8.self)
        return path.lastIndex(of: "/").map { String(path[..<$0]) } ?? "."
    }
}
